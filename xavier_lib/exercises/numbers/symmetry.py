"""Constants, units and activations for the exercises of the chapter on symmetry."""

from functools import partial
from typing import Any

import numpy as np

from xavier_lib.exercises.variants import Variants
from xavier_lib.names import ActivationName
from xavier_lib.nn.activations import ACTIVATIONS
from xavier_lib.nn.mlp import MLP
from xavier_lib.symmetry import constant


def largest_gradient(value: float, activation: ActivationName) -> float:
    """Return the largest weight gradient of the small network if all weights are a constant, on the small task."""
    network = MLP((2, 3, 2), partial(constant, value=value), activation=activation)
    gradients = network.gradients(np.array([[0, 0], [1, 0], [0, 2], [1, 2]]), np.array([0, 1, 1, 0]))
    return max(float(np.abs(gradient).max()) for gradient in gradients.weights)


def below_zero(value: float, first: ActivationName, second: ActivationName) -> dict[str, Any]:
    """Return which of two activations has a gradient if all weights are a negative constant."""
    sizes = {name: largest_gradient(value, name) for name in (first, second)}
    alive = [name for name, size in sizes.items() if size > 0]
    told = [
        f"With {NAMED[name]}, the largest of the 12 weight gradients is {size:.1g}." for name, size in sizes.items()
    ]
    if len(alive) == 2:
        target, why = "both", "Every hidden pre-activation is zero or below, and there both functions have a slope."
    else:
        target = f"{alive[0]} only"
        why = (
            f"Every hidden pre-activation is zero or below. There {NAMED[alive[0]]} has a value and a slope, "
            "and ReLU neither."
        )
    words = ("both", f"{first} only", f"{second} only", "neither")
    options = {word: " ".join(told) for word in words}
    return {"target": target, "options": {**options, target: why}}


def below_zero_says(value: float, first: ActivationName, second: ActivationName) -> list[str]:
    """Return the phrases that hold the constant and the two activations."""
    told, asked = (second, first) if first == "relu" else (first, second)
    f, z = ACTIVATIONS[told], 3 * value
    given = f"{NAMED[told]} gives {signed(float(f.f(z)), '.2f')} with the slope {f.df(z):.2f}"
    return [
        f"with all weights {signed(value)}",
        f"once with {NAMED[first]} and once with {NAMED[second]}",
        f'`"{first} only"`',
        f'`"{second} only"`',
        f"each hidden pre-activation is {signed(z)}",
        f"There {given}. What does {NAMED[asked]} give",
    ]


def signed(number: float, form: str = "g") -> str:
    """Return a number with a minus sign in place of a hyphen."""
    return f"{number:{form}}".replace("-", "−")


def one_random(activation: ActivationName, value: float, **_: int) -> dict[str, Any]:
    """Return the random layer that breaks the tie while the other is a constant: none reaches a ReLU at zero."""
    dead = activation == "relu" and value == 0
    target = "the hidden one only" if dead else "either one"
    somewhere = "the hidden layer" if dead else "one of the two layers"
    options = {
        "the hidden one only": "With random output weights and a constant in the hidden layer, the hidden columns "
        "were 0 apart at first, and more than 0.1 after 12 epochs.",
        "the output one only": "With random hidden weights and a constant in the output layer, the hidden columns "
        "were more than 0.1 apart at first, and more than 0.1 after 12 epochs.",
        "either one": "With random output weights and zeros in the hidden layer, the hidden columns were 0 apart "
        "at first, and 0 after 12 epochs.",
        "neither one": f"With a random start in {somewhere}, the hidden columns were more than 0.1 apart "
        "after 12 epochs.",
    }
    why = "Random hidden weights make units that compute different things."
    send = "Random output weights send different gradients to units that compute the same."
    stop = "Hidden weights of 0 keep every ReLU at 0, where its slope is 0 too: no gradient passes."
    return {"target": target, "options": options | {target: f"{why} {stop if dead else send}"}}


def one_random_says(units: int, activation: ActivationName, value: float) -> list[str]:
    """Return the phrases that hold the network and the constant, and what a ReLU adds to the hints."""
    relu = activation == "relu"
    changed = [f"{units} hidden units"] * (units != 12) + ["ReLU"] * relu
    given = f", now with {' and '.join(changed)}," if changed else ""
    return [
        f"Give the network on the digits{given} the constant {value:g} in",
        f"Which of the two does each layer decide?{' And what does a ReLU do at 0?' * relu}",
        f"times its own output weights{', and times the slope of its activation' * relu}: is that equal",
    ]


NAMED = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "the sigmoid", "softsign": "softsign"}
SIGN = Variants(
    below_zero,
    says=below_zero_says,
    numbers={
        "value": (-0.5, -0.25, -0.8, -1.0),
        "first": ("tanh", "softsign", "sigmoid", "relu"),
        "second": ("relu", "tanh", "softsign", "sigmoid"),
    },
    fits=lambda value, first, second: first != second,
)
LAYER = Variants(
    one_random,
    says=one_random_says,
    numbers={"units": (12, 8, 20), "activation": ("tanh", "relu"), "value": (0.1, 0)},
    fits=lambda units, activation, value: units == 12 or (activation, value) != ("tanh", 0),
)
