"""Promises on verdicts: by which fan, and where a spread that misses a rule does no harm; what a report costs."""

import re
import time
import tracemalloc

import numpy as np
import pytest

from xavier_lib import MLP, glorot_uniform
from xavier_lib.frameworks import initialize, inspect, require
from xavier_lib.frameworks.depth import scattered, signal_left
from xavier_lib.frameworks.draws import BLOCK, distribution_of, numbers_of
from xavier_lib.frameworks.packages import INSTALL, missing
from xavier_lib.frameworks.rules import start_for

if missing():
    pytest.skip(f"{', '.join(missing())} not installed: {INSTALL}", allow_module_level=True)
require()

import keras
import torch
from torch import nn

KL = keras.layers
NORMALIZED = "; a normalization follows, so this sets the size of a step and not that of the signal"


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def spread(layer, std):
    """Give a layer weights of exactly this spread and a mean of zero, and return it."""
    with torch.no_grad():
        drawn = torch.randn(layer.weight.shape)
        layer.weight.copy_((drawn - drawn.mean()) / drawn.std() * std)
    return layer


def verdict(*layers, at=0, **settings):
    """Return the verdict on one of the arrays of layers in a row."""
    return inspect(nn.Sequential(*layers), **settings)[at].verdict


# By which fan


@pytest.mark.parametrize(
    ("fan", "mode", "words"),
    [
        (576, None, "fits He"),
        (1152, None, "fits He by fan_out"),
        (864, None, "fits He by fan_avg"),
        (576, "fan_in", "fits He"),
        (1152, "fan_out", "fits He"),
        (864, "fan_avg", "fits He"),
        (1152, "fan_in", "1.41 × too narrow for He"),
        (576, "fan_out", "1.41 × too wide for He"),
        (2304, None, "2 × too narrow for He"),
    ],
)
def test_he_by_any_fan_fits_and_the_verdict_says_by_which(fan, mode, words):
    """A kernel of 3 × 3 from 64 to 128 channels; only a mode that is asked for leaves no choice."""
    layer = spread(nn.Conv2d(64, 128, 3, bias=False), (2 / fan) ** 0.5)

    assert verdict(layer, nn.ReLU(), nn.Conv2d(128, 8, 1), mode=mode) == words


def test_he_as_torch_draws_it_by_fan_out_fits_with_strides_too():
    """PyTorch counts the outputs of a strided kernel as if it stopped at each place; the verdict says so."""
    layer = nn.Conv2d(64, 128, 3, stride=2, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_out")

    assert verdict(layer, nn.ReLU(), nn.Conv2d(128, 8, 1)) == "fits He by fan_out with the stride left out"
    assert verdict(layer, nn.ReLU(), nn.Conv2d(128, 8, 1), mode="fan_in") == "1.41 × too narrow for He"


def test_a_mode_is_no_choice_of_glorot_and_an_unknown_one_is_refused():
    """Before tanh the mean of both fans stays; another word is named with those that there are."""
    layer = spread(nn.Linear(400, 100), (2 / 500) ** 0.5)

    assert verdict(layer, nn.Tanh(), nn.Linear(100, 3), mode="fan_out") == "fits Glorot"
    assert start_for("silu", "fan_out").mode == "fan_out"
    for call in (inspect, initialize):
        with pytest.raises(ValueError, match=r"mode must be one of \['fan_avg', 'fan_in', 'fan_out'\], got 'fan'"):
            call(MLP((4, 3), glorot_uniform), mode="fan")
    with pytest.raises(ValueError, match="mode must be 'fan_avg' for glorot_uniform, as only He's starts leave"):
        initialize(MLP((4, 3), glorot_uniform), "glorot_uniform", mode="fan_in")


def test_initialize_divides_by_the_fan_that_is_asked_for():
    """He by fan-out, by the rule and by name; the last layer keeps Glorot's."""
    for start in ("auto", "he_uniform"):
        model = nn.Sequential(nn.Linear(400, 100), nn.ReLU(), nn.Linear(100, 100))
        initialize(model, start, mode="fan_out", rng=0)
        assert inspect(model)[0].verdict == "fits He by fan_out"


# Where missing a rule does no harm


def test_what_a_normalization_follows_is_said_to_set_the_step():
    """The ratio stays, and a normalization is named; one that fits fits."""
    layer = spread(nn.Linear(200, 100), 2 * (2 / 200) ** 0.5)
    behind = nn.BatchNorm1d(100), nn.ReLU(), nn.Linear(100, 3)
    line = inspect(nn.Sequential(layer, *behind))[0]

    assert line.verdict == f"2 × too wide for He{NORMALIZED}"
    assert (line.normalized, line.activation, line.before) == (True, "relu", "a normalization and relu")
    assert verdict(spread(layer, 0.1), *behind) == "fits He"


class Residual(nn.Module):
    """A branch of two layers that is added to its input, and an output layer."""

    def __init__(self, width=64):
        super().__init__()
        self.up, self.down, self.head = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, 10)

    def forward(self, x):
        """Return ten numbers a row."""
        return self.head(x + self.down(torch.relu(self.up(x))))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.0, "fits Glorot"),
        (0.2, "0.2 of Glorot, before a sum: a branch may be as small as its maker wants"),
        (3.0, "3 × too wide for Glorot"),
        (0.0, "all zeros before a sum: the branch starts at nothing, and learns"),
    ],
)
def test_the_last_layer_of_a_branch_may_be_narrow_but_not_wide(factor, words):
    """Before a sum: a scaled one is not called narrow, and zeros are no alarm."""
    model = Residual()
    spread(model.down, max(factor, 1e-9) / 8)
    if not factor:
        nn.init.zeros_(model.down.weight)
    line = inspect(model)[1]

    assert (line.verdict, line.before, line.summed) == (words, "a sum", True)


