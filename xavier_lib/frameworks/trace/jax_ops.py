"""What the primitives of JAX do with a signal, and which of its own functions are activations."""

from typing import Any

#: Calls whose inside is followed, with the name of the parameter that holds it.
CALLS = {
    **dict.fromkeys(("pjit", "jit", "remat", "checkpoint", "remat2"), "jaxpr"),
    **dict.fromkeys(("closed_call", "core_call", "custom_jvp_call", "custom_vjp_call"), "call_jaxpr"),
    "custom_vjp_call_jaxpr": "fun_jaxpr",
}
#: Those with a derivative of their own.
CUSTOM = {"custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr"}
#: Hand the same numbers on in the same order, or in another order of axes.
SAME = {
    *("reshape", "squeeze", "expand_dims", "convert_element_type", "broadcast_in_dim", "transpose", "copy", "copy_p"),
    *("reduce_precision", "stop_gradient", "optimization_barrier", "sharding_constraint", "name", "device_put"),
    *("pvary", "mesh_cast", "layout_constraint", "real", "complex"),
}
#: Hand numbers on, but others of them, elsewhere, or mixed by place.
MOVED = {
    *("slice", "dynamic_slice", "gather", "pad", "rev", "split", "sort", "top_k", "approx_top_k", "fft", "cumsum"),
    *("reduce_window", "reduce_window_max", "reduce_window_min", "reduce_window_sum", "select_and_gather_add"),
    *("dynamic_update_slice", "scatter", "scatter-add", "scatter_add", "scatter-mul", "scatter-max", "scatter-min"),
    *("cummax", "cummin", "cumprod", "cumlogsumexp", "scatter-update", "tile"),
}
PRODUCTS = {"dot_general", "conv_general_dilated"}
STATISTICS = {"reduce_sum", "reduce_max", "reduce_min", "reduce_prod"}
SUMS, FACTORS = {"add", "sub", "add_any"}, {"mul", "div"}
STRAIGHT = {*SUMS, *FACTORS, "neg", "select_n"}
#: How a power of the signal comes out of a function of each number.
POWERS = {"sqrt": 0.5, "rsqrt": -0.5, "square": 2.0, "abs": 1.0}
#: What keeps a power, within the small number that holds a division off zero.
BOUNDED = {"max", "min", "clamp"}
POINTWISE = {
    *STRAIGHT,
    *POWERS,
    *BOUNDED,
    *("integer_pow", "pow", "exp", "exp2", "expm1", "log", "log1p", "logistic", "tanh", "tan", "sin", "cos", "sinh"),
    *("cosh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2", "erf", "erfc", "erf_inv", "lgamma", "cbrt"),
    *("digamma", "floor", "ceil", "round", "sign", "rem", "is_finite", "nextafter", "and", "or", "xor", "not"),
    *("eq", "ne", "lt", "le", "gt", "ge", "population_count", "imag", "conj", "integer_power"),
}
STILL = SAME | MOVED | PRODUCTS | STATISTICS | {"concatenate"}
#: After these, units may be zero for good.
CUTTING = {"max", "min", "clamp", "select_n", "mul", "add"}
#: Functions of ``jax.nn``, and primitives, that are activations whatever their settings.
ACTIVATIONS = {
    **{name: name for name in ("relu", "relu6", "silu", "gelu", "selu", "softplus", "mish", "tanh", "sigmoid")},
    **{"swish": "silu", "logistic": "sigmoid", "soft_sign": "softsign", "log_sigmoid": "logsigmoid"},
    **{"hard_tanh": "hardtanh", "hard_sigmoid": "hardsigmoid", "hard_silu": "hardswish", "hard_swish": "hardswish"},
}


def inner_of(eqn: Any) -> Any:
    """Return what a call calls, with its constants, or None where there is nothing to be followed."""
    found = eqn.params.get(CALLS.get(eqn.primitive.name, ""))
    if found is None or hasattr(found, "consts"):
        return found
    from jax.extend.core import ClosedJaxpr

    return None if found.constvars else ClosedJaxpr(found, [])
