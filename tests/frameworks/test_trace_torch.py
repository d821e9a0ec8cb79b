"""Promises of the measurement of PyTorch models: what a batch shows, how it is named, and that nothing changes."""

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn
from torch.nn import functional
from torch.nn.utils import prune

from xavier_lib.frameworks.trace import torch_gradients, torch_uses
from xavier_lib.frameworks.trace.models import followed, measured
from xavier_lib.frameworks.trace.torch_facts import alike_units, facts_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.nn.utils.weight_norm.*:FutureWarning", "ignore:.*jit.*:DeprecationWarning"
)


def normal(*shape, seed=0):
    """Return normal noise from a source of its own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def classes(count, rows=64):
    """Return labels."""
    return torch.arange(rows) % count


def rms(tensor):
    """Return the root mean square."""
    return float(tensor.detach().double().square().mean().sqrt())


def by_name(found):
    """Return the records of a measurement by their names."""
    return {record.name: record for record in found.layers}


class Script(nn.Module):
    """A forward pass that asserts, branches and calls functions, as no symbolic trace can follow."""

    def __init__(self, width=32, depth=3):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        assert x.dim() == 2
        for layer in self.layers:
            x = functional.relu(layer(x)) if float(x.detach().mean()) < 100 else torch.tanh(layer(x))
        return self.head(x)


# Sizes


def test_sizes_are_those_of_the_signals_themselves():
    """Input, output, their parts that vary and what is kept equal what PyTorch itself computes, to five digits."""
    torch.manual_seed(0)
    model, x = Script(), normal(64, 32) + 1
    found = by_name(measured(model, x))["layers.1.weight"]

    entered = functional.relu(model.layers[0](x))
    given = model.layers[1](entered)
    assert found.input == pytest.approx(rms(entered), rel=1e-5)
    assert found.input_varying == pytest.approx(rms(entered - entered.mean(0)), rel=1e-5)
    assert found.output == pytest.approx(rms(given), rel=1e-5)
    assert found.output_varying == pytest.approx(rms(given - given.mean(0)), rel=1e-5)
    assert found.kept == pytest.approx(rms(functional.relu(given)) ** 2 / rms(given) ** 2, rel=1e-5)


def test_gradients_are_those_of_autograd():
    """Of outputs, times the samples, and of weights; no gradient is left in the model."""
    torch.manual_seed(0)
    model, x, y = Script(), normal(64, 32), classes(5)
    found = by_name(measured(model, x, y))

    hidden = functional.relu(model.layers[0](x))
    output = model.layers[1](hidden)
    output.retain_grad()
    functional.cross_entropy(model.head(functional.relu(model.layers[2](functional.relu(output)))), y).backward()
    layer = found["layers.1.weight"]
    assert layer.gradient == pytest.approx(64 * rms(output.grad), rel=1e-4)
    assert layer.gradient_varying == pytest.approx(64 * rms(output.grad - output.grad.mean(0)), rel=1e-4)
    for name, parameter in model.named_parameters():
        if name in found:
            assert found[name].weight_gradient == pytest.approx(rms(parameter.grad), rel=1e-4)


def test_what_varies_in_a_picture_is_what_depends_on_the_sample():
    """A picture that is the same for all samples varies by nothing, however much its places differ."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3))
    found = by_name(measured(model, normal(1, 3, 8, 8).expand(5, -1, -1, -1)))

    assert found["0.weight"].input > 0.5
    assert found["2.weight"].input_varying < 1e-6


def test_gradients_of_a_large_table_are_exact_though_taken_in_parts(monkeypatch):
    """A table that is looked up and shared with the last layer: the same size as PyTorch's gradient of it, whole."""
    monkeypatch.setattr(torch_gradients, "LARGE", 100)
    monkeypatch.setattr(torch_uses, "LARGE", 100)
    torch.manual_seed(0)

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.middle = nn.Embedding(50, 16, padding_idx=0), nn.Linear(16, 16)
            self.last = nn.Linear(16, 50, bias=False)
            self.last.weight = self.table.weight

        def forward(self, ids):
            return self.last(torch.tanh(self.middle(self.table(ids))))

    model, ids = Tied(), torch.arange(40).reshape(4, 10) % 23
    found = by_name(measured(model, ids, ids))
    functional.cross_entropy(model(ids).flatten(0, 1), ids.flatten()).backward()

    assert found["table.weight"].weight_gradient == pytest.approx(rms(model.table.weight.grad), rel=1e-4)
    assert found["last.weight"].tied_to == "table.weight"
    assert found["middle.weight"].weight_gradient == pytest.approx(rms(model.middle.weight.grad), rel=1e-4)