def test_with_a_batch_the_report_says_which_branch_it_is_and_what_it_adds():
    """One of two, a fifth of its stream: no word of narrow."""
    model = nn.Sequential(Residual(), Residual())
    model[0].head = model[1].head = nn.Identity()
    for block in model:
        spread(block.up, (2 / 64) ** 0.5)
        spread(block.down, 0.2 / 8)
    lines = inspect(model, x=torch.randn(512, 64))

    for place, block in enumerate((1, 3)):
        words = f"last of a residual branch, {place + 1} of 2"
        assert lines[block].before == f"a sum, as {words}"
        assert re.fullmatch(rf"{words}: adds 0\.[12]\d? of the stream", lines[block].verdict)


def test_outputs_may_be_small():
    """Up to a size of 1 for inputs of 1 the end is as good as by Glorot; wider it is not; zeros there are no alarm."""
    head = nn.Linear(64, 1000)

    assert verdict(spread(head, 0.01)) == "0.231 of Glorot, at the end: outputs of 0.08 for inputs of 1"
    assert verdict(spread(head, 0.12)) == "2.77 of Glorot, at the end: outputs of 0.96 for inputs of 1"
    assert verdict(spread(head, 0.25)) == "5.77 × too wide for Glorot"
    nn.init.zeros_(head.weight)
    assert verdict(head) == "all zeros at the end: the outputs start at zero, and learn"
    assert verdict(head, nn.Tanh(), nn.Linear(1000, 3)) == "all zeros: nothing passes"


def test_no_rule_says_how_large_a_table_should_be():
    """0.02 is no fault of a table, tied to the outputs or not; a spread of 1 there is."""
    model = nn.Sequential(nn.Embedding(1000, 64), nn.Linear(64, 1000, bias=False))
    model[1].weight = spread(model[0], 0.02).weight
    verdicts = [line.verdict for line in inspect(model)]

    assert verdicts == [
        "rows of 0.02: no rule says how large a table should be",
        "0.461 of Glorot, at the end: outputs of 0.16 for inputs of 1; tied to 0.weight",
    ]
    spread(model[0], 1.0)
    assert [line.verdict for line in inspect(model)] == [
        "fits one row",
        "23.1 × too wide for Glorot; tied to 0.weight",
    ]


