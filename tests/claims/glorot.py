"""Numbers for the claims that the chapter on Xavier's start shows."""

import re
from pathlib import Path

import numpy as np

from xavier_lib import (
    MLP,
    glorot_limit,
    glorot_normal,
    glorot_std,
    glorot_uniform,
    lecun_normal,
    naive_normal,
    xavier_normal,
    xavier_uniform,
)
from xavier_lib.datasets import digits
from xavier_lib.glorot import wide_tanh_variance
from xavier_lib.network import learning_curve

REFERENCES = Path(__file__).parents[2] / "references.bib"


def spread_of_a_square_layer() -> float:
    """Return the standard deviation by both fans of a square layer; the rule by the inputs draws the same."""
    std = glorot_std(256, 256)
    assert abs(lecun_normal((256, 256), rng=0).std() / std - 1) < 0.02
    return std


def pairs_of_names() -> float:
    """Return how many of the two starts go by both names."""
    return (xavier_uniform is glorot_uniform) + (xavier_normal is glorot_normal)


def authors_of_the_article() -> float:
    """Return how many authors the references name for the article of 2010."""
    entry = re.search(r"\{glorot2010,.*?\n\}", REFERENCES.read_text(encoding="utf-8"), re.DOTALL)
    assert entry
    return len(re.split(r"\s+and\s+", re.search(r"author\s*=\s*\{(.*?)\}", entry[0], re.DOTALL)[1]))


def backward_factor_of_a_square_layer() -> float:
    """Return what a square layer makes of the variance of a random gradient."""
    sent = np.random.default_rng(1).standard_normal((1000, 256))
    return (sent @ glorot_normal((256, 256), rng=0).T).var()


def variance_behind_a_hundred_tanh_layers() -> float:
    """Return the variance behind a hundred tanh layers of unbounded width."""
    return wide_tanh_variance(100)[100]


def numerator_of_the_limit() -> float:
    """Return the squared limit times inputs plus outputs; of the standard deviation it is 2."""
    assert abs(glorot_std(300, 100) ** 2 * (300 + 100) - 2) < 1e-9
    return glorot_limit(300, 100) ** 2 * (300 + 100)


def numerator_at_a_gain() -> float:
    """Return the squared limit at a gain of 5/3 times inputs plus outputs."""
    return glorot_limit(300, 100, gain=5 / 3) ** 2 * (300 + 100)


def limit_of_784_100() -> float:
    """Return the limit for 784 inputs and 100 outputs; the draws reach it and stay within."""
    limit = glorot_limit(784, 100)
    assert 0.999 * limit < abs(glorot_uniform((784, 100), rng=0)).max() <= limit
    return limit


def limit_of_300_100() -> float:
    """Return the limit for 300 inputs and 100 outputs."""
    return glorot_limit(300, 100)


def loss_without_the_root() -> float:
    """Return the training loss six epochs after a standard deviation of 2 over inputs plus outputs."""

    def rootless(shape: tuple[int, int], **draw: object) -> np.ndarray:
        return naive_normal(shape, 2 / sum(shape), **draw)

    network = MLP((64, 64, 64, 64, 64, 64, 10), rootless, rng=0)
    return learning_curve(network, digits(), epochs=6, learning_rate=0.1, batch_size=64).loss[-1]


def entropy_gained() -> float:
    """Return the entropy of a normal weight over that of a uniform one, in nats."""
    uniform = np.log(2 * glorot_limit(256, 64))
    return np.log(2 * np.pi * np.e * glorot_std(256, 64) ** 2) / 2 - uniform
