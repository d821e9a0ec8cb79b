"""Findings that the sizes of signals and gradients show, layer by layer."""

import math
from collections.abc import Iterator, Sequence

from xavier_lib.diagnosis.limits import (
    DEAD,
    EXPLODED,
    FADED,
    FIRST_LOSS,
    FULL_SPREAD,
    GROWN,
    LARGE_INPUT,
    LARGE_STEP,
    MANY_BRANCHES,
    SATURATED,
    SHIFTED_INPUT,
    SMALL_INPUT,
    SMALL_SPREAD,
    STREAM_GROWN,
    VANISHED,
)
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Finding
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
        begin = beginning(whole, grow=True)
        remedy = remedy_of(begin, "smaller")
        evidence = f"from {whole[0][1]:.3g} to {whole[0][1] * grown:.3g} over {len(whole) - 1} layers"
        yield Finding(begin.name, "the signal grows from layer to layer", evidence, remedy, "naive")
        return
    part = chain(layers, varying=True) if measured.samples > 1 else whole
    if len(part) < 2 or not part[0][1]:
        return
    left, kept = part[-1][1] / part[0][1], whole[-1][1] / whole[0][1]
    if left < FADED and not any(layer.branches for layer in layers):
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
        return f"draw it by {layer.rule}'s rule: a spread of {layer.wanted:.3g}, not {layer.spread:.3g}"
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
    """Find gradients that vanish or explode on their way back, where no zeros at the end are meant to stop them."""
    plain = [
        layer
        for layer in measured.layers
        if is_matrix(layer) and layer.weight_gradient is not None and layer.trainable and layer.weight
    ]
    if len(plain) < 3 or any(layer.branches for layer in plain) or any(not layer.weight for layer in measured.layers):
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


def streams(measured: Measured) -> Iterator[Finding]:
    """Find a residual stream to which many branches of full spread are added."""
    others = [x for x in measured.layers if is_matrix(x) and x.branch is None and x.wanted and x.spread and not x.last]
    for ends in each_stream(measured.layers):
        count, growth = len(ends), (ends[-1].stream_after or 0) / (ends[0].stream_before or math.inf)
        plain = [layer for layer in ends if layer.wanted and layer.spread]
        if count < MANY_BRANCHES or growth <= STREAM_GROWN or not plain or not others:
            continue
        own, rest = (middle([x.spread / (x.wanted or 1) for x in group]) for group in (plain, others))
        if own / rest > FULL_SPREAD:
            evidence = (
                f"{count} branches take the stream from {ends[0].stream_before:.3g} to {ends[-1].stream_after:.3g}"
            )
            yield Finding(plain[0].name, "many branches of full size add up", evidence, branch_remedy(count), "museum")
            return


def each_stream(layers: Sequence[LayerRecord]) -> Iterator[list[LayerRecord]]:
    """Yield the last layers of the branches of each residual stream."""
    stream: list[LayerRecord] = []
    for layer in (layer for layer in layers if layer.branch is not None):
        if layer.branch == 0 and stream:
            yield stream
            stream = []
        stream.append(layer)
    if stream:
        yield stream


def branch_remedy(count: int) -> str:
    """Return what tames many branches."""
    return f"scale the last layer of each branch by 1/√{count} = {count**-0.5:.2g}, or start it at zero"


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]


def steps(measured: Measured, learning_rate: float) -> Iterator[Finding]:
    """Find the layer that one step of a rate would change most, if that is much."""
    moved = {
        layer.name: learning_rate * (layer.weight_gradient or 0) / layer.weight
        for layer in measured.layers
        if is_matrix(layer) and layer.weight and layer.trainable
    }
    name = max(moved, key=moved.__getitem__, default="")
    if name and moved[name] > LARGE_STEP:
        evidence = f"a step at rate {learning_rate:g} changes it by {moved[name]:.3g} of its size"
        yield Finding(name, "the step is large beside the weights", evidence, "take a smaller rate", "he")