class Adapted(nn.Module):
    """A layer and two factors beside it, by which it is adapted."""

    def __init__(self, **names):
        super().__init__()
        self.base = nn.Linear(64, 64)
        self.pair = nn.ModuleDict({names["a"]: nn.Linear(64, 4), names["b"]: nn.Linear(4, 64, bias=False)})
        nn.init.zeros_(self.pair[names["b"]].weight)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        """Return ten numbers a row."""
        first, second = self.pair.values()
        return self.head(torch.relu(self.base(x) + second(first(x))))


@pytest.mark.parametrize("names", [{"a": "lora_A", "b": "lora_B"}, {"a": "down", "b": "up"}])
def test_factors_of_low_rank_are_no_alarm_and_are_left_unless_told(names):
    """By their names, or by what they do: a narrow linear map, and zeros that are added to something."""
    model = Adapted(**names)
    first, second = (line.verdict for line in inspect(model)[1:3])
    factors = [parameter.detach().clone() for parameter in model.pair.parameters()]

    assert first == "first factor of a low-rank pair, whose product starts at zero"
    assert second == "all zeros: the second factor of a low-rank pair, whose product starts at zero"
    left = f"pair.{names['a']}.weight (low-rank), pair.{names['b']}.weight (low-rank)"
    with pytest.warns(UserWarning, match=f"initialize left {left}".replace("(", r"\(").replace(")", r"\)")):
        initialize(model, rng=0)
    assert all(torch.equal(*pair) for pair in zip(factors, model.pair.parameters(), strict=True))
    initialize(model, overwrite=True, rng=0)
    assert model.pair[names["b"]].weight.any()


def test_a_pair_of_which_the_wrong_factor_is_zero_is_named():
    """Zeros in the first one, and a second one that changes the model from the start."""
    model = Adapted(a="lora_A", b="lora_B")
    nn.init.zeros_(model.pair["lora_A"].weight)
    nn.init.normal_(model.pair["lora_B"].weight)
    first, second = (line.verdict for line in inspect(model)[1:3])

    assert first.startswith("all zeros in the first factor of a low-rank pair: beside a second one of zeros neither")
    assert second == "second factor of a low-rank pair, not zero: the product changes the model"


def test_a_bottleneck_is_no_low_rank_pair():
    """A narrow layer whose follower is not zero is drawn as any other."""
    model = Adapted(a="down", b="up")
    nn.init.normal_(model.pair["up"].weight)

    initialize(model, rng=0)
    assert inspect(model)[1].verdict == "fits Glorot"


def test_adapters_of_keras_are_named_and_left():
    """Keras freezes the kernel and adds two factors to the layer itself."""
    layer = KL.Dense(64)
    layer.build((None, 64))
    layer.enable_lora(4)
    report = inspect(layer, activation="relu")

    assert report[0].note == "frozen"
    assert [name.split("/")[-1] for name in report.left_out] == [
        f"lora_kernel_{part} (a factor of low rank)" for part in "ab"
    ]
    with pytest.raises(ValueError, match="model must hold weights to draw, got only frozen ones; overwrite=True draws"):
        initialize(layer, activation="relu")


def numbers(weights):
    """Return a copy of the numbers of a parameter or variable."""
    return (weights.detach() if isinstance(weights, torch.Tensor) else weights).numpy().copy()


@pytest.mark.parametrize("start", ["auto", "he_normal"])
def test_orthogonal_kernels_of_a_state_are_kept_unless_told(start):
    """Told by their products; one that is not orthogonal is drawn, in PyTorch and in Keras."""
    layer = nn.RNN(20, 50)
    nn.init.orthogonal_(layer.weight_hh_l0)
    recurrent = KL.LSTM(50)
    recurrent.build((None, 7, 20))
    for model, weights in ((layer, lambda: layer.weight_hh_l0), (recurrent, lambda: recurrent.cell.recurrent_kernel)):
        before = numbers(weights())
        initialize(model, start, rng=0)
        assert inspect(model)[1].verdict == "orthogonal: it keeps the length of the state"
        assert np.array_equal(before, numbers(weights()))
        initialize(model, start, overwrite=True, rng=0)
        assert inspect(model)[1].distribution != "orthogonal"
    nn.init.orthogonal_(layer.weight_ih_l0)
    initialize(layer, rng=0)
    assert inspect(layer)[0].distribution == "uniform"  # one that reads the inputs carries no state


