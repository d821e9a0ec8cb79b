"""Finds in the graph of a Keras model what follows a layer."""

from typing import Any, NamedTuple

import numpy as np

from xavier_lib.frameworks.by_hand import GRID, Edges, activation_behind, recognized
from xavier_lib.frameworks.following import END, LINEAR, UNKNOWN, After, merged
from xavier_lib.frameworks.rules import known

# What a signal passes on its way from a layer to the activation, by the name of a layer or operation.
PASSED = (
    *("dropout", "pool", "flatten", "reshape", "permute", "padding", "cropping", "upsampling", "concatenate"),
    *("mean", "squeeze", "expanddims", "transpose", "cast", "identity", "getitem", "split", "resizing", "stack"),
    *("layerscale", "stochasticdepth", "gaussiannoise"),
)
ADDED = {"add", "subtract", "average"}
SCALED = {"multiply", "divide", "truedivide", "negative", "rescaling"}
MATRICES = {"dot", "einsum", "matmul", "attention", "additiveattention", "tensordot"}
INTO_ATTENTION = ("query", "key", "value")


class Holder(NamedTuple):
    """A layer that holds another one, and what holds it in turn.

    Attributes:
        layer: the layer.
        above: what holds it, or None.
    """

    layer: Any
    above: "Holder | None" = None


def after_layer(layer: Any, above: Holder | None) -> After:
    """Return what follows a layer: its own activation, or what comes behind it in the graph.

    Args:
        layer: the layer.
        above: the layer or model that holds it, within the model that is read.
    """
    own = called(getattr(layer, "activation", None))
    if own != "linear":
        return behind(own, layer, above)
    if above is not None and "Attention" in type(above.layer).__name__ and not inbound(layer):
        inside = layer.name.split("/")[-1] in INTO_ATTENTION
        return LINEAR if inside else following(above.layer, above.above)
    if inbound(layer):
        return following(layer, above)
    wrapped = above is not None and getattr(above.layer, "layer", None) is layer
    return following(above.layer, above.above) if above is not None and wrapped and inbound(above.layer) else UNKNOWN


def behind(name: str | None, operation: Any, above: Holder | None) -> After:
    """Return what follows where an operation is the end of an activation."""
    further = following(operation, above) if inbound(operation) else UNKNOWN
    return After(name, chained=further == LINEAR, last=further == END)


def inbound(layer: Any) -> Any:
    """Return the nodes of the graph by which a layer is called; none in a subclassed model."""
    return getattr(layer, "_inbound_nodes", ())


def called(activation: Any) -> str | None:
    """Return the name of an activation, a function or a layer, with the number that it takes; None if unknown."""
    if activation is None:
        return "linear"
    name = getattr(activation, "__name__", type(activation).__name__)
    if name == "Activation":
        return called(activation.activation)
    if name.lower() == "identity":
        return "linear"
    if not known(name):
        return by_values(activation) if callable(activation) and not isinstance(activation, type) else None
    slope = getattr(activation, "negative_slope", 0.2 if name == "leaky_relu" else 0.0)  # 0.2 is Keras's own
    if name == "PReLU" and getattr(activation, "built", False):
        slope = np.mean(activation.alpha)
    if slope or name == "PReLU":
        return f"leaky_relu({float(slope):.9g})"
    alpha = getattr(activation, "alpha", 1.0)
    number = isinstance(alpha, (int, float)) and alpha != 1 and name.lower() in ("elu", "celu")
    return f"{name.lower()}({alpha:.9g})" if number else name.lower()


def by_values(activation: Any) -> str | None:
    """Return the name of a function of one's own by its values, or None."""
    import keras

    if hasattr(activation, "weights") or hasattr(activation, "_inbound_nodes"):
        return None  # a layer or an operation, which the graph tells
    try:
        values = activation(keras.ops.convert_to_tensor(GRID, "float32"))
        return recognized(keras.ops.convert_to_numpy(values))
    except Exception:  # whatever a function raises for a grid in the place of its inputs
        return None


def following(layer: Any, above: Holder | None) -> After:
    """Return what follows a layer in the graph of its model, or in that around it."""
    nodes = layer._outbound_nodes
    if not nodes:
        return END if above is None else following(above.layer, above.above) if inbound(above.layer) else UNKNOWN
    if len(nodes) == 1 and called(nodes[0].operation) not in (None, "linear"):
        return behind(called(nodes[0].operation), nodes[0].operation, above)
    for start in inbound(layer)[-1:]:
        by_hand = activation_behind(start, EDGES, grid())
        if by_hand is not None:
            name, end = by_hand
            return following(end.operation, above) if name == "linear" else behind(name, end.operation, above)
    return merged([after(node, layer, above) for node in nodes])


def after(node: Any, layer: Any, above: Holder | None) -> After:
    """Return what the call of an operation behind a layer is, or what follows it if it lets the signal pass."""
    operation = node.operation
    name = type(operation).__name__.lower()
    here = called(operation)
    if here not in (None, "linear"):
        return After(here)
    others = [parent for parent in node.parent_nodes if parent.operation is not layer]
    if name in ADDED and others:
        beyond = merged(after(one, operation, above) for one in operation._outbound_nodes)
        return After("linear", summed=True, beyond=None if beyond.summed else beyond.activation)
    if name in MATRICES or any(len(weights.shape) > 1 for weights in getattr(operation, "weights", ())):
        return LINEAR
    if "normalization" in name:
        return following(operation, above)._replace(normalized=True)
    passing = here == "linear" or any(word in name for word in PASSED) or (name in ADDED | SCALED and not others)
    return following(operation, above) if passing else UNKNOWN


def grid() -> Any:
    """Return the grid as a tensor of Keras."""
    import keras

    return keras.ops.convert_to_tensor(GRID, "float32")


def computed(node: Any, given: dict[Any, Any]) -> Any:
    """Return the value of a call in the graph from those of the calls before it."""
    tensors = {id(tensor): given[tensor._keras_history.operation._inbound_nodes[-1]] for tensor in node.input_tensors}
    positional, named = node.arguments.fill_in(tensors)
    return node.operation(*positional, **named)


def sources(node: Any) -> list[Any]:
    """Return the calls whose values a call takes."""
    return [parent.operation._inbound_nodes[-1] for parent in node.parent_nodes]


def users(node: Any) -> list[Any]:
    """Return the calls that take the value of a call."""
    return list(node.operation._outbound_nodes)


EDGES = Edges(users=users, sources=sources, name=lambda node: type(node.operation).__name__, compute=computed)
