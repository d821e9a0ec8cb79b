"""Reads a ``flax.nnx.Module``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from xavier_lib.fans import (
    Fans,
    MeanFans,
    axes_fans,
    einsum_fans,
    embedding_fans,
    fan_in_fan_out,
    packed_fans,
    strided_fans,
)
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, with_parts

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
        name = ".".join(map(str, path))
        above = modules.get(path[:-1]) if path else None
        arrays = list(arrays_of(name, module, type(above).__name__, activation_of(path, modules)))
        found.arrays.extend(arrays)
        judged = {array.key for array in arrays}
        for part, variable in vars(module).items():
            if isinstance(variable, nnx.Param) and variable.ndim > 1 and id(variable) not in judged and part != "bias":
                found.left_out.append(f"{name}.{part}".lstrip(".") + f" ({type(module).__name__} is not known here)")
    return found


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


def arrays_of(name: str, module: Any, above: str, after: str | None) -> Iterator[Stored]:
    """Return the arrays of weights of one module, without those of the modules in it."""
    from flax import nnx

    part = "embedding" if isinstance(module, nnx.Embed) else "kernel"
    variable = getattr(module, part, None)
    if not isinstance(variable, nnx.Variable):
        return
    whole = f"{name}.{part}".lstrip(".")
    refuse_empty(whole, variable.get_value())
    shape, parts = tuple(variable.shape), GATES.get(above, 1)
    fans = fans_of(module, shape, parts)
    if fans is None:
        return
    start = getattr(module, "bias", None)
    bias = start if isinstance(start, nnx.Variable) and above not in CELLS else None
    yield Stored(
        name=whole,
        kind=with_parts(type(module).__name__ if above not in CELLS else above, parts),
        shape=shape,
        fans=fans,
        weights=place(variable),
        key=id(variable),
        activation="tanh" if above in CELLS else "linear" if part == "embedding" else after,
        bias=None if bias is None else place(bias),
        lookup=part == "embedding",
        movable=isinstance(module, (nnx.Linear, nnx.Conv)) and above not in CELLS,
    )


def fans_of(module: Any, shape: tuple[int, ...], parts: int) -> Fans | MeanFans | None:
    """Return the true fans of a module's kernel, or None for a kind that is not known."""
    from flax import nnx

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

        variable.set_value(jnp.asarray(values, variable.dtype))

    return Place(lambda: exact(variable.get_value()), write)


def exact(value: Any) -> Array:
    """Return a JAX array as float32, or as float64 where it is."""
    array = np.asarray(value)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def activation_of(path: tuple[Any, ...], modules: Mapping[Any, Any]) -> str | None:
    """Return what follows a layer in a Sequential, or None where only the forward pass knows."""
    if len(path) < 2 or type(modules.get(path[:-2])).__name__ != "Sequential":
        return None
    for after in modules[path[:-2]].layers[int(path[-1]) + 1 :]:
        name = getattr(after, "__name__", type(after).__name__)
        if known(name):
            return str(name)
        if "norm" not in name.lower() and "dropout" not in name.lower():
            break
    return "linear"