def test_packed_layers_show_both_counts_and_name_the_convention():
    """One part feeds 64 outputs, one input of the packed array 192; gates stand before sigmoid and tanh."""
    report = inspect(nn.MultiheadAttention(64, 4))

    assert "fans 64 and 64 of each part, 64 and 192 of the whole" in repr(report)
    assert report.remarks[-1].startswith("fans of each part are a convention")
    assert "fans 20 and 50 of each part, 20 and 200 of the whole, before gates of sigmoid and tanh" in repr(
        inspect(nn.LSTM(20, 50))
    )
    assert "convention" not in repr(inspect(nn.RNN(20, 50)))


def test_spectral_normalization_of_keras_is_one_layer_whose_size_is_set():
    """Its kernel is judged once and drawn once; that the layer divides by its size is said."""
    layer = KL.SpectralNormalization(KL.Dense(64, kernel_initializer=keras.initializers.RandomNormal(0, 1, 0)))
    x = keras.Input((64,))
    model = keras.Model(x, KL.Dense(3)(keras.ops.relu(layer(x))))
    report = inspect(model)

    assert report.left_out == ()
    assert [line.before for line in report] == ["relu", "linear"]
    assert "too wide for He; the model divides it by its own size" in report[0].verdict
    initialize(model, rng=0)
    assert inspect(model)[0].verdict == "fits He"


# Borders


def generator():
    """Return a generator that begins with a transposed convolution on a map of 1 × 1."""
    return nn.Sequential(
        *(nn.ConvTranspose2d(100, 64, 4), nn.ReLU(), nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.ReLU()),
        nn.Conv2d(32, 3, 3, padding=1),
    )


def test_a_transposed_convolution_on_a_single_place_is_said_to_sum_fewer_or_counted_on_a_batch():
    """Each output sums the 100 numbers of one place, not those of 16; He by that count keeps a size of 1."""
    model, x = generator(), torch.randn(256, 100, 1, 1)
    words = "at a border, or on a map of 1 × 1, an output sums fewer"

    assert inspect(model)[0].fan_in == 1600
    assert inspect(model).remarks[-1].endswith(words)
    line = inspect(model, x=x)[0]
    assert line.fan_in == pytest.approx(100, rel=0.1)  # by the sizes of 1024 · 64 outputs, in 100 dimensions
    assert line.note == "fan-in counted on the batch, borders included"
    initialize(model, x=x, rng=0)
    for end in (2, 4):
        assert float(model[:end](x).detach().pow(2).mean().sqrt()) == pytest.approx(1, abs=0.05)


def test_keras_knows_the_map_of_a_transposed_convolution():
    """The graph holds its size, so the border is counted without a batch."""
    x = keras.Input((1, 1, 100))
    model = keras.Model(x, KL.Conv2D(3, 1)(KL.Conv2DTranspose(64, 4, activation="relu")(x)))
    wide = keras.Input((40, 40, 100))
    inside = keras.Model(wide, KL.Conv2DTranspose(64, 4)(wide))

    assert (inspect(model)[0].fan_in, inspect(model)[0].fan_out) == (100, 1024)
    assert (inspect(inside)[0].fan_in, inspect(inside)[0].fan_out) == (1600, 1024)


# Deep chains


def test_the_report_says_where_many_layers_do_not_keep_a_signal():
    """Thirty of tanh and sigmoid lose it or what tells inputs apart; of GELU one draw scatters; ELU needs no words."""
    words = {
        "tanh": "tanh: behind 30 such layers about 0.13 is left of a signal of size 1; no gain gives back",
        "sigmoid": "sigmoid: behind 30 such layers about 1e-19 is left of what tells two inputs apart",
        "gelu": "gelu: behind 30 such layers one draw misses the size of 1 by a factor of about",
        "elu": None,
    }
    kinds = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "elu": nn.ELU}
    for name, start in words.items():
        model = nn.Sequential(*(part for _ in range(30) for part in (nn.Linear(64, 64), kinds[name]())))
        remarks = inspect(model).remarks
        assert (remarks == ()) if start is None else remarks[0].startswith(start)


