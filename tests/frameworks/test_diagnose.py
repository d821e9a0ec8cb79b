"""Promises of ``frameworks.diagnose`` on PyTorch: the sick are found where it begins, the healthy are left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import nn
from torch.nn import functional

from tests.frameworks.gpt2_small import GPT2
from tests.frameworks.test_trace_torch import Blocks, Script, classes, normal
from xavier_lib import MLP, constant
from xavier_lib.frameworks import diagnose

ROOT = Path(__file__).parents[2]
PICTURES = {"x": normal(8, 3, 16, 16), "y": classes(5, 8)}
ROWS = {"x": normal(64, 32), "y": classes(5)}
TOKENS = {"x": torch.arange(128).reshape(4, 32) * 7 % 90, "y": torch.arange(128).reshape(4, 32) * 11 % 90}


def he(model):
    """Return a model with He's start in all its layers."""
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return model


def plain(activation=nn.ReLU, depth=6, width=32):
    """Return a perceptron."""
    layers = [layer for _ in range(depth - 1) for layer in (nn.Linear(width, width), activation())]
    return nn.Sequential(*layers, nn.Linear(width, 5))


class UNet(nn.Module):
    """Down, up and across, with or without normalization."""

    def __init__(self, norm):
        super().__init__()

        def block(i, o):
            norms = [nn.BatchNorm2d(o)] if norm else []
            return nn.Sequential(
                nn.Conv2d(i, o, 3, padding=1), *norms, nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU()
            )

        self.one, self.two, self.back = block(3, 16), block(16, 32), block(32, 16)
        self.up, self.last = nn.ConvTranspose2d(32, 16, 2, 2), nn.Conv2d(16, 5, 1)

    def forward(self, x):
        across = self.one(x)
        deep = self.two(functional.max_pool2d(across, 2))
        return self.last(self.back(torch.cat([self.up(deep), across], 1)))


def generator():
    """Return a generator of pictures as its makers draw it."""
    sizes = [(16, 64, 1, 0), (64, 32, 2, 1), (32, 16, 2, 1)]
    blocks = [(nn.ConvTranspose2d(i, o, 4, s, p), nn.BatchNorm2d(o), nn.ReLU()) for i, o, s, p in sizes]
    model = nn.Sequential(
        *(layer for block in blocks for layer in block), nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh()
    )
    for layer in model.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)
    return model


class Recurrent(nn.Module):
    """A model of a language with recurrent cells."""

    def __init__(self, cell):
        super().__init__()
        self.table, self.cell, self.last = nn.Embedding(90, 16), cell(16, 32, 2, batch_first=True), nn.Linear(32, 90)

    def forward(self, ids):
        return self.last(self.cell(self.table(ids))[0])


HEALTHY = {
    "PyTorch's own start": (plain, ROWS),
    "He, thirty layers": (lambda: he(plain(depth=30, width=128)), {"x": normal(64, 128), "y": classes(5)}),
    "a script with branches": (lambda: he(Script()), ROWS),
    "before the sum": (lambda: Blocks("before", 12), {"x": normal(64, 8)}),
    "after the sum": (lambda: Blocks("after", 12), {"x": normal(64, 8)}),
    "residual without normalization": (lambda: Blocks("none", 4), {"x": normal(64, 8)}),
    "U-Net": (lambda: UNet(True), {"x": PICTURES["x"], "y": torch.ones(8, 16, 16, dtype=torch.long)}),
    "U-Net by He": (lambda: he(UNet(False)), {"x": PICTURES["x"]}),
    "generator": (generator, {"x": normal(8, 16, 1, 1)}),
    "Transformer": (
        lambda: nn.Transformer(32, 4, 2, 2, 64, batch_first=True),
        {"x": (normal(2, 7, 32), normal(2, 5, 32, seed=1))},
    ),
    "GPT-2": (lambda: GPT2(90, 32, 64, 4, 12), TOKENS),
    "LSTM": (lambda: Recurrent(nn.LSTM), TOKENS),
    "GRU": (lambda: Recurrent(nn.GRU), TOKENS),
    "zero last layer": (lambda: zeroed(plain(), 10), ROWS),
    "zero ends of branches": (lambda: zero_ends(Blocks("before", 6)), {"x": normal(64, 8), "y": classes(2)}),
}


def zeroed(model, place):
    """Return a model one of whose layers starts at zero."""
    nn.init.zeros_(model[place].weight)
    return model


def zero_ends(model):
    """Return residual blocks that start as if they were not there."""
    for block in model.blocks:
        nn.init.zeros_(block["down"].weight)
        nn.init.zeros_(block["down"].bias)
    return model


