"""Answers to the exercises of the chapter on diagnosis."""

import math

import numpy as np

from xavier_lib import diagnose
from xavier_lib.datasets import digits
from xavier_lib.diagnosis.patients import mystery
from xavier_lib.nn.signals import activation_rms, rms

DATA = digits()
X, Y = DATA.x_train[:100], DATA.y_train[:100]
SICK = mystery(7)[1]


def by_diagnosis(network):
    assert not diagnose(network, X, Y).findings


def by_hand(network):
    record = network.forward(X)
    sizes = [rms(a - a.mean(axis=0)) for a in record.activations]
    alike = [len(np.unique(w, axis=1).T) < w.shape[1] for w in network.weights[:-1]]
    return min(sizes) > 1e-3 and max(sizes) < 30 and not any(alike)


def by_size_alone(network):
    sizes = activation_rms(network, X)
    assert 1e-2 < min(sizes) < max(sizes) < 30


def no_zeros(network):
    assert not diagnose(network, X, Y).findings
    assert all(w.any() for w in network.weights)


def by_loop(z):
    centred = np.array([[entry - sum(column) / len(column) for entry in column] for column in np.asarray(z).T])
    return math.sqrt((centred**2).sum() / (np.asarray(z) ** 2).sum())


RIGHT = {
    "diagnosis-guess": [10.82, math.log(50257), np.float32(10.825)],
    "diagnosis-signs": ["dead rectifiers", " Dead  rectifiers "],
    "diagnosis-layer": [SICK, np.intp(SICK), float(SICK)],
    "diagnosis-varying": [
        lambda z: np.std(z, axis=0).dot(np.std(z, axis=0)) ** 0.5 / np.sqrt((z**2).mean() * z.shape[1]),
        lambda z: np.sqrt(z.var(axis=0).mean() / (z**2).mean()),
        by_loop,
    ],
    "diagnosis-remedy": ["scale the inputs", "Scale the inputs"],
    "diagnosis-test": [by_diagnosis, by_hand],
}

WRONG = {
    "diagnosis-guess": {
        "another base of the logarithm": [15.617, 4.7012],
        "the sign": [-10.825],
        "the probability in place of its logarithm": [1 / 50257],
    },
    "diagnosis-signs": {},
    "diagnosis-layer": {"one layer too many or too few": [SICK + 1, SICK - 1]},
    "diagnosis-varying": {
        "the missing root": [lambda z: z.var(axis=0).mean() / (z**2).mean()],
        "variance in place of second moment": [lambda z: np.sqrt(z.var(axis=0).mean() / z.var())],
    },
    "diagnosis-remedy": {},
    "diagnosis-test": {
        "a test that cannot fail": [lambda network: len(network.weights) > 0],
        "a test that lets something wrong pass": [by_size_alone],
        "a test that refuses correct weights": [no_zeros],
    },
}
