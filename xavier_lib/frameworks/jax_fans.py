"""True fans of the kernels of Flax, and the axes along which layers of it are stacked."""

from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.shapes import axes_fans, einsum_fans, embedding_fans, packed_fans, strided_fans


def stack_of(module: Any, sizes: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the sizes of the axes along which layers are stacked, or None if the module does not show which."""
    from flax import nnx

    if isinstance(module, nnx.Embed):
        own: tuple[int, ...] = (module.num_embeddings, module.features)
    elif isinstance(module, nnx.Linear):
        own = (module.in_features, module.out_features)
    elif isinstance(module, (nnx.Conv, nnx.ConvTranspose)):
        own = sizes[-len(module.kernel_size) - 2 :]
        spatial = tuple(own[:-2]) == tuple(module.kernel_size)
        return sizes[: -len(own)] if spatial else None
    else:
        return ()
    return sizes[: -len(own)] if sizes[-len(own) :] == own else None


def fans_of(module: Any, shape: tuple[int, ...], parts: int) -> Fans | MeanFans | None:
    """Return the true fans of a module's kernel, or None for a kind that is not known."""
    from flax import nnx

    if getattr(module, "input_dilation", 1) not in (1, (1,) * (len(shape) - 2)):
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
