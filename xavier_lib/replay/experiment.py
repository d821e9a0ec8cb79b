"""An experiment is a plan of runs; a run is a name, its parameters and a seed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xavier_lib.arguments import whole
from xavier_lib.wording import shown

SCALES = ("quick", "book", "paper")


@dataclass(frozen=True, order=True)
class Run:
    """One run of an experiment; two runs with equal parameters are equal, in whatever order these were given.

    >>> run = Run.of("curve", seed=3, depth=4, activation="tanh")
    >>> run.key
    "curve(activation='tanh', depth=4, seed=3)"
    >>> run.parameters
    {'activation': 'tanh', 'depth': 4}
    """

    experiment: str
    settings: str  # the parameters as JSON text: it can be hashed, and nobody can change it
    seed: int

    @classmethod
    def of(cls, experiment: str, seed: int, **parameters: Any) -> "Run":
        """Return the run of an experiment with these parameters.

        Raises:
            TypeError: if the seed is no whole number, or a parameter cannot be written as JSON.
            ValueError: if the seed is negative, or a parameter is not finite.
        """
        return cls(experiment, written("parameters", parameters), whole("seed", seed, minimum=0))

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as JSON gives them back, a tuple as a list."""
        return dict(json.loads(self.settings))

    @property
    def key(self) -> str:
        """The name under which the result is stored, the same on every machine, and readable as a call."""
        arguments = [f"{name}={value!r}" for name, value in self.parameters.items()]
        return f"{self.experiment}({', '.join([*arguments, f'seed={self.seed}'])})"


@dataclass(frozen=True)
class Experiment:
    """What is run for one table or figure of a paper.

    ``plan(scale, seeds)`` lists the runs, which bear its name, for the seeds 0 to ``seeds - 1``. ``perform(run)`` does
    one of them and returns numbers and lists of them under names. It is a function of a module, so that another process
    can import it, and its result depends on the run alone; None stands for a number that there is not. More
    on what a result must be stands in ``records.check_result``.
    """

    name: str
    about: str
    plan: Callable[[str, int], Sequence[Run]]
    perform: Callable[[Run], Mapping[str, Any]]


def written(name: str, value: Mapping[str, Any]) -> str:
    """Return a mapping as JSON text, its names in order, or refuse what JSON cannot hold; NumPy's numbers are taken."""
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False, default=_plain)
    except ValueError as error:
        raise ValueError(f"{name} must be finite numbers, texts, lists and mappings, got {shown(value)}") from error


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a value must be a number, a text, a list, a mapping or None, got {shown(value)}")