@pytest.mark.parametrize("name", HEALTHY)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_healthy_are_left_alone(name, seed):
    """No finding in what learns as it is; zeros where they are meant are none."""
    torch.manual_seed(seed)
    make, batch = HEALTHY[name]

    assert diagnose(make(), **batch).findings == ()


def changed(model, name, change):
    """Return a model with one parameter changed in place."""
    with torch.no_grad():
        change(model.get_parameter(name))
    return model


SICK = {
    "constant": (lambda: changed(he(plain()), "4.weight", lambda w: w.fill_(0.1)), ROWS, "4.weight", "alike"),
    "too small": (lambda: changed(he(plain()), "4.weight", lambda w: w.mul_(1e-4)), ROWS, "4.weight", "fades"),
    "too large": (lambda: changed(he(plain()), "4.weight", lambda w: w.mul_(1e3)), ROWS, "4.weight", "grows"),
    "from 0 to 1": (lambda: changed(he(plain()), "4.weight", lambda w: w.uniform_()), ROWS, "4.weight", "around zero"),
    "dead": (lambda: changed(he(plain()), "2.bias", lambda b: b.fill_(-20)), ROWS, "2.weight", "dead"),
    "saturated": (lambda: changed(plain(nn.Tanh), "0.weight", lambda w: w.mul_(100)), ROWS, "0.weight", "saturated"),
    "unscaled": (
        lambda: he(plain()),
        {"x": 147 * ROWS["x"].abs(), "y": ROWS["y"]},
        "0.weight",
        "inputs that are too large",
    ),
    "loud head": (lambda: changed(he(plain()), "10.weight", lambda w: w.mul_(30)), ROWS, "10.weight", "first loss"),
    "not a number": (
        lambda: changed(plain(), "6.weight", lambda w: w[0, 0].fill_(torch.nan)),
        ROWS,
        "6.weight",
        "not finite",
    ),
    "copies": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 3),
        {"x": normal(2, 7, 32)},
        "layers.1.self_attn.in_proj_weight",
        "copy",
    ),
    "never written": (
        lambda: changed(GPT2(90, 32, 64, 4, 4), "blocks.1.ln_2.weight", lambda w: w.zero_()),
        TOKENS,
        "blocks.1.ln_2.weight",
        "all zeros",
    ),
    "embeddings of one": (
        lambda: changed(GPT2(90, 32, 64, 4, 4), "wte.weight", lambda w: w.normal_()),
        TOKENS,
        "head.weight",
        "first loss",
    ),
    "sharp attention": (
        lambda: changed(GPT2(90, 32, 64, 4, 4), "blocks.2.c_attn.weight", lambda w: w.mul_(100)),
        TOKENS,
        "blocks.2.c_attn.weight",
        "softmax",
    ),
    "no factor on the branches": (
        lambda: GPT2(90, 32, 256, 4, 12, scaled=False),
        TOKENS,
        "blocks.0.c_proj.weight",
        "many branches",
    ),
}


@pytest.mark.parametrize("name", SICK)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_sick_are_found_where_it_begins(name, seed):
    """The first finding names the layer and the illness."""
    torch.manual_seed(seed)
    make, batch, layer, words = SICK[name]
    found = diagnose(make(), **batch).findings

    assert found[0].layer == layer
    assert words in found[0].what


def test_a_perceptron_of_this_book_is_diagnosed_by_the_same_call():
    """What xavier_lib.diagnose finds in it."""
    network = MLP((4, 3, 2), lambda shape, **_: constant(shape, 0.5), rng=0)
    found = diagnose(network, normal(8, 4).numpy(), [0, 1] * 4)

    assert found.findings[0].layer == "weights[0]"


def test_a_rate_that_is_too_large_is_found_only_if_it_is_told():
    """Without a rate nothing is said of steps."""
    torch.manual_seed(0)

    assert diagnose(he(plain()), **ROWS).findings == ()
    assert "step" in diagnose(he(plain()), **ROWS, learning_rate=100.0).findings[0].what
    with pytest.raises(ValueError, match="learning_rate must be"):
        diagnose(plain(), **ROWS, learning_rate=-1.0)


def test_gpt2_small_takes_seconds_and_little_more_memory_than_autograd_keeps():
    """124 million weights, 4 × 64 tokens: at most 15 s of two cores, and 1.5 times the activations that must be kept.

    The time is that of the processors, so that what else runs on them does not count; the memory is the process's.
    """
    command = [sys.executable, "-m", "tests.frameworks.gpt2_small"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    _, work, extra, kept, findings = map(float, printed.split())

    assert findings == 0
    assert work <= 30
    assert extra <= 1.5 * kept
