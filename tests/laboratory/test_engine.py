"""The laboratory's engine beside the library: draws to the bit, passes within 1e-12, training within 1e-9.

Orthogonal draws are the library's but for rounding, since each QR decomposition takes its sums in an order of its own.
"""

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.laboratory.engine import FOLDER, PAGE, Engine, far, files, in_order, network, one_script
from tools.laboratory_digits import script
from xavier_lib import ACTIVATIONS, MLP
from xavier_lib import gain as gains
from xavier_lib.datasets import digits
from xavier_lib.nn.signals import activation_rms, rms
from xavier_lib.sigmoid import share_saturated

DIGITS = digits()
SEEDS = (0, 1, 2, 3, 42, 12345, 2**31, 2**32 - 1, 2**32, 2**40 + 3, 2**53 - 1)
STARTS = (
    *("constant", "naive_uniform", "naive_normal", "lecun_uniform", "lecun_normal"),
    *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"),
)
TO_THE_BIT = STARTS[:-1]
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
    assert {path.name for path in FOLDER.iterdir()} == given.keys() | PAGE | {"page"}
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


@pytest.mark.parametrize("start", TO_THE_BIT)
@pytest.mark.parametrize("sizes", SHAPES)
def test_every_start_draws_the_librarys_weights(engine: Engine, start: str, sizes: tuple[int, ...]):
    """To the bit, layer by layer from one generator, at gain 1 and at others, and again after a restart."""
    for seed, gain in ((0, 1.0), (7, 1.0), (2**40 + 3, 5 / 3), (1, 0.037)):
        expected = [weights.ravel().tolist() for weights in network(sizes, start, gain, "tanh", seed).weights]
        state = options(start, gain, "tanh", seed)
        alike = engine("started", sizes, state) == expected  # pytest explains for seconds how two long lists differ
        assert alike, (seed, gain)
        others = [options(start, 9.0, "relu", seed), options("glorot_normal", 1.0, "tanh", seed + 1)]
        for other in others:
            assert engine("restarted", sizes, other, state) == expected, (seed, gain, other)


@pytest.mark.parametrize("sizes", [*SHAPES, (64, *[128] * 3, 10)])
def test_orthogonal_starts_draw_the_librarys_weights_but_for_rounding(engine: Engine, sizes: tuple[int, ...]):
    """Within 1e-12, wide, square and tall, at gain 1 and at others; after a restart to their own bits.

    A square draw enlarges rounding by the ratio of its singular values, mostly some hundreds: 4e-14 was the most seen.
    A sign that is not made positive, or a row in a column's place, differs by as much as the weights are large.
    """
    for seed, gain in ((0, 1.0), (7, 1.0), (2**40 + 3, 5 / 3), (1, 0.037)):
        state = options("orthogonal", gain, "tanh", seed)
        found, theirs = engine("started", sizes, state), network(sizes, "orthogonal", gain, "tanh", seed)
        for ours, weights in zip(found, theirs.weights, strict=True):
            np.testing.assert_allclose(ours, weights.ravel(), rtol=0, atol=1e-12 * gain)
        for other in (options("orthogonal", 9.0, "relu", seed), options("glorot_normal", 1.0, "tanh", seed)):
            assert engine("restarted", sizes, other, state) == found, (seed, gain, other)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(128, 128), (64, 30), (30, 64)])
