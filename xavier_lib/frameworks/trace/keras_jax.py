"""Measures a Keras model on JAX, as a function of its variables, by the reader of such functions."""

from collections.abc import Callable
from typing import Any

from xavier_lib.diagnosis.records import Measured
from xavier_lib.frameworks.trace import jax
from xavier_lib.frameworks.trace.keras_inputs import arguments, batch_of
from xavier_lib.frameworks.trace.keras_outputs import losses_added
from xavier_lib.frameworks.trace.keras_renamed import own_loss, renamed
from xavier_lib.frameworks.trace.keras_state import unchanged
from xavier_lib.frameworks.trace.keras_variables import Held, held_by

Tree = dict[str, dict[str, Any]]


def measured(
    model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any] | None, *, backward: bool, weights: bool
) -> Measured:
    """Measure a model of Keras on JAX; ``weights`` says whether the numbers of its arrays are read too.

    Raises:
        TypeError, ValueError: as :func:`xavier_lib.frameworks.trace.keras.measured`.
    """
    places = {id(entry.variable): (str(place), entry) for place, entry in enumerate(held_by(model))}
    batch, _ = batch_of(x)
    args, settings = arguments(model, batch)

    def function(tree: Tree, *given: Any, **named: Any) -> Any:
        def value(variable: Any) -> Any:
            place, entry = places.get(id(variable), (None, None))
            return variable.value if place is None or entry is None else tree[place][part_of(entry)]

        trained, others = (
            list(map(value, kind)) for kind in (model.trainable_variables, model.non_trainable_variables)
        )
        return model.stateless_call(trained, others, *given, **named, training=True)[0]

    tree = {place: {part_of(entry): entry.variable.value} for place, entry in places.values()}
    by_name = {f"{place}.{part_of(entry)}": entry for place, entry in places.values()}
    with unchanged(model):
        pair = (function, tree)
        if weights:
            wanted = own_loss(model, loss) if loss is not None or y is not None else None
            found = jax.measured(pair, settings or args, y, wanted, backward=backward)
        else:
            found = jax.followed(pair, settings or args)
        notes = losses_added(model)
    return renamed(model, found, by_name, notes=notes)


def part_of(entry: Held) -> str:
    """Return the name of a variable in its layer, as the reader of JAX knows parts by their names."""
    return entry.name.rsplit("/", 1)[-1]
