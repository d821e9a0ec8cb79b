"""Reads a Keras model or layer."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.keras_graph import activation_of
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, with_parts
from xavier_lib.shapes import depthwise_fans, einsum_fans, embedding_fans, packed_fans, strided_fans

CELLS = {"LSTMCell", "GRUCell", "SimpleRNNCell", "ConvLSTMCell"}
KNOWN = {"Dense", "EinsumDense", "BaseConv", "BaseConvTranspose", "BaseDepthwiseConv", "BaseSeparableConv"}
KNOWN |= {"Embedding", "Model", *CELLS}
Part = tuple[str, Fans | MeanFans, dict[str, Any]]


def contents(model: Any) -> Contents:
    """Return what lies in a model or layer, in the order of its layers.

    Raises:
        ValueError: if a layer has not been built, so that it has no weights yet.
    """
    found = Contents()
    for layer, inside in in_order(model):
        kinds = {base.__name__ for base in type(layer).__mro__}
        if not layer.built and kinds & KNOWN:
            raise ValueError(f"{layer.name} is not built and has no weights yet: call the model on one batch first")
        arrays = list(arrays_of(layer, kinds, inside))
        found.arrays.extend(arrays)
        judged = {array.key for array in arrays} | {id(getattr(layer, "bias", None))}
        for variable in (*layer._trainable_variables, *layer._non_trainable_variables):
            if id(variable) not in judged and "seed" not in variable.path:
                found.set_aside(variable.path, len(variable.shape), f"{type(layer).__name__} is not known here")
    return found


def in_order(layer: Any, inside: bool = False, seen: set[int] | None = None) -> Iterator[tuple[Any, bool]]:
    """Yield a layer and those in it, first to last, and whether they lie in a model within the model."""
    met = set() if seen is None else seen
    if id(layer) not in met:
        met.add(id(layer))
        yield layer, inside
        nested = seen is not None and any(base.__name__ == "Model" for base in type(layer).__mro__)
        for child in layer._layers:
            yield from in_order(child, inside or nested, met)


def arrays_of(layer: Any, kinds: set[str], inside: bool) -> Iterator[Stored]:
    """Return the arrays of weights of one layer, without those of the layers in it."""
    for part, fans, settings in parts_of(layer, kinds, inside):
        variable = getattr(layer, f"_{part}", getattr(layer, part))  # behind a property where adapters may be added
        parts, bias = settings.pop("parts", 1), getattr(layer, "bias", None)
        if settings.pop("bias", False) and bias is not None:
            settings["bias"] = place(bias)
        kind = with_parts(type(layer).__name__, parts)
        if "float" in str(variable.dtype):  # and not quantized to whole numbers
            yield Stored(variable.path, kind, tuple(variable.shape), fans, place(variable), id(variable), **settings)


def parts_of(layer: Any, kinds: set[str], inside: bool) -> Iterator[Part]:
    """Return the name, true fans and settings of each array of weights in one layer."""
    shape = tuple(getattr(layer, "kernel", getattr(layer, "embeddings", np.empty(0))).shape)
    plain = {"activation": activation_of(layer, inside), "bias": True}
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
        strides = getattr(cell, "strides", ()) if part == "kernel" else ()
        fans = strided_fans(packed_fans(shape, parts), strides)
        yield part, fans, {"activation": activation_of(cell, inside=True), "parts": parts}


def place(variable: Any) -> Place:
    """Return where a variable lies."""
    return Place(lambda: exact(variable), variable.assign)


def exact(variable: Any) -> Array:
    """Return the numbers of a variable as float32, or as float64 where they are."""
    import keras

    dtype = variable.dtype if variable.dtype in ("float32", "float64") else "float32"
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(variable, dtype)))
