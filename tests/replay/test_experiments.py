"""Promises of the experiments of the long runs: plans that keep their names, and claims that hold for five seeds."""

import numpy as np
import pytest

from xavier_lib import MLP
from xavier_lib.datasets import digits
from xavier_lib.replay import SCALES, Run, glorot2010, he2015
from xavier_lib.replay import networks as networks_module
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.networks import STARTS, network, rounded

SEEDS = range(5)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_plan_lists_runs_of_its_own_for_each_seed(name, scale):
    """Every run bears the experiment's name, no two are alike, and each seed has as many."""
    experiment = EXPERIMENTS[name]
    runs = experiment.plan(scale, 3)

    assert experiment.name == name
    assert {run.experiment for run in runs} == {name}
    assert len(set(runs)) == len(runs) == 3 * len(experiment.plan(scale, 1))
    assert {run.seed for run in runs} == {0, 1, 2}


@pytest.mark.parametrize("name", ["figure3", "figure4", "figure6", "figure7", "equation17", "figure9", "he-figure2"])
def test_a_run_gives_the_same_result_twice(name):
    """Nothing is drawn from anywhere but the run's seed."""
    experiment = EXPERIMENTS[name]
    run = experiment.plan("quick", 1)[0]

    assert experiment.perform(run) == experiment.perform(run)


@pytest.mark.parametrize(("name", "variance"), [("standard", 1 / 300), ("normalized", 2 / 500), ("he", 2 / 100)])
def test_the_starts_have_the_variances_of_the_papers(name, variance):
    """Equations 1 and 16 of 2010, equation 10 of 2015; five standard errors of a sample variance."""
    weights = STARTS[name]((100, 400), rng=0, dtype=np.float32)

    assert weights.var() == pytest.approx(variance, rel=5 * 2**0.5 / weights.size**0.5)


def test_a_network_has_the_depth_and_the_width_of_its_run():
    """Depth counts the hidden layers; float32 throughout."""
    made = network(Run.of("a", 0, depth=3, width=7, activation="relu", start="he"), 5, 2)

    assert made.sizes == (5, 7, 7, 7, 2)
    assert made.weights[0].dtype == np.float32


def test_results_are_rounded_to_what_another_processor_would_find():
    """Five digits of a float32 number."""
    assert rounded([np.float32(0.123456789), 1e-9]) == [0.12346, 1e-09]


def measured(start, seed):
    """Return the results of three small runs before training."""
    run = Run.of("figure6", seed, activation="tanh", depth=5, width=200, start=start)
    return {**glorot2010.activations(run), **glorot2010.gradients(run), **glorot2010.singular_values(run)}


def claims(first, second):
    """Return whether figures 6, 7, 8 and equation 17 look for two starts as the paper says, for five seeds."""
    found = []
    for seed in SEEDS:
        a, b = measured(first, seed), measured(second, seed)
        shrink = [run["activations"][-1] / run["activations"][0] for run in (a, b)]
        grow = [run["gradients"][-1] / run["gradients"][0] for run in (a, b)]
        level = [max(run["weight_gradients"][:5]) / min(run["weight_gradients"][:5]) for run in (a, b)]
        singular = [np.mean(run["singular_values"]) for run in (a, b)]
        found.append(
            shrink[0] < 0.2 < 0.4 < shrink[1]
            and grow[0] > 5 > 3 > grow[1]
            and max(level) < 2
            and 0.4 < singular[0] < 0.5
            and 0.6 < singular[1] < 0.85
        )
    return all(found)


def test_figures_6_to_8_and_equation_17_look_as_in_the_paper():
    """Five seeds: the standard start shrinks what passes, the normalized one holds it, weight gradients are level."""
    assert claims("standard", "normalized")


def rootless(shape, rng, dtype):
    """Take the variance of Xavier weights for their standard deviation."""
    return (2 / sum(shape) * rng.standard_normal(shape)).astype(dtype)


@pytest.mark.parametrize("wrong", [STARTS["standard"], rootless], ids=["standard", "rootless"])
def test_a_wrong_initializer_fails_the_claims_of_2010(monkeypatch, wrong):
    """With another start under the name of the normalized one the bands do not hold."""
    monkeypatch.setattr(networks_module, "STARTS", {**STARTS, "normalized": wrong})

    assert not claims("standard", "normalized")


