"""µP under Adam: which arrays' rates and starts change with the width, and what then stays in the first steps."""

from functools import partial

import numpy as np
import pytest

from xavier_lib import MLP, he_normal, lecun_normal
from xavier_lib.datasets import digits
from xavier_lib.nn.adam import Adam
from xavier_lib.nn.signals import rms
from xavier_lib.width import coordinate_check, losses_by_rate, mup_network, mup_rates, spectral_norms, stepped, trained

RATE = 2**-7
WIDTHS = (32, 512)
# From 32 units to 512 what grows with the root grows by four, with the width by sixteen; what stays, by less than two.
STAYS, ROOT, WIDTH = 2, 4, 16


def batch(rows=128):
    """Return images and labels."""
    data = digits()
    return data.x_train[:rows], data.y_train[:rows]


def made(width, *, base=None, seed=0, depth=3, **settings):
    """Return a network for the digits; without a base width, the standard one."""
    return mup_network((64, *[width] * depth, 10), base_width=base or width, rng=seed, **settings)


def growth(measured):
    """Return by how much each layer's number is larger at the last width."""
    first, *_, last = (measured(width) for width in WIDTHS)
    return last / first


def test_the_start_is_hes_but_for_the_last_weights():
    """Whose variance falls with the square of the fan-in; at the base width and below it, all by one formula."""
    plain = MLP((64, 48, 96, 10), he_normal, activation="relu", rng=3)
    for base in (24, 96, 384):
        network = mup_network((64, 48, 96, 10), base_width=base, rng=3)
        for ours, theirs in zip(network.weights[:-1], plain.weights[:-1], strict=True):
            assert (ours == theirs).all()
        assert network.weights[-1] == pytest.approx(plain.weights[-1] * (base / 96) ** 0.5)
        assert not any(bias.any() for bias in network.biases)
    assert network.activation.name == "relu"


def test_another_start_activation_and_dtype_may_be_asked_for():
    """They go to the network as they are."""
    network = mup_network((4, 6, 3), base_width=6, initializer=lecun_normal, activation="tanh", rng=0, dtype="float32")
    plain = MLP((4, 6, 3), lecun_normal, activation="tanh", rng=0, dtype="float32")
    assert network.dtype == np.float32
    assert network.activation.name == "tanh"
    assert all((ours == theirs).all() for ours, theirs in zip(network.weights, plain.weights, strict=True))


def test_the_rates_fall_with_the_fan_in_but_for_first_weights_and_biases():
    """Also where widths differ from layer to layer, and where a layer is narrower than the base."""
    network = mup_network((64, 48, 96, 24, 10), base_width=48, rng=0)
    rates = mup_rates(network, 0.3, base_width=48)
    assert rates == pytest.approx([0.3, 0.3, 0.15, 0.6, 0.3, 0.3, 0.3, 0.3])
    assert mup_rates(made(48), 0.3, base_width=48) == [0.3] * 8
    assert Adam(network, learning_rate=rates).learning_rates == rates


def test_a_step_adds_up_over_the_inputs_and_its_shuffled_twin_over_their_root():
    """Of a hidden layer: from 32 inputs to 512 more than ten times, against about four."""
    x, y = batch()
    found = {"as it is": [], "shuffled": []}
    for width in WIDTHS:
        network = made(width)
        after = stepped(network, x, y, learning_rate=RATE)
        step, inputs = after.weights[1] - network.weights[1], network.forward(x).activations[1]
        found["as it is"].append(rms(inputs @ step))
        found["shuffled"].append(rms(inputs @ np.random.default_rng(0).permuted(step, axis=None)))
    assert found["as it is"][1] / found["as it is"][0] > WIDTH / 1.5
    assert found["shuffled"][1] / found["shuffled"][0] < 2 * ROOT


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("seed", range(2))
def test_under_mup_the_first_step_moves_all_layers_alike_and_the_standard_one_does_not(activation, seed):
    """The first layer's fan-in is no width, so it moves alike either way; the others feel it.

    With µP the logits of the wide network move less, in twenty draws 0.27 to 0.78 times as far with ReLU; they do not
    vanish, as they would with a rate or a start too small by the root, to a quarter of that.
    """
    x, y = batch()

    def moved(width, base):
        network = made(width, base=base, seed=seed, activation=activation)
        rates = mup_rates(network, RATE, base_width=base or width)
        return coordinate_check(network, x, y, steps=1, learning_rate=rates)

    mup, standard = (growth(partial(moved, base=base)) for base in (32, None))
    assert (mup[:-1] < STAYS).all()
    assert (mup[:-1] > 1 / 2.5).all()
    assert 1 / 5 < mup[-1] < 1
    assert standard[0] < STAYS
    assert (standard[1:] > ROOT - 1).all()


def test_both_parts_of_the_rule_are_needed_for_the_logits():
    """With the rates alone, or the smaller last weights alone, their first step still grows with the width.

    With both it grows no more, and keeps more than a fifth.
    """
    x, y = batch()

    def moved(width, start, rates):
        network = made(width, base=start and 32)
        by_array = mup_rates(network, RATE, base_width=32 if rates else width)
        return coordinate_check(network, x, y, steps=1, learning_rate=by_array)[-1]

    for start, rates in ((True, False), (False, True)):
        assert growth(partial(moved, start=start, rates=rates)) > STAYS
    assert 1 / 5 < growth(partial(moved, start=True, rates=True)) < 1


