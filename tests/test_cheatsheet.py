"""Promises of the cheat sheet: no formula, number or name on it is another than the library's and the frameworks'."""

import inspect
import math
import re

import numpy as np
import pytest

import xavier_lib
from tools import sheet
from tools.cells import anchored, output
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.nn.functions import FUNCTIONS

STARTS = sheet.DATA["starts"]
ROWS = dict(zip([start["name"] for start in STARTS], sheet.starts(), strict=True))
PRINTED = output(anchored("frameworks", "defaults-of-layers"))
FAN_IN, FAN_OUT, SLOPE = 300, 200, 0.5
BY_FORMULA = {
    "glorot.glorot_std": xavier_lib.glorot_std(FAN_IN, FAN_OUT, SLOPE),
    "glorot.glorot_limit": xavier_lib.glorot_limit(FAN_IN, FAN_OUT, SLOPE),
    "he.he_std": xavier_lib.he_std(FAN_IN, SLOPE),
    "he.he_limit": xavier_lib.he_limit(FAN_IN, SLOPE),
}
NAMED = [(start["name"], key, name) for start in STARTS for key in ("keras", "pytorch") for name in start.get(key, [])]


def value(formula: str) -> float:
    """Compute the first right-hand side of a formula, for the fans, the gain or the slope above."""
    text = formula.strip("$").split("=")[1].replace(r"\,", "").replace(r"\text", "")
    text = text.replace("n_{in}", str(FAN_IN)).replace("n_{out}", str(FAN_OUT)).replace("^", "**")
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = re.sub(r"\\sqrt\{([^{}]*)\}", r" math.sqrt(\1)", text)
    text = re.sub(r"\b[ag]\b", str(SLOPE), re.sub(r"\bn\b", str(FAN_IN), text))
    return float(eval(re.sub(r"(?<=[\d)]) +(?=[\d(m])", "*", text.strip())))


def test_every_start_of_the_library_has_a_row():
    """Each public name that makes weights of a shape, but for the second names of the same functions, and lsuv."""
    rows = {name for start in STARTS for name in start["starts"]}
    makers = {
        name: getattr(xavier_lib, name)
        for name in xavier_lib.__all__
        if inspect.isfunction(getattr(xavier_lib, name))
        and {"shape", "rng"} <= inspect.signature(getattr(xavier_lib, name)).parameters.keys()
    }

    assert {id(makers[name]) for name in makers} == {id(makers[name]) for name in rows & makers.keys()}
    assert rows - makers.keys() == {"lsuv"}


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start["name"])
def test_a_formula_is_that_of_the_docstring(start):
    """Word for word but for the spaces, one line for each function of the row."""
    shown = ROWS[start["name"]][1].split("\n\n")

    assert len(shown) == len(start["formulas"])
    for text, name in zip(shown, start["formulas"], strict=True):
        module, _, function = name.rpartition(".")
        said = inspect.getdoc(getattr(inspect.importlib.import_module(f"xavier_lib.{module}"), function))
        for part in re.findall(r"\$([^$]+)\$", text):
            assert "".join(part.split()) in "".join(said.split())


@pytest.mark.parametrize("name", BY_FORMULA)
def test_a_formula_computes_what_the_function_returns(name):
    """For other fans, a gain and a slope than any docstring has."""
    assert any(name in start["formulas"] for start in STARTS)
    assert value(sheet.formula(name)) == pytest.approx(BY_FORMULA[name])


@pytest.mark.parametrize("row", sheet.activations(), ids=lambda row: row[0])
def test_gains_are_what_a_million_normal_numbers_give(row):
    """Forward and back, within five standard errors of the sample and half a unit of what is printed."""
    name, *numbers, fate = row
    z = np.random.default_rng(0).standard_normal(1_000_000)
    f = FUNCTIONS[name]
    squares = [f(z) ** 2, ((f(z + 1e-6) - f(z - 1e-6)) / 2e-6) ** 2]
    for sample, share, factor in zip(squares, numbers[:2], numbers[2:4], strict=True):
        error = 5 * sample.std() / 1000
        assert float(share) == pytest.approx(sample.mean(), abs=error + 5e-4)
        assert float(factor) == pytest.approx(sample.mean() ** -0.5, abs=error * sample.mean() ** -1.5 + 5e-4)
    size = 1.0 if numbers[4] == "none" else float(numbers[4])
    if numbers[4] != "none":
        back = f(size * z) ** 2
        assert back.mean() == pytest.approx(1, abs=5 * back.std() / 1000 + 2e-3)
    power = math.log((f(1.01 * size * z) ** 2).mean() / (f(size * z / 1.01) ** 2).mean()) / (4 * math.log(1.01))
    assert fate == ("stays" if abs(power - 1) < 1e-6 else "fades" if power < 1 else "grows")