# What follows


class Own(nn.Module):
    """An activation of a reader's own."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


ACTIVATIONS = {
    "relu": [nn.ReLU(), nn.ReLU(inplace=True), Own(lambda z: z.clamp(min=0)), Own(lambda z: z * (z > 0))],
    "silu": [nn.SiLU(), Own(lambda z: z * torch.sigmoid(z)), Own(lambda z: z / (1 + torch.exp(-z)))],
    "gelu": [nn.GELU(), nn.GELU("tanh"), Own(lambda z: 0.5 * z * (1 + torch.erf(z / 2**0.5)))],
    "mish": [nn.Mish(), Own(lambda z: z * torch.tanh(functional.softplus(z)))],
    "softsign": [nn.Softsign(), Own(lambda z: z / (1 + z.abs()))],
    "tanh": [nn.Tanh(), Own(torch.tanh)],
    "sigmoid": [nn.Sigmoid(), Own(lambda z: 1 / (1 + torch.exp(-z)))],
    "elu": [nn.ELU()],
    "selu": [nn.SELU()],
    "leaky_relu(0.2)": [nn.LeakyReLU(0.2), Own(lambda z: torch.where(z > 0, z, 0.2 * z))],
    "relu6": [nn.ReLU6()],
    "hardtanh": [nn.Hardtanh()],
    None: [Own(torch.sin), Own(lambda z: 2**0.5 * functional.relu(z)), Own(lambda z: torch.relu(z) ** 2)],
}
CASES = [(name, module) for name, modules in ACTIVATIONS.items() for module in modules]


@pytest.mark.parametrize(("name", "activation"), CASES, ids=[f"{name} {n}" for n, (name, _) in enumerate(CASES)])
def test_an_activation_is_named_whoever_wrote_it(name, activation):
    """By its function, or by its numbers where it is written by hand; None where no known one fits. Kept is measured.

    A normalization, dropout or a look at the shape on the way changes nothing.
    """
    torch.manual_seed(0)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.norm, self.two = nn.Linear(16, 64), nn.BatchNorm1d(64), nn.Linear(64, 3)

        def forward(self, x):
            h = self.one(x)
            return self.two(activation(h)).view(h.size(0), -1)

    model, x = Model(), 3 * normal(128, 16)
    found = by_name(measured(model, x))["one.weight"]
    z = model.one(x)
    given = rms(z)

    assert found.activation == name
    assert found.kept == pytest.approx(rms(activation(z.clone())) ** 2 / given**2, rel=1e-4)


@pytest.mark.parametrize("way", [nn.BatchNorm1d(64), nn.LayerNorm(64), nn.Dropout(0.5), nn.Identity()])
def test_what_lies_on_the_way_to_the_activation_is_passed(way):
    """The activation behind it is found, and a normalization is said."""
    found = by_name(measured(nn.Sequential(nn.Linear(8, 64), way, nn.ReLU(), nn.Linear(64, 2)), normal(32, 8)))

    assert found["0.weight"].activation == "relu"
    assert found["0.weight"].normalized is ("Norm" in type(way).__name__)


def test_a_normalization_by_hand_is_one():
    """Root mean square and standardization, written out, as many models have them."""

    class Hand(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.three = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 2)
            self.gain = nn.Parameter(torch.ones(16))

        def forward(self, x):
            x = self.one(x)
            x = self.gain * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
            x = self.two(functional.relu(x))
            x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True) + 1e-5).sqrt()
            return self.three(x)

    found = by_name(measured(Hand(), normal(32, 8)))

    assert (found["one.weight"].normalized, found["one.weight"].activation) == (True, "relu")
    assert (found["two.weight"].normalized, found["two.weight"].activation) == (True, "linear")
    assert found["three.weight"].last


def test_concatenation_is_passed_and_a_sum_is_the_end():
    """Before a rectifier of joined signals both layers have the rectifier; before a sum they are linear."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c, self.d = (nn.Linear(8, 8) for _ in range(4))
            self.last = nn.Linear(24, 2)

        def forward(self, x):
            joined = functional.relu(torch.cat([self.a(x), self.b(x)], 1))
            return self.last(torch.cat([joined, self.c(x) + self.d(x)], 1))

    found = by_name(measured(Model(), normal(32, 8)))

    assert [found[f"{name}.weight"].activation for name in "abcd"] == ["relu", "relu", "linear", "linear"]
    assert found["a.weight"].kept == pytest.approx(0.5, abs=0.15)