def test_figures_3_and_4_record_what_the_paper_draws():
    """Layer by layer: a percentile that has grown by the end, and shares that add up to one."""
    common = {"activation": "tanh", "start": "standard", "depth": 5, "width": 50, "rate": 0.05, "images": 4000}
    percentiles = glorot2010.saturating(Run.of("figure3", 0, **common))["percentiles"]
    shares = glorot2010.piles(Run.of("figure4", 0, **common))["shares"]

    assert np.shape(percentiles) == (11, 5)
    assert percentiles[-1][0] > percentiles[0][0] + 0.02
    assert np.shape(shares) == (5, 40)
    np.testing.assert_allclose(np.sum(shares, axis=1), 1, atol=0.02)


def at_depth(start, depth, seed, epochs, rate):
    """Return the last test accuracy of a small ReLU network."""
    common = {"activation": "relu", "width": 64, "epochs": epochs, "rate": rate}
    run = Run.of("he-figure3", seed, start=start, depth=depth, **common)
    return he2015.learning(run)["accuracies"][-1]


def test_figures_2_and_3_of_2015_look_as_in_the_paper():
    """For five seeds: at depth 10 He is ahead after three epochs, and at depth 30 Xavier stays at chance."""
    for seed in SEEDS:
        assert at_depth("he", 10, seed, 3, 0.05) > at_depth("xavier", 10, seed, 3, 0.05) + 0.2
        assert at_depth("xavier", 30, seed, 3, 0.01) < 0.15


def test_a_wrong_initializer_fails_the_claim_of_2015(monkeypatch):
    """If He's start is the other one under its name, it is not ahead."""
    monkeypatch.setattr(networks_module, "STARTS", {**STARTS, "he": STARTS["xavier"]})

    assert not at_depth("he", 10, 0, 3, 0.05) > at_depth("xavier", 10, 0, 3, 0.05) + 0.2


@pytest.mark.parametrize("broken", ["train_epoch", "loss"])
def test_what_was_reached_before_an_overflow_stays(monkeypatch, broken):
    """If the third epoch, or what is measured after it, outgrows float32, the lists hold the start and two epochs."""
    run = Run.of("he-figure2", 0, activation="relu", width=8, epochs=5, rate=0.05, start="he", depth=2)
    whole, sound, calls = he2015.learning(run), getattr(MLP, broken), []

    def overflowing(*arguments, **options):
        calls.append(1)
        if len(calls) == (3 if broken == "train_epoch" else 4):
            raise FloatingPointError("outgrew float32")
        return sound(*arguments, **options)

    monkeypatch.setattr(MLP, broken, overflowing)
    found = he2015.learning(run)

    assert [len(values) for values in whole.values()] == [6, 6]
    assert found == {name: values[:3] for name, values in whole.items()}


def test_a_network_that_overflows_at_once_has_the_untrained_entry_alone():
    """A list of one says that the first epoch did not end, and the other runs go on."""
    run = Run.of("he-figure3", 0, activation="relu", width=64, epochs=2, rate=100.0, start="he", depth=30)
    found = he2015.learning(run)

    assert [len(values) for values in found.values()] == [1, 1]


def test_the_losses_are_those_of_the_training_images():
    """An untrained entry, one for each epoch, and a loss that falls while the network learns."""
    run = Run.of("he-figure2", 0, activation="relu", width=64, epochs=3, rate=0.05, start="he", depth=5)
    losses = he2015.learning(run)["losses"]
    made, data = network(run, 64, 10), digits(dtype=np.float32)

    assert len(losses) == 4
    assert losses[0] == pytest.approx(made.loss(data.x_train, data.y_train), rel=0.01)
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(
    ("figure", "depth", "width", "epochs"), [("he-figure2", 22, 512, 3), ("he-figure3", 30, 256, 9)]
)
def test_the_scale_paper_has_the_depths_the_filters_and_the_updates_of_the_paper(figure, depth, width, epochs):
    """As many steps, within one in a thousand, as that many epochs of ImageNet have in batches of 128."""
    steps_an_epoch = -(-len(digits().x_train) // 32)

    for run in EXPERIMENTS[figure].plan("paper", 2):
        given = run.parameters
        assert (given["depth"], given["width"], given["activation"]) == (depth, width, "relu")
        assert given["epochs"] * steps_an_epoch == pytest.approx(epochs * 1_281_167 / 128, rel=1e-3)
