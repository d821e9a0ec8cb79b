"""The laboratory's engine beside the library: draws to the bit, passes within 1e-12, training within 1e-9."""

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.laboratory.engine import FOLDER, PAGE, Engine, far, files, in_order, network, one_script
from tools.laboratory_digits import script
from xavier_lib import ACTIVATIONS, MLP
from xavier_lib.datasets import digits
from xavier_lib.nn.signals import activation_rms, rms
from xavier_lib.sigmoid import share_saturated

DIGITS = digits()
SEEDS = (0, 1, 2, 3, 42, 12345, 2**31, 2**32 - 1, 2**32, 2**40 + 3, 2**53 - 1)
STARTS = (
    *("constant", "naive_uniform", "naive_normal", "lecun_uniform", "lecun_normal"),
    *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"),
)
SHAPES = ((64, 4, 10), (64, 5, 5, 10), (64, 7, 3, 10), (64, 128, 10), (3, 2, 1, 2), (64, *[17] * 12, 10))
DEPTHS = (1, 2, 3, 5, 10, 20, 30)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Load the files once."""
    return Engine()


def options(start: str, gain: float, activation: str, seed: int) -> dict[str, object]:
    """Return the state of a network as the engine takes it."""
    return {"start": start, "gain": gain, "activation": activation, "seed": seed}


def test_what_runs_here_is_every_file_of_the_page():
    """No file of the folder is left out but the page's own, none comes twice, and nothing but imports is cut out."""
    given = files()
    assert {path.name for path in FOLDER.glob("*.js")} == given.keys() | PAGE
    assert sorted(in_order(given)) == sorted(given)
    kept = one_script(given)
    for name, text in given.items():
        inner = [line.removeprefix("export ") for line in text.splitlines() if not line.startswith("import ")]
        assert "\n".join(inner) in kept, name


@pytest.mark.parametrize("seed", SEEDS)
def test_uniform_and_normal_draws_and_permutations_are_numpys_to_the_bit(engine: Engine, seed: int):
    """Twenty thousand of each, hence also from the normal tail, which one draw in 3900 reaches."""
    count, counts = 20_000, [1, 2, 3, 33, 1437, 1437]
    assert engine("random", seed, count) == np.random.default_rng(seed).random(count).tolist()
    normal = np.random.default_rng(seed).standard_normal(count)
    assert np.abs(normal).max() > 3.6541528853610088
    found = np.array(engine("standard_normal", seed, count))
    inside = np.abs(normal) <= 3.6541528853610088
    np.testing.assert_array_equal(found[inside], normal[inside])
    np.testing.assert_array_max_ulp(found, normal, 1)  # beyond, the last bit is that of the machine's logarithm
    source = np.random.default_rng(seed)
    assert engine("permutations", seed, counts) == [source.permutation(count).tolist() for count in counts]


def test_a_seed_that_numpy_would_refuse_is_refused(engine: Engine):
    """A negative number, a fraction, and what a double does not hold as a whole number."""
    for seed in (-1, 0.5, 2**53):
        with pytest.raises(Exception, match="seed must be a whole number of at least 0"):
            engine("random", seed, 1)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("sizes", SHAPES)
def test_every_start_draws_the_librarys_weights(engine: Engine, start: str, sizes: tuple[int, ...]):
    """To the bit, layer by layer from one generator, at gain 1 and at others, and again after a restart."""
    for seed, gain in ((0, 1.0), (7, 1.0), (2**40 + 3, 5 / 3), (1, 0.037)):
        expected = [weights.ravel().tolist() for weights in network(sizes, start, gain, "tanh", seed).weights]
        state = options(start, gain, "tanh", seed)
        assert engine("started", sizes, state) == expected, (seed, gain)
        others = [options(start, 9.0, "relu", seed), options("glorot_normal", 1.0, "tanh", seed + 1)]
        for other in others:
            assert engine("restarted", sizes, other, state) == expected, (seed, gain, other)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_derivatives_are_the_librarys(engine: Engine, name: str):
    """Each number within 1e-14 of itself, near zero and far out, where the derivatives are tiny and not zero."""
    z = np.concatenate([np.linspace(-40, 40, 801), [-300.0, 300.0, 1e-12, -1e-300]])
    f, df = engine("activation", name, z)
    np.testing.assert_allclose(f, ACTIVATIONS[name].f(z), rtol=1e-14)
    np.testing.assert_allclose(df, ACTIVATIONS[name].df(z), rtol=1e-14)