def test_shares_of_saturated_and_dead_units():
    """A tanh that gets 10 is flat nearly everywhere, and a rectifier with a bias of -100 is dead; ReLU is not flat."""
    model = nn.Sequential(nn.Linear(8, 50), nn.Tanh(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 2))
    nn.init.normal_(model[0].weight, std=10)
    model[2].bias.data[:20] = -100
    found = by_name(measured(model, normal(64, 8)))

    assert found["0.weight"].saturated > 0.7
    assert found["2.weight"].dead == pytest.approx(0.4, abs=0.1)
    assert found["2.weight"].saturated is None


# Residual streams


class Blocks(nn.Module):
    """Residual blocks, normalized before or after the sum, or not at all."""

    def __init__(self, order, count=4):
        super().__init__()
        self.first, self.last = nn.Linear(8, 32), nn.Linear(32, 2)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"norm": nn.LayerNorm(32), "up": nn.Linear(32, 64), "down": nn.Linear(64, 32)})
            for _ in range(count)
        )
        self.order = order

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            entered = block["norm"](x) if self.order == "before" else x
            x = x + block["down"](functional.gelu(block["up"](entered)))
            x = block["norm"](x) if self.order == "after" else x
        return self.last(x)


@pytest.mark.parametrize("order", ["before", "after", "none"])
def test_a_residual_stream_is_followed_through_its_branches(order):
    """The last array of each branch knows its number, how many there are, and the stream before and after the sum."""
    torch.manual_seed(0)
    model, x = Blocks(order), normal(64, 8)
    found = by_name(measured(model, x))

    for number in range(4):
        end = found[f"blocks.{number}.down.weight"]
        assert (end.branch, end.branches, end.activation) == (number, 4, "linear")
        assert end.stream_before**2 + end.output**2 == pytest.approx(end.stream_after**2, rel=0.3)
        assert found[f"blocks.{number}.up.weight"].branch is None
    assert found["blocks.0.down.weight"].stream_before == pytest.approx(rms(model.first(x)), rel=1e-5)
    assert found["blocks.0.down.weight"].normalized is (order != "none")  # by what comes next, not by the last layer


def test_a_gain_on_a_branch_and_a_branch_beside_a_projection_are_seen():
    """Layer scale has the branch of its layer; where the width changes, the longer way is the branch."""

    class Wider(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.short = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(8, 16)
            self.gamma, self.three = nn.Parameter(torch.ones(16) * 0.1), nn.Linear(16, 16)

        def forward(self, x):
            x = self.two(functional.relu(self.one(x))) + self.short(x)
            return x + self.gamma * self.three(functional.relu(x))

    found = by_name(measured(Wider(), normal(32, 8)))

    assert [found[name].branch for name in ("two.weight", "three.weight", "gamma")] == [0, 1, 1]
    assert found["short.weight"].branch is None
    assert found["three.weight"].branches == 2


def test_gates_and_factors_of_low_rank_are_no_residual_streams():
    """A recurrent cell's update and a layer with a low-rank correction add up, and carry nothing past weights."""

    class LowRank(nn.Module):
        def __init__(self):
            super().__init__()
            self.base, self.down, self.up = nn.Linear(8, 8), nn.Linear(8, 2, bias=False), nn.Linear(2, 8, bias=False)

        def forward(self, x):
            return self.base(x) + self.up(self.down(x))

    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.into, self.on, self.out = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 2)

        def forward(self, x):
            entered, state = self.into(x), torch.zeros(8)
            for one in entered:
                state = torch.tanh(one + self.on(state))
            return self.out(state)

    for model in (LowRank(), Steps(), nn.GRU(8, 8, 2), nn.LSTM(8, 8)):
        assert all(record.branch is None for record in measured(model, normal(5, 8)).layers)


