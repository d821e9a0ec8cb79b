"""The picture of a diagnosis: sizes of signal and gradient by layer."""

from collections.abc import Collection, Sequence
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord


def by_layer(layers: Sequence[LayerRecord], ill: Collection[str], y_limits: tuple[float, float] | None = None) -> Any:
    """Return a picture of what each layer gives and of the gradient that reaches it, on a logarithmic axis."""
    from xavier_lib.figures import lines

    shown = [layer for layer in layers if layer.fan_in is not None and layer.output]
    places = list(range(1, len(shown) + 1))
    curves: dict[str, tuple[list[int], list[float]]] = {"signal": (places, [layer.output or 0.0 for layer in shown])}
    least = y_limits[0] if y_limits else 0.0  # what lies below is not seen, and may be rounding alone
    felt = [(place, g) for place, layer in zip(places, shown, strict=True) if (g := layer.gradient) and g >= least]
    if felt:
        curves["gradient"] = ([place for place, _ in felt], [gradient for _, gradient in felt])
    named = [f"layer {place}, {layer.name}" for place, layer in zip(places, shown, strict=True) if layer.name in ill]
    reading = f"Found ill: {'; '.join(named)}." if named else "Nothing was found."
    return lines(
        curves,
        x_label="layer, in the order of use",
        y_label="rms",
        y_scale="log",
        y_limits=y_limits,
        markers=True,
        reading=reading,
    )
