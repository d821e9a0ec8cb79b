"""Branches add up: the stream as the formula says, and the steps of the last layers, but for Fixup's factor."""

import numpy as np
import pytest

from xavier_lib.datasets import digits
from xavier_lib.nn.parts import Residual
from xavier_lib.nn.signals import rms
from xavier_lib.residual import factors, largest_rate, learn, rates, residual_network, stream

SIZES = (64, 32, 10)
STARTS = ("he", "scaled", "zero", "fixup")


def batch(rows=200):
    """Return images and labels."""
    data = digits()
    return data.x_train[:rows], data.y_train[:rows]


def weights_of(network):
    """Return the matrices of the branches, those before the last layers and those of the last."""
    found = [[a for a in part.parameters if a.ndim == 2] for part in network.parts if isinstance(part, Residual)]
    return [array for arrays in found for array in arrays[:-1]], [arrays[-1] for arrays in found]


@pytest.mark.parametrize(("start", "growth"), [("he", 2**4), ("scaled", (1 + 1 / 8) ** 4), ("zero", 1), ("fixup", 1)])
def test_the_stream_grows_as_the_formula_says(start, growth):
    """Eight blocks of 400 units, the mean over ten seeds of a logarithm that spreads by about 0.1 in each."""
    x, _ = batch(50)
    sizes = [stream(residual_network((64, 400, 10), 8, start, rng=seed), x) for seed in range(10)]
    logs = [np.log(found[-1] / found[0]) for found in sizes]
    assert {len(found) for found in sizes} == {9}
    assert np.mean(logs) == pytest.approx(np.log(growth), abs=0.1)


def test_the_factors_are_those_of_the_table():
    """Of every start and of two and three layers; one block needs no factor."""
    assert [factors(start, 16) for start in STARTS] == [(1, 1), (1, 0.25), (1, 0), (0.25, 0)]
    assert factors("fixup", 16, 3)[0] == pytest.approx(0.5)
    assert factors("scaled", 16, 3) == (1, 0.25)
    assert factors("fixup", 1) == (1, 0)


@pytest.mark.parametrize("layers", [2, 3])
def test_equal_seeds_draw_equal_weights_but_for_the_factors(layers):
    """The branches' weights are He's times the factors; Fixup's classifier and last layers are zero."""
    networks = {start: residual_network(SIZES, 16, start, layers=layers, rng=5) for start in STARTS}
    before, last = weights_of(networks["he"])
    assert len(before) == 16 * (layers - 1)
    assert np.concatenate(before).var() == pytest.approx(2 / 32, rel=0.05)
    for start, network in networks.items():
        first, other = factors(start, 16, layers)
        for drawn, wanted, factor in zip(weights_of(network), (before, last), (first, other), strict=True):
            assert np.allclose(drawn, factor * np.array(wanted))
        assert (network.parameters[0] == networks["he"].parameters[0]).all()
        head = network.parameters[-2]
        assert (head == (0 if start == "fixup" else networks["he"].parameters[-2])).all()


def test_fixup_has_single_numbers_and_the_others_have_weights_alone_in_a_branch():
    """Two before each of the two layers, at zero, and one at the end, at one; single precision stays single."""
    shapes = {start: residual_network(SIZES, 3, start, rng=0, dtype="float32").parts[1].parameters for start in STARTS}
    assert [len(shapes[start]) for start in STARTS] == [2, 2, 2, 7]
    assert [float(array[0]) for array in shapes["fixup"] if array.size == 1] == [0, 0, 0, 0, 1]
    assert {array.dtype for arrays in shapes.values() for array in arrays} == {np.dtype("float32")}


