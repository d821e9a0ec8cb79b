"""What PyTorch's own functions, as they reach the hardware, do with a signal."""

from collections.abc import Sequence
from typing import Any

#: Where weights stand among the arguments, and where the signal does.
WEIGHTED = {"convolution": (1, 0), "_convolution": (1, 0), "mkldnn_convolution": (1, 0), "conv_tbc": (1, 0)}
PRODUCTS = {
    **dict.fromkeys(("mm", "bmm", "mv", "dot"), (0, 1)),
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), (1, 2)),
}
LOOKUPS = {"embedding": (0, 1), "_embedding_bag": (0, 1), "_embedding_bag_forward_only": (0, 1)}
PICKED = {"index": (0, 1), "index_select": (0, 2)}  # a look-up too, where what is picked depends on the input

#: Made like a signal, but not of its numbers.
LIKE = {
    *("empty_like", "zeros_like", "ones_like", "full_like", "rand_like", "randn_like", "randint_like", "new_empty"),
    *("new_zeros", "new_ones", "new_full", "new_empty_strided", "bernoulli", "empty_permuted", "scalar_tensor"),
}
#: Hand the same numbers on in the same order, or a random part of them.
SAME = {
    *("view", "_unsafe_view", "_reshape_alias", "reshape", "unsqueeze", "squeeze", "clone", "contiguous", "_to_copy"),
    *("alias", "detach", "lift_fresh", "expand", "native_dropout", "dropout", "t", "transpose", "permute", "to"),
    *("_reshape_copy", "view_as_real", "view_as_complex", "_conj", "flatten", "masked_fill"),
}
#: Hand numbers on, but others of them, elsewhere, or mixed by place.
MOVED = {
    *("slice", "select", "split", "split_with_sizes", "chunk", "unbind", "narrow", "unsafe_split", "unfold", "im2col"),
    *("unsafe_split_with_sizes", "unsafe_chunk", "as_strided", "index", "index_select", "gather", "roll", "flip"),
    *("_unsafe_index", "_unsafe_masked_index"),
    *("constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad1d", "replication_pad2d", "repeat"),
    *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle", "tril", "triu", "diagonal"),
    *("avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool2d_with_indices", "max_pool3d_with_indices", "_pad_circular"),
    *("adaptive_avg_pool1d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d", "take_along_dim"),
    *("upsample_nearest1d", "upsample_nearest2d", "_upsample_nearest_exact2d", "upsample_bilinear2d", "movedim"),
    *("upsample_bicubic2d", "upsample_linear1d", "_upsample_bilinear2d_aa", "upsample_trilinear3d", "col2im"),
    *("upsample_nearest3d", "grid_sampler_2d", "cumsum", "sort", "_fft_r2c", "_fft_c2c", "_fft_c2r", "take", "rot90"),
    *("repeat_interleave", "index_fill", "copy", "fill", "slice_scatter", "select_scatter", "scatter", "index_put"),
    *("adaptive_max_pool1d", "adaptive_max_pool3d", "max_pool1d", "_index_put_impl", "unsqueeze_copy", "slice_copy"),
    *("index_add", "scatter_add", "_nested_from_padded", "masked_select", "bucketize", "swapaxes", "masked_scatter"),
}
JOINS = {"cat", "stack", "hstack", "concat"}
NORMS = {
    *("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "cudnn_batch_norm"),
    *("_batch_norm_with_update", "_batch_norm_no_update", "native_layer_norm", "native_group_norm", "rms_norm"),
    *("miopen_batch_norm", "_fused_rms_norm", "_native_batch_norm_legit_functional", "batch_norm_elemt"),
}
STATISTICS = {
    *("mean", "sum", "var", "std", "var_mean", "std_mean", "norm", "linalg_vector_norm", "amax", "amin", "nansum"),
    *("max", "min", "median", "aminmax", "batch_norm_stats", "nanmean"),
}
SOFTMAXES = {"_softmax", "_log_softmax", "softmax", "_safe_softmax", "_masked_softmax", "log_softmax"}
ATTENTIONS = {
    *("_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention"),
    *("_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention"),
    *("_scaled_dot_product_fused_attention_overrideable", "_scaled_dot_product_attention_math"),
}
SUMS, FACTORS, TRIPLES = {"add", "sub", "rsub"}, {"mul", "div"}, {"addcmul", "addcdiv"}
STRAIGHT = {*SUMS, *FACTORS, *TRIPLES, "neg", "where", "positive", "copysign", "nan_to_num"}
#: How a power of the signal comes out of a function of each number; the power itself is an argument of "pow".
POWERS = {"sqrt": 0.5, "rsqrt": -0.5, "reciprocal": -1.0, "abs": 1.0, "square": 2.0}
#: What keeps a power, within the small number that holds a division off zero.
BOUNDED = {"clamp_min", "clamp", "maximum"}
ACTIVATIONS = {
    **{name: name for name in ("relu", "gelu", "silu", "mish", "sigmoid", "tanh", "hardswish", "hardsigmoid")},
    **{"log_sigmoid_forward": "logsigmoid", "softplus": "softplus", "prelu": "prelu", "_prelu_kernel": "prelu"},
    **{"leaky_relu": "leaky_relu", "elu": "elu", "hardtanh": "hardtanh", "threshold": "relu", "celu": "celu"},
    **{"selu": "selu", "log_sigmoid": "logsigmoid", "relu6": "relu6", "clamp_min": "relu", "clamp": "clamp"},
}
SMOOTH = {"sigmoid", "tanh", "gelu", "silu", "mish", "softplus", "elu", "exp", "log_sigmoid_forward", "leaky_relu"}


def base_name(function: Any) -> str:
    """Return the name of a function without overload and without the mark of those that work in place."""
    name = str(function._overloadpacket.__name__)
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


def activation_name(name: str, given: Sequence[Any], settings: dict[str, Any]) -> str | None:
    """Return the name of an activation by its function and settings, or None if they make another one of it."""
    known = ACTIVATIONS.get(name)
    values = [value for value in given if not hasattr(value, "shape")]
    match known:
        case "leaky_relu":
            return f"leaky_relu({float((values or [0.01])[0]):.9g})"
        case "elu":
            return elu_name(*[float(value) for value in values[:3]])
        case "hardtanh":
            low, high = [*values, *(-1.0, 1.0)[len(values) :]][:2]
            return {(0.0, 6.0): "relu6", (-1.0, 1.0): "hardtanh"}.get((float(low), float(high)))
        case "relu" if name in ("clamp_min", "threshold"):
            return "relu" if values and not any(values) else None
        case "clamp":
            low, high = [*values, None, None][:2]
            low, high = settings.get("min", low), settings.get("max", high)
            bounds = {(0, None): "relu", (0, 6): "relu6", (-1, 1): "hardtanh"}
            return bounds.get((low, high))
        case "softplus":
            return "softplus" if (values or [1])[0] == 1 else None
        case _:
            return known


def elu_name(alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> str | None:
    """Return which of its family an exponential linear unit is."""
    if abs(scale - 1.0507009873554805) < 1e-6:
        return "selu"
    if scale != 1 or abs(alpha * input_scale - 1) > 1e-6 and input_scale != 1:
        return None
    return "elu" if alpha == 1 else None if input_scale == 1 else "celu"
