"""Findings that the weights alone show, or the weights and whether a gradient reaches them."""

import math
from collections.abc import Iterator, Sequence

from xavier_lib.diagnosis.limits import (
    ALIKE,
    FEW_INPUTS,
    LENGTH,
    NO_GAIN,
    NO_START,
    OUTLYING,
    OUTWEIGHING,
    PILED,
    SEVERAL,
    SHIFTED,
)
from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.diagnosis.report import Finding

DRAW_AGAIN = "draw this array: xavier_lib.frameworks.initialize does it in place"

ONES = "start gains at one: they multiply what the normalization has made of size one"


def is_matrix(layer: LayerRecord) -> bool:
    """Say whether an array is a matrix that a signal passes, and no table, gain or bias."""
    return layer.fan_in is not None and not layer.lookup and layer.used


def unwritten(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find numbers that no start gives: not finite, or so small or large that nobody wrote them."""
    for layer in layers:
        low, high = NO_START
        if not layer.finite:
            what, size = "holds numbers that are not finite", "some weights are nan or infinite"
        elif (layer.zeros < 1 and layer.weight < low) or layer.weight > high:
            what, size = "holds numbers that no start gives", f"their rms is {layer.weight:.3g}"
        else:
            continue
        remedy = f"{DRAW_AGAIN}; was it made on the meta device, or by empty?"
        yield Finding(layer.name, f"{what}: memory that was never written?", size, remedy, "museum")


def zeros(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find zeros that stop the signal or all learning; a zero last layer, or last of a branch, is left alone."""
    silent = [(place, layer) for place, layer in enumerate(layers) if is_silent(layer)]
    for place, layer in silent:
        later = [other for other in layers[place + 1 :] if is_matrix(other) and other.input_varying is not None]
        stops = any(other.input_varying == 0 and (other.weight or other.last) for other in later)
        gain = layer.fan_in is None and "gain" in layer.kind
        if stops and not layer.last and layer.branch is None and (gain or is_matrix(layer)):
            said = "all zeros, so that what follows sees nothing of the input"
            evidence = f"its output varies by 0; the input of {later[0].name} too" if later else "its output is 0"
            evidence += "; a gradient reaches it, so steps may mend it" if layer.weight_gradient else ""
            yield Finding(layer.name, said, evidence, ONES if gain else DRAW_AGAIN, "symmetry")
            return
        if is_matrix(layer) and layer.trainable and layer.weight_gradient == 0 and not silent_behind(layers, place):
            said = "all zeros, and no gradient reaches it: it and the zeros behind it keep each other at zero"
            remedy = "draw it, and leave the zeros to the second factor alone"
            yield Finding(layer.name, said, "weights 0, gradient 0", remedy, "museum")
            return


def is_silent(layer: LayerRecord) -> bool:
    """Say whether all numbers of a used array are zero."""
    return layer.used and layer.finite and not layer.lookup and layer.zeros == 1


def gains(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find gains of a normalization that were drawn around zero, as if they were weights."""
    for layer in layers:
        around_zero = layer.finite and abs(layer.centre) < NO_GAIN * layer.spread
        if layer.fan_in is None and "gain" in layer.kind and around_zero:
            evidence = f"their mean is {layer.centre:.2g} and their spread {layer.spread:.2g}"
            yield Finding(layer.name, "gains drawn around zero", evidence, ONES, "museum")
            return


def silent_behind(layers: Sequence[LayerRecord], place: int) -> bool:
    """Say whether zeros at the end of the network keep every gradient away at the first step, as is meant."""
    return any(other.last and is_silent(other) for other in layers[place + 1 :])


def alike(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find units that start as copies of one another, at the first layer that has them."""
    for layer in layers:
        enough = layer.alike >= (ALIKE if (layer.fan_in or 0) >= FEW_INPUTS else 0.5)
        drawn = is_matrix(layer) and layer.finite and layer.weight > NO_START[0]
        if drawn and enough and layer.trainable and not layer.last:
            spread = (
                "all its weights are equal" if layer.spread <= 1e-7 * layer.weight else f"spread {layer.spread:.3g}"
            )
            evidence = f"{layer.alike:.0%} of its units have the weights of another one; {spread}"
            remedy = f"draw the weights at random, so that no two units start alike; {DRAW_AGAIN}"
            yield Finding(layer.name, "units that start alike", evidence, remedy, "symmetry")
            return


def shifted(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find weights around a number that is not zero, which give all units of a layer one common part."""
    for layer in layers:
        drawn = is_matrix(layer) and layer.finite and layer.trainable and not layer.last
        common = abs(layer.centre) > SHIFTED * layer.spread and math.prod(layer.shape) >= SEVERAL
        if drawn and common and layer.alike < ALIKE:
            evidence = f"their mean is {layer.centre:.3g} and their spread {layer.spread:.3g}"
            remedy = f"draw them around zero, so that units differ by more than they share; {DRAW_AGAIN}"
            yield Finding(layer.name, "weights that do not lie around zero", evidence, remedy, "symmetry")
            return


def copies(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find arrays that hold the numbers of another one."""
    found = [
        layer for layer in layers if layer.copy_of and layer.trainable and is_matrix(layer) and layer.alike < ALIKE
    ]
    if found:
        first, more = found[0], len(found) - 1
        others = (
            f", and {more} more array{'s' * (more != 1)} {'are copies' if more != 1 else 'is a copy'}" if more else ""
        )
        remedy = "draw each layer by itself: was one layer copied, or one seed given twice?"
        evidence = f"all its numbers are those of {first.copy_of}{others}"
        yield Finding(first.name, "a copy of another layer", evidence, remedy, "museum")


def outliers(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find weights that lie far outside their spread, or pile up at a bound."""
    for layer in layers:
        if not is_matrix(layer) or not layer.finite or not layer.spread or layer.zeros > 0.5:
            continue
        far = (layer.largest - abs(layer.centre)) / layer.spread
        share = max(layer.at_bound, 1 / math.prod(layer.shape)) * (layer.largest / layer.weight) ** 2
        if far > OUTLYING and share > OUTWEIGHING:
            what, evidence = (
                "a few weights far outside the others",
                f"the largest is {far:.3g} standard deviations away",
            )
        elif layer.at_bound > PILED and layer.shape[0] * layer.shape[-1] > 1000 and not layer.alike:
            what, evidence = "weights that pile up at a bound", f"{layer.at_bound:.1%} of them are exactly at a bound"
        else:
            continue
        remedy = "draw it in float32 and cast it then, with bounds in standard deviations"
        yield Finding(layer.name, what, evidence, remedy, "museum")


def lengths(layers: Sequence[LayerRecord]) -> Iterator[Finding]:
    """Find weight normalization whose stored length is not that of the weights that were drawn."""
    for layer in layers:
        if layer.magnitude is not None and not 1 / LENGTH <= layer.magnitude <= LENGTH:
            evidence = f"the direction is {layer.magnitude:.3g} times as long as the stored length"
            remedy = "initialize first and put weight normalization on afterwards, or set the length too"
            yield Finding(
                layer.name, "drawn after weight normalization, which takes no notice", evidence, remedy, "museum"
            )
