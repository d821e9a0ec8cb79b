"""From what was measured to what is wrong: causes first, and nothing that another finding already explains."""

from collections.abc import Callable, Iterator, Sequence

from xavier_lib.arguments import of_kind, positive
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Finding
from xavier_lib.diagnosis.signals import inputs, sizes, stuck
from xavier_lib.diagnosis.streams import streams
from xavier_lib.diagnosis.training import first_loss, gradients, steps
from xavier_lib.diagnosis.weights import alike, copies, gains, lengths, outliers, shifted, unwritten, zeros

OfWeights = Callable[[Sequence[LayerRecord]], Iterator[Finding]]
OfSignals = Callable[[Measured], Iterator[Finding]]

#: Illnesses of the weights, which all are said.
WEIGHTS: tuple[OfWeights, ...] = (unwritten, zeros, gains, alike, shifted, copies, outliers, lengths)
#: Illnesses to be cured before sizes are judged: they stop the signal, or make all units of a layer one.
FATAL: tuple[OfWeights, ...] = (unwritten, zeros, gains, alike, shifted)
#: Illnesses of the signal: the first that is found explains the others.
SIGNALS: tuple[OfSignals, ...] = (inputs, stuck, sizes, streams, first_loss, gradients)


def conclude(measured: Measured, *, learning_rate: float | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with a network, the causes first.

    Args:
        measured: what a batch showed.
        learning_rate: the rate that it is to be trained with, or None.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if the rate is not positive.
    """
    layers = of_kind("measured", measured, Measured).layers
    found = [finding for rule in WEIGHTS for finding in rule(layers)]
    fatal = {finding for rule in FATAL for finding in rule(layers)}
    if not fatal:
        found += next(([*said] for rule in SIGNALS if (said := tuple(rule(measured)))), [])
        if learning_rate is not None:
            found += steps(measured, positive("learning_rate", learning_rate))
    return tuple(found)