# Attention, tables, steps


def test_attention_is_followed_in_every_shape_that_it_has():
    """Packed or apart, computed in one function or in three; a sharp softmax is seen, with and without a mask."""

    class Fused(nn.Module):
        def __init__(self, causal):
            super().__init__()
            self.q, self.k, self.v, self.out = (nn.Linear(32, 32) for _ in range(4))
            self.causal = causal

        def forward(self, x):
            q, k, v = (layer(x).unflatten(-1, (4, 8)).transpose(1, 2) for layer in (self.q, self.k, self.v))
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
            return self.out(mixed.transpose(1, 2).flatten(2))

    class Apart(Fused):
        def forward(self, x):
            q, k, v = (layer(x).unflatten(-1, (4, 8)).transpose(1, 2) for layer in (self.q, self.k, self.v))
            mixed = torch.softmax(q @ k.transpose(-1, -2) / 8**0.5, -1) @ v
            return self.out(mixed.transpose(1, 2).flatten(2))

    for model in (Fused(False), Fused(True), Apart(False)):
        calm = by_name(measured(model, normal(3, 20, 32)))
        assert [calm[f"{name}.weight"].activation for name in ("q", "k", "v", "out")] == ["softmax"] * 2 + [
            "linear"
        ] * 2
        assert calm["q.weight"].saturated < 0.1
        assert calm["v.weight"].kept < 1
        model.q.weight.data *= 1e4
        assert by_name(measured(model, normal(3, 20, 32)))["q.weight"].saturated > 0.8
    packed = by_name(measured(nn.MultiheadAttention(32, 4, batch_first=True), (normal(3, 20, 32),) * 3))
    assert packed["in_proj_weight"].activation == "linear"
    assert packed["in_proj_weight"].kind == "attention, 3 parts"


