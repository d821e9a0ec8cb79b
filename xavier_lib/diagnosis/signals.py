"""Findings that the sizes of signals and gradients show, layer by layer."""

import math
from collections.abc import Iterator, Sequence

from xavier_lib.diagnosis.limits import (
    DEAD,
    FADED,
    GROWN,
    LARGE_INPUT,
    PEAKED,
    SATURATED,
    SHIFTED_INPUT,
    SMALL_INPUT,
    SMALL_SPREAD,
)
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Finding
from xavier_lib.diagnosis.streams import branch_remedy, middle, swollen
from xavier_lib.diagnosis.weights import is_matrix

BOUNDED = ("tanh", "sigmoid", "softsign", "hardtanh", "hardsigmoid", "logistic")  # flat on both sides
SCALE = "scale the inputs: subtract the training data's mean and divide by their standard deviation"


def inputs(measured: Measured) -> Iterator[Finding]:
    """Find inputs that are far from size one, or hardly vary."""
    first = next((layer for layer in measured.layers if layer.used and layer.fan_in is not None), None)
    if first is None or first.lookup or first.normalized or not first.input:
        return
    if first.input > LARGE_INPUT or first.input < SMALL_INPUT:
        size = "large" if first.input > 1 else "small"
        yield Finding(first.name, f"inputs that are too {size}", f"their rms is {first.input:.3g}", SCALE, "glorot")
    elif measured.samples > 1 and first.input_varying is not None:
        share = first.input_varying / first.input
        if share < SHIFTED_INPUT:
            evidence = f"rms {first.input:.3g}, of which {first.input_varying:.3g} varies over the batch"
            yield Finding(first.name, "inputs that hardly differ", evidence, SCALE, "sigmoid")


def chain(layers: Sequence[LayerRecord], *, varying: bool) -> list[tuple[LayerRecord, float]]:
    """Return the matrices with the size of what each gets; the last one may give little, as zeros there do."""
    found = []
    for layer in layers:
        got = layer.input_varying if varying else layer.input
        if is_matrix(layer) and got is not None and not layer.recurrent:
            found.append((layer, got))
    return found


def sizes(measured: Measured) -> Iterator[Finding]:
    """Find a signal that fades or grows on its way, or whose part that depends on the input does."""
    layers = measured.layers
    whole = chain(layers, varying=False)
    if len(whole) < 2 or not whole[0][1]:
        return
    broken = next((layer for layer in layers if layer.output is not None and not math.isfinite(layer.output)), None)
    if broken:
        begin = beginning([step for step in whole if math.isfinite(step[1])] or whole, grow=True)
        evidence = f"the output of {broken.name} is not finite; the input has rms {whole[0][1]:.3g}"
        yield Finding(begin.name, "the signal outgrows its dtype", evidence, remedy_of(begin, "smaller"), "naive")
        return
    grown = max(size for _, size in whole[1:]) / whole[0][1]
    if grown > GROWN and not whole[0][0].lookup:
        begin = swollen(layers, grown) or beginning(whole, grow=True)
        remedy = remedy_of(begin, "smaller")
        evidence = f"from {whole[0][1]:.3g} to {whole[0][1] * grown:.3g} over {len(whole) - 1} layers"
        yield Finding(begin.name, "the signal grows from layer to layer", evidence, remedy, "naive")
        return
    part = chain(layers, varying=True) if measured.samples > 1 else whole
    if len(part) < 2 or not part[0][1]:
        return
    left, kept = part[-1][1] / part[0][1], whole[-1][1] / whole[0][1]
    if left < (FADED if narrow(layers) else FADED / 10) and not any(layer.branches for layer in layers):
        begin = beginning(part, grow=False)
        evidence = (
            f"what depends on the input falls from {part[0][1]:.3g} to {part[-1][1]:.3g} over {len(part) - 1} layers"
        )
        small = bool(begin.wanted and begin.spread < SMALL_SPREAD * begin.wanted)
        if kept > 10 * left and kept > FADED and not small:
            evidence += f", beside a signal of {whole[-1][1]:.3g} that is the same for all"
            remedy = "take an activation that is centred at zero, such as tanh, or fewer layers, or a normalization"
            yield Finding(begin.name, "the layers answer nearly the same to every input", evidence, remedy, "sigmoid")
        else:
            yield Finding(
                begin.name, "the signal fades from layer to layer", evidence, remedy_of(begin, "larger"), "naive"
            )


