"""Reads a ``flax.nnx.Module``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from xavier_lib.frameworks.following import LINEAR, After, settings_of
from xavier_lib.frameworks.jax_after import activation_of
from xavier_lib.frameworks.jax_fans import fans_of, stack_of
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, dotted, stacked, with_parts

GATES = {"OptimizedLSTMCell": 4, "GRUCell": 3}
CELLS = {*GATES, "LSTMCell", "SimpleCell"}
OF_STATE = {"dense_h", "hi", "hf", "hg", "ho"}  # the layers in a cell that carry the state on


def contents(model: Any) -> Contents:
    """Return what lies in a ``flax.nnx.Module``, in the order in which its attributes were set.

    Raises:
        ValueError: if it holds shapes in place of arrays, or an empty array.
    """
    from flax import nnx

    found = Contents()
    modules = dict(in_order(model))
    for path, module in modules.items():
        found.arrays.extend(arrays_of(path, module, modules))
    judged = {array.key for array in found.arrays}
    biases = {id(vars(module).get("bias")) for module in modules.values() if id(vars(module).get("kernel")) in judged}
    for path, variable in nnx.to_flat_state(nnx.state(model)):
        original = found_at(model, path)
        plain = isinstance(variable, (nnx.Param, nnx.BatchStat))
        if plain and id(original) not in judged | biases:
            found.set_aside(".".join(map(str, path)), variable.ndim, "its fans are not known here")
    if any(array.activation is None for array in found.arrays):
        found.unseen.append(f"{type(model).__name__} applies its layers in code, which shows only on a batch")
    return found


def found_at(model: Any, path: tuple[Any, ...]) -> Any:
    """Return the variable at a path of attributes and items."""
    for part in path:
        model = getattr(model, str(part)) if hasattr(model, str(part)) else model[part]
    return model


def cell_of(module: Any) -> str | None:
    """Return the name of the recurrent cell of Flax that a module is, or None."""
    bases = (base.__name__ for base in type(module).__mro__ if base.__module__.startswith("flax."))
    return next((name for name in bases if name in CELLS), None)


def in_order(node: Any, path: tuple[str, ...] = (), seen: set[int] | None = None) -> Iterator[tuple[Any, Any]]:
    """Yield each module with its path; Flax's own walk goes by the alphabet, which is no order of layers."""
    from flax import nnx

    met: set[int] = set() if seen is None else seen
    children: Iterable[tuple[Any, Any]] = ()
    if isinstance(node, nnx.Module):
        if id(node) in met:
            return
        met.add(id(node))
        yield path, node
        children = vars(node).items()
    elif isinstance(node, Mapping):
        children = node.items()
    elif isinstance(node, (list, tuple)):
        children = enumerate(node)
    for name, child in children:
        yield from in_order(child, (*path, str(name)), met)


def arrays_of(path: tuple[Any, ...], module: Any, modules: Mapping[Any, Any]) -> Iterator[Stored]:
    """Return the arrays of weights of one module, without those of the modules in it."""
    from flax import nnx

    name, above = ".".join(path), modules.get(path[:-1]) if path else None
    cell = cell_of(above)
    part = "embedding" if isinstance(module, nnx.Embed) else "kernel"
    variable = getattr(module, part, None)
    if not isinstance(variable, nnx.Variable):
        return
    whole = dotted(name, part)
    refuse_empty(whole, variable.get_value())
    sizes = tuple(variable.shape)
    parts, stack = GATES.get(cell or "", 1), stack_of(module, sizes)
    fans = None if stack is None else fans_of(module, sizes[len(stack) :], parts)
    if stack is None or fans is None:
        return
    start = getattr(module, "bias", None)
    bias = start if isinstance(start, nnx.Variable) and cell is None else None
    kind = with_parts(cell or type(module).__name__, parts)
    after = After("tanh") if cell else LINEAR if part == "embedding" else activation_of(path, modules)
    yield Stored(
        name=whole,
        kind=stacked(kind, stack),
        shape=sizes,
        fans=fans,
        weights=place(variable),
        key=id(variable),
        bias=None if bias is None else place(bias),
        lookup=part == "embedding",
        movable=isinstance(module, (nnx.Linear, nnx.Conv)) and cell is None and not stack,
        parts=parts,
        gates=cell is not None and cell != "SimpleCell",
        recurrent=cell is not None and path[-1] in OF_STATE,
        transposed=isinstance(module, nnx.ConvTranspose),
        **settings_of(after),
    )


def refuse_empty(name: str, value: Any) -> None:
    """Refuse a shape in the place of an array, and an empty array."""
    import jax

    if not isinstance(value, jax.Array):
        raise ValueError(f"{name} holds no array, only {type(value).__name__}: create the model outside of eval_shape")
    if not value.size:
        raise ValueError(f"{name} must hold at least one number, got shape {value.shape}")


def place(variable: Any) -> Place:
    """Return where a variable of Flax lies."""

    def write(values: Array) -> None:
        import jax.numpy as jnp

        variable.set_value(jnp.array(values, variable.dtype, copy=True))  # or it would share the memory of the source

    return Place(lambda: exact(variable.get_value()), write)


def exact(value: Any) -> Array:
    """Return a JAX array as float32, or as float64 where it is."""
    array = np.asarray(value)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