@pytest.mark.parametrize("cell", [nn.LSTM, nn.GRU, nn.RNN])
def test_arrays_of_recurrent_layers_are_seen_step_by_step(cell):
    """What goes on from step to step is said, and measured where something has come; the table is a look-up."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.cell, self.last = nn.Embedding(20, 8), cell(8, 16, batch_first=True), nn.Linear(16, 20)

        def forward(self, ids):
            return self.last(self.cell(self.table(ids))[0])

    ids = torch.arange(24).reshape(4, 6) % 20
    found = by_name(measured(Model(), ids, ids))

    assert found["cell.weight_hh_l0"].recurrent
    assert not found["cell.weight_ih_l0"].recurrent
    assert found["cell.weight_hh_l0"].input > 0
    assert found["cell.weight_hh_l0"].activation == "tanh"
    assert (found["table.weight"].lookup, found["table.weight"].input) == (True, None)


# Arrays by themselves


def test_facts_of_arrays_are_those_of_their_numbers():
    """Spread, centre, size, bounds and zeros as NumPy has them, piece by piece or not."""
    values = normal(300, 7000).clamp_(-1, 1) + 0.5
    values[0, :100] = 0
    found = facts_of(values, 0)
    exact = values.double().numpy()

    assert found.spread == pytest.approx(exact.std(), rel=1e-5)
    assert found.centre == pytest.approx(exact.mean(), rel=1e-5)
    assert found.weight == pytest.approx(np.sqrt((exact**2).mean()), rel=1e-5)
    assert found.largest == 1.5
    assert found.at_bound == pytest.approx(np.isin(exact, (-0.5, 1.5)).mean())
    assert found.zeros == pytest.approx(100 / exact.size)
    assert facts_of(torch.full((40, 30), 0.25), 0).spread == 0
    assert not facts_of(torch.tensor([[1.0, float("nan")]]), 0).finite
    assert not facts_of(torch.tensor([[1.0, float("inf")]]), 0).finite


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_units_with_the_same_weights_are_counted(dtype):
    """Two of ten along either axis, also where all begin alike; near is not the same."""
    for axis in (0, 1):
        values = normal(10, 40).to(dtype)
        values[:, :20] = 1
        values[7] = values[2]
        assert alike_units(values if axis == 0 else values.T, axis) == 0.2
        values[7, 39] += 1
        assert alike_units(values if axis == 0 else values.T, axis) == 0


def test_copies_and_shared_arrays_are_told_apart():
    """Equal numbers in two arrays are a copy; one array in two places is tied; equal zeros are neither."""
    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Linear(8, 8) for _ in range(5)))
    model[1].weight.data = model[0].weight.data.clone()
    model[2].weight = model[0].weight
    for layer in model[3:]:
        nn.init.zeros_(layer.weight)
    found = by_name(measured(model, normal(16, 8)))

    assert (found["1.weight"].copy_of, found["1.weight"].tied_to) == ("0.weight", None)
    assert (found["2.weight"].copy_of, found["2.weight"].tied_to) == (None, "0.weight")
    assert found["4.weight"].copy_of is None


def test_kinds_fans_and_rules_are_those_of_the_report():
    """True fans of groups, strides and turned convolutions, the rule by what follows, and gains by their layer."""
    model = nn.Sequential(
        nn.Conv2d(8, 16, 3, stride=2, groups=2), nn.GroupNorm(4, 16), nn.ReLU(), nn.ConvTranspose2d(16, 4, 4, 2)
    )
    found = by_name(measured(model, normal(2, 8, 9, 9)))

    assert found["0.weight"].fan_in == 36
    assert found["0.weight"].rule == "He"
    assert found["0.weight"].wanted == pytest.approx((2 / 36) ** 0.5)
    assert found["3.weight"].fan_in == 64
    assert found["3.weight"].kind == "ConvTranspose2d"
    assert (found["1.weight"].kind, found["1.weight"].fan_in) == ("GroupNorm gain", None)


def test_arrays_that_are_no_layers_are_followed_too():
    """Matrices of a reader's own, in products from either side, by einsum and by hand-written convolution."""

    class Bare(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Parameter(normal(12, 8)), nn.Parameter(normal(12, 20))
            self.heads, self.kernel = nn.Parameter(normal(4, 5, 3)), nn.Parameter(normal(2, 3, 5))
            self.unused = nn.Parameter(normal(3, 3))

        def forward(self, x):
            x = functional.relu((self.left @ x.T).T) @ self.right
            x = torch.einsum("bhi,hio->bho", x.unflatten(1, (4, 5)), self.heads)
            return functional.conv1d(functional.pad(x.transpose(1, 2), (2, 2)), self.kernel)

    layers = measured(Bare(), normal(32, 8)).layers

    assert [record.name for record in layers] == ["left", "right", "heads", "kernel", "unused"]
    assert [record.fan_in for record in layers] == [8, 12, 5, 15, None]
    assert [record.fan_out for record in layers][:3] == [12, 20, 3]
    assert layers[0].activation == "relu"
    assert [record.used for record in layers] == [True] * 4 + [False]


# Wrapped and computed weights


def plain():
    """Return a small network."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


@pytest.mark.parametrize(
    ("wrap", "prefix"), [(torch.compile, "_orig_mod."), (nn.DataParallel, "module."), (torch.jit.script, "")]
)
def test_wrapped_models_show_what_they_wrap(wrap, prefix):
    """Compiled, parallel and scripted: the same sizes under the wrapper's names."""
    x, y = normal(32, 8), classes(4, 32)
    one, other = measured(plain(), x, y), measured(wrap(plain()), x, y)

    assert [record.name for record in other.layers] == [f"{prefix}{record.name}" for record in one.layers]
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        assert theirs.output == pytest.approx(mine.output, rel=1e-5)
        assert theirs.weight_gradient == pytest.approx(mine.weight_gradient, rel=1e-4)
        assert theirs.activation == mine.activation


@pytest.mark.parametrize("new", [True, False])
def test_weight_normalization_shows_the_length_that_does_not_fit(new):
    """The stored direction over the stored length: 1 when made, 20 after a draw that it ignores; sizes are real."""
    utils = nn.utils.parametrizations if new else nn.utils
    model = plain()
    model[0] = utils.weight_norm(model[0])
    name = "0.parametrizations.weight.original1" if new else "0.weight_v"
    before = by_name(measured(model, normal(32, 8)))[name]
    model.get_parameter(name).data *= 20
    after = by_name(measured(model, normal(32, 8)))[name]

    assert (before.kind, before.magnitude) == ("Linear", pytest.approx(1))
    assert after.magnitude == pytest.approx(20)
    assert after.spread == pytest.approx(before.spread, rel=1e-5)
    assert after.output == pytest.approx(before.output, rel=1e-5)


def test_pruned_and_spectral_weights_are_followed_to_what_is_stored():
    """The array that is stored has the record; the steps that compute the weights are no uses of it."""
    model = plain()
    prune.random_unstructured(model[0], "weight", 0.5)
    nn.utils.parametrizations.spectral_norm(model[2])
    found = by_name(measured(model, normal(32, 8)))

    assert found["0.weight_orig"].activation == "relu"
    assert found["2.parametrizations.weight.original"].last
    assert found["2.parametrizations.weight.original"].input == pytest.approx(
        rms(functional.relu(functional.linear(normal(32, 8), model[0].weight, model[0].bias))), rel=1e-5
    )


# Losses


def test_the_loss_is_the_usual_one_for_the_targets():
    """Cross-entropy for classes, of sequences and pictures and of shares too; mean squares for numbers; two classes."""
    logits, y = normal(6, 5), classes(5, 6)
    entropy = float(functional.cross_entropy(logits, y))

    def of(outputs, targets, **settings):
        weight = nn.Linear(1, 1, bias=False)
        nn.init.ones_(weight.weight)
        model = Own(lambda x: (x[..., None] @ weight.weight.T)[..., 0])
        model.weight = weight
        return measured(model, outputs, targets, **settings)

    assert of(logits, y).loss == pytest.approx(entropy, rel=1e-5)
    assert (of(logits, y).classes, of(logits, y).samples) == (5, 6)
    assert of(logits.softmax(-1), y).loss == pytest.approx(entropy, rel=1e-4)
    assert of(logits, y.tolist()).loss == pytest.approx(entropy, rel=1e-5)
    sequence = torch.stack([y, torch.full((6,), -100)], 1)
    assert of(torch.stack([logits, logits], 1), sequence).loss == pytest.approx(entropy, rel=1e-5)
    assert of(logits.T[None, :, :], y[None]).classes == 5
    assert of(logits, logits + 2).loss == pytest.approx(4, rel=1e-5)
    assert of(logits[:, :1], y % 2).classes == 2
    assert of(logits, None).loss is None
    assert of(logits, y, loss=lambda output, _: output.mean()).loss == pytest.approx(float(logits.mean()), rel=1e-4)
    with pytest.raises(ValueError, match=r"y must be classes for outputs of shape \(6, 5\), got shape \(4,\)"):
        of(logits, y[:4])
    with pytest.raises(ValueError, match="y must hold classes below 5"):
        of(logits, y + 1)
    with pytest.raises(ValueError, match=r"loss must return a tensor with one number, got shape \(6, 5\)"):
        of(logits, y, loss=lambda output, _: output)


def test_what_is_left_out_of_the_targets_has_no_gradient():
    """Classes below zero, as of padding: the gradient is that of PyTorch's loss, which leaves them out too."""
    model, x, y = plain(), normal(32, 8), classes(4, 32)
    y[:10] = -100
    found = by_name(measured(model, x, y))
    functional.cross_entropy(model(x), y).backward()

    assert found["0.weight"].weight_gradient == pytest.approx(rms(model[0].weight.grad), rel=1e-4)


def test_a_loss_of_the_models_own_is_taken():
    """Where it returns one among its outputs, by a mapping of arguments, as models with labels do."""

    class Labelled(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(8, 3)

        def forward(self, inputs, labels):
            logits = self.layer(inputs)
            return {"loss": functional.cross_entropy(logits, labels), "logits": logits}

    model, batch = Labelled(), {"inputs": normal(6, 8), "labels": classes(3, 6)}
    found = measured(model, batch)

    assert found.loss == pytest.approx(float(model(**batch)["loss"].detach()), rel=1e-6)
    assert (found.classes, found.samples) == (3, 6)
    assert found.logits == pytest.approx(rms(model(**batch)["logits"]), rel=1e-6)
    assert found.layers[0].weight_gradient > 0


LOSSES = {
    "a lambda": (lambda outputs, y: functional.cross_entropy(outputs, y), 10),
    "of log shares": (lambda outputs, y: functional.nll_loss(functional.log_softmax(outputs, 1), y), 10),
    "an object": (nn.CrossEntropyLoss(label_smoothing=0.1), 10),
    "by hand": (lambda outputs, y: (outputs.logsumexp(1) - outputs[range(len(y)), y]).mean(), 10),
    "yes or no": (lambda outputs, y: functional.binary_cross_entropy_with_logits(outputs[:, 0], (y > 4).float()), 2),
    "squares": (lambda outputs, y: functional.mse_loss(outputs[:, 0], y.float()), None),
    "five times": (lambda outputs, y: 5 * functional.cross_entropy(outputs, y), None),
    "refuses": (lambda outputs, y: functional.cross_entropy(outputs, y) * (1 if outputs.requires_grad else None), None),
}


@pytest.mark.parametrize("name", LOSSES)
def test_the_classes_of_ones_own_loss_are_asked_of_the_loss(name):
    """A cross-entropy is one by what it gives for equal outputs, not by its name; others have no guess to be above."""
    loss, expected = LOSSES[name]
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 10))
    assert measured(model, normal(32, 8), classes(10, 32), loss).classes == expected


