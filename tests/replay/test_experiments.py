"""Promises of the experiments of the long runs: plans that keep their names, and claims that hold for five seeds."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from xavier_lib import MLP
from xavier_lib.datasets import digits
from xavier_lib.replay import SCALES, Run, glorot2010, he2015, training2010
from xavier_lib.replay import networks as networks_module
from xavier_lib.replay.experiments import EXPERIMENTS
from xavier_lib.replay.networks import STARTS, network, rounded
from xavier_lib.replay.results import read

ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize(
    "name", ["figure2", "figures3-4-9-10", "figure6", "figure7", "figure8", "equation17", "he-figure2"]
)
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
    """Return the results of four small runs before training."""
    run = Run.of("figure6", seed, activation="tanh", depth=5, width=200, start=start, pixels="raw")
    measures = (glorot2010.activations, glorot2010.gradients, glorot2010.weight_gradients, glorot2010.singular_values)
    return {name: values for measure in measures for name, values in measure(run).items()}


def claims(first, second):
    """Return whether figures 6, 7, 8 and equation 17 look for two starts as the paper says, for five seeds."""
    found = []
    for seed in SEEDS:
        a, b = measured(first, seed), measured(second, seed)
        shrink = [run["activations"][-1] / run["activations"][0] for run in (a, b)]
        grow = [run["gradients"][-1] / run["gradients"][0] for run in (a, b)]
        level = [max(run["weight_gradients"]) / min(run["weight_gradients"]) for run in (a, b)]
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


def trained(images, seed=0, **changed):
    """Return what a small run of the figures 3, 4, 9 and 10 measures."""
    given = {"rows": ["tanh", "tanh N"], "depth": 5, "width": 50, "rate": 0.05, "pixels": "standardized"}
    return training2010.training(Run.of("figures3-4-9-10", seed, marks=images, **{**given, **changed}))


def test_the_figures_of_training_record_what_the_paper_draws():
    """Before and at each mark, layer by layer: a spread that grows, shares that add up to one, a loss that falls."""
    found = trained([1000, 4000])

    for row in found.values():
        assert row["spreads"][-1][0] > row["spreads"][0][0] + 0.02
        assert row["loss"][-1] < row["loss"][0] - 0.1
        np.testing.assert_allclose(np.sum(row["shares"], axis=1), 1, atol=0.02)
        for what in ("percentiles", "spreads", "gradients", "gradients by activations", "weight_gradients"):
            assert np.shape(row[what]) == (3, 5), what


def test_a_longer_run_goes_the_way_of_the_shorter_one_and_further():
    """Section 4.3 continues figure 9: at a mark that both have they agree, and so do rows that learn alone."""
    short, long, alone = trained([1000]), trained([500, 1000, 1500]), trained([1000], rows=["tanh N"])

    assert [step[0] for step in short["tanh"]["gradients"]] == [long["tanh"]["gradients"][at][0] for at in (0, 2)]
    assert short["tanh N"] == alone["tanh N"]


def test_gradients_by_activations_are_those_of_the_loss():
    """The gradient by the last hidden layer's activations, from differences of the loss at these activations."""
    run = Run.of("figure6", 0, activation="tanh", depth=2, width=6, start="normalized")
    net, (x, y) = glorot2010.untrained(run), training2010.held_shapes("raw")
    found = training2010.measured(net, x, y)["gradients by activations"][-1]
    a = net.forward(x).activations[-1].astype(float)

    def losses(added):
        logits = (a + added) @ net.weights[-1] + net.biases[-1]
        return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]

    slopes = [(losses(1e-5 * unit) - losses(-1e-5 * unit)) / 2e-5 / len(y) for unit in np.eye(6)]
    assert found == pytest.approx(np.sqrt(np.mean(np.square(slopes))), rel=5e-3)  # three digits are kept


