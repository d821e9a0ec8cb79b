"""A signal on its way through a stack of convolutions, whatever framework the layers come from."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xavier_lib.arguments import RNG, generator, whole
from xavier_lib.frameworks.reading import contents_of
from xavier_lib.frameworks.stored import Array
from xavier_lib.nn.convolution import convolved
from xavier_lib.nn.signals import rms
from xavier_lib.weights.drawing import array_shape
from xavier_lib.wording import shown


def rms_through_convolutions(
    layers: Iterable[Any], channels: int, *, side: int = 6, batch: int = 8, rng: RNG = None
) -> NDArray[Any]:
    r"""Send normal noise of rms 1 through convolutions with ReLU, and measure what comes out of each.

    .. math:: x_l = \operatorname{relu}(W_l * x_{l-1}), \qquad \operatorname{rms}(x_l)

    The forward measurement behind He et al. (2015), section 2.2, with grouped kernels too; the slider of
    :doc:`/chapters/shapes`. Square maps whose edges are joined, so that each place has the same fans; strides
    and biases are left out.

    Args:
        layers: two-dimensional convolutions of PyTorch, Keras or Flax, from the input on.
        channels: the number of channels of the input; a kernel that takes fewer is a grouped one.
        side: the positions along each side of a map, at least as many as along the kernels.
        batch: how many maps.
        rng: a Generator, an int seed or None; it draws the noise.

    Returns:
        The rms of the input and of each layer's output, shape (layers + 1,).

    Raises:
        TypeError: if a layer is of no known kind, or a count no whole number.
        ValueError: if there is no layer, one is no plain two-dimensional convolution, or the channels do not fit.

    >>> import torch
    >>> from xavier_lib.frameworks import initialize
    >>> layer = torch.nn.Conv2d(64, 64, 3, groups=4)
    >>> initialize(layer, "he_normal", rng=0)
    >>> rms_through_convolutions([layer], 64, rng=0).round(1)
    array([1., 1.])
    """
    if not isinstance(layers, Iterable):
        raise TypeError(f"layers must be a sequence of convolutions, got {shown(layers)} ({type(layers).__name__})")
    kernels = [kernel_of(f"layers[{place}]", layer) for place, layer in enumerate(layers)]
    if not kernels:
        raise ValueError("layers must hold at least one convolution, got none")
    places = whole("side", side, minimum=max(max(kernel.shape[:2]) for kernel in kernels))
    maps = (whole("batch", batch), places, places, whole("channels", channels))
    signal = generator(rng).standard_normal(array_shape(maps, "batch, side and channels"))
    sizes = [rms(signal)]
    for place, kernel in enumerate(kernels):
        if signal.shape[-1] % kernel.shape[2]:
            raise ValueError(f"layers[{place}] must take {signal.shape[-1]} channels, got a kernel {kernel.shape}")
        signal = np.maximum(convolved(signal, kernel), 0)
        sizes.append(rms(signal))
    return np.array(sizes)


def kernel_of(name: str, layer: Any) -> Array:
    """Return the kernel of a convolution, its axes (row, column, in / groups, out), or refuse another layer."""
    arrays = contents_of(name, layer).arrays
    if len(arrays) != 1 or len(arrays[0].shape) != 4 or not arrays[0].movable:
        kinds = ", ".join(array.kind for array in arrays) or type(layer).__name__
        raise ValueError(f"{name} must be one plain two-dimensional convolution, got {kinds}")
    return arrays[0].weights.read()
