"""The parameters of a PyTorch model by their names, and which of them a tensor shows."""

from dataclasses import dataclass, field
from typing import Any

from xavier_lib.frameworks.stored import dotted


@dataclass(eq=False)
class Held:
    """A parameter of a model, or several names of one.

    Attributes:
        parameter: the parameter itself.
        names: its names in the model.
        owners: the module that holds it under each name.
        kinds: the kind of that module; of the layer itself where its weights are computed from stored ones.
        first: the time of its first use, or None.
        strange: whether a function took it that was not followed.
        gradient: the size of the derivative of the loss by it.
    """

    parameter: Any
    names: list[str]
    owners: list[Any]
    kinds: list[str]
    first: int | None = None
    strange: bool = False
    gradient: float | None = None

    @property
    def matrix(self) -> bool:
        """Say whether it has two axes or more along which it holds several numbers."""
        return bool(self.parameter.ndim > 1 and sum(side > 1 for side in self.parameter.shape) != 1)


@dataclass
class Running:
    """Which modules are running, innermost last; a name is chosen by them where one array has several."""

    stack: list[Any] = field(default_factory=list)

    def inner(self, held: Held) -> bool:
        """Say whether the innermost module that runs holds a parameter."""
        return bool(self.stack) and any(owner is self.stack[-1] for owner in held.owners)

    def name_of(self, held: Held) -> str:
        """Return the name of a parameter in the module that runs, or its first one."""
        for module in reversed(self.stack):
            for name, owner in zip(held.names, held.owners, strict=True):
                if owner is module:
                    return name
        return held.names[0]


def parameters_of(model: Any) -> list[Held]:
    """Return the parameters of a model in its own order, one entry for each array."""
    held: dict[int, Held] = {}
    modules = dict(model.named_modules())
    for name, module in modules.items():
        layer = modules[name.split(".parametrizations.")[0]] if ".parametrizations." in name else module
        for part, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
            entry = held.setdefault(id(parameter), Held(parameter, [], [], []))
            entry.names.append(dotted(name, part))
            entry.owners.append(module)
            entry.kinds.append(kind_of(layer))
    return list(held.values())


def kind_of(module: Any) -> str:
    """Return the name of a module's class, also where it was scripted or parametrized."""
    return str(getattr(module, "original_name", type(module).__name__)).removeprefix("Parametrized")
