"""Finds in the graph of a Keras model which activation follows a layer."""

from typing import Any

from xavier_lib.frameworks.rules import known

# What a signal passes on its way from a layer to the activation, by the name of a layer.
PASSED = (
    *("normalization", "dropout", "pooling", "flatten", "reshape", "permute", "padding", "cropping", "upsampling"),
    "concatenate",
)
MERGED = ("add", "average", "dot", "maximum", "multiply", "subtract")


def activation_of(layer: Any, inside: bool) -> str | None:
    """Return the activation of a layer, its own or one that follows in the graph, or None where none can be seen.

    Args:
        layer: the layer.
        inside: whether it lies in a model within a model, whose graph ends before the signal does.
    """
    own = called(getattr(layer, "activation", None))
    if own != "linear":
        return own
    return following(layer, inside) if getattr(layer, "_inbound_nodes", ()) else None


def called(activation: Any) -> str | None:
    """Return the name of an activation, a function or a layer, with the slope of a leaky one; None if unknown."""
    if activation is None:
        return "linear"
    name = getattr(activation, "__name__", type(activation).__name__)
    if name == "Activation":
        return called(activation.activation)
    if name.lower() == "identity":
        return "linear"
    if not known(name):
        return None
    slope = getattr(activation, "negative_slope", 0.2 if name == "leaky_relu" else 0.0)  # 0.2 is Keras's own
    return f"leaky_relu({float(slope):.9g})" if slope else name.lower()


def following(layer: Any, inside: bool) -> str | None:
    """Return the first activation behind a layer, ``"linear"`` where other weights or the end come first, or None."""
    nodes = layer._outbound_nodes
    if not nodes:
        return None if inside else "linear"
    found = {after(node.operation, inside) for node in nodes}
    return found.pop() if len(found) == 1 else None


def after(operation: Any, inside: bool) -> str | None:
    """Return what an operation behind a layer is, or what follows it if it lets the signal pass."""
    name = type(operation).__name__.lower()
    here = called(operation)
    if here == "linear" or any(word in name for word in PASSED):
        return following(operation, inside)
    if here is not None:
        return here
    return "linear" if getattr(operation, "weights", ()) or name in MERGED else None
