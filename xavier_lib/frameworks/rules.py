"""Which start an activation asks for, and the starts by their names: rows of the one formula of ``scaling``."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from xavier_lib.arguments import looked_up
from xavier_lib.he import rectifier_scale
from xavier_lib.names import Distribution, Mode, StartName
from xavier_lib.weights.scaling import normal_kind, scale_of


class Start(NamedTuple):
    """A row of the one formula: what :func:`xavier_lib.weights.scaling.variance_scaling` takes.

    Attributes:
        rule: whose rule it is.
        scale: the numerator.
        mode: the fan it is divided by.
        distribution: what is drawn.
    """

    rule: str
    scale: float
    mode: Mode
    distribution: Distribution = "uniform"


GLOROT = Start("Glorot", 1.0, "fan_avg")
HE = Start("He", 2.0, "fan_in")
LECUN = Start("LeCun", 1.0, "fan_in")
LOOKUP = Start("one row", 1.0, "fan_in")  # with a fan-in of 1: what is looked up has variance 1
STARTS = {"glorot": GLOROT, "xavier": GLOROT, "he": HE, "kaiming": HE, "lecun": LECUN}
OPTIONS = ("gain", "negative_slope", "truncated")
SLOPED = re.compile(r"(leaky_?relu|prelu)(?:\((-?[\d.]+(?:e[-+]?\d+)?)\))?")
SLOPES = {"leakyrelu": 0.01, "prelu": 0.25}
#: He's rule is derived for ReLU and leaky ReLU; for the other rectifiers it is what practice takes.
BY_ACTIVATION = {
    **dict.fromkeys(("linear", "sigmoid", "tanh", "softsign", "softmax", "logsoftmax"), GLOROT),
    **dict.fromkeys(("hardsigmoid", "hardtanh", "softplus", "logsigmoid"), GLOROT),
    **dict.fromkeys(("relu", "relu6", "elu", "celu", "gelu", "silu", "swish", "hardswish", "hardsilu", "mish"), HE),
    "selu": LECUN,
}


def simple(name: str) -> str:
    """Return the name of an activation without case and underscores, as frameworks differ in both.

    >>> simple("LeakyReLU"), simple("log_softmax")
    ('leakyrelu', 'logsoftmax')
    """
    return name.lower().replace("_", "")


def known(name: str) -> bool:
    """Say whether an activation has a rule.

    >>> known("leaky_relu(0.2)"), known("Dropout")
    (True, False)
    """
    return bool(SLOPED.fullmatch(name.lower())) or simple(name) in BY_ACTIVATION


def start_for(activation: str) -> Start:
    """Return the start that an activation asks for; a leaky one may bring its slope, as in ``"leaky_relu(0.2)"``.

    Raises:
        TypeError: if it is no name.
        ValueError: if there is no rule for it.

    >>> start_for("tanh").rule, start_for("leaky_relu(0.5)").scale
    ('Glorot', 1.6)
    """
    sloped = SLOPED.fullmatch(activation.lower()) if isinstance(activation, str) else None
    if sloped:
        slope = float(sloped[2]) if sloped[2] else SLOPES[simple(sloped[1])]
        return HE._replace(scale=rectifier_scale(slope))
    return looked_up("activation", simple(activation) if isinstance(activation, str) else activation, BY_ACTIVATION)


def start_with(caller: str, start: StartName | Callable[..., Any], options: dict[str, Any]) -> Start:
    """Return what :func:`start_named` returns, or refuse an option that it does not know in the caller's name.

    Raises:
        TypeError, ValueError: as in :func:`start_named`.

    >>> start_with("keras_initializer", "he_normal", {"gain": 2.0}).scale
    8.0
    """
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        raise TypeError(f"{caller} takes the options {', '.join(OPTIONS)}, got {unknown[0]}")
    return start_named(start, **options)


def start_named(
    start: StartName | Callable[..., Any], *, gain: float = 1.0, negative_slope: float = 0.0, truncated: bool = False
) -> Start:
    """Return the row of the formula for ``"glorot_uniform"``, ``"he_normal"`` and the like, or for the function.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there is no start of that name, the gain is not positive, or the slope not finite.

    >>> start_named("he_normal", negative_slope=1.0)
    Start(rule='He', scale=1.0, mode='fan_in', distribution='normal')
    """
    table = {f"{name}_{kind}": (row, kind) for name, row in STARTS.items() for kind in ("uniform", "normal")}
    name: Any = start if isinstance(start, str) else getattr(start, "__name__", start)
    row, kind = looked_up("start", name, table)
    cut = normal_kind(truncated)
    scale = rectifier_scale(negative_slope) if row is HE else row.scale
    distribution = "uniform" if kind == "uniform" else cut
    return row._replace(scale=scale * scale_of(gain), distribution=distribution)