def narrow(layers: Sequence[LayerRecord]) -> bool:
    """Say whether most of the weights, or one of them by far, have less spread than their rules ask for."""
    ratios = [layer.spread / layer.wanted for layer in layers if is_matrix(layer) and layer.wanted and not layer.last]
    return bool(ratios) and (middle(ratios) < SMALL_SPREAD or min(ratios) < SMALL_SPREAD / 10)


def beginning(steps: Sequence[tuple[LayerRecord, float]], *, grow: bool) -> LayerRecord:
    """Return the layer at which a change of size begins: the one that makes half of it, or the first of many."""
    sign = 1.0 if grow else -1.0
    tiny = min((size for _, size in steps if size > 0), default=1.0) * 1e-3
    factors = [sign * math.log(max(b, tiny) / max(a, tiny)) for (_, a), (_, b) in zip(steps, steps[1:], strict=False)]
    total = sum(factors)
    largest = max(range(len(factors)), key=factors.__getitem__)
    if factors[largest] > total / 2:
        return steps[largest][0]
    mean = total / len(factors)
    return next(layer for (layer, _), factor in zip(steps, factors, strict=False) if factor > mean / 2)


def remedy_of(layer: LayerRecord, size: str) -> str:
    """Return which start a layer should have."""
    if layer.branch is not None and layer.branches and size == "smaller":
        return branch_remedy(layer.branches)
    if layer.rule and layer.wanted and layer.spread:
        remedy = f"draw it by {layer.rule}'s rule: a spread of {layer.wanted:.3g}, not {layer.spread:.3g}"
        return remedy if layer.magnitude is None else f"{remedy}, before weight normalization is put on"
    rule = "He's start" if "relu" in (layer.activation or "") else "Glorot's start"
    return f"take {size} weights: {rule} for {layer.activation or 'what follows'}"


def stuck(measured: Measured) -> Iterator[Finding]:
    """Find units that are dead, or saturated, over the whole batch, at the first layer that has them."""
    for layer in measured.layers:
        if layer.input_varying == 0:
            return
        if layer.dead is not None and layer.dead >= DEAD and measured.samples >= 2:
            evidence = f"{layer.dead:.0%} of its units give zero for all {measured.samples} samples"
            remedy = "start with zero biases and He's weights, and take a smaller rate if it came with training"
            yield Finding(layer.name, "rectifiers that are dead", evidence, remedy, "he")
            return
        if (layer.activation or "").lower() in BOUNDED and (layer.saturated or 0) >= SATURATED:
            evidence = f"{layer.saturated:.0%} of its outputs, of rms {layer.output:.3g}, lie where the slope is flat"
            scale = layer is measured.layers[0] and (layer.input or 0) > 2 and (layer.wanted or 0) > 0.7 * layer.spread
            remedy = SCALE if scale else remedy_of(layer, "smaller")
            yield Finding(layer.name, "units that are saturated", evidence, remedy, "sigmoid")
            return
        if layer.activation in ("softmax", "linear") and (layer.saturated or 0) >= PEAKED:
            evidence = (
                f"{layer.saturated:.0%} of the rows have more than 0.99 in one place; the scores' parts have rms "
            )
            evidence += f"{layer.output or 0:.3g}"
            yield Finding(layer.name, "a softmax that is saturated", evidence, remedy_of(layer, "smaller"), "sigmoid")
            return