def test_activations_stand_in_the_row_of_their_rule():
    """Xavier's for what is bounded or has no activation, He's for ReLU, LeCun's for SELU; the others have a gain."""
    assert ROWS["Xavier (Glorot)"][2].startswith("linear, tanh, sigmoid, softsign; ")
    assert ROWS["He (Kaiming)"][2].startswith("relu; ")
    assert ROWS["LeCun"][2].startswith("selu; ")


def test_sentences_have_the_numbers_of_the_library():
    """The spread that a cut leaves, measured on draws, and the half that ReLU leaves."""
    z = np.random.default_rng(0).standard_normal(1_000_000)
    cut = z[abs(z) <= 2].std()

    assert f"keep {cut:.2f}" in ROWS["Any of the next three"][3].replace("0.880", "0.88")
    assert "keep 0.50 of the mean square" in ROWS["Xavier (Glorot)"][3]
    assert all("{" not in re.sub(r"\$[^$]*\$", "", cell) for row in ROWS.values() for cell in row)


def test_what_is_drawn_by_default_is_what_the_chapter_has_measured():
    """Each line of its stored output is one cell; a rule is named only where the ratio is that of the rule."""
    heads, *rows = sheet.defaults(PRINTED)

    assert heads == ["layer", "Keras", "PyTorch", "Flax"]
    assert len(rows) * 3 == len(PRINTED.strip().splitlines()) - 1
    table = {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in rows}
    for kind in ("dense", "convolution"):
        assert table[kind] == {
            "Keras": "uniform, Xavier’s",
            "PyTorch": "uniform, He’s with $a^2 = 5$",
            "Flax": "truncated normal, LeCun’s",
        }
    assert table["LSTM, its state"]["Keras"].startswith("orthogonal, 0.50")
    changed = sheet.defaults(PRINTED.replace("uniform             1.00   0.87", "uniform             1.10   0.95"))
    assert changed[1][1] == "uniform, 1.10 × Xavier’s"


def test_versions_are_those_that_were_measured():
    """Five packages, each with its version."""
    assert re.fullmatch(r"(\w+ \d[\d.]+, ){4}\w+ \d[\d.]+", sheet.versions(output(anchored("frameworks", "versions"))))


def test_the_first_loss_is_that_of_an_even_guess():
    """The logarithm of the classes, by the cross-entropy of equal logits."""
    text = sheet.checks()[0]
    for classes in sheet.DATA["classes"]:
        guess = -math.log(1 / classes)
        assert f"{guess:.2f} for {classes}" in text


@pytest.mark.skipif(bool(missing()), reason=INSTALL)
@pytest.mark.parametrize(("start", "key", "name"), NAMED, ids=lambda part: str(part))
def test_a_name_elsewhere_gives_the_start_of_its_row(start, key, name):
    """The spread of 300 by 200 weights by that name, to five standard errors of 60 000 of them."""
    weights = of_pytorch(name) if key == "pytorch" else of_keras(name)
    others = [] if key == "pytorch" or name == "zeros" else [of_jax(name)]
    wanted = {
        "LeCun": FAN_IN**-0.5,
        "Xavier (Glorot)": xavier_lib.glorot_std(FAN_IN, FAN_OUT),
        "He (Kaiming)": xavier_lib.he_std(FAN_IN),
        "Orthogonal": FAN_IN**-0.5,
        "Constant": 0.0,
    }[start]
    for found in (weights, *others):
        assert found.std() == pytest.approx(wanted, rel=5 / (2 * found.size) ** 0.5, abs=1e-12)
        if "uniform" in name:
            assert abs(found).max() == pytest.approx(3**0.5 * wanted, rel=1e-3)


def of_pytorch(name):
    """Return weights that PyTorch draws under a name; He's are asked for with the slope of ReLU."""
    import torch

    torch.manual_seed(0)
    return getattr(torch.nn.init, name)(torch.empty(FAN_OUT, FAN_IN)).numpy().T


def of_keras(name):
    """Return weights that Keras draws under a name."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.initializers.get(name)((FAN_IN, FAN_OUT)).numpy()


def of_jax(name):
    """Return weights that JAX draws under a name."""
    import jax

    return np.asarray(getattr(jax.nn.initializers, name)()(jax.random.key(0), (FAN_IN, FAN_OUT)))
