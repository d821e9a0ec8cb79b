"""Layers of a stack that were measured one by one, as one record of the array that holds them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from xavier_lib.diagnosis.records import LayerRecord

LAYER = re.compile(r"(.*)\[\d+\]")
PLACE = re.compile(r", layer \d+ of (a stack of \d+)")


def whole_stacks(layers: Sequence[LayerRecord]) -> list[LayerRecord]:
    """Return records with one for each stack, by the name of its array: of its first layer, and what all agree on."""
    groups: dict[tuple[str, bool], list[LayerRecord]] = {}
    for layer in layers:
        found = LAYER.fullmatch(layer.name) if PLACE.search(layer.kind) else None
        groups.setdefault((found[1] if found else layer.name, layer.lookup), []).append(layer)
    return [whole(name, group) if PLACE.search(group[0].kind) else group[0] for (name, _), group in groups.items()]


def whole(name: str, layers: Sequence[LayerRecord]) -> LayerRecord:
    """Return the record of a stack: the shares that are kept on average, and a name only where all have it."""
    first = layers[0]
    kept = [layer.kept for layer in layers if layer.kept is not None]
    names = {layer.activation for layer in layers}
    return replace(
        first,
        name=name,
        kind=PLACE.sub(r", \1", first.kind),
        shape=(len(layers), *first.shape),
        activation=first.activation if len(names) == 1 else None,
        rule=first.rule if len(names) == 1 else None,
        wanted=first.wanted if len(names) == 1 else None,
        kept=sum(kept) / len(kept) if kept else None,
        normalized=all(layer.normalized for layer in layers),
        last=any(layer.last for layer in layers),
    )
