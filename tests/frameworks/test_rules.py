"""Promises of xavier_lib.frameworks.rules: which start an activation asks for, and the starts by name."""

import pytest

from xavier_lib import he_normal
from xavier_lib.frameworks.rules import GLOROT, HE, LECUN, LOOKUP, Start, known, start_for, start_named

GIVEN = {
    "Glorot": "linear sigmoid tanh softsign softmax log_softmax hard_sigmoid Hardtanh",
    "He": "relu ReLU6 rrelu",
    "LeCun": "selu",
    "gain 1.56 of silu": "silu SiLU",
    "gain 1.56 of swish": "swish",
    "gain 1.47 of gelu": "gelu",
    "gain 1.47 of gelutanh": "gelu_tanh",
    "gain 1.28 of elu": "elu",
    "gain 1.38 of elu(0.5)": "elu(0.5)",
    "gain 1.45 of mish": "Mish",
    "gain 1.57 of hardswish": "hard_swish Hardswish",
    "gain 1.08 of softplus": "softplus",
}


@pytest.mark.parametrize(("rule", "activation"), [(rule, name) for rule in GIVEN for name in GIVEN[rule].split()])
def test_each_activation_has_its_rule(rule: str, activation: str) -> None:
    """Bounded ones ask for Glorot's, rectifiers for He's, selu for LeCun's, others for a gain that keeps the size."""
    assert known(activation)
    assert start_for(activation).rule == rule


@pytest.mark.parametrize(
    ("row", "rule", "scale", "mode"),
    [
        (GLOROT, "Glorot", 1, "fan_avg"),
        (HE, "He", 2, "fan_in"),
        (LECUN, "LeCun", 1, "fan_in"),
        (LOOKUP, "one row", 1, "fan_in"),
    ],
)
def test_the_rules_are_rows_of_the_one_formula(row: Start, rule: str, scale: float, mode: str) -> None:
    """Glorot divides one by the mean of the fans, He two and LeCun one by the fan-in; a looked-up row too."""
    assert row == (rule, scale, mode, "uniform")


@pytest.mark.parametrize(
    ("activation", "slope"),
    [("leaky_relu(0.2)", 0.2), ("LeakyReLU", 0.01), ("PReLU", 0.25), ("prelu(-1e-3)", -0.001), ("leakyrelu(1)", 1.0)],
)
def test_a_leaky_rectifier_brings_its_slope(activation: str, slope: float) -> None:
    """The scale is 2 / (1 + slope²), with the slope that is written or that the frameworks take by themselves."""
    assert known(activation)
    assert start_for(activation) == HE._replace(scale=pytest.approx(2 / (1 + slope * slope)))


@pytest.mark.parametrize("activation", ["Dropout", "relu(0.2)", "leaky_relu()", ""])
def test_what_has_no_rule_is_refused(activation: str) -> None:
    """A name that is no activation is not known, and asking for its start says so."""
    assert not known(activation)
    with pytest.raises(ValueError, match="activation must be"):
        start_for(activation)


@pytest.mark.parametrize("activation", [None, 3, ["relu"]])
def test_what_is_no_name_is_a_type_error(activation: object) -> None:
    """The error names the argument."""
    with pytest.raises(TypeError, match="activation must be"):
        start_for(activation)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "row"),
    [("glorot", GLOROT), ("xavier", GLOROT), ("he", HE), ("kaiming", HE), ("lecun", LECUN)],
)
def test_a_start_is_found_by_each_of_its_names(name: str, row: Start) -> None:
    """With a gain of 3 the scale is nine times as large; the kind is the second word, cut where that is asked for."""
    assert start_named(f"{name}_uniform") == row
    assert start_named(f"{name}_uniform", gain=3.0, truncated=True) == row._replace(scale=9 * row.scale)
    assert start_named(f"{name}_normal") == row._replace(distribution="normal")
    assert start_named(f"{name}_normal", truncated=True) == row._replace(distribution="truncated_normal")


def test_only_he_looks_at_the_slope() -> None:
    """He's scale shrinks to 2 / (1 + 0.5²) = 1.6; that of the others stays. The function is as good as its name."""
    assert start_named("he_uniform", negative_slope=0.5).scale == pytest.approx(1.6)
    assert start_named("glorot_uniform", negative_slope=0.5) == GLOROT
    assert start_named(he_normal, negative_slope=1.0) == Start("He", 1.0, "fan_in", "normal")


@pytest.mark.parametrize(("start", "error"), [("he", ValueError), ("he_cauchy", ValueError), (3, TypeError)])
def test_a_start_without_a_row_is_refused(start: object, error: type[Exception]) -> None:
    """The error names the argument; half a name is none."""
    with pytest.raises(error, match="start must be"):
        start_named(start)  # type: ignore[arg-type]
