"""What the reader of another framework measured of a Keras model, in the names and kinds of Keras."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.frameworks.keras import contents
from xavier_lib.frameworks.report import wanted_start
from xavier_lib.frameworks.stored import Stored
from xavier_lib.frameworks.trace.keras_loss import value_of
from xavier_lib.frameworks.trace.keras_records import HUGE
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.weights.scaling import fan_of, std_of


def own_loss(model: Any, loss: Callable[[Any, Any], Any] | None) -> Callable[[Any, Any], Any]:
    """Return the loss of a Keras model, the caller's if there is one, as a function of outputs and targets."""
    return lambda outputs, y: value_of(model, outputs, y, loss, lambda _: last_activation(model))


def last_activation(model: Any) -> str | None:
    """Return the name of the activation that a model ends in, as far as its last layer tells."""
    last = (getattr(model, "layers", None) or [model])[-1]
    activation = getattr(last, "activation", None)
    return str(getattr(activation, "__name__", type(last).__name__)).lower()


def graphed(model: Any) -> dict[str, Stored]:
    """Return the arrays of a model as its graph tells what follows them; none where it cannot be read."""
    try:
        return {array.name: array for array in contents(model).arrays}
    except ValueError:  # of a layer that has not been built
        return {}


def renamed(model: Any, found: Measured, held: Mapping[str, Held], *, notes: Sequence[str]) -> Measured:
    """Return what was measured with the names and kinds of Keras, without what is not there to be learned.

    Args:
        model: the model.
        found: what was measured.
        held: the variables by the names that they have there.
        notes: what else was not seen.
    """
    graph = graphed(model)
    layers = [of_keras(record, held, graph) for record in found.layers if record.name in held]
    kept = [record for record, own in layers if not own.bias or not record.finite or record.largest > HUGE]
    unseen = list(found.unseen)
    for name in sorted(held, key=len, reverse=True):  # the longest first, as one may lie in another
        unseen = [said.replace(name, held[name].name) for said in unseen]
    return replace(found, layers=tuple(kept), unseen=(*notes, *unseen))


def of_keras(record: LayerRecord, held: Mapping[str, Held], graph: Mapping[str, Stored]) -> tuple[LayerRecord, Held]:
    """Return a record in the names and kinds of Keras, with its variable.

    Keras composes its normalizations of simple functions there; that one follows is told by the graph, if there is one.
    """
    own = held[record.name]
    stored, trainable = own.stored, bool(own.variable.trainable)
    facts: dict[str, Any] = {"name": own.name, "kind": own.kind, "trainable": trainable}
    facts |= {field: held[name].name for field in ("copy_of", "tied_to") if (name := getattr(record, field)) in held}
    facts["weight_gradient"] = record.weight_gradient if trainable else None
    if stored is not None and record.fan_in is not None:
        cell = "Cell" in stored.kind
        drawn = graph.get(own.name, stored)
        normalized = record.normalized or bool(getattr(drawn, "normalized", False))
        by_graph = cell or record.activation is None or (normalized and not record.normalized)
        activation = drawn.activation if by_graph else record.activation
        start = wanted_start(stored, activation)
        wanted = None if start is None else std_of(start.scale, fan_of(start.mode, stored.fans))
        facts |= {
            "normalized": normalized,
            "fan_in": stored.fans.fan_in,
            "fan_out": stored.fans.fan_out,
            "activation": activation,
        }
        facts |= {"rule": None if start is None else start.rule, "wanted": wanted}
        if cell:
            facts |= {"saturated": None, "dead": None}
            facts["recurrent"] = record.recurrent or own.name.endswith("recurrent_kernel")
    return replace(record, **facts), own
