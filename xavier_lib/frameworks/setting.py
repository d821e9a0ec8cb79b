"""Sets what was drawn by a batch: a few passes, in which each layer is scaled by what it gives over what it got."""

import math
from collections.abc import Sequence
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.frameworks.batch import given, plausible, records_of, share
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import Stored
from xavier_lib.nn.quadrature import kept, size_before

PASSES = 16  # each settles at least one layer more, and most of them many
CLOSE = 0.02  # a size that near to the wanted one is left
SIMPLE = 0.05  # what is kept behind a linear layer misses 1 by no more, if nothing but the next layer follows
LARGEST = 100.0  # factor of one pass


def set_by_batch(model: Any, x: Any, arrays: Sequence[Stored], gain: float) -> None:
    """Scale what was drawn until a batch keeps its size, or has 1 where it enters, times a gain a layer.

    Raises:
        TypeError, ValueError: as in :func:`~xavier_lib.frameworks.batch.records_of`.
    """
    by_name = {array.name: array for array in arrays}
    for number in range(PASSES):
        records = records_of(model, x)
        first = next(iter(records), None)
        factors = {
            name: gain * wanted_over_had(by_name[name], record, enters=name == first, guess=not number)
            for name, record in records.items()
            if name in by_name and settable(by_name[name], record)
        }
        for name, factor in factors.items():
            weights = by_name[name].weights.read()
            by_name[name].weights.write(weights * weights.dtype.type(min(max(factor, 1 / LARGEST), LARGEST)))
        if all(abs(factor - 1) < CLOSE for factor in factors.values()):
            return


def settable(array: Stored, record: LayerRecord) -> bool:
    """Say whether the size of the signal sets an array, and the batch shows it."""
    if array.lookup or array.recurrent or array.gates or not record.output or not math.isfinite(record.output):
        return False
    if record.branch is not None:
        return True
    activation = activation_of(array, record)
    if record.normalized or (activation is not None and size_before(activation) is not None):
        return not record.normalized
    if record.last or given(record) is None or activation in ("softmax", "logsoftmax", "log_softmax"):
        return False
    if activation is None:
        return plausible(record.kept)
    return activation != "linear" or abs((record.kept or 0.0) - 1) < SIMPLE


def activation_of(array: Stored, record: LayerRecord) -> str | None:
    """Return what follows an array, as the batch shows it or else the model."""
    return record.activation if record.activation is not None and known(record.activation) else array.activation


def wanted_over_had(array: Stored, record: LayerRecord, *, enters: bool, guess: bool) -> float:
    """Return the factor that a layer's weights should get.

    Args:
        array: the weights.
        record: what the batch showed of them.
        enters: whether they get the batch itself.
        guess: whether what they get is still to change, to what the same activation gives.
    """
    if record.branch is not None and record.branches:
        stream = share(record.stream_before, record.output)
        return 1.0 if not stream else stream / math.sqrt(record.branches)
    activation = activation_of(array, record)
    bounded = None if activation is None else size_before(activation)
    if activation is not None and bounded is not None:
        through = kept(activation, bounded)
        comes = share(record.input, math.sqrt(through.square)) if guess and not enters and through else 1.0
        return (share(bounded, record.output) or 1.0) * (comes or 1.0)
    size, ratio = given(record) or (1.0, 1.0)
    return share(1.0, size if enters else ratio) or 1.0