def in_the_last_bit(theirs: MLP) -> Iterator[MLP]:
    """Yield copies of a network whose weights have another last bit each, up or down at random."""
    for seed in range(5):
        other, coins = copy.deepcopy(theirs), np.random.default_rng(seed)
        for weights in other.weights:
            weights[:] = np.nextafter(weights, np.where(coins.random(weights.shape) < 0.5, np.inf, -np.inf))
        yield other


PASSES = ("z", "a", "by_z", "by_weights", "by_biases")


def passes(theirs: MLP, x: Any, y: Any) -> dict[str, list[Any]]:
    """Return all that the library's network computes on its way forward and back, by the engine's names."""
    record, gradients = theirs.forward(x), theirs.gradients(x, y)
    values = (record.pre_activations, record.activations[1:], gradients.pre_activations)
    return dict(zip(PASSES, (*values, gradients.weights, gradients.biases), strict=True))


def compare_passes(engine: Engine, sizes: tuple[int, ...], start: str, gain: float, activation: str, seed: int) -> None:
    """Compare all that a pass forward and back computes, over the first hundred images, within 1e-12.

    Large gains make deep tanh networks chaotic: there the library's own numbers move by more than that when the
    weights change in their last bit, and ours may differ by as much as a hundred such changes would add up to.
    """
    x, y = DIGITS.x_train[:100, : sizes[0]], DIGITS.y_train[:100] % sizes[-1]
    theirs = network(sizes, start, gain, activation, seed)
    expected, moved = passes(theirs, x, y), [passes(other, x, y) for other in in_the_last_bit(theirs)]
    ours = engine("passes", sizes, options(start, gain, activation, seed), x, y)
    assert ours["loss"] == pytest.approx(theirs.loss(x, y), rel=1e-12)
    for name in PASSES:
        for layer, values in enumerate(expected[name]):
            bound = max(1e-12, *(100 * far(other[name][layer], values) for other in moved))
            assert bound < 1e-6, "chaos beyond what a comparison can tell"
            assert far(ours[name][layer], values) < bound, (name, layer)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_activations_and_gradients_agree_layer_by_layer(engine: Engine, activation: str, depth: int):
    """Within 1e-12 of the layer's largest number, from 1 to 30 layers, also where the signal fades or saturates.

    The constant start leaves equal logits, whose derivatives cancel: there is nothing to be a share of.
    """
    for number, (start, gain) in enumerate(itertools.product(STARTS[1:], (0.5, 1.0, 2.5))):
        compare_passes(engine, (64, *[4 + number % 7] * depth, 10), start, gain, activation, seed=number)
    compare_passes(engine, (64, *[64] * depth, 10), "glorot_uniform", 1.0, activation, seed=depth)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_equal_weights_agree_on_the_way_forward(engine: Engine, activation: str):
    """Where they let the derivatives cancel there is nothing to be a share of: the activations are compared alone."""
    x, y, sizes = DIGITS.x_train[:100], DIGITS.y_train[:100], (64, 20, 20, 20, 10)
    ours = engine("passes", sizes, options("constant", 0.5, activation, 0), x, y)
    theirs = network(sizes, "constant", 0.5, activation, 0).forward(x)
    for found, expected in zip(ours["a"], theirs.activations[1:], strict=False):
        assert far(found, expected) < 1e-12


@pytest.mark.parametrize("sizes", SHAPES)
def test_layers_of_different_widths_agree(engine: Engine, sizes: tuple[int, ...]):
    """Also those that are no multiple of the block in which products are taken, or smaller than one."""
    for start, activation in (("lecun_uniform", "tanh"), ("he_normal", "relu")):
        compare_passes(engine, sizes, start, 1.0, activation, seed=5)