def test_a_table_that_is_looked_up_twice_and_shared_with_the_output_is_the_last_layer_too():
    """However often rows are picked, the product with the table is measured by itself."""

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.layer = nn.Embedding(50, 16), nn.Linear(16, 16)

        def forward(self, ids):
            signal = self.table(ids) + self.layer(self.table(ids))
            return signal @ self.table.weight.T

    ids = classes(50, 24).reshape(4, 6)
    first, _, last = measured(Tied(), ids, ids).layers
    assert (first.lookup, first.last, last.lookup, last.last) == (True, False, False, True)
    assert last.tied_to == first.name


# Nothing changes


class Restless(nn.Module):
    """A module that changes whatever a pass can change: buffers, attributes, its input, random states, its weights."""

    def __init__(self, fails=False):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(16, 4)
        )
        self.register_buffer("count", torch.zeros(3))
        self.calls, self.seen, self.fails, self.kept = 0, [], fails, torch.zeros(2)

    def forward(self, x):
        self.calls += 1
        self.seen.append(x)
        self.count += 1
        self.kept.add_(1)
        self.cache = x
        x.mul_(2)
        random.random(), np.random.rand(), torch.rand(1)
        with torch.no_grad():
            self.layers[0].weight.clamp_(-0.01, 0.01)
        out = self.layers(x)
        if self.fails:
            raise KeyError("lost")
        return out


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_model_changes(fails):
    """Weights, buffers, gradients, attributes, hooks, mode, the batch, and three random states, whatever happens."""
    torch.manual_seed(0)
    model = Restless(fails)
    first = model.layers[0]
    first.weight.grad = torch.ones(16, 8)
    first.bias.requires_grad_(False)
    handle = first.register_forward_hook(lambda *_: None)
    model.layers[4].weight.register_hook(lambda grad: grad * 0)
    x, y = normal(32, 8), classes(4, 32)

    def state():
        hooks = [(dict(module._forward_hooks), len(vars(module))) for module in model.modules()]
        numbers = [tensor.clone() for tensor in (*model.parameters(), *model.buffers(), model.kept, x)]
        flags = [(p.requires_grad, p.grad, p._backward_hooks and len(p._backward_hooks)) for p in model.parameters()]
        randoms = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist())
        return numbers, (hooks, flags, model.training, model.calls, list(model.seen), hasattr(model, "cache")), randoms

    before = state()
    if fails:
        with pytest.raises(ValueError, match="its forward pass failed with KeyError: 'lost'"):
            measured(model, x, y)
    else:
        measured(model, x, y)
    after = state()

    assert all(torch.equal(one, other) for one, other in zip(before[0], after[0], strict=True))
    assert before[1] == after[1]
    assert torch.equal(before[2][0], after[2][0])
    assert before[2][1:] == after[2][1:]
    assert first.weight.grad is not None
    assert model.layers[4].weight.grad is None
    handle.remove()


