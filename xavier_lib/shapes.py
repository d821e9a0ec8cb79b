"""The true fans of weights whose shape does not tell them: strided, depthwise, packed and many-axed kernels, tables.

The module behind :doc:`/chapters/shapes`.
"""

import math
import re
from collections.abc import Sequence

from xavier_lib.arguments import flag, sequence, whole, whole_numbers, whole_shape
from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out, pair_of
from xavier_lib.names import Layout
from xavier_lib.wording import explained, shown


@explained
def strided_fans(fans: tuple[int, int], strides: Sequence[int], *, transposed: bool = False) -> MeanFans:
    r"""Correct the fans of a convolution for its strides.

    .. math:: n_\text{out} / s, \qquad\text{or if transposed}\qquad n_\text{in} / s

    with :math:`s` the product of the strides along all axes. With a stride of 2 the kernel stops at every
    second place, so an input meets half of it along that axis; turned around, an output sums half of it.
    Means over all places away from the border; counted in :doc:`/chapters/shapes`.

    Args:
        fans: the pair at stride 1, as :func:`~xavier_lib.fans.fan_in_fan_out` counts it.
        strides: one whole number for each axis of the kernel.
        transposed: whether the convolution is a transposed one.

    Raises:
        TypeError: if a fan or a stride is no whole number, or ``transposed`` no bool.
        ValueError: if one is below 1.

    >>> fans = fan_in_fan_out((32, 64, 4, 4), layout="OI", transposed=True)
    >>> fans, strided_fans(fans, (2, 2), transposed=True)
    (Fans(fan_in=512, fan_out=1024), MeanFans(fan_in=128.0, fan_out=1024.0))
    """
    (fan_in, fan_out), places = pair_of(fans), math.prod(whole_numbers("strides", strides))
    if flag("transposed", transposed):
        return MeanFans(fan_in / places, float(fan_out))
    return MeanFans(float(fan_in), fan_out / places)


@explained
def depthwise_fans(shape: Sequence[int]) -> Fans:
    r"""Count the true fans of a depthwise kernel as Keras stores it, ``(*kernel, in, multiplier)``.

    .. math:: n_\text{in} = k, \qquad n_\text{out} = k\,m

    Each output sums one channel at :math:`k` positions, and each input feeds the :math:`m` outputs of its own
    channel; the axis of the channels is in no fan. PyTorch and JAX store the same layer as a grouped
    convolution: count it by :func:`~xavier_lib.fans.fan_in_fan_out` with as many groups as channels. Compared in
    :doc:`/chapters/shapes`.

    Errors are those of :func:`~xavier_lib.fans.fan_in_fan_out`; there must be three axes or more.

    >>> depthwise_fans((3, 3, 32, 2)), fan_in_fan_out((64, 1, 3, 3), layout="OI", groups=32)
    (Fans(fan_in=9, fan_out=18), Fans(fan_in=9, fan_out=18))
    """
    *kernel, channels, multiplier = whole_shape("shape", shape)
    if not kernel:
        raise ValueError(f"shape must be (*kernel, in, multiplier), with at least three axes, got {shown(shape)}")
    return fan_in_fan_out((*kernel, 1, channels * multiplier), groups=channels)