def test_orthogonal_draws_are_so_even_where_two_columns_are_nearly_one(engine: Engine, fan_in: int, fan_out: int):
    """To rounding, where a single round would leave products of 1e-8; their mean square is one."""
    normal = np.random.default_rng(0).standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    normal[:, -1] = normal[:, 0] + 1e-8 * normal[:, -1]
    drawn = np.array(engine("orthogonalized", normal.ravel(), fan_in, fan_out)).reshape(fan_in, fan_out)
    tall = drawn if fan_in >= fan_out else drawn.T
    np.testing.assert_allclose(tall.T @ tall / len(tall), np.eye(tall.shape[1]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_derivatives_are_the_librarys(engine: Engine, name: str):
    """Each number within 1e-14 of itself, near zero and far out, where the derivatives are tiny and not zero."""
    z = np.concatenate([np.linspace(-40, 40, 801), [-300.0, 300.0, 1e-12, -1e-300]])
    f, df = engine("activation", name, z)
    np.testing.assert_allclose(f, ACTIVATIONS[name].f(z), rtol=1e-14)
    np.testing.assert_allclose(df, ACTIVATIONS[name].df(z), rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gains_are_the_librarys_forward_ones(engine: Engine, name: str):
    """To 1e-12, for pre-activations of rms 1."""
    assert engine("gain_of", name) == pytest.approx(gains(name).forward, rel=1e-12)


@pytest.mark.parametrize("start", STARTS[1:])
def test_a_start_at_the_gain_for_a_factor_has_weights_of_its_square_over_the_width(engine: Engine, start: str):
    """The library's own weights between layers of one width, within five standard errors; He's hold a root of two.

    The error is that of normal numbers, the largest among the starts; uniform and orthogonal weights lie nearer.
    """
    for width in (20, 128):
        found = engine("gain_for", 1.6, start, width)
        weights = network((64, width, width, 10), start, found, "tanh", 0).weights[1]
        assert weights.var() == pytest.approx(1.6**2 / width, rel=5 * (2 / weights.size) ** 0.5)
    if start.startswith("he"):
        assert engine("gain_for", 2**0.5, start, 20) == pytest.approx(1)


def test_equal_weights_have_no_gain(engine: Engine):
    """Their variance is zero at any."""
    assert engine("gain_for", 1.6, "constant", 20) is None


def in_the_last_bit(theirs: MLP) -> Iterator[MLP]:
    """Yield copies of a network whose weights have another last bit each, up or down at random."""
    for seed in range(5):
        other, coins = copy.deepcopy(theirs), np.random.default_rng(seed)
        for weights in other.weights:
            weights[:] = np.nextafter(weights, np.where(coins.random(weights.shape) < 0.5, np.inf, -np.inf))
        yield other


def take_weights(engine: Engine, theirs: MLP, state: dict[str, object]) -> None:
    """Give the library's network the engine's weights, which another test compares."""
    for weights, ours in zip(theirs.weights, engine("started", theirs.sizes, state), strict=True):
        weights[:] = np.reshape(ours, weights.shape)


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
    if start not in TO_THE_BIT:
        take_weights(engine, theirs, options(start, gain, activation, seed))
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


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_equal_weights_agree_as_far_as_there_is_something_to_compare(engine: Engine, activation: str, depth: int):
    """The signal, and the gradient at the logits.

    Below them equal weights let the derivatives cancel: what is left is rounding, in the library as here, and another
    number as soon as a weight changes in its last bit.
    """
    x, y, sizes = DIGITS.x_train[:100], DIGITS.y_train[:100], (64, *[20] * depth, 10)
    for gain in (0.02, 0.5, 3.0):
        theirs, ours = (
            network(sizes, "constant", gain, activation, 0),
            engine("measured", sizes, options("constant", gain, activation, 0)),
        )
        np.testing.assert_allclose(np.array(ours["signal"], float), activation_rms(theirs, x), rtol=1e-12)
        if (
            rms(theirs.forward(x).logits) < 1e3
        ):  # beyond it their last bits move the softmax, on each processor its own way
            assert ours["gradient"][-1] == pytest.approx(rms(theirs.gradients(x, y).pre_activations[-1]), rel=1e-12)
        if gain * 0.1 * 20 <= 1:  # a layer does not enlarge what comes back
            assert max(ours["gradient"][:-1]) < 1e-15


@pytest.mark.parametrize("sizes", SHAPES)
def test_layers_of_different_widths_agree(engine: Engine, sizes: tuple[int, ...]):
    """Also those that are no multiple of the block in which products are taken, or smaller than one."""
    for start, activation in (("lecun_uniform", "tanh"), ("he_normal", "relu")):
        compare_passes(engine, sizes, start, 1.0, activation, seed=5)


def batches() -> Iterator[Any]:
    """Yield the rows of each batch that the laboratory takes, epoch after epoch."""
    source = np.random.default_rng(0)
    while True:
        order = source.permutation(len(DIGITS.y_train))
        yield from (order[first : first + 32] for first in range(0, len(order), 32))


def train(theirs: MLP, steps: int, rate: float) -> list[float]:
    """Train the library's network on the same batches; return the losses."""
    return [
        theirs.step(DIGITS.x_train[batch], DIGITS.y_train[batch], learning_rate=rate)
        for batch in itertools.islice(batches(), steps)
    ]


def compare_training(engine: Engine, sizes: tuple[int, ...], start: str, activation: str, seed: int) -> None:
    """Compare the losses of the first hundred steps within 1e-9, and what has become of the weights."""
    steps, rate = 100, 0.01 if activation == "linear" else 0.05  # deep linear networks outgrow float64
    ours = engine("trained", sizes, options(start, 1.0, activation, seed), steps, rate)
    theirs = network(sizes, start, 1.0, activation, seed)
    np.testing.assert_allclose(ours["losses"], train(theirs, steps, rate), rtol=1e-9)
    for found, expected in zip(ours["weights"], theirs.weights, strict=True):
        assert far(found, expected) < 1e-9


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


@pytest.mark.parametrize("light", [1e8, 1e12])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_layer_that_outgrows_the_numbers_is_refused(engine: Engine, activation: str, light: float):
    """As in the library, also where a later layer hides it: tanh of an infinity, and relu of what is no number."""
    sizes, gain, x, y = (64, 8, 8, 10), 1e300, light * DIGITS.x_train[:100], DIGITS.y_train[:100]
    with pytest.raises(FloatingPointError, match="forward pass outgrew float64"):
        network(sizes, "naive_normal", gain, activation, 0).forward(x)
    state = options("naive_normal", gain, activation, 0)
    for asked in (("measured", sizes, state, light), ("passes", sizes, state, x, y)):
        with pytest.raises(Exception, match="forward pass outgrew float64"):
            engine(*asked)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_training_that_outgrows_the_numbers_says_so(engine: Engine, activation: str):
    """As the library does, in place of a loss that is no number."""
    sizes, rate = (64, 8, 8, 10), 1.7e308
    with pytest.raises(FloatingPointError, match="outgrew float64"):
        train(network(sizes, "naive_normal", 1e3, activation, 0), 100, rate)
    with pytest.raises(Exception, match="outgrew float64"):
        engine("trained", sizes, options("naive_normal", 1e3, activation, 0), 100, rate)


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu"])
def test_a_gradient_that_outgrows_the_numbers_is_refused(engine: Engine, activation: str):
    """As in the library; the images are all but black, so that the way forward does not."""
    sizes, light, gain = (64, 8, 8, 10), 1e-300, 1e170
    theirs = network(sizes, "naive_normal", gain, activation, 0)
    with pytest.raises(FloatingPointError, match="backward pass outgrew float64"):
        theirs.gradients(light * DIGITS.x_train[:100], DIGITS.y_train[:100])
    with pytest.raises(Exception, match="backward pass outgrew float64"):
        engine("measured", sizes, options("naive_normal", gain, activation, 0), light)


def test_a_session_says_that_its_numbers_outgrew(engine: Engine):
    """From the start on, or while it learns; nothing that is no number is shown, and what was seen before is."""
    state = {**options("glorot_uniform", 1.0, "linear", 0), "depth": 3, "width": 20, "rate": 0.1}
    nothing = {"seen": None, "answers": None, "judged": None, "outgrown": True}
    assert engine("seen", {**state, "gain": 1e160}, 3) == {**nothing, "steps": 0, "points": []}
    assert engine("seen", {**state, "start": "naive_normal", "gain": 1e300}, 0) == {**nothing, "steps": 0, "points": []}
    late = engine("seen", {**state, "rate": 1e30}, 100)
    assert late == {**nothing, "steps": late["steps"], "points": []}
    assert 0 < late["steps"] < 15
    well = engine("seen", state, 40)
    assert not well["outgrown"]
    assert [point["step"] for point in well["points"]] == [15, 30]
    assert well["judged"]["accuracy"] > 0.5


def test_two_thousand_steps_keep_the_memory_flat():
    """With a report every fifteen steps the engine holds no more after two thousand than after one."""
    engine = Engine()
    engine.context.eval(
        "const session = new Session();"
        "const state = {start: 'glorot_uniform', gain: 1, activation: 'tanh', depth: 3, width: 20, seed: 0, rate: 0.1};"
        "session.begin(state);"
        "const go = (steps) => { for (let s = 0; s < steps; s++) if (session.step(), s % 15 === 0) session.report() };"
    )
    held = []
    for steps in (1000, 1000):  # the first thousand pay for what is compiled
        engine.context.eval(f"go({steps})")
        engine.context.low_memory_notification()
        held.append(engine.context.heap_stats()["used_heap_size"])
    assert engine.context.eval("session.steps") == 2000
    assert held[1] < 1.02 * held[0]


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
    "a start without its gain": ("starts.js", "fan_out: width }, 1)", "fan_out: width }, 2)"),
    "a gain of another activation": ("activations.js", "gain: 1.59", "gain: 1.49"),
    "a wrong derivative": ("activations.js", "4 * sigmoid_derivative(2 * z)", "2 * sigmoid_derivative(2 * z)"),
    "a wrong seed": ("mlp.js", "default_rng(seed)", "default_rng(seed + 1)"),
    "a late epoch": ("generator.js", "drawn <= last", "drawn < last"),
    "rows for columns": ("orthogonal.js", "fan_in < fan_out ?", "fan_in > fan_out ?"),
    "a wrong sign": ("orthogonal.js", "numbers[row + column] /= length", "numbers[row + column] /= -length"),
    "a share too many": (
        "orthogonal.js",
        "let other = column + 1; other < columns; other++) numbers",
        "let other = column; other < columns; other++) numbers",
    ),
    "no bias": ("layer.js", "bias[unit] -= by_bias[unit]", "bias[unit] -= 0"),
    "a tail on one side": ("generator.js", "? -this.beyond() : this.beyond()", "? this.beyond() : this.beyond()"),
    "a table without its one bit": ("ziggurat.js", "(layer === 38 ? 2 ** -53 : 0)", "0"),
}


def compare_all(engine: Engine) -> None:
    """Compare a little of everything."""
    test_uniform_and_normal_draws_and_permutations_are_numpys_to_the_bit(engine, 0)
    for start in TO_THE_BIT:
        test_every_start_draws_the_librarys_weights(engine, start, SHAPES[2])
    test_orthogonal_starts_draw_the_librarys_weights_but_for_rounding(engine, SHAPES[2])
    for start in STARTS[1:]:
        test_a_start_at_the_gain_for_a_factor_has_weights_of_its_square_over_the_width(engine, start)
    for activation in ACTIVATIONS:
        test_gains_are_the_librarys_forward_ones(engine, activation)
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
