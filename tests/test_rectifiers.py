"""Promises of the replay of He et al. (2015): each claim holds for five seeds, and a wrong start fails it."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from xavier_lib import MLP, glorot_uniform, he_normal, he_std, he_uniform, naive_normal
from xavier_lib.datasets import digits
from xavier_lib.nn.convolution import convolved
from xavier_lib.nn.signals import rms
from xavier_lib.rectifiers import (
    _turned,
    accuracy_over_seeds,
    epochs_to,
    gradient_share,
    through_convolutions,
)
from xavier_lib.replay.experiment import Run
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.he2015 import RATES, curves
from xavier_lib.replay.results import Results, read

ROOT = Path(__file__).parent.parent
FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512)  # VGG-B, conv2 to conv10
FEW = (16, 32, 32, 64)
DATA = digits(dtype=np.float32)


def root_missing(shape, **options):
    return naive_normal(shape, std=2 / shape[0], **options)


@pytest.fixture(scope="module")
def ten():
    """Train ten hidden layers for four epochs from three starts, with five seeds each."""
    train = partial(accuracy_over_seeds, digits=DATA, depth=10, epochs=4, learning_rate=0.05)
    starts = {"Xavier": glorot_uniform, "He": he_uniform, "root missing": root_missing}
    return {name: train(start) for name, start in starts.items()}


def he_is_soon(curves):
    return bool((epochs_to(curves, 0.6) <= 3).all())


# Figures 2 and 3


def test_he_is_earlier_than_xavier_for_every_seed(ten):
    """He needs 1 or 2 epochs to 60 %, Xavier 3 or more: the bands of five seeds do not touch."""
    assert (epochs_to(ten["He"], 0.6) < epochs_to(ten["Xavier"], 0.6)).all()


def test_the_claim_of_figure_2_is_failed_by_a_wrong_start(ten):
    """He passes it with five seeds; Xavier, and He with the root missing, do not: the claim can fail."""
    assert he_is_soon(ten["He"])
    assert not he_is_soon(ten["Xavier"])
    assert not he_is_soon(ten["root missing"])


def test_xavier_stalls_at_depth_30_and_he_learns():
    """Four epochs at the rate 0.01: Xavier's best of five is at most 0.11, He's worst about 0.3; 0.2 lies between."""
    train = partial(accuracy_over_seeds, digits=DATA, depth=30, epochs=4, learning_rate=0.01)
    xavier, he, wrong = (train(start).max(axis=1) for start in (glorot_uniform, he_uniform, root_missing))

    assert xavier.max() < 0.2 < he.min()
    assert wrong.max() < 0.2


def test_a_curve_begins_with_the_untrained_network_and_depends_on_the_seed_alone():
    """The same call repeats every number; the first column is what the network of that seed guesses."""
    train = partial(accuracy_over_seeds, he_uniform, DATA, depth=2, epochs=2, learning_rate=0.1, width=20, seeds=3)
    curves = train()
    networks = [MLP((64, 20, 20, 10), he_uniform, activation="relu", rng=seed, dtype=np.float32) for seed in range(3)]

    assert curves.shape == (3, 3)
    assert np.array_equal(curves, train())
    assert curves[:, 0].tolist() == [network.accuracy(DATA.x_test, DATA.y_test) for network in networks]
    assert len(np.unique(curves[:, 1])) > 1


def test_one_training_image_is_enough():
    """The number of inputs is that of the first image, and there may be no second one."""
    lonely = DATA._replace(x_train=DATA.x_train[:1], y_train=DATA.y_train[:1] * 0 + 9)

    assert accuracy_over_seeds(he_uniform, lonely, depth=1, epochs=1, learning_rate=0.1, seeds=1).shape == (1, 2)


def test_training_that_outgrows_the_dtype_leaves_no_network():
    """A rate of 10²⁰ overflows in the first epoch: the accuracy is 0 from there on, and no error ends the sweep."""
    curves = accuracy_over_seeds(he_uniform, DATA, depth=2, epochs=2, learning_rate=1e20, seeds=2)

    assert (curves[:, 0] > 0).all()
    assert (curves[:, -1] == 0).all()


def test_epochs_to_counts_from_the_untrained_network():
    """The level itself counts; a curve that falls again has still reached it; infinity where none does."""
    curves = [[0.1, 0.5, 0.4], [0.6, 0.1, 0.1], [0.1, 0.2, 0.49]]

    assert epochs_to(curves, 0.5).tolist() == [1, 0, math.inf]


# VGG-B and the fans


def test_the_product_of_vgg_b_is_that_of_the_paper():
    """1/(1.7 × 10⁴), He et al. (2015), to the two digits printed; one layer more or fewer changes it twofold."""
    assert gradient_share(FILTERS, 0.01) == pytest.approx(1 / 1.7e4, rel=0.03)
    assert [round(he_std(9 * d), 3) for d in (64, 128, 256, 512)] == [0.059, 0.042, 0.029, 0.021]


def test_the_share_is_one_where_each_layer_has_the_spread_of_he():
    """Equation 14 for equal layers, with a 5 × 5 kernel; exact but for rounding."""
    assert gradient_share([48] * 7, he_std(25 * 48), kernel=5) == pytest.approx(1)


@pytest.mark.parametrize("std", [0.01, 0.05])
def test_convolutions_pass_back_the_share_that_the_formula_says(std):
    """Five seeds lie within a factor 1.5 of it: they wander by 20 %, and a single layer more would be 2 or more."""
    measured = [through_convolutions(partial(naive_normal, std=std), FEW, rng=seed, side=6)[1] for seed in range(5)]
    ratio = np.array(measured) / gradient_share(FEW, std)

    assert ratio.max() < 1.5
    assert ratio.min() > 1 / 1.5


@pytest.mark.parametrize(("mode", "forward", "back"), [("fan_in", 1.0, 2.0), ("fan_out", 0.5, 1.0)])
def test_either_fan_alone_leaves_a_constant(mode, forward, back):
    """From 16 channels to 64 filters the constant is √(64/16) = 2; the median of nine seeds is within a quarter."""
    start = partial(he_normal, mode=mode)
    sizes = np.median([through_convolutions(start, FEW, channels=16, side=6, rng=seed) for seed in range(9)], axis=0)

    assert sizes == pytest.approx((forward, back), rel=0.25)


def test_the_way_back_is_the_transpose_of_the_way_forward():
    """⟨conv(x), d⟩ = ⟨x, back(d)⟩ for random numbers, but for rounding; a kernel that is not turned round breaks it."""
    rng = np.random.default_rng(0)
    x, d, kernel = (rng.standard_normal(shape) for shape in ((4, 5, 2), (4, 5, 3), (3, 3, 2, 3)))

    assert np.sum(convolved(x, kernel) * d) == pytest.approx(np.sum(x * convolved(d, _turned(kernel))), rel=1e-9)


def test_a_kernel_with_one_weight_moves_the_map_and_relu_takes_half():
    """A single weight of 3 multiplies both rms by 3/√2, within 10 % on 1600 positions: no mask back would give 3."""
    weights = np.zeros((3, 3, 1, 1))
    weights[0, 2] = 3.0
    sizes = through_convolutions(lambda *_, **__: weights, [1], channels=1, side=40, rng=0)

    assert sizes == pytest.approx((3 / math.sqrt(2),) * 2, rel=0.1)


def test_the_share_back_is_taken_of_the_gradient_that_was_sent():
    """Through a kernel that copies its middle what comes back is what was sent, where ReLU let the input pass."""

    def copying(shape, **_):
        return np.pad(np.ones((1, 1, *shape[2:]), np.float32), ((1, 1), (1, 1), (0, 0), (0, 0)))

    source = np.random.default_rng(4)
    x, sent = (source.standard_normal((3, 3, 1), dtype=np.float32) for _ in range(2))
    expected = np.sqrt(np.mean((sent * (x > 0)) ** 2) / np.mean(sent**2))

    assert through_convolutions(copying, [1], channels=1, side=3, rng=4)[1] == pytest.approx(expected, rel=1e-5)


def test_convolutions_depend_on_the_seed_alone():
    """The same seed repeats both numbers, another does not."""
    pairs = [through_convolutions(he_normal, FEW, rng=seed) for seed in (0, 0, 1)]

    assert pairs[0] == pairs[1] != pairs[2]


# Level weight gradients


@pytest.mark.parametrize(("start", "learns"), [(glorot_uniform, False), (he_uniform, True)])
def test_level_weight_gradients_do_not_tell_a_start_that_learns(start, learns):
    """Layer 2 over layer 30 is within a factor of 4 for both starts and five seeds; the size of a step differs.

    One step at the rate 0.01 moves layer 16 by at most 7e-8 of itself under Xavier, and by 1e-4 or more under He.
    """
    x, y = DATA.x_train[:300], DATA.y_train[:300]
    for seed in range(5):
        network = MLP((64, *[64] * 30, 10), start, activation="relu", rng=seed)
        sizes = [rms(part) for part in network.gradients(x, y).weights]
        moved = 0.01 * sizes[15] / rms(network.weights[15])

        assert 1 / 4 < sizes[1] / sizes[29] < 4
        assert (moved > 1e-5) == learns
        assert (moved > 1e-6) == learns


# Bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be .* got 0"),
        ({"epochs": 0}, ValueError, "epochs must be .* got 0"),
        ({"seeds": 1.5}, TypeError, "seeds must be .* got 1.5"),
        ({"width": 0}, ValueError, "width must be .* got 0"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be .* got 0"),
        ({"digits": "mnist"}, TypeError, "digits must be a Digits, got 'mnist'"),
        ({"initializer": "he"}, TypeError, "initializer must be .* got 'he'"),
    ],
)
def test_training_refuses_bad_input(options, error, message):
    """The error names the argument, the value and what is accepted."""
    arguments = {"initializer": he_uniform, "digits": DATA, "depth": 1, "epochs": 1, "learning_rate": 0.1}
    with pytest.raises(error, match=message):
        accuracy_over_seeds(**arguments | options)


@pytest.mark.parametrize(
    ("curves", "level", "error", "message"),
    [
        ([0.1, 0.2], 0.5, ValueError, r"curves must have shape .* got \(2,\)"),
        ([[]], 0.5, ValueError, "curves must be .* got shape"),
        ([["a"]], 0.5, TypeError, "curves must be .*"),
        ([[0.1]], math.nan, ValueError, "level must be .* got nan"),
    ],
)
def test_epochs_to_refuses_bad_input(curves, level, error, message):
    """The error names the argument, the value and what is accepted."""
    with pytest.raises(error, match=message):
        epochs_to(curves, level)


@pytest.mark.parametrize(
    ("filters", "std", "options", "error", "message"),
    [
        ([], 0.1, {}, ValueError, "filters must hold at least one layer"),
        ([64, 0], 0.1, {}, ValueError, r"filters\[1\] must be .* got 0"),
        ([64], 0, {}, ValueError, "std must be .* got 0"),
        ([64], 0.1, {"kernel": 1.5}, TypeError, "kernel must be .* got 1.5"),
    ],
)
def test_the_share_refuses_bad_input(filters, std, options, error, message):
    """The error names the argument, the value and what is accepted."""
    with pytest.raises(error, match=message):
        gradient_share(filters, std, **options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"filters": []}, ValueError, "filters must hold at least one layer"),
        ({"filters": [2.5]}, TypeError, r"filters\[0\] must be .* got 2.5"),
        ({"channels": 0}, ValueError, "channels must be .* got 0"),
        ({"side": 2}, ValueError, "side must be .* at least 3, got 2"),
        ({"rng": -1}, ValueError, "rng must be .* got -1"),
        ({"initializer": lambda *_, **__: np.ones(3)}, ValueError, "initializer must return an array of shape"),
    ],
)
def test_convolutions_refuse_bad_input(options, error, message):
    """The error names the argument, the value and what is accepted."""
    arguments = {"initializer": he_normal, "filters": [4], "rng": 0} | options
    with pytest.raises(error, match=message):
        through_convolutions(arguments.pop("initializer"), arguments.pop("filters"), **arguments)


def test_five_networks_are_trained_unless_another_number_is_given():
    """The chapter says so."""
    assert accuracy_over_seeds(he_uniform, digits(), depth=1, width=2, epochs=1, learning_rate=0.1).shape == (5, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: through_convolutions(None, [4]), "initializer must be a function such as he_normal, got None"),
        (lambda: through_convolutions(he_normal, 8), "filters must be a sequence of whole numbers, got 8"),
        (lambda: gradient_share(8, 0.1), "filters must be a sequence of whole numbers, got 8"),
        (lambda: gradient_share("8", 0.1), "filters must be a sequence of whole numbers, got '8'"),
    ],
)
def test_an_argument_of_a_wrong_kind_is_refused_by_name(call, message):
    """Not by what Python says of it."""
    with pytest.raises(TypeError, match=message):
        call()


def test_a_share_that_does_not_fit_is_refused():
    """A thousand layers of far too wide weights."""
    with pytest.raises(ValueError, match="std must be of a size at which the result fits float64"):
        gradient_share([64] * 1000, 1e3)


# The stored runs of figures 2 and 3

STORED = read(ROOT / "results" / "rectifiers.json")


def test_the_file_holds_the_runs_of_the_plan_and_no_other():
    """Both starts, five rates, five seeds, at both depths."""
    plan = {run.key for figure in ("he-figure2", "he-figure3") for run in EXPERIMENTS[figure].plan("book", 5)}

    assert plan == set(STORED.runs)
    assert {made["command"].split("--out ")[1] for made in STORED.made.values()} == {"rectifiers.json --workers 1"}


@pytest.mark.parametrize("figure", ["he-figure2", "he-figure3"])
def test_a_stored_run_comes_out_again(figure):
    """The first three epochs of one of the chapter's runs; after that another processor's rounding is seen."""
    run = next(run for run in EXPERIMENTS[figure].plan("book", 1) if run.parameters["start"] == "he")
    given = run.parameters
    again = EXPERIMENTS[figure].perform(Run.of(figure, 0, **{**given, "epochs": 3}))
    page = accuracy_over_seeds(he_uniform, DATA, depth=given["depth"], epochs=3, learning_rate=given["rate"], seeds=1)[
        0
    ]

    assert again["accuracies"] == pytest.approx(STORED[run]["accuracies"][:4], abs=0.03)
    assert again["losses"] == pytest.approx(STORED[run]["losses"][:4], rel=0.03)
    assert again["accuracies"] == pytest.approx(page, abs=1e-4)


def test_a_curve_has_a_row_for_each_seed_and_nan_where_no_network_is_left():
    """Rows are in the order of the seeds, whatever order the file has; a list that stops is filled up with NaN."""
    found = Results()
    for seed, values in ((1, [0.1, 0.4]), (0, [0.1, 0.3, 0.5])):
        run = Run.of("he-figure2", seed, depth=22, rate=0.1, start="he", width=64, epochs=2)
        found.add(run, {"accuracies": values, "losses": [9.0] * len(values)}, 0.0, {})
    curve = curves(found, depth=22, rate=0.1, start="he")
    losses = curves(found, depth=22, rate=0.1, start="he", part="losses")

    np.testing.assert_array_equal(curve, [[0.1, 0.3, 0.5], [0.1, 0.4, np.nan]])
    np.testing.assert_array_equal(losses, [[9, 9, 9], [9, 9, np.nan]])


def test_curves_of_two_scales_are_not_mixed_and_missing_ones_are_named():
    """Runs of another width or length, under the same depth, rate and start."""
    found = Results()
    for width in (64, 256):
        run = Run.of("he-figure2", 0, depth=22, rate=0.1, start="he", width=width, epochs=1)
        found.add(run, {"accuracies": [0.1, 0.2]}, 0.0, {})

    with pytest.raises(ValueError, match="at one scale, got 2"):
        curves(found, depth=22, rate=0.1, start="he")
    with pytest.raises(ValueError, match="'start': 'xavier'.* got 0"):
        curves(found, depth=22, rate=0.1, start="xavier")


def test_he_is_first_at_both_depths_and_all_rates_at_which_both_get_there():
    """The paper's order, in the stored runs: among the pairs of one seed of which both pass one half, He is first."""
    for depth in (22, 30):
        for rate in RATES:
            xavier, he = (
                epochs_to(np.nan_to_num(curves(STORED, depth=depth, rate=rate, start=start)), 0.5)
                for start in ("xavier", "he")
            )
            both = np.isfinite(xavier) & np.isfinite(he)
            assert (he[both] < xavier[both]).all()
