"""Findings of :doc:`/chapters/diagnosis`: whether illnesses are found, and what their cures buy."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from xavier_lib.datasets import Digits
from xavier_lib.diagnosis import Diagnosis, diagnose
from xavier_lib.diagnosis.patients import PATIENTS, inputs_of, patient
from xavier_lib.naive import naive_normal
from xavier_lib.nn.mlp import MLP
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.training import learned, the_digits

#: The layer and a word of what is said of each patient.
SIGNS = {
    "constant": ("weights[0]", "alike"),
    "too small": ("weights[0]", "fades"),
    "too large": ("weights[0]", "grows"),
    "dead rectifiers": ("weights[1]", "dead"),
    "saturated": ("weights[0]", "saturated"),
    "unscaled inputs": ("weights[0]", "inputs"),
    "wrong first loss": ("last", "first loss"),
}


def signs(*, seed: int, depth: int, width: int, rows: int) -> dict[str, Any]:
    """Diagnose the seven patients and their twins: is the illness said first and in its place, how much of the twin?"""
    data, found = the_digits("float64"), {}
    batch = np.random.default_rng(seed).choice(len(data.x_train), rows, replace=False)
    x, y = data.x_train[batch], data.y_train[batch]
    for illness in PATIENTS:
        ill, well = (patient(illness, healed=healed, depth=depth, width=width, seed=seed) for healed in (False, True))
        said = diagnose(ill, inputs_of(illness, x), y)
        found[illness] = [int(named(illness, said)), len(diagnose(well, x, y).findings)]
    return found


def named(illness: str, said: Diagnosis) -> bool:
    """Say whether the first finding names a patient's illness, at its layer."""
    layer, what = SIGNS[illness]
    place = f"weights[{len(said.layers) - 1}]" if layer == "last" else layer
    return bool(said.findings) and said.findings[0].layer == place and what in said.findings[0].what


def treated(*, seed: int, illness: str, depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Train a patient and its healed twin on the digits; return what each learned."""
    data, found = the_digits(), {}
    for name, healed in (("ill", False), ("healed", True)):
        seen = data if healed else of_patient(illness, data)
        network = patient(illness, healed=healed, depth=depth, width=width, seed=seed, dtype="float32")
        found[name] = learned(network, seed=seed, data=seen, **training)
    return found


def around(*, seed: int, mean: float, depth: int, width: int, rows: int, **training: Any) -> dict[str, Any]:
    """Diagnose and train ReLU layers whose weights lie around a number with a tenth of it as spread."""
    data = the_digits()
    start = partial(naive_normal, std=mean / 10)
    sizes = (64, *[width] * depth, 10)
    network = MLP(
        sizes, lambda shape, **draw: mean + start(shape, **draw), activation="relu", rng=seed, dtype="float32"
    )
    said = diagnose(network, data.x_train[:rows], data.y_train[:rows]).findings
    named = any(finding.layer == "weights[0]" and "around zero" in finding.what for finding in said)
    return {"named": int(named), "ill": learned(network, seed=seed, data=data, **training)}


def of_patient(illness: str, data: Digits) -> Digits:
    """Return the digits as a patient sees them."""
    x_train, x_test = (inputs_of(illness, x).astype(np.float32) for x in (data.x_train, data.x_test))
    return data._replace(x_train=x_train, x_test=x_test)


def stays_and_heals(seen: Mapping[str, Any]) -> bool:
    """Say whether the ill network ends below 20 %, or overflows, and its twin passes 90 %."""
    return bool((seen["ill"]["loss"] is None or seen["ill"]["last"] < 0.2) and seen["healed"]["best"] > 0.9)


HOLDS: Mapping[str, Judge] = {
    "diagnosis-named": lambda seen: all(right for right, _ in seen.values()),
    "diagnosis-healed": lambda seen: not any(said for _, said in seen.values()),
    "diagnosis-constant": stays_and_heals,
    "diagnosis-around": lambda seen: seen["named"] == 1,
    "diagnosis-near": lambda seen: seen["ill"]["loss"] is None or seen["ill"]["last"] < 0.5,
    "diagnosis-small": stays_and_heals,
    "diagnosis-dead": stays_and_heals,
    "diagnosis-unscaled": stays_and_heals,
    "diagnosis-large": lambda seen: seen["ill"]["loss"] is None or seen["ill"]["last"] < seen["healed"]["last"] - 0.03,
    "diagnosis-loss": lambda seen: min(seen["ill"]["best"], seen["healed"]["best"]) > 0.9,
    "diagnosis-bold": lambda seen: seen["healed"]["best"] > 0.9 and seen["ill"]["last"] < 0.8,
    "diagnosis-saturated": lambda seen: seen["ill"]["last"] < seen["healed"]["last"],
    "diagnosis-ahead": lambda seen: seen["ill"]["last"] > seen["healed"]["last"],
}