@pytest.mark.parametrize("start", STARTS)
def test_derivatives_are_those_by_differences(start):
    """Of the whole network after a few steps, when nothing is zero any more; three numbers of each array."""
    x, y = batch(40)
    network = residual_network((64, 6, 10), 2, start, rng=1)
    learn(network, x, y, epochs=3, learning_rate=0.01)
    for array, derivative in zip(network.parameters, network.derivatives(x, y), strict=True):
        for place in list(np.ndindex(array.shape))[:: max(1, array.size // 3)]:
            kept, losses = array[place], []
            for sign in (1, -1):
                array[place] = kept + sign * 1e-6
                losses.append(network.loss(x, y))
            array[place] = kept
            assert derivative[place] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-3, abs=1e-7)


def step_of_the_stream(start, blocks):
    """Return by how much a step moves the end of the stream, over the rate; all have one first and one last layer."""
    x, y = batch(32)
    network = residual_network(SIZES, blocks, start, rng=0)
    network.parameters[-2][:] = residual_network(SIZES, 1, "he", rng=0).parameters[-2]
    before = network.signals(x)[-2]
    network.step(x, y, learning_rate=1e-6)
    return rms(network.signals(x)[-2] - before) / 1e-6


def test_a_step_grows_with_the_number_of_branches_but_from_fixup():
    """From zeros in the last layers it is proportional, but for what the first layer does; from Fixup's it stays."""
    zero, fixup = ([step_of_the_stream(start, blocks) for blocks in (8, 64)] for start in ("zero", "fixup"))
    assert zero[1] > 5 * zero[0]
    assert fixup[1] == pytest.approx(fixup[0], rel=0.1)


@pytest.mark.parametrize(("adam", "power", "close"), [(False, 1, 1e-9), (True, 0.5, 0.05)])
def test_fixups_factor_is_a_rate(adam, power, close):
    """A branch with V / √L trains as one with V and other rates for both layers, but for Adam's epsilon."""
    x, y = batch()
    bare, other, plain = (residual_network(SIZES, 16, "zero", rng=0) for _ in range(3))
    for block in bare.parts[1:-1]:
        block.parameters[0] *= 16**-0.5
    rate = 0.01 if adam else 0.05
    by_array = rates(other, rate, before=16**power, last=16**-power)
    wanted = learn(bare, x, y, epochs=3, learning_rate=rate, adam=adam)
    assert learn(other, x, y, epochs=3, learning_rate=by_array, adam=adam) == pytest.approx(wanted, rel=close)
    assert learn(plain, x, y, epochs=3, learning_rate=rate, adam=adam) != pytest.approx(wanted, rel=close)


def test_a_branch_that_ends_in_zeros_learns_from_its_end():
    """First step: the last layer alone; second: both. With zeros in all its layers no step ever reaches it."""
    x, y = batch(32)
    network, empty = residual_network(SIZES, 4, "zero", rng=0), residual_network(SIZES, 4, "zero", rng=0)
    for block in empty.parts[1:-1]:
        block.parameters[0][:] = 0
    for step in range(2):
        network.derivatives(x, y)
        moved = [[bool(array.any()) for array in block.derivatives] for block in network.parts[1:-1]]
        assert moved == [[step > 0, True]] * 4
        network.step(x, y, learning_rate=0.01)
    learn(empty, x, y, epochs=20, learning_rate=0.01)
    assert not any(array.any() for block in empty.parts[1:-1] for array in block.parameters)


def test_a_rate_for_each_array():
    """All outside the branches and Fixup's numbers keep the rate; three layers have two before the last."""
    found = rates(residual_network(SIZES, 2, "fixup", layers=3, rng=0), 0.5, before=2, last=4)
    branch = [0.5, 0.5, 1, 0.5, 0.5, 1, 0.5, 0.5, 2, 0.5]
    assert found == [0.5, 0.5, *branch, *branch, 0.5, 0.5]


def test_training_lowers_the_loss_and_an_overflow_is_infinite():
    """By plain descent and by Adam; 64 of He's blocks outgrow single precision at the first steps of descent."""
    x, y = batch()
    network = residual_network(SIZES, 8, "zero", rng=0)
    before = network.loss(x, y)
    assert learn(network, x, y, epochs=2, learning_rate=0.02, adam=False) < before / 2
    adam = residual_network(SIZES, 8, "zero", rng=0)
    assert learn(adam, x, y, epochs=2, learning_rate=0.005, adam=True) < before / 2
    assert learn(residual_network(SIZES, 64, "he", rng=0, dtype="float32"), x, y, epochs=1, learning_rate=0.1) == np.inf


def test_the_largest_rate_is_the_first_from_above():
    """The order in which they are given does not count, and where none learns there is none."""
    tried = []
    assert largest_rate(lambda rate: tried.append(rate) or rate, [0.5, 2, 1, 0.25], below=1) == 0.5
    assert tried == [2, 1, 0.5]
    assert largest_rate(lambda rate: 2 * rate, [0.5]) is None


@pytest.mark.parametrize(
    ("sizes", "blocks", "start", "layers", "message"),
    [
        ((64, 32), 2, "he", 2, r"sizes must be three numbers \(inputs, width, classes\), got 2"),
        ((64, 0, 10), 2, "he", 2, r"sizes\[1\] must"),
        (SIZES, 0, "he", 2, "blocks must"),
        (SIZES, 2, "gpt", 2, "start must be one of"),
        (SIZES, 2, "he", 1, "layers must be a whole number of at least 2"),
    ],
)
def test_bad_input_is_named(sizes, blocks, start, layers, message):
    """The argument, the value and what is accepted."""
    with pytest.raises(ValueError, match=message):
        residual_network(sizes, blocks, start, layers=layers)


def test_other_bad_input_is_named_too():
    """Networks of another kind, rates, epochs and flags."""
    network = residual_network((4, 8, 3), 1, "zero", rng=0)
    for call in (lambda: rates([1], 0.1), lambda: stream([1], np.eye(4))):
        with pytest.raises(TypeError, match="network must be"):
            call()
    for settings in ({"rate": 0}, {"before": -1}, {"last": 0}):
        with pytest.raises(ValueError, match=f"{next(iter(settings))} must be"):
            rates(network, **{"rate": 0.1, **settings})
    for settings in ({"rates": [0.1, -1]}, {"below": 0}):
        with pytest.raises(ValueError, match=f"{next(iter(settings))} must be"):
            largest_rate(**{"train": float, "rates": [0.1], "below": 1, **settings})
    with pytest.raises(TypeError, match="train must be"):
        largest_rate(0.1, [0.1])
    with pytest.raises(ValueError, match="epochs must be"):
        learn(network, np.eye(4), [0, 1, 2, 0], epochs=0, learning_rate=0.1)
    with pytest.raises(TypeError, match="adam must be"):
        learn(network, np.eye(4), [0, 1, 2, 0], epochs=1, learning_rate=0.1, adam="yes")