def test_start_and_step_have_spectral_norms_that_stay():
    """From rms to rms; under the standard rule the last weights grow with the root, and the steps with the width."""
    x, y = batch()

    def norms(width, base, step):
        network = made(width, base=base)
        rates = mup_rates(network, RATE, base_width=base or width)
        after = stepped(network, x, y, learning_rate=rates)
        return spectral_norms(after, network) if step else spectral_norms(network)

    for step in (False, True):
        found = growth(partial(norms, base=32, step=step))
        assert (found < STAYS).all()
        assert (found > 1 / STAYS).all()
    assert growth(partial(norms, base=None, step=False))[-1] == pytest.approx(ROOT, rel=0.3)
    assert (growth(partial(norms, base=None, step=True))[1:] > WIDTH / 2).all()


def test_the_spectral_norm_is_the_largest_stretch_from_rms_to_rms():
    """Reached by the first singular vector, by no random row, and it is that of the first network less the second."""
    network = mup_network((30, 20, 5), base_width=20, rng=1)
    rng = np.random.default_rng(0)
    for weights, norm in zip(network.weights, spectral_norms(network), strict=True):
        left, _, _ = np.linalg.svd(weights)
        row = left[:, 0]
        assert rms(row @ weights) / rms(row) == pytest.approx(norm)
        assert all(rms(row @ weights) / rms(row) < norm for row in rng.standard_normal((50, len(weights))))
    halved = network.with_layer(0, weights=network.weights[0] / 2)
    assert spectral_norms(network, halved) == pytest.approx([spectral_norms(network)[0] / 2, 0])


def test_the_check_takes_steps_of_adam_and_leaves_the_network_alone():
    """It gives what Adam gives by hand."""
    x, y = batch(20)
    network, twin = made(16), made(16)
    found = coordinate_check(network, x, y, steps=3, learning_rate=0.01)
    adam, before = Adam(twin, learning_rate=0.01), twin.forward(x).pre_activations
    for _ in range(3):
        adam.step(x, y)
    by_hand = [rms(after - z) for after, z in zip(twin.forward(x).pre_activations, before, strict=True)]
    assert found == pytest.approx(by_hand)
    for moved, own, first in zip(twin.weights, network.weights, made(16).weights, strict=True):
        assert (own == first).all()
        assert (own != moved).any()


def test_losses_by_rate_are_those_of_training_at_each_rate():
    """From the same start, in the same order of rows, with µP's factors; the network stays as it is."""
    x, y = batch(100)
    network = made(64, base=16)
    found = losses_by_rate(network, x, y, rates=[0.001, 0.01], base_width=16, epochs=2, rng=5)
    for loss, rate in zip(found, (0.001, 0.01), strict=True):
        twin, order = made(64, base=16), np.random.default_rng(5)
        adam = Adam(twin, learning_rate=mup_rates(twin, rate, base_width=16))
        for _ in range(2):
            adam.train_epoch(x, y, rng=order)
        assert loss == pytest.approx(twin.loss(x, y))
    assert all((own == first).all() for own, first in zip(network.weights, made(64, base=16).weights, strict=True))


def test_training_takes_epochs_of_adam_and_leaves_the_network_alone():
    """It gives what Adam gives by hand, with one order of rows that goes on from epoch to epoch."""
    x, y = batch(100)
    network, twin, order = made(16), made(16), np.random.default_rng(3)
    after = trained(network, x, y, epochs=2, learning_rate=0.01, rng=3)
    adam = Adam(twin, learning_rate=0.01)
    for _ in range(2):
        adam.train_epoch(x, y, rng=order)
    for ours, theirs in zip(after.weights, twin.weights, strict=True):
        assert (ours == theirs).all()
    assert all((own == first).all() for own, first in zip(network.weights, made(16).weights, strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mup_network((4, 3), base_width=3), r"sizes must hold at least three numbers, got \(4, 3\)"),
        (lambda: mup_network((4, 0, 2), base_width=3), r"sizes\[1\] must"),
        (lambda: mup_network((4, 3, 2), base_width=0), "base_width must be"),
        (lambda: mup_rates(made(4), 0, base_width=4), "rate must be"),
        (lambda: mup_rates(made(4), 0.1, base_width=-1), "base_width must be"),
        (lambda: coordinate_check(made(4), *batch(3), steps=0, learning_rate=0.1), "steps must be"),
        (lambda: coordinate_check(made(4), *batch(3), steps=1, learning_rate=[0.1]), "learning_rate must be"),
        (lambda: spectral_norms(made(4), made(5)), r"start must have the sizes \(64, 4, 4, 4, 10\), got \(64, 5"),
        (lambda: losses_by_rate(made(4), *batch(3), rates=[0.1], base_width=4, epochs=0), "epochs must be"),
        (lambda: trained(made(4), *batch(3), epochs=-1, learning_rate=0.1), "epochs must be"),
        (lambda: losses_by_rate(made(4), *batch(3), rates=[-1], base_width=4, epochs=1), "rate must be"),
    ],
)
def test_bad_input_is_named(call, message):
    """The argument, the value and what is accepted."""
    with pytest.raises(ValueError, match=message):
        call()


def test_a_network_of_another_kind_is_refused():
    """By its name, in each function that takes one."""
    x, y = batch(3)
    for call in (
        lambda: mup_rates([1], 0.1, base_width=1),
        lambda: coordinate_check([1], x, y, steps=1, learning_rate=0.1),
        lambda: stepped([1], x, y, learning_rate=0.1),
        lambda: spectral_norms([1]),
        lambda: losses_by_rate([1], x, y, rates=[0.1], base_width=1, epochs=1),
        lambda: trained([1], x, y, epochs=1, learning_rate=0.1),
    ):
        with pytest.raises(TypeError, match="network must be"):
            call()
    with pytest.raises(TypeError, match="start must be"):
        spectral_norms(made(4), [1])