@pytest.mark.parametrize("name", ["figure2", "figures3-4-9-10", "section4.3"])
def test_at_the_papers_scale_networks_have_its_width_its_images_and_its_updates(name):
    """1000 units, Shapeset, and five million mini-batches of ten."""
    for run in EXPERIMENTS[name].plan("paper", 1):
        given = run.parameters
        assert given["width"] == 1000
        assert given["marks"][-1] == 50_000_000
        assert all(mark % training2010.BLOCK == 0 for mark in given["marks"])
        assert given.get("data", "shapeset") == "shapeset"
        assert given["depth"] in ((4, 5) if name == "figure2" else (5,))


@pytest.mark.parametrize("name", ["figure6", "figure7", "figure8", "equation17"])
def test_before_training_only_the_width_differs_between_the_page_and_the_paper(name):
    """The same images, the same starts, the same measure."""
    book, paper = ([run.parameters for run in EXPERIMENTS[name].plan(scale, 1)] for scale in ("book", "paper"))

    assert {given["width"] for given in paper} == {1000}
    assert [given | {"width": 200} for given in paper] == book


def test_the_sigmoid_can_be_followed_on_shapes_as_well():
    """What the scale "paper" does, with a small network: means and accuracy at each mark."""
    given = {"activation": "sigmoid", "start": "standard", "depth": 4, "width": 30, "rate": 0.5}
    run = Run.of("figure2", 0, data="shapeset", pixels="standardized", marks=[500, 1000], **given)
    found = glorot2010.saturation(run)

    assert np.shape(found["means"]) == (3, 4)
    assert found["means"][0] == pytest.approx([0.5] * 4, abs=0.1)
    assert len(found["accuracies"]) == 3


# The page and its file


def page():
    """Return the code of the chapter and what it printed."""
    cells = [cell for cell in nbformat.read(ROOT / "chapters" / "replay.ipynb", 4).cells if cell.cell_type == "code"]
    printed = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    return "\n".join(cell.source for cell in cells), printed


def test_the_page_performs_the_experiments_of_the_scale_book():
    """Each experiment of the paper of 2010 that the page does not read from a file is performed by its name."""
    source, _ = page()
    wanted = {name for name in EXPERIMENTS if name.startswith(("figure", "equation"))}

    assert 'experiment.plan("book", seeds)' in source
    assert "experiment.perform(run)" in source
    assert set(re.findall(r'(?:replayed|by_start)\("([^"]+)"', source)) == wanted


def banded(values):
    """Return the smallest and the largest number as the page prints them."""
    return f"{np.min(values):.2g} to {np.max(values):.2g}"


def test_the_page_printed_what_the_experiments_give():
    """Figure 6, figure 7 and equation 17, performed again: each band stands in an output of the page."""
    _, printed = page()
    found = {"figure6": "standardized", "figure7": "standardized", "equation17": "raw"}
    for name, pixels in found.items():
        experiment, wanted = EXPERIMENTS[name], {"start": "normalized", "pixels": pixels}
        runs = [run for run in experiment.plan("book", 5) if wanted.items() <= run.parameters.items()]
        found[name] = [values for run in runs for values in experiment.perform(run).values()]
    six, seven, singular = map(np.array, found.values())

    assert f"Xavier layer 5 over layer 1: {banded(six[:, 4] / six[:, 0])}" in printed
    assert f"Xavier back, layer 5 over layer 1: {banded(seven[:, 4] / seven[:, 0])}" in printed
    assert f"Xavier raw          {banded(singular)}" in printed


def test_the_stored_runs_of_section_4_3_are_those_of_the_plan_and_their_beginning_comes_again():
    """Five seeds; one of them again up to 8000 images, where figure 9 stops, within what rounding leaves of it."""
    stored = read(ROOT / "results" / "replay.json")
    runs = EXPERIMENTS["section4.3"].plan("book", 5)
    assert {run.key for run in runs} == stored.runs.keys()

    again = training2010.training(training2010.like(runs[0], marks=[1000, 2000, 4000, 8000]))
    for row, found in again.items():
        for what in ("percentiles", "gradients", "gradients by activations", "weight_gradients"):
            np.testing.assert_allclose(found[what], stored[runs[0]][row][what][:5], rtol=0.1)


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