def compare_training(engine: Engine, sizes: tuple[int, ...], start: str, activation: str, seed: int) -> None:
    """Compare the losses of the first hundred steps within 1e-9, and what has become of the weights."""
    steps, rate = 100, 0.01 if activation == "linear" else 0.05  # deep linear networks outgrow float64
    ours = engine("trained", sizes, options(start, 1.0, activation, seed), steps, rate)
    theirs, losses, source = network(sizes, start, 1.0, activation, seed), [], np.random.default_rng(0)
    while len(losses) < steps:
        order = source.permutation(len(DIGITS.y_train))
        for first in range(0, len(order), 32):
            batch = order[first : first + 32]
            losses.append(theirs.step(DIGITS.x_train[batch], DIGITS.y_train[batch], learning_rate=rate))
    rest = len(losses) - steps
    np.testing.assert_allclose(ours["losses"], losses[:steps], rtol=1e-9)
    if rest == 0:
        assert far(ours["weights"][0], theirs.weights[0]) < 1e-9


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_first_hundred_losses_agree(engine: Engine, activation: str):
    """Within 1e-9, for every start that breaks the symmetry, over several depths, with the library's own batches."""
    for number, start in enumerate(STARTS[1:]):
        compare_training(engine, (64, *[5 + 7 * (number % 5)] * (1 + 4 * (number % 3)), 10), start, activation, number)