@explained
def packed_fans(shape: Sequence[int], parts: int, *, layout: Layout = "IO") -> Fans:
    r"""Count the fans of each of several layers that lie side by side in one array.

    .. math:: n_\text{in} = k\,c_\text{in}, \qquad n_\text{out} = k\,\frac{c_\text{out}}{p}

    with :math:`p` parts along the axis of the outputs: 4 for the gates of an LSTM, 3 for those of a GRU and for
    the queries, keys and values of attention. This is a convention: each part is counted as a layer by itself, with
    the fans it would have if it were stored alone. One input of the array feeds the outputs of all parts,
    :math:`p\,n_\text{out}` of them, which is the count for a gradient that comes back through all parts at once.
    Both are measured in :doc:`/chapters/shapes`.

    Shape, layout and errors are those of :func:`~xavier_lib.fans.fan_in_fan_out`, with ``parts`` that divide the
    outputs in place of groups that divide the channels.

    >>> packed_fans((192, 64), 3, layout="OI")
    Fans(fan_in=64, fan_out=64)
    """
    sizes, count = whole_shape("shape", shape), whole("parts", parts)
    fans = fan_in_fan_out(sizes, layout=layout)
    outputs = sizes[-1] if layout == "IO" else sizes[0]
    if outputs % count:
        raise ValueError(f"parts must divide the {outputs} outputs of shape {sizes}, got {shown(parts)}")
    return Fans(fans.fan_in, fans.fan_out // count)


@explained
def axes_fans(
    shape: Sequence[int], *, in_axis: Sequence[int], out_axis: Sequence[int], batch_axis: Sequence[int] = ()
) -> Fans:
    r"""Count the true fans of a kernel with several axes of inputs or outputs, such as the heads of attention.

    .. math:: n_\text{in} = k \prod_{i \in \text{in}} c_i, \qquad n_\text{out} = k \prod_{i \in \text{out}} c_i

    The three arguments are those of JAX's initializers. An axis that is in none of them holds positions of the
    kernel and counts in both fans. Counted in :doc:`/chapters/shapes`.

    Args:
        shape: the shape of the weights.
        in_axis: the axes that one output sums over.
        out_axis: the axes of the outputs that one input feeds.
        batch_axis: axes along which whole layers lie side by side; they count in no fan.

    Raises:
        TypeError: if a size or an axis is no whole number.
        ValueError: if the shape has fewer than two axes or an empty one, or an axis is not there or named twice.

    >>> axes_fans((64, 4, 16), in_axis=[0], out_axis=[1, 2]), axes_fans((4, 16, 64), in_axis=[0, 1], out_axis=[2])
    (Fans(fan_in=64, fan_out=64), Fans(fan_in=64, fan_out=64))
    """
    sizes = whole_shape("shape", shape)
    named = {"in_axis": in_axis, "out_axis": out_axis, "batch_axis": batch_axis}
    places = {
        name: [_place(name, axis, len(sizes)) for axis in sequence(name, axes, "a sequence of axes")]
        for name, axes in named.items()
    }
    taken = [place for axes in places.values() for place in axes]
    if len(set(taken)) < len(taken):
        raise ValueError(f"in_axis, out_axis and batch_axis must name each axis once at most, got {shown(named)}")
    positions = math.prod(size for axis, size in enumerate(sizes) if axis not in taken)
    inputs, outputs = (math.prod(sizes[place] for place in places[name]) for name in ("in_axis", "out_axis"))
    return Fans(positions * inputs, positions * outputs)


def einsum_fans(equation: str, shape: Sequence[int]) -> Fans:
    r"""Count the true fans of the kernel of an einsum, such as Keras's ``EinsumDense`` or Flax's ``Einsum``.

    An axis of the kernel that only the inputs have is summed over; one that only the outputs have fans out; one
    that both have holds layers side by side. The rest is :func:`axes_fans`. Counted in :doc:`/chapters/shapes`.

    The equation is like ``"abc,cde->abde"``: inputs, kernel and outputs.

    Raises:
        TypeError: if the equation is no text or a size no whole number.
        ValueError: if the equation has not three parts, or does not fit the shape.

    >>> einsum_fans("abcd,cde->abe", (4, 16, 80))
    Fans(fan_in=64, fan_out=80)
    """
    accepted = f"equation must be 'inputs,kernel->outputs', got {shown(equation)}"
    if not isinstance(equation, str):
        raise TypeError(accepted)
    parts = re.fullmatch(r"(\w*),(\w+)->(\w*)", equation.replace(" ", "").replace("...", ""))
    if parts is None or any(len(set(part)) < len(part) for part in parts.groups()):
        raise ValueError(accepted)
    inputs, outputs = set(parts[1]), set(parts[3])
    axes = list(parts[2])
    sizes = whole_shape("shape", shape)
    if len(axes) != len(sizes):
        raise ValueError(f"shape must have the {len(axes)} axes {shown(parts[2])} of the equation, got {shown(sizes)}")
    return axes_fans(
        sizes,
        in_axis=[axes.index(name) for name in axes if name in inputs - outputs],
        out_axis=[axes.index(name) for name in axes if name in outputs - inputs],
        batch_axis=[axes.index(name) for name in axes if name in inputs & outputs],
    )


def _place(name: str, axis: int, axes: int) -> int:
    place = whole(name, axis, minimum=-axes)
    if place >= axes:
        raise ValueError(f"{name} must name axes from {-axes} to {axes - 1}, got {shown(axis)}")
    return place % axes


@explained
def embedding_fans(shape: Sequence[int]) -> Fans:
    r"""Count the true fans of a table of embeddings, ``(words, dimension)``.

    .. math:: n_\text{in} = 1, \qquad n_\text{out} = d

    A word looks up one row and sums nothing. The same array tied to the output layer has other fans there,
    those of :func:`~xavier_lib.fans.fan_in_fan_out` in layout ``"OI"``. Counted in :doc:`/chapters/shapes`.

    Errors are those of :func:`~xavier_lib.fans.fan_in_fan_out`; there must be two axes.

    >>> embedding_fans((1000, 64)), fan_in_fan_out((1000, 64), layout="OI")
    (Fans(fan_in=1, fan_out=64), Fans(fan_in=64, fan_out=1000))
    """
    sizes = whole_shape("shape", shape)
    if len(sizes) != 2:
        raise ValueError(f"shape must be (words, dimension), got {shown(shape)}")
    return Fans(1, sizes[1])