def test_no_remark_is_made_where_the_layers_are_no_chain():
    """A normalization behind each activation, a sum, or layers side by side: something else sets the size."""

    class Side(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(30))

        def forward(self, x):
            return torch.cat([torch.tanh(layer(x)) for layer in self.layers], 1)

    def row(*parts):
        return nn.Sequential(*(part() for _ in range(30) for part in parts))

    assert inspect(row(lambda: nn.Linear(64, 64), nn.Tanh)).remarks
    for model in (row(lambda: nn.Linear(64, 64), nn.Tanh, lambda: nn.LayerNorm(64)), Side(), row(Residual)):
        assert inspect(model).remarks == ()


@pytest.mark.parametrize(("name", "scale"), [("tanh", 1.0), ("relu", 2.0), ("elu", start_for("elu").scale)])
def test_what_is_left_is_what_a_wide_network_leaves(name, scale):
    """Twelve layers of 1024 units on normal noise: the mean over infinitely many, within three times its scatter."""
    rng, x = np.random.default_rng(0), np.random.default_rng(1).standard_normal((64, 1024))
    f = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "elu": lambda z: np.where(z > 0, z, np.expm1(z))}[name]
    for _ in range(12):
        x = f(x @ rng.standard_normal((1024, 1024)) * (scale / 1024) ** 0.5)
    left, miss = signal_left(name, scale, 12)[0], scattered(name, scale, 12, 1024)

    assert abs(np.log(np.sqrt(np.mean(x**2)) / left)) < 3 * np.log(miss)


# What it costs


def test_numbers_are_read_block_by_block_and_exactly_enough():
    """Of float32 numbers in any order of axes, with a mean, tiny or huge: as NumPy's own in float64, to six digits."""
    rng = np.random.default_rng(0)
    for array in (
        rng.standard_normal((3, 5, 40, 300), dtype=np.float32),
        np.moveaxis(rng.standard_normal((64, 32, 9, 9), dtype=np.float32), (0, 1), (-1, -2)),
        rng.standard_normal((BLOCK, 2), dtype=np.float32) * 1e-30,
        rng.standard_normal((BLOCK + 1, 1), dtype=np.float32) * 1e30,
        rng.standard_normal((300, 200), dtype=np.float32) * 1e-3 + 1,
        rng.standard_normal((300, 200)),
    ):
        read, exact = numbers_of("w", array), array.astype(float)
        assert read.std == pytest.approx(exact.std(), rel=1e-6)
        assert read.mean == pytest.approx(exact.mean(), abs=1e-6 * max(exact.std(), exact.mean()))
        assert (read.smallest, read.largest) == (exact.min(), exact.max())
        assert read.peak == pytest.approx(3, abs=4.5 * (96 / min(array.size, 2**16)) ** 0.5)
    assert distribution_of(np.ones((40, 40))) == "constant"


def test_an_inspection_costs_little_time_and_the_memory_of_one_layer():
    """At most 0.02 µs of one processor a weight, measured on 24 million; beside the model not more than one layer."""
    model = nn.Sequential(*(part for _ in range(6) for part in (nn.Linear(2000, 2000), nn.ReLU())))
    inspect(model)  # what is loaded once
    weights = sum(parameter.numel() for parameter in model.parameters())
    start = time.process_time()
    inspect(model)
    took = time.process_time() - start
    tracemalloc.start()
    inspect(model)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert took < 0.02e-6 * weights
    assert peak < 4 * 2000 * 2000


def test_data_tell_what_the_text_tells():
    """Parts, sums, normalizations, notes and what stands before are fields of a line."""
    line = inspect(Residual())[1]._asdict()

    assert {"parts", "normalized", "summed", "before", "note"} <= line.keys()
    assert (line["summed"], line["before"], line["parts"]) == (True, "a sum", 1)


def test_a_table_in_a_notebook_ends_with_the_remarks():
    """As paragraphs below the table."""
    report = inspect(nn.LSTM(20, 50))

    assert report._repr_html_().endswith("<p>Fans of each part are a convention: each is right for its own layer, "
                                         "and one input feeds all parts at once.</p>")  # fmt: skip
