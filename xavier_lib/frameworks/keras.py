"""Reads a Keras model or layer."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.following import LINEAR, settings_of
from xavier_lib.frameworks.keras_graph import Holder, after_layer, called, inbound
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, with_parts
from xavier_lib.shapes import depthwise_fans, einsum_fans, embedding_fans, packed_fans, strided_fans

BORDERED = 0.75  # a share of its inputs that an output sums, below which the border is most of the map
CELLS = {"LSTMCell", "GRUCell", "SimpleRNNCell", "ConvLSTMCell"}
KNOWN = {"Dense", "EinsumDense", "BaseConv", "BaseConvTranspose", "BaseDepthwiseConv", "BaseSeparableConv"}
KNOWN |= {"Embedding", "Model", *CELLS}
Part = tuple[str, Fans | MeanFans, dict[str, Any]]


def contents(model: Any) -> Contents:
    """Return what lies in a model or layer, in the order of its layers.

    Raises:
        ValueError: if a layer has not been built, so that it has no weights yet.
    """
    found, judged = Contents(), set[int]()
    layers = list(in_order(model))
    for layer, above in layers:
        kinds = kinds_of(layer)
        if not layer.built and kinds & KNOWN:
            raise ValueError(f"{layer.name} is not built and has no weights yet: call the model on one batch first")
        arrays = list(arrays_of(layer, kinds, above))
        found.arrays.extend(arrays)
        judged |= {array.key for array in arrays} | {id(getattr(layer, "bias", None))}
    for layer, _ in layers:
        for variable in (*layer._trainable_variables, *layer._non_trainable_variables):
            if id(variable) not in judged and "seed" not in variable.path:
                axes = 1 if "SpectralNormalization" in kinds_of(layer) else len(variable.shape)  # its own state
                found.set_aside(variable.path, axes, f"{type(layer).__name__} is not known here")
    if any(after.activation is None for after in found.arrays) and not inbound(layers[-1][0]):
        found.unseen.append(f"{type(model).__name__} has no graph that shows what follows its layers")
    return found


def kinds_of(layer: Any) -> set[str]:
    """Return the names of the class of a layer and of those it is derived from."""
    return {base.__name__ for base in type(layer).__mro__}


def in_order(
    layer: Any, above: Holder | None = None, seen: set[int] | None = None
) -> Iterator[tuple[Any, Holder | None]]:
    """Yield a layer and those in it, first to last, each with what holds it within the model that is read."""
    met = set() if seen is None else seen
    if id(layer) not in met:
        met.add(id(layer))
        yield layer, above
        top = seen is None and "Model" in kinds_of(layer)
        for child in layer._layers:
            yield from in_order(child, None if top else Holder(layer, above), met)


def arrays_of(layer: Any, kinds: set[str], above: Holder | None) -> Iterator[Stored]:
    """Return the arrays of weights of one layer, without those of the layers in it."""
    for part, fans, settings in parts_of(layer, kinds, above):
        variable = getattr(layer, f"_{part}", getattr(layer, part))  # behind a property where adapters may be added
        bias = getattr(layer, "bias", None)
        if settings.pop("bias", False) and bias is not None:
            settings["bias"] = place(bias)
        kind = with_parts(type(layer).__name__, settings.get("parts", 1))
        settings["trainable"] = bool(variable.trainable)
        settings["rescaled"] = above is not None and type(above.layer).__name__ == "SpectralNormalization"
        if "float" in str(variable.dtype):  # and not quantized to whole numbers
            yield Stored(variable.path, kind, tuple(variable.shape), fans, place(variable), id(variable), **settings)


def parts_of(layer: Any, kinds: set[str], above: Holder | None) -> Iterator[Part]:
    """Return the name, true fans and settings of each array of weights in one layer."""
    shape = tuple(getattr(layer, "kernel", getattr(layer, "embeddings", np.empty(0))).shape)
    if "Embedding" in kinds:
        yield "embeddings", embedding_fans(shape), settings_of(LINEAR) | {"lookup": True}
    elif kinds & CELLS:
        yield from gates(layer)
    elif kinds & KNOWN - {"Model"}:
        plain = settings_of(after_layer(layer, above)) | {"bias": True}
        if "Dense" in kinds:
            yield "kernel", fan_in_fan_out(shape), plain | {"movable": True}
        elif "EinsumDense" in kinds:
            yield "kernel", einsum_fans(layer.equation, shape), plain
        elif "BaseConv" in kinds:
            fans = fan_in_fan_out(shape, groups=layer.groups)
            other = fans if math.prod(layer.strides) > 1 else None
            yield "kernel", strided_fans(fans, layer.strides), plain | {"movable": True, "unstrided": other}
        elif "BaseConvTranspose" in kinds:
            yield "kernel", *transposed(layer, shape, plain)
        elif "BaseDepthwiseConv" in kinds:
            yield "kernel", strided_fans(depthwise_fans(shape), layer.strides), plain
        else:
            depthwise = depthwise_fans(tuple(layer.depthwise_kernel.shape))
            yield "depthwise_kernel", strided_fans(depthwise, layer.strides), settings_of(LINEAR)
            yield "pointwise_kernel", fan_in_fan_out(tuple(layer.pointwise_kernel.shape)), plain


def transposed(layer: Any, shape: tuple[int, ...], plain: dict[str, Any]) -> tuple[Fans | MeanFans, dict[str, Any]]:
    """Return the true fans and the settings of a transposed convolution; those of a small map with its border."""
    inside = strided_fans(fan_in_fan_out(shape, transposed=True), layer.strides, transposed=True)
    calls = inbound(layer)
    if len(calls) != 1:
        return inside, plain | {"transposed": True}
    before, behind = (
        [size for size in sizes[1:-1] if size] if layer.data_format == "channels_last" else list(sizes[2:])
        for sizes in (calls[0].input_tensors[0].shape, layer.output.shape)
    )
    if len(before) != len(layer.kernel_size) or not all((*before, *behind)) or layer.padding != "valid":
        return inside, plain | {"transposed": True}
    pairs = math.prod(before) * math.prod(layer.kernel_size)  # each input meets each place of the kernel
    *_, outputs, inputs = shape
    fans = MeanFans(pairs * inputs / math.prod(behind), float(math.prod(layer.kernel_size) * outputs))
    return (fans, plain) if fans.fan_in < BORDERED * inside.fan_in else (inside, plain | {"transposed": True})


def gates(cell: Any) -> Iterator[Part]:
    """Return the two arrays of a recurrent cell, each with as many parts as the cell has gates."""
    for part in ("kernel", "recurrent_kernel"):
        shape = tuple(getattr(cell, part).shape)
        parts = shape[-1] // (cell.units if hasattr(cell, "units") else cell.filters)
        strides = getattr(cell, "strides", ()) if part == "kernel" else ()
        fans = strided_fans(packed_fans(shape, parts), strides)
        own = {"parts": parts, "gates": parts > 1, "recurrent": part != "kernel"}
        yield part, fans, {"activation": called(cell.activation)} | own


def place(variable: Any) -> Place:
    """Return where a variable lies."""
    return Place(lambda: exact(variable), variable.assign)


def exact(variable: Any) -> Array:
    """Return the numbers of a variable as float32, or as float64 where they are."""
    import keras

    dtype = variable.dtype if variable.dtype in ("float32", "float64") else "float32"
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(variable, dtype)))
