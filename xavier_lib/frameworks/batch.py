"""What a batch shows of the arrays of a model: what follows each of them, and what became of the signal."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xavier_lib.diagnosis.perceptron import measure
from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.fans import MeanFans
from xavier_lib.frameworks.draws import numbers_of
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.stored import Contents, Stored
from xavier_lib.nn.mlp import MLP
from xavier_lib.nn.quadrature import LARGEST_GAIN

BORDERED = 0.75  # a share of its inputs that an output sums, below which the border is most of the map


def records_of(model: Any, x: Any) -> dict[str, LayerRecord]:
    """Return what one forward pass on a batch showed, by the names of the arrays, in the order of use.

    Raises:
        TypeError, ValueError: if the model cannot be followed on that batch.
    """
    from xavier_lib.frameworks.trace.models import followed  # here, as a batch is what few callers bring

    layers = (measure(model, x, None) if isinstance(model, MLP) else followed(model, x)).layers
    first: dict[str, LayerRecord] = {}
    for record in layers:
        if record.used and record.fan_in is not None:
            first.setdefault(record.name, record)
    return first


def with_batch(contents: Contents, model: Any, x: Any) -> Contents:
    """Return what lies in a model, with what a batch shows of it.

    Raises:
        TypeError, ValueError: as in :func:`records_of`.
    """
    if isinstance(model, Mapping):
        raise TypeError("x needs a model that can be called, got a tree of arrays, which is only read")
    records = records_of(model, x)
    reached = {array.key for array in contents.arrays if array.name in records}
    missed = [array.name for array in contents.arrays if array.key not in reached]
    unseen = [f"the batch did not reach {', '.join(missed)}"] if missed else []
    arrays = [by_record(array, records.get(array.name)) for array in contents.arrays]
    return replace(contents, arrays=arrays, unseen=unseen)


def by_record(array: Stored, record: LayerRecord | None) -> Stored:
    """Return an array with what a batch showed of it."""
    if record is None:
        return array
    seen = record.activation if record.activation is not None and known(record.activation) else None
    branch = None if record.branch is None or record.branches is None else (record.branch, record.branches)
    sums = summed_inputs(array, record)
    return replace(
        array,
        activation=seen or array.activation,
        normalized=record.normalized or array.normalized,
        summed=array.summed or branch is not None,
        last=record.last,
        kept=record.kept if seen or array.activation or plausible(record.kept) else None,
        branch=branch,
        sums=sums,
        fans=array.fans if sums is None else MeanFans(sums, float(array.fans.fan_out)),
        gives=given(record),
        output=record.output,
        adds=share(record.output, record.stream_before) if branch else None,
    )


def plausible(kept: float | None) -> bool:
    """Say whether a share can be what one function keeps; a control, as of a step in time, passes something else."""
    return kept is not None and LARGEST_GAIN**-2 <= kept <= LARGEST_GAIN**2


def given(record: LayerRecord) -> tuple[float, float] | None:
    """Return the size of what the next layers get, and that over the size of what this one got, or None."""
    if record.kept is None or record.output is None:
        return None
    size = math.sqrt(record.kept) * record.output
    ratio = share(size, record.input)
    return None if ratio is None else (size, ratio)


def share(part: float | None, whole: float | None) -> float | None:
    """Return one size over another, or None where one is not known, is zero or not finite."""
    if part is None or not whole or not math.isfinite(part) or not math.isfinite(whole):
        return None
    return part / whole


def summed_inputs(array: Stored, record: LayerRecord) -> float | None:
    """Return how many inputs one output sums by the sizes on the batch, where a border takes many of them away.

    By He et al. (2015), equation 6: the mean square of the outputs is that of the inputs and of the weights, times
    as many inputs as are summed. None for what has no border, or where it takes little.
    """
    if len(array.shape) < 3 or not record.input or share(record.output, record.input) is None:
        return None
    numbers = numbers_of(array.name, array.weights.read())
    ratio = share(record.output, record.input * math.hypot(numbers.mean, numbers.std))
    if ratio is None or ratio**2 >= BORDERED * array.fans.fan_in:
        return None
    return max(1.0, float(round(ratio**2)))
