"""How many inputs feed one output, and how many outputs one input feeds."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from xavier_lib.arguments import flag, one_of, sequence, whole, whole_shape
from xavier_lib.names import Layout
from xavier_lib.wording import explained, shown

ORDERS: dict[Layout, str] = {
    "IO": "(*kernel, in, out), as in NumPy, Keras and JAX",
    "OI": "(out, in, *kernel), as in PyTorch",
}
#: How others write the order of the axes of weights, with a star for the kernel's.
WRITTEN = {
    **dict.fromkeys(("IO", "*IO"), "'IO'"),
    **dict.fromkeys(("OI", "OI*"), "'OI'"),
    "*OI": "'IO' with transposed=True",
    "IO*": "'OI' with transposed=True",
}


class Fans(NamedTuple):
    """The two fans of a layer; counted in :doc:`/chapters/fans`.

    Attributes:
        fan_in: how many inputs one output sums.
        fan_out: how many outputs one input feeds.

    >>> fan_in, fan_out = Fans(300, 100)
    >>> fan_in
    300
    """

    fan_in: int
    fan_out: int


@explained
def fan_in_fan_out(shape: Sequence[int], *, layout: Layout = "IO", groups: int = 1, transposed: bool = False) -> Fans:
    r"""Count the true fans of a weight array.

    .. math:: n_\text{in} = k\,\frac{c_\text{in}}{g}, \qquad n_\text{out} = k\,\frac{c_\text{out}}{g}

    with :math:`k` the number of positions in the kernel (1 for a dense layer), :math:`c` the channels and
    :math:`g` the groups. He et al. (2015), section 2.2; counted by hand in :doc:`/chapters/fans`.

    Args:
        shape: the shape of the weights as stored, two axes or more.
        layout: ``"IO"`` for ``(*kernel, in / groups, out)``, as in NumPy, Keras and JAX; ``"OI"`` for
            ``(out, in / groups, *kernel)``, as in PyTorch.
        groups: the number of groups of a grouped convolution.
        transposed: whether the weights belong to a transposed convolution, stored as the kernel of the
            convolution that it turns around: ``(*kernel, out, in)`` in Keras, which has no groups there,
            ``(in, out / groups, *kernel)`` in PyTorch. Stride 1 is assumed. A transposed convolution of
            JAX stores ``(*kernel, in, out)``: leave it False there.

    Returns:
        The pair ``(fan_in, fan_out)`` of whole numbers.

    Raises:
        TypeError: if a size or ``groups`` is no whole number, or ``transposed`` no bool.
        ValueError: if the shape has fewer than two axes or an empty one, if the layout is unknown, or if
            the groups do not divide the channels.

    >>> fan_in_fan_out((300, 100))
    Fans(fan_in=300, fan_out=100)
    >>> fan_in_fan_out((64, 32, 3, 3), layout="OI")
    Fans(fan_in=288, fan_out=576)
    """
    sizes = whole_shape("shape", shape)
    count = whole("groups", groups)
    if layout_named(layout) == "IO":
        *kernel, grouped, channels = sizes
    else:
        channels, grouped, *kernel = sizes
    if channels % count:
        raise ValueError(f"groups must divide the {channels} channels of shape {shown(sizes)}, got {shown(groups)}")
    positions = math.prod(kernel)
    fans = Fans(positions * grouped, positions * channels // count)
    return Fans(fans.fan_out, fans.fan_in) if flag("transposed", transposed) else fans


def layout_named(layout: Layout) -> Layout:
    """Return a layout, or refuse another name and say which of the two it is, if it is one of weights at all.

    >>> layout_named("OIHW")
    Traceback (most recent call last):
    ValueError: layout must be one of ['IO', 'OI'], got 'OIHW', which is 'OI' here
    """
    if isinstance(layout, str) and layout not in ORDERS:
        kind = WRITTEN.get(re.sub("[DHW0-9]+", "*", layout.upper()))
        orders = "; ".join(f"{name!r} is {order}" for name, order in ORDERS.items())
        hint = f", which is {kind} here" if kind else f": {orders}"
        raise ValueError(f"layout must be one of {[*ORDERS]}, got {shown(layout)}{hint}")
    return one_of("layout", layout, [*ORDERS])


class MeanFans(NamedTuple):
    """The two fans of a layer whose places have different ones: means over all of them, so fractions are possible.

    Counted in :doc:`/chapters/shapes`.

    Attributes:
        fan_in: how many inputs one output sums, on average.
        fan_out: how many outputs one input feeds, on average.

    >>> MeanFans(2.25, 9.0).fan_in
    2.25
    """

    fan_in: float
    fan_out: float


def given_fans(fans: tuple[int, int] | None, shape: Sequence[int]) -> Fans:
    """Return the fans that were given, checked, or count those of a shape in layout ``"IO"``."""
    return fan_in_fan_out(shape) if fans is None else pair_of(fans)


def pair_of(fans: tuple[int, int]) -> Fans:
    """Return the fans that were given, or refuse what is no pair of positive whole numbers."""
    accepted = "a pair (fan_in, fan_out)"
    if len(sequence("fans", fans, accepted)) != 2:
        raise ValueError(f"fans must be {accepted}, got {shown(fans)}")
    return Fans(whole("fan_in", fans[0]), whole("fan_out", fans[1]))
