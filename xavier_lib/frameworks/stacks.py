"""Tells in a tree of arrays a kernel of a convolution from layers that are stacked along an axis of their own."""

import re

from xavier_lib.fans import Fans, fan_in_fan_out
from xavier_lib.frameworks.stored import stacked
from xavier_lib.shapes import axes_fans

Shape = tuple[int, ...]

# How attention of Flax stores its kernels, by the name of the layer: heads among the outputs or among the inputs.
HEADS = {"query": (1, 2), "key": (1, 2), "value": (1, 2), "out": (2, 1)}
LIFTED = re.compile(r"^(vmap|scan|remat(?=scan|vmap))", re.IGNORECASE)  # how Flax names what it repeats


def kind_and_fans(path: tuple[str, ...], shape: Shape, bias: Shape | None, lifted: int = 0) -> tuple[str, Fans] | None:
    """Return the kind of layer that a kernel belongs to, and its true fans, or None if the tree does not show it.

    Args:
        path: the names on the way to the layer.
        shape: the shape of the kernel.
        bias: the shape of the bias of the layer, or None.
        lifted: along how many axes the gains of a normalization beside it are stacked.

    >>> kind_and_fans(("Dense_0",), (5, 64, 300), None)
    ('dense, a stack of 5', Fans(fan_in=64, fan_out=300))
    >>> kind_and_fans(("first",), (5, 64, 300), None), kind_and_fans(("first",), (5, 64, 300), (300,))[0]
    (None, 'convolution')
    """
    name = path[-1].lower() if path else ""
    if name in HEADS and len(shape) >= 3:
        return attention(shape, *HEADS[name])
    count = stacked_axes(path, shape, bias, lifted)
    if count is None:
        return several_axes(name, shape, bias)
    stack, own = shape[:count], shape[count:]
    return stacked("dense" if len(own) == 2 else "convolution", stack), fan_in_fan_out(own)


def stacked_axes(path: tuple[str, ...], shape: Shape, bias: Shape | None, lifted: int = 0) -> int | None:
    """Return along how many axes layers are stacked, or None if neither a name nor a bias shows it."""
    name = path[-1].lower() if path else ""
    dense = "dense" in name and "general" not in name
    if len(shape) == 2:
        return 0
    if "general" in name:
        return None
    if bias is not None:
        return stacked_by_bias(shape, bias, dense)
    if dense:
        return len(shape) - 2
    repeated = sum(LIFTED.match(part) is not None for part in path) or lifted
    if repeated:
        return repeated if len(shape) - repeated >= 2 else None
    return 0 if "conv" in name or (len(shape) > 3 and len(set(shape[:-2])) == 1) else None


def stacked_by_bias(shape: Shape, bias: Shape, dense: bool) -> int | None:
    """Return the same by the shape of the bias, which has the axes of the stack and the outputs."""
    count = len(bias) - 1
    if bias != shape[:count] + shape[-1:] or (dense and len(shape) - count != 2):
        return None
    ambiguous = count > 0 and not dense and bias == shape[-len(bias) :]  # of one layer with several axes of outputs
    return None if ambiguous else count


def several_axes(name: str, shape: Shape, bias: Shape | None) -> tuple[str, Fans] | None:
    """Return the kind and the fans of a dense layer with several axes of outputs, if its bias shows them."""
    if bias is None or len(bias) < 2 or bias != shape[-len(bias) :] or len(bias) >= len(shape):
        return None
    if bias == shape[: len(bias) - 1] + shape[-1:] and "general" not in name:
        return None
    inputs = len(shape) - len(bias)
    axes = list(range(len(shape)))
    return "dense, several axes", axes_fans(shape, in_axis=axes[:inputs], out_axis=axes[inputs:])


def attention(shape: Shape, inputs: int, outputs: int) -> tuple[str, Fans]:
    """Return the kind and the fans of a kernel of attention, by how many of its last axes are inputs and outputs."""
    axes = list(range(len(shape)))
    stack = len(shape) - inputs - outputs
    fans = axes_fans(
        shape,
        in_axis=axes[stack : stack + inputs],
        out_axis=axes[stack + inputs :],
        batch_axis=axes[:stack],
    )
    return stacked("attention", shape[:stack]), fans


def why_not(part: str, axes: int) -> str:
    """Return why the fans of an array of a tree are not read."""
    if part == "kernel" and axes > 2:
        return "one kernel or a stack of layers: neither a name nor a bias shows which"
    return "its fans are not known here"