@pytest.mark.parametrize(("start", "activation"), [("glorot_uniform", "tanh"), ("he_normal", "relu")])
def test_epochs_agree_in_bands(engine: Engine, start: str, activation: str):
    """Ten epochs on: the accuracy within one image of 360, the loss within 1e-4, and the mean losses of each epoch."""
    sizes, epochs, in_epoch, rate = (64, 32, 32, 10), 10, 45, 0.1
    ours = engine("trained", sizes, options(start, 1.0, activation, 3), epochs * in_epoch, rate)
    theirs, source = network(sizes, start, 1.0, activation, 3), np.random.default_rng(0)
    means = [theirs.train_epoch(DIGITS.x_train, DIGITS.y_train, learning_rate=rate, rng=source) for _ in range(epochs)]
    shares = np.array([*[32] * 44, 29]) / len(DIGITS.y_train)
    np.testing.assert_allclose(np.array(ours["losses"]).reshape(epochs, in_epoch) @ shares, means, rtol=1e-6)
    assert abs(ours["accuracy"] - theirs.accuracy(DIGITS.x_test, DIGITS.y_test)) <= 1 / 360
    assert ours["loss"] == pytest.approx(theirs.loss(DIGITS.x_test, DIGITS.y_test), abs=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_views_show_the_librarys_measures(engine: Engine, activation: str):
    """Signal, gradient, and the shares saturated and dead, layer by layer, over the first hundred training images."""
    x, y = DIGITS.x_train[:100], DIGITS.y_train[:100]
    for start, gain, depth in (("glorot_uniform", 1.0, 5), ("he_normal", 0.3, 30), ("naive_uniform", 20.0, 3)):
        sizes = (64, *[20] * depth, 10)
        theirs, ours = (
            network(sizes, start, gain, activation, 2),
            engine("measured", sizes, options(start, gain, activation, 2)),
        )
        np.testing.assert_allclose(ours["signal"], activation_rms(theirs, x), rtol=1e-12)
        gradients = theirs.gradients(x, y).pre_activations
        np.testing.assert_allclose(ours["gradient"], [rms(values) for values in gradients], rtol=1e-12)
        hidden = theirs.forward(x).pre_activations[:-1]
        assert ours["saturated"] == pytest.approx([share_saturated(z, activation=activation) for z in hidden])  # type: ignore[arg-type]
        asleep = [(ACTIVATIONS[activation].df(z) == 0).all(axis=0).mean() for z in hidden]  # type: ignore[index]
        assert ours["dead"] == pytest.approx(asleep)
        for shares, a in zip(ours["histograms"], theirs.forward(x).activations[1:], strict=True):
            edges = np.linspace(-1, 1, 25)
            counts = np.histogram(np.clip(a, -1, 1), edges)[0] / a.size
            assert shares == pytest.approx(counts, abs=2 / a.size)  # a value on an edge may fall to either side


def test_a_signal_whose_square_is_no_double_is_measured(engine: Engine):
    """An rms of 1e-200, which squares would take for nothing."""
    assert engine("rms", [3e-200, 4e-200, 5e-200, 0.0], 4) == pytest.approx(3.5355339059327378e-200, rel=1e-12)


@pytest.mark.parametrize("transposed", [False, True])
def test_both_products_are_equal_to_the_bit(engine: Engine, transposed: bool):
    """WebAssembly and JavaScript take each sum in the same order, so that one may stand for the other."""
    source = np.random.default_rng(0)
    for rows, inner, columns in ((32, 64, 64), (29, 7, 10), (4, 1, 4), (5, 33, 6), (100, 64, 128), (2, 3, 9)):
        a, b = source.standard_normal(rows * inner), source.standard_normal(inner * columns)
        steps = (1, rows) if transposed else (inner, 1)
        found = [engine("product", kind, a, *steps, b, (rows, inner, columns)) for kind in ("plain", "vectors")]
        matrix = a.reshape(inner, rows).T if transposed else a.reshape(rows, inner)
        assert found[0] == found[1]
        np.testing.assert_allclose(found[0], (matrix @ b.reshape(inner, columns)).ravel(), rtol=1e-12, atol=1e-12)


def test_a_network_without_webassembly_gives_the_same_numbers(engine: Engine):
    """To the bit, over fifty steps."""
    state = options("glorot_uniform", 1.0, "tanh", 0)
    runs = [engine("trained", (64, 19, 19, 10), {**state, "wasm": wasm}, 50, 0.1) for wasm in (True, False)]
    assert runs[0] == runs[1]


def test_training_that_outgrows_the_numbers_says_so(engine: Engine):
    """As the library does, in place of a loss that is no number."""
    with pytest.raises(Exception, match="outgrew float64"):
        engine("trained", (64, *[30] * 5, 10), options("naive_normal", 1e3, "linear", 0), 100, 1e30)


def test_the_digits_are_the_librarys(engine: Engine):
    """Images and labels to the bit, training and test; the file is what its tool writes."""
    for which, x, y in (("train", DIGITS.x_train, DIGITS.y_train), ("test", DIGITS.x_test, DIGITS.y_test)):
        assert engine("stored", which) == [x.ravel().tolist(), y.tolist()]
    assert (FOLDER / "digits.js").read_text(encoding="utf-8") == script()


FALSIFIED = {
    "a missing root": (
        "starts.js",
        "Math.sqrt((scale * (gain * gain)) / fan(fans))",
        "(scale * (gain * gain)) / fan(fans)",
    ),
    "swapped fans": ("starts.js", "const fan_in = (fans) => fans.fan_in", "const fan_in = (fans) => fans.fan_out"),
    "a wrong derivative": ("activations.js", "4 * sigmoid_derivative(2 * z)", "2 * sigmoid_derivative(2 * z)"),
    "a wrong seed": ("mlp.js", "default_rng(seed)", "default_rng(seed + 1)"),
    "a late epoch": ("generator.js", "drawn <= last", "drawn < last"),
    "no bias": ("layer.js", "bias[unit] -= by_bias[unit]", "bias[unit] -= 0"),
    "a tail on one side": ("generator.js", "? -this.beyond() : this.beyond()", "? this.beyond() : this.beyond()"),
    "a table without its one bit": ("ziggurat.js", "(layer === 38 ? 2 ** -53 : 0)", "0"),
}


def compare_all(engine: Engine) -> None:
    """Compare a little of everything."""
    test_uniform_and_normal_draws_and_permutations_are_numpys_to_the_bit(engine, 0)
    for start in STARTS:
        test_every_start_draws_the_librarys_weights(engine, start, SHAPES[2])
    for activation in ACTIVATIONS:
        compare_passes(engine, (64, 7, 5, 10), "glorot_uniform", 1.0, activation, 0)
    compare_training(engine, (64, 12, 10), "glorot_uniform", "tanh", 0)


def test_the_engine_itself_passes_what_falsified_copies_must_not(engine: Engine):
    """So that a copy fails for its fault alone."""
    compare_all(engine)


@pytest.mark.parametrize("fault", [name for name in FALSIFIED if name != "a table without its one bit"])
def test_a_falsified_copy_is_caught(fault: str):
    """One small change in one file, and some number is not the library's."""
    name, right, wrong = FALSIFIED[fault]
    copy = files()
    assert copy[name].count(right) == 1
    copy[name] = copy[name].replace(right, wrong)
    with pytest.raises(AssertionError):
        compare_all(Engine(copy))
