"""Promises of the page that chooses a start: what it says was counted, its code runs, its links lead somewhere."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import xavier_lib
from xavier_lib.datasets import digits
from xavier_lib.frameworks.packages import missing
from xavier_lib.replay.findings import FINDINGS
from xavier_lib.replay.findings.how_sure import stored

ROOT = Path(__file__).parent.parent
PAGE = tomllib.loads((ROOT / "which.toml").read_text(encoding="utf-8"))
ROWS, STARTS, SYMPTOMS = PAGE["rows"], PAGE["starts"], PAGE["symptoms"]
BATCH = digits().x_train[:64]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['activation'][0]} {row['depth']} {row['kind']}")
def test_a_row_rests_on_findings_that_hold(row):
    """A start is named by findings that held in 19 of 20 runs, or its row says what changes; else it is unknown."""
    shares = {name: stored()[name]["page"] for name in row.get("found", [])}

    assert row["start"] == "unknown" or shares
    for name, share in shares.items():
        assert share.runs >= 20, name
        assert share.sure or FINDINGS[name].is_share, name
    if any(not share.sure for share in shares.values()):
        assert re.search("changes from seed to seed|usually|nearly|most", row["fails"])


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("found")], ids=lambda row: row["found"][0])
def test_a_row_names_the_optimizer_and_the_rate_of_its_findings(row):
    """Adam belongs to findings about Adam, and the rate is the one of the trial."""
    optimizer, _, rate = row["optimizer"].partition(", ")
    settings = [FINDINGS[name].trial.page for name in row["found"]]
    said = " ".join(FINDINGS[name].sentence for name in row["found"])

    assert ("Adam" in said or any("adam" in str(setting) for setting in settings)) == (optimizer == "Adam")
    if rate[:1].isdigit():
        assert any(abs(float(rate) - value) < 1e-12 for setting in settings for value in rates_in(setting))


def rates_in(setting):
    """Return all numbers of a setting whose name speaks of a rate."""
    found = [value for name, value in setting.items() if "rate" in name]
    flat = [value for item in found for value in (item if isinstance(item, list) else [item])]
    return [value for value in flat if isinstance(value, (int, float))]


@pytest.mark.parametrize("start", [name for name in STARTS if "numpy" in STARTS[name]])
def test_the_lines_for_numpy_run(start):
    """Each makes weights or a network of finite numbers."""
    names = {name: getattr(xavier_lib, name) for name in xavier_lib.__all__}
    names["xavier_lib"] = xavier_lib
    names["network"] = xavier_lib.MLP((64, 20, 10), xavier_lib.naive_normal, activation="sigmoid", rng=0)
    made = eval(STARTS[start]["numpy"], {**names, "batch": BATCH})

    weights = getattr(made, "weights", getattr(made, "parameters", [made]))
    assert all(np.isfinite(array).all() and np.ptp(array) for array in weights if array.ndim == 2 and array.any())


@pytest.mark.skipif(bool(missing()), reason="frameworks are not installed")
@pytest.mark.parametrize("framework", ["pytorch", "keras", "jax"])
@pytest.mark.parametrize("start", [name for name in STARTS if "pytorch" in STARTS[name]])
def test_the_lines_for_a_framework_give_the_start_that_is_named(start, framework):
    """The spread of 300 by 200 weights is that of the library, to five standard errors of 60 000 of them."""
    import keras
    import torch
    from flax import nnx
    from torch import nn

    from xavier_lib import frameworks

    rows = np.random.default_rng(0).standard_normal((50, 300)).astype(np.float32)
    rngs, layer = nnx.Rngs(0), nn.Linear(300, 200)
    models = {"pytorch": nn.Sequential(layer, nn.SiLU(), nn.Linear(200, 3))}
    models["keras"] = keras.Sequential(
        [keras.Input((300,)), keras.layers.Dense(200, activation="silu"), keras.layers.Dense(3)]
    )
    models["jax"] = nnx.Sequential(nnx.Linear(300, 200, rngs=rngs), nnx.silu, nnx.Linear(200, 3, rngs=rngs))
    batch = torch.from_numpy(rows) if framework == "pytorch" else rows
    offered = {name: getattr(frameworks, name) for name in frameworks.__all__}
    names = {**offered, **locals(), "model": models[framework]}
    made = eval(STARTS[start][framework], names)

    if start == "measured":
        first = models[framework].layers[0] if framework != "pytorch" else layer
    elif framework == "pytorch":
        first = layer
    else:
        first = made
        if framework == "keras":
            made.build((None, 300))
    if framework == "pytorch":
        spread = float(first.weight.detach().std())
    else:
        spread = float(np.std(np.asarray(first.kernel.numpy() if framework == "keras" else first.kernel[...])))
    gain = xavier_lib.gain("silu").fixed.gain
    wanted = {
        "xavier": xavier_lib.glorot_std(300, 200),
        "he": xavier_lib.he_std(300),
        "fourfold": 4 * xavier_lib.glorot_std(300, 200),
        "orthogonal": 300**-0.5,
        "measured": gain * 300**-0.5,
    }[start]
    assert abs(spread / wanted - 1) < (0.1 if start == "measured" else 5 / (2 * 60_000) ** 0.5)


@pytest.mark.parametrize("row", SYMPTOMS, ids=lambda row: row["sign"])
def test_a_symptom_leads_to_a_section(row):
    """The chapter is there, and so is its heading."""
    cells = json.loads((ROOT / "chapters" / f"{row['chapter']}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    slugs = {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.M)}

    assert row["anchor"] == "" or row["anchor"] in slugs


def test_every_activation_of_the_library_has_a_row():
    """Also where nothing was measured: then the row says so."""
    named = {name for row in ROWS for name in row["activation"]}

    assert {"tanh", "sigmoid", "softsign", "relu", "silu", "gelu"} <= named
