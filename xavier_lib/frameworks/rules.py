"""Which start an activation asks for, and the starts by their names: rows of the one formula of ``scaling``."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from xavier_lib.arguments import looked_up, one_of
from xavier_lib.he import rectifier_scale
from xavier_lib.names import Mode, StartDistribution, StartName
from xavier_lib.nn.functions import FUNCTIONS, function_named, simple
from xavier_lib.nn.quadrature import returning_gain
from xavier_lib.weights.scaling import MODES, normal_kind, scale_of


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
    distribution: StartDistribution = "uniform"


GLOROT = Start("Glorot", 1.0, "fan_avg")
HE = Start("He", 2.0, "fan_in")
LECUN = Start("LeCun", 1.0, "fan_in")
LOOKUP = Start("one row", 1.0, "fan_in")  # with a fan-in of 1: what is looked up has variance 1
STARTS = {"glorot": GLOROT, "xavier": GLOROT, "he": HE, "kaiming": HE, "lecun": LECUN}
ORTHOGONAL: tuple[StartDistribution, ...] = ("orthogonal", "delta_orthogonal")
OPTIONS = ("gain", "mode", "negative_slope", "truncated")
SLOPED = re.compile(r"(leaky_?relu|rrelu|prelu)(?:\((-?[\d.]+(?:e[-+]?\d+)?)\))?")
SLOPES = {"leakyrelu": 0.01, "prelu": 0.25, "rrelu": 11 / 48}
#: Those with a rule of a name; all others whose function is known ask for the gain that gives back a size of 1.
BY_ACTIVATION = {
    **dict.fromkeys(("linear", "sigmoid", "tanh", "softsign", "softmax", "logsoftmax"), GLOROT),
    **dict.fromkeys(("hardsigmoid", "hardtanh"), GLOROT),
    **dict.fromkeys(("relu", "relu6"), HE),
    "selu": LECUN,
}


def known(name: str) -> bool:
    """Say whether an activation has a rule.

    >>> known("leaky_relu(0.2)"), known("Dropout")
    (True, False)
    """
    return bool(SLOPED.fullmatch(name.lower())) or simple(name) in BY_ACTIVATION or function_named(name) is not None


def start_for(activation: str, mode: Mode | None = None) -> Start:
    r"""Return the start that an activation asks for; it may bring a number, as in ``"leaky_relu(0.2)"``.

    .. math:: \operatorname{Var} w = g^2 / n, \qquad E[f(g z)^2] = 1

    He's for rectifiers, LeCun's for selu, Glorot's for what gives no signal of size 1 back at any gain; for SiLU,
    GELU, ELU and all others the gain by quadrature. A mode divides by another fan where the rule leaves the choice,
    as He's does.

    Raises:
        TypeError: if it is no name.
        ValueError: if there is no rule for it, or the mode is unknown.

    >>> start_for("tanh").rule, start_for("leaky_relu(0.5)").scale, start_for("silu").rule
    ('Glorot', 1.6, 'gain 1.56 of silu')
    """
    leaky = SLOPED.fullmatch(activation.lower()) if isinstance(activation, str) else None
    if leaky:
        slope = float(leaky[2]) if leaky[2] else SLOPES[simple(leaky[1])]
        return in_mode(HE._replace(scale=rectifier_scale(slope)), mode)
    name: Any = simple(activation) if isinstance(activation, str) else activation
    if not isinstance(name, str) or name in BY_ACTIVATION or function_named(name) is None:
        return in_mode(
            looked_up("activation", name, {**dict.fromkeys([*SLOPES, *FUNCTIONS], GLOROT), **BY_ACTIVATION}), mode
        )
    gain = returning_gain(name)
    return GLOROT if gain is None else in_mode(Start(f"gain {gain:.3g} of {name}", gain * gain, "fan_in"), mode)


def in_mode(start: Start, mode: Mode | None) -> Start:
    """Return a start divided by another fan, where its rule leaves the choice of it."""
    if mode is None:
        return start
    one_of("mode", mode, MODES)
    return start if start in (GLOROT, LECUN, LOOKUP) else start._replace(mode=mode)


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
    start: StartName | Callable[..., Any],
    *,
    gain: float = 1.0,
    mode: Mode | None = None,
    negative_slope: float = 0.0,
    truncated: bool = False,
) -> Start:
    """Return the row of the formula for ``"glorot_uniform"``, ``"he_normal"`` and the like, or for the function.

    Of ``"orthogonal"`` and ``"delta_orthogonal"`` the scale is the square of the gain, and no fan divides it.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if there is no start of that name, the gain is not positive, the slope not finite, or the mode
            not one that the start may have.

    >>> start_named("he_normal", negative_slope=1.0)
    Start(rule='He', scale=1.0, mode='fan_in', distribution='normal')
    """
    table = {f"{name}_{kind}": (row, kind) for name, row in STARTS.items() for kind in ("uniform", "normal")}
    table |= {name: (Start(name, 1.0, "fan_in", name), name) for name in ORTHOGONAL}
    name: Any = start if isinstance(start, str) else getattr(start, "__name__", start)
    row, kind = looked_up("start", name, table)
    cut = normal_kind(truncated)
    chosen = row.mode if mode is None else one_of("mode", mode, MODES)
    if row is not HE and chosen != row.mode:
        raise ValueError(f"mode must be {row.mode!r} for {name}, as only He's starts leave the choice, got {mode!r}")
    scale = rectifier_scale(negative_slope) if row is HE else row.scale
    if row.distribution in ORTHOGONAL and cut != "normal":
        raise ValueError(f"truncated must be False for {name}, which is not cut, got True")
    distribution = cut if kind == "normal" else row.distribution
    return row._replace(scale=scale * scale_of(gain), mode=chosen, distribution=distribution)
