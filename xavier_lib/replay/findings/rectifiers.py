"""Findings of :doc:`/chapters/rectifiers`: He et al. (2015) on digits, and the fans of convolutions."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from numpy.typing import NDArray

from xavier_lib.glorot import glorot_uniform
from xavier_lib.he import he_normal, he_uniform
from xavier_lib.naive import naive_normal
from xavier_lib.nn.signals import rms
from xavier_lib.nn.start import Initializer
from xavier_lib.rectifiers import gradient_share, through_convolutions
from xavier_lib.replay.findings.finding import Judge
from xavier_lib.replay.findings.he import earlier
from xavier_lib.replay.findings.he import two_starts as two_starts  # measures a trial
from xavier_lib.replay.findings.training import by_epoch, learned, perceptron, short, the_digits, within

VGG = (64, 128, 128, 256, 256, 512, 512, 512, 512)


def root_missing(shape: Sequence[int], **options: Any) -> NDArray[Any]:
    """Draw normal weights with He's variance in place of its root."""
    return naive_normal(shape, std=2 / shape[0], **options)


STARTS: Mapping[str, Initializer] = {"Xavier": glorot_uniform, "He": he_uniform, "root missing": root_missing}


def claimed(*, seed: int, depth: int, width: int, **training: Any) -> dict[str, Any]:
    """Return the test accuracy after each epoch from Xavier's start, from He's, and from He's without the root."""
    found, data = {}, the_digits()
    for name, start in STARTS.items():
        net = perceptron(start, seed=seed, depth=depth, width=width, activation="relu")
        found[name] = [
            short(net.accuracy(data.x_test, data.y_test)) for _ in by_epoch(net, seed=seed, data=data, **training)
        ]
    return found


def fixed(*, seed: int, std: float, parts: int, side: int) -> dict[str, Any]:
    """Send a gradient back through VGG-B's convolutions with one spread; return what is left over what is computed."""
    filters = [count // parts for count in VGG]
    left = through_convolutions(partial(naive_normal, std=std), filters, channels=filters[0], side=side, rng=seed)[1]
    return {"ratio": short(left / gradient_share(filters, std))}


def convolved(*, seed: int, filters: list[int], channels: int) -> dict[str, Any]:
    """Return the rms forward and the share back under He's start with either fan, over what the two ends foretell."""
    ends = (filters[-1] / channels) ** 0.5
    either: dict[str, tuple[Initializer, float, float]]
    either = {"fan_in": (he_normal, 1, ends), "fan_out": (partial(he_normal, mode="fan_out"), 1 / ends, 1)}
    found = {}
    for mode, (start, forward, back) in either.items():
        sizes = through_convolutions(start, filters, channels=channels, rng=seed)
        found[mode] = short([sizes[0] / forward, sizes[1] / back])
    return found


def stepped(*, seed: int, depth: int, width: int, rate: float) -> dict[str, Any]:
    """Return the second weight gradient over the last hidden one, and a step's share of the middle weights."""
    data, found = the_digits(), {}
    for name in ("Xavier", "He"):
        net = perceptron(STARTS[name], seed=seed, depth=depth, width=width, activation="relu", dtype="float64")
        sizes = [rms(part) for part in net.gradients(data.x_train[:300], data.y_train[:300]).weights]
        middle = depth // 2
        moved = rate * sizes[middle] / rms(net.weights[middle])
        found[name] = {"level": short(sizes[1] / sizes[-2]), "step": short(moved)}
    return found


def deeper(*, seed: int, depths: list[int], width: int, **training: Any) -> dict[str, Any]:
    """Train networks of several depths from He's start; return what each learned."""
    return {
        str(depth): learned(
            perceptron(he_uniform, seed=seed, depth=depth, width=width, activation="relu"), seed=seed, **training
        )
        for depth in depths
    }


def soon(curve: Sequence[float]) -> bool:
    """Say whether a curve reaches 70 % within three epochs.

    >>> soon([0.3, 0.72]), soon([])
    (True, False)
    """
    return max(curve[:3], default=0) >= 0.7


def near_one(sizes: Sequence[float]) -> bool:
    """Say whether all numbers are within a factor of 1.5 of 1.

    >>> near_one([0.7, 1.4]), near_one([0.6, 1.0])
    (True, False)
    """
    return min(sizes) > 1 / 1.5 and max(sizes) < 1.5


HOLDS: Mapping[str, Judge] = {
    "rectifiers-first": lambda seen: earlier(seen["He"]["to 50%"], seen["Xavier"]["to 50%"]),
    "rectifiers-late": lambda seen: within(seen["Xavier"]["to 20%"], 60),
    "rectifiers-half": lambda seen: within(seen["Xavier"]["to 50%"], 60),
    "rectifiers-ninety": lambda seen: within(seen["He"]["to 90%"], 30),
    "rectifiers-long": lambda seen: not within(seen["Xavier"]["to 90%"], 60),
    "rectifiers-he": lambda seen: within(seen["He"]["to 20%"], 4),
    "rectifiers-xavier": lambda seen: not within(seen["Xavier"]["to 20%"], 4),
    "rectifiers-claim": lambda seen: soon(seen["He"]),
    "rectifiers-refused": lambda seen: not soon(seen["Xavier"]) and not soon(seen["root missing"]),
    "rectifiers-product": lambda seen: 0.75 < seen["ratio"] < 1.35,
    "rectifiers-fans": lambda seen: near_one(seen["fan_in"] + seen["fan_out"]),
    "rectifiers-level": lambda seen: all(1 / 5 < found["level"] < 5 for found in seen.values()),
    "rectifiers-step": lambda seen: seen["Xavier"]["step"] < 1e-6 and seen["He"]["step"] > 1e-5,
    "rectifiers-deeper": lambda seen: seen["30"]["best"] < seen["10"]["best"],
}
