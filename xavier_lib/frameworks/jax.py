"""Reads a ``flax.nnx.Module``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, dotted, with_parts
from xavier_lib.shapes import axes_fans, einsum_fans, embedding_fans, packed_fans, strided_fans

GATES = {"OptimizedLSTMCell": 4, "GRUCell": 3}
CELLS = {*GATES, "LSTMCell", "SimpleCell"}


def contents(model: Any) -> Contents:
    """Return what lies in a ``flax.nnx.Module``, in the order in which its attributes were set.

    Raises:
        ValueError: if it holds shapes in place of arrays, or an empty array.
    """
    from flax import nnx

    found = Contents()
    modules = dict(in_order(model))
    for path, module in modules.items():
        above = modules.get(path[:-1]) if path else None
        found.arrays.extend(arrays_of(".".join(path), module, cell_of(above), activation_of(path, modules)))
    judged = {array.key for array in found.arrays}
    biases = {id(vars(module).get("bias")) for module in modules.values() if id(vars(module).get("kernel")) in judged}
    for path, variable in nnx.to_flat_state(nnx.state(model)):
        original = found_at(model, path)
        plain = isinstance(variable, (nnx.Param, nnx.BatchStat))
        if plain and id(original) not in judged | biases:
            found.set_aside(".".join(map(str, path)), variable.ndim, "its fans are not known here")
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


def arrays_of(name: str, module: Any, cell: str | None, after: str | None) -> Iterator[Stored]:
    """Return the arrays of weights of one module, without those of the modules in it."""
    from flax import nnx

    part = "embedding" if isinstance(module, nnx.Embed) else "kernel"
    variable = getattr(module, part, None)
    if not isinstance(variable, nnx.Variable):
        return
    whole = dotted(name, part)
    refuse_empty(whole, variable.get_value())
    shape, parts = tuple(variable.shape), GATES.get(cell or "", 1)
    fans = fans_of(module, shape, parts)
    if fans is None:
        return
    start = getattr(module, "bias", None)
    bias = start if isinstance(start, nnx.Variable) and cell is None else None
    yield Stored(
        name=whole,
        kind=with_parts(cell or type(module).__name__, parts),
        shape=shape,
        fans=fans,
        weights=place(variable),
        key=id(variable),
        activation="tanh" if cell else "linear" if part == "embedding" else after,
        bias=None if bias is None else place(bias),
        lookup=part == "embedding",
        movable=isinstance(module, (nnx.Linear, nnx.Conv)) and cell is None,
    )


def fans_of(module: Any, shape: tuple[int, ...], parts: int) -> Fans | MeanFans | None:
    """Return the true fans of a module's kernel, or None for a kind that is not known, such as stacked layers."""
    from flax import nnx

    if len(shape) != axes_of(module, shape) or getattr(module, "input_dilation", 1) not in (1, (1,) * (len(shape) - 2)):
        return None
    if isinstance(module, nnx.Embed):
        return embedding_fans(shape)
    if isinstance(module, nnx.Linear):
        return packed_fans(shape, parts)
    if isinstance(module, nnx.LinearGeneral):
        stacked, inputs = len(module.batch_axis), len(module.in_features)
        axes = list(range(len(shape)))
        ends = {"in_axis": axes[stacked : stacked + inputs], "out_axis": axes[stacked + inputs :]}
        return axes_fans(shape, **ends, batch_axis=axes[:stacked])
    if isinstance(module, nnx.Einsum):
        return einsum_fans(module.einsum_str, shape)
    strides = getattr(module, "strides", None)
    steps = tuple(strides) if isinstance(strides, (tuple, list)) else (strides or 1,) * (len(shape) - 2)
    if isinstance(module, nnx.Conv):
        return strided_fans(fan_in_fan_out(shape, groups=module.feature_group_count), steps)
    if isinstance(module, nnx.ConvTranspose):
        fans = fan_in_fan_out(shape, transposed=module.transpose_kernel)
        return strided_fans(fans, steps, transposed=True)
    return None


def axes_of(module: Any, shape: tuple[int, ...]) -> int:
    """Return how many axes the kernel of a module has if no layers are stacked along others."""
    from flax import nnx

    if isinstance(module, (nnx.Embed, nnx.Linear)):
        return 2
    return len(module.kernel_size) + 2 if isinstance(module, (nnx.Conv, nnx.ConvTranspose)) else len(shape)


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


def activation_of(path: tuple[Any, ...], modules: Mapping[Any, Any]) -> str | None:
    """Return what follows a layer in a Sequential, or None where only the forward pass knows."""
    from flax import nnx

    if len(path) < 2 or not isinstance(modules.get(path[:-2]), nnx.Sequential):
        return None
    for after in modules[path[:-2]].layers[int(path[-1]) + 1 :]:
        name = getattr(after, "__name__", type(after).__name__)
        if known(name):
            return str(name)
        if not any(word in name.lower() for word in ("norm", "dropout", "identity")):
            return "linear" if isinstance(after, nnx.Module) else None
    return "linear" if len(path) == 2 else None
