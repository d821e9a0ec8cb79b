"""Findings about residual streams: branches that add up."""

import math
from collections.abc import Iterator, Sequence

from xavier_lib.diagnosis.limits import FULL_SPREAD, MANY_BRANCHES, STREAM_GROWN
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Finding
from xavier_lib.diagnosis.weights import is_matrix


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


def swollen(layers: Sequence[LayerRecord], grown: float) -> LayerRecord | None:
    """Return the first branch of a residual stream that makes most of a growth by itself."""
    for ends in each_stream(layers):
        growth = (ends[-1].stream_after or 0) / (ends[0].stream_before or math.inf)
        if growth > math.sqrt(grown):
            return ends[0]
    return None


def branch_remedy(count: int) -> str:
    """Return what tames many branches."""
    return f"scale the last layer of each branch by 1/√{count} = {count**-0.5:.2g}, or start it at zero"


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]
