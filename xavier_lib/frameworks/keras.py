"""Reads a Keras model or layer."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xavier_lib.fans import (
    Fans,
    MeanFans,
    depthwise_fans,
    einsum_fans,
    embedding_fans,
    fan_in_fan_out,
    packed_fans,
    strided_fans,
)
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, with_parts

CELLS = {"LSTMCell", "GRUCell", "SimpleRNNCell", "ConvLSTMCell"}
Part = tuple[str, Fans | MeanFans, dict[str, Any]]
# What a signal passes on its way from a layer to the activation, by the name of a layer.
PASSED = ("normalization", "dropout", "pooling", "flatten", "reshape", "permute", "padding", "cropping", "upsampling")


def contents(model: Any) -> Contents:
    """Return what lies in a model or layer, in the order of its layers.

    Raises:
        ValueError: if a layer has not been built, so that it has no weights yet.
    """
    found = Contents()
    for layer in model._flatten_layers():
        if not layer.built:
            raise ValueError(f"{layer.name} is not built and has no weights yet: call the model on one batch first")
        arrays = list(arrays_of(layer))
        found.arrays.extend(arrays)
        judged = {array.key for array in arrays}
        for variable in layer._trainable_variables:
            if len(variable.shape) > 1 and id(variable) not in judged and "bias" not in variable.name:
                found.left_out.append(f"{variable.path} ({type(layer).__name__} is not known here)")
    return found


def arrays_of(layer: Any) -> Iterator[Stored]:
    """Return the arrays of weights of one layer, without those of the layers in it."""
    for part, fans, settings in parts_of(layer):
        variable = getattr(layer, f"_{part}", getattr(layer, part))  # behind a property where adapters may be added
        parts, bias = settings.pop("parts", 1), getattr(layer, "bias", None)
        if settings.pop("bias", False) and bias is not None:
            settings["bias"] = place(bias)
        kind = with_parts(type(layer).__name__, parts)
        yield Stored(variable.path, kind, tuple(variable.shape), fans, place(variable), id(variable), **settings)


def parts_of(layer: Any) -> Iterator[Part]:
    """Return the name, true fans and settings of each array of weights in one layer."""
    kinds = {base.__name__ for base in type(layer).__mro__}
    shape = tuple(getattr(layer, "kernel", getattr(layer, "embeddings", np.empty(0))).shape)
    plain = {"activation": activation_of(layer), "bias": True}
    if "Dense" in kinds:
        yield "kernel", fan_in_fan_out(shape), plain | {"movable": True}
    elif "EinsumDense" in kinds:
        yield "kernel", einsum_fans(layer.equation, shape), plain
    elif "BaseConv" in kinds:
        fans = fan_in_fan_out(shape, groups=layer.groups)
        yield "kernel", strided_fans(fans, layer.strides), plain | {"movable": True}
    elif "BaseConvTranspose" in kinds:
        fans = fan_in_fan_out(shape, transposed=True)
        yield "kernel", strided_fans(fans, layer.strides, transposed=True), plain
    elif "BaseDepthwiseConv" in kinds:
        yield "kernel", strided_fans(depthwise_fans(shape), layer.strides), plain
    elif "BaseSeparableConv" in kinds:
        depthwise = depthwise_fans(tuple(layer.depthwise_kernel.shape))
        yield "depthwise_kernel", strided_fans(depthwise, layer.strides), {"activation": "linear"}
        yield "pointwise_kernel", fan_in_fan_out(tuple(layer.pointwise_kernel.shape)), plain
    elif "Embedding" in kinds:
        yield "embeddings", embedding_fans(shape), {"activation": "linear", "lookup": True}
    elif kinds & CELLS:
        yield from gates(layer)


def gates(cell: Any) -> Iterator[Part]:
    """Return the two arrays of a recurrent cell, each with as many parts as the cell has gates."""
    for part in ("kernel", "recurrent_kernel"):
        shape = tuple(getattr(cell, part).shape)
        parts = shape[-1] // (cell.units if hasattr(cell, "units") else cell.filters)
        yield part, packed_fans(shape, parts), {"activation": activation_of(cell), "parts": parts}


def place(variable: Any) -> Place:
    """Return where a variable lies."""
    return Place(lambda: exact(variable), variable.assign)


def exact(variable: Any) -> Array:
    """Return the numbers of a variable as float32, or as float64 where they are."""
    import keras

    dtype = variable.dtype if variable.dtype in ("float32", "float64") else "float32"
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(variable, dtype)))


def activation_of(layer: Any) -> str | None:
    """Return the activation of a layer, its own or one that follows in the graph, or None where there is no graph."""
    own = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if own != "linear":
        return own if known(own) else None
    return following(layer) if getattr(layer, "_inbound_nodes", ()) else None


def following(layer: Any) -> str:
    """Return the first activation behind a layer, or ``"linear"`` where another layer comes first."""
    for node in layer._outbound_nodes:
        after, name = node.operation, type(node.operation).__name__
        if name == "Activation":
            name = after.activation.__name__
        if known(name):
            return f"leaky_relu({float(after.negative_slope):g})" if name == "LeakyReLU" else name.lower()
        if any(word in name.lower() for word in PASSED):
            return following(after)
    return "linear"