def test_the_pass_runs_in_the_mode_that_the_model_is_in():
    """Dropout in training, none in evaluation."""
    model = nn.Sequential(nn.Dropout(0.99), nn.Linear(64, 4))
    x = torch.ones(32, 64)

    assert by_name(measured(model, x))["1.weight"].input > 5
    assert by_name(measured(model.eval(), x))["1.weight"].input == pytest.approx(1)


# What cannot be seen


def test_what_has_no_gradient_is_said():
    """Weights of inference mode, frozen models: the forward half is there, and a sentence says what is not."""
    with torch.inference_mode():
        inferred = plain()
    frozen = plain().requires_grad_(False)

    for model in (inferred, frozen):
        found = measured(model, normal(32, 8), classes(4, 32))
        assert found.layers[0].output > 0
        assert found.layers[0].weight_gradient is None
        assert found.loss > 0
        assert found.unseen[0].startswith("the gradients: ")
    assert not measured(frozen, normal(32, 8)).layers[0].trainable


def test_a_forward_pass_alone_shows_what_follows():
    """Followed gives kept, activation and branches as the whole measurement does, and reads no weights for it."""
    model, x = Blocks("before"), normal(32, 8)
    whole, lean = by_name(measured(model, x)), by_name(followed(model, x))

    for name, record in lean.items():
        assert record.activation == whole[name].activation
        assert record.kept == (None if whole[name].kept is None else pytest.approx(whole[name].kept, rel=1e-5))
        assert (record.branch, record.branches) == (whole[name].branch, whole[name].branches)
        assert record.gradient is None


