"""Findings about the first loss, the gradients and the first step."""

import math
from collections.abc import Iterator

from xavier_lib.diagnosis.limits import EXPLODED, FIRST_LOSS, LARGE_STEP, VANISHED
from xavier_lib.diagnosis.records import Measured
from xavier_lib.diagnosis.report import Finding
from xavier_lib.diagnosis.weights import is_matrix


def first_loss(measured: Measured) -> Iterator[Finding]:
    """Find a first loss far above that of a guess."""
    if measured.loss is None or not measured.classes:
        return
    guess = math.log(measured.classes)
    if math.isfinite(measured.loss) and measured.loss - guess <= FIRST_LOSS:
        return
    last = next((layer for layer in measured.layers if layer.last and is_matrix(layer)), None)
    logits = "" if measured.logits is None else f"; the logits have rms {measured.logits:.3g}"
    evidence = f"{measured.loss:.3g} nats, where guessing gives log({measured.classes}) = {guess:.3g}{logits}"
    remedy = "take smaller last weights, or none: zeros there start at the guess"
    if last is not None and last.tied_to:
        remedy = f"scale the logits, or draw the table {last.tied_to} that it shares with about 0.02"
    yield Finding(last.name if last else "", "the first loss is far above a guess", evidence, remedy, "network")


def gradients(measured: Measured) -> Iterator[Finding]:
    """Find gradients that vanish or explode on their way back, where no zeros at the end are meant to stop them.

    Batch normalization makes gradients grow backwards at the start, and streams carry them past the layers.
    """
    plain = [
        layer
        for layer in measured.layers
        if is_matrix(layer) and layer.weight_gradient is not None and layer.trainable and layer.weight
    ]
    eased = any(layer.branches or layer.normalized for layer in plain)
    if len(plain) < 3 or eased or any(not layer.weight for layer in measured.layers):
        return
    felt = [layer.weight * (layer.weight_gradient or 0) * math.prod(layer.shape) for layer in plain]
    if not felt[-1]:
        return
    ratio = felt[0] / felt[-1]
    if VANISHED <= ratio <= EXPLODED:
        return
    word = "vanishes" if ratio < 1 else "explodes"
    evidence = f"|weights| × |gradient| of the first layer is {ratio:.2g} times that of the last"
    remedy = "take a start that holds the gradients' size: Glorot's or He's, by the activation"
    yield Finding(plain[0].name, f"the gradient {word} on its way back", evidence, remedy, "glorot")


def steps(measured: Measured, learning_rate: float) -> Iterator[Finding]:
    """Find the layer that one step of a rate would change most, if that is much."""
    moved = {
        layer.name: learning_rate * (layer.weight_gradient or 0) / layer.weight
        for layer in measured.layers
        if is_matrix(layer) and layer.weight and layer.trainable
    }
    name = max(moved, key=moved.__getitem__, default="")
    if name and moved[name] > LARGE_STEP:
        evidence = f"a step at rate {learning_rate:g} changes it by {moved[name]:.3g} times its size"
        yield Finding(name, "the step is large beside the weights", evidence, "take a smaller rate", "he")