@pytest.mark.parametrize(
    ("model", "x", "error", "words"),
    [
        (plain(), np.zeros((3, 8)), TypeError, "x must be a tensor, a tuple of arguments or a mapping"),
        (plain(), (1, 2), TypeError, "x must hold at least one tensor"),
        (plain(), torch.zeros(3, 9), ValueError, "model must take x, and its forward pass failed with RuntimeError"),
        (nn.LazyLinear(3), torch.zeros(3, 9), ValueError, "weight is lazy"),
        (nn.Linear(3, 3, device="meta"), torch.zeros(3, 3), ValueError, "weight lies on the meta device"),
        ("model", torch.zeros(3), TypeError, "model must be a torch.nn.Module"),
    ],
)
def test_bad_input_is_refused_in_words(model, x, error, words):
    """The argument, what it got and what it accepts."""
    with pytest.raises(error, match=words):
        measured(model, x)


def test_what_a_function_does_that_is_not_followed_is_said():
    """A bilinear form: its array is used, and a sentence says that what it gives was not seen."""

    class Form(nn.Module):
        def __init__(self):
            super().__init__()
            self.form, self.last = nn.Bilinear(8, 8, 6), nn.Linear(6, 2)

        def forward(self, x):
            return self.last(self.form(x, x))

    found = measured(Form(), normal(16, 8))

    assert found.unseen == ("what these arrays give: form.weight",)
    assert by_name(found)["form.weight"].used


def test_half_a_pass_backwards_is_none():
    """Where it fails on its way, in one line why, and no gradient of what came before the failure."""

    class Fails(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # noqa: ARG004
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):  # noqa: ARG004
            raise RuntimeError("no way\nback")

    model = plain()
    model[1] = Own(Fails.apply)
    found = measured(model, normal(32, 8), classes(4, 32))

    assert found.unseen == ("the gradients: the backward pass failed with RuntimeError: no way",)
    assert all(record.gradient is None and record.weight_gradient is None for record in found.layers)


def test_gradients_of_sparse_tables_are_those_of_dense_ones():
    """The rows that were looked up count among all rows."""
    ids = torch.arange(12).reshape(3, 4) % 5
    torch.manual_seed(0)
    dense = nn.Sequential(nn.Embedding(9, 8), nn.Flatten(), nn.Linear(32, 2))
    sparse = nn.Sequential(nn.Embedding(9, 8, sparse=True), nn.Flatten(), nn.Linear(32, 2))
    sparse.load_state_dict(dense.state_dict())

    one, other = (measured(model, ids, classes(2, 3)).layers[0].weight_gradient for model in (dense, sparse))
    assert other == pytest.approx(one, rel=1e-5)


def test_a_part_that_is_written_into_is_a_part():
    """Half of the units behind a rectifier and half behind a tanh, in place: no one activation."""

    class Parts(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(8, 16), nn.Linear(16, 2)

        def forward(self, x):
            h = self.one(x)
            h[:, :8].relu_()
            return self.two(h)

    assert by_name(measured(Parts(), normal(16, 8)))["one.weight"].activation is None
