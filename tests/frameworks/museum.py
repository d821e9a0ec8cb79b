"""Silent bugs of the kinds that the chapter shows, in other models and sizes: each broken, and repaired by one line."""

import copy
import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import weight_norm


class Room(NamedTuple):
    """A kind of bug: how its model is made, what it reads, where the fault begins, and a word of the remedy."""

    model: type[nn.Module]
    batch: str
    layers: tuple[str, ...]
    remedy: str


def noise(samples=48, features=40, classes=5):
    """Return standardized inputs and labels."""
    return torch.randn(samples, features), torch.randint(classes, (samples,))


def pictures(samples=16, channels=3, side=12, classes=5):
    """Return pictures and labels."""
    return torch.randn(samples, channels, side, side), torch.randint(classes, (samples,))


def words(samples=12, length=10, vocabulary=300):
    """Return word numbers, and the next word of each."""
    return torch.randint(vocabulary, (samples, length)), torch.randint(vocabulary, (samples, length))


BATCHES = {"noise": noise, "pictures": pictures, "words": words}


class AttentionBlock(nn.Module):
    """Two normalized branches: attention and two dense layers."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend = nn.MultiheadAttention(width, 4, batch_first=True)
        self.up, self.down = nn.Linear(width, 3 * width), nn.Linear(3 * width, width)

    def forward(self, x):
        h = self.first(x)
        x = x + self.attend(h, h, h, need_weights=False)[0]
        return x + self.down(F.silu(self.up(self.second(x))))


class NameWhole(nn.Module):
    """A factor for the last layer of each branch, asked for by a part of the name that is not the whole."""

    def __init__(self, repaired, width=40, depth=10):
        super().__init__()
        self.table = nn.Embedding(300, width)
        self.blocks = nn.ModuleList(AttentionBlock(width) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 300)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.1 if "table" in name else width**-0.5)
            ends = ("out_proj.weight", "down.weight")
            if name.endswith(ends) if repaired else name in ends:
                nn.init.normal_(weight, std=(2 * depth * width) ** -0.5)

    def forward(self, tokens):
        x = self.table(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class LateDraw(nn.Module):
    """Convolutions drawn after weight normalization: the draw fills an array that nobody keeps."""

    def __init__(self, repaired, channels=24, depth=9):
        super().__init__()
        layers = []
        for number in range(depth):
            layer = nn.Conv2d(3 if number == 0 else channels, channels, 3, padding=1)
            layer = layer if repaired else weight_norm(layer)
            nn.init.kaiming_normal_(layer.weight)
            layers += [weight_norm(layer) if repaired else layer, nn.LeakyReLU(0.1)]
        self.body, self.head = nn.Sequential(*layers), nn.Linear(channels, 5)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


class LateDirection(nn.Module):
    """Dense layers whose direction is drawn under weight normalization, while the length stays."""

    def __init__(self, repaired, width=48, depth=6):
        super().__init__()
        layers = []
        for number in range(depth):
            layer = nn.Linear(40 if number == 0 else width, width)
            if repaired:
                nn.init.kaiming_normal_(layer.weight)
            layer = weight_norm(layer)
            if not repaired:
                nn.init.kaiming_normal_(layer.parametrizations.weight.original1)
            layers += [layer, nn.ReLU()]
        self.body, self.head = nn.Sequential(*layers), nn.Linear(width, 5)

    def forward(self, x):
        return self.head(self.body(x))


class BareBlock(nn.Module):
    """A branch of two convolutions without a normalization, and a gain at its end."""

    def __init__(self, channels, gain):
        super().__init__()
        self.one = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.two = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.gain = nn.Parameter(torch.full((channels, 1, 1), gain))
        for layer in (self.one, self.two):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        return x + self.gain * self.two(F.relu(self.one(x)))


class ScaleReset(nn.Module):
    """A small gain at the end of each branch, which a reset sets to one."""

    def __init__(self, repaired, channels=12, depth=20):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.Sequential(*(BareBlock(channels, 0.05) for _ in range(depth)))
        self.head = nn.Linear(channels, 5)
        if not repaired:
            for block in self.blocks:
                nn.init.ones_(block.gain)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


class Unwritten(nn.Module):
    """Gains of group normalizations that were left as fresh memory, mostly zeros."""

    def __init__(self, repaired, channels=16):
        super().__init__()
        self.one = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.two = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.first, self.second = nn.GroupNorm(4, channels), nn.GroupNorm(4, channels)
        self.head = nn.Linear(channels, 5)
        if not repaired:
            for norm in (self.first, self.second):
                nn.init.zeros_(norm.weight)

    def forward(self, x):
        x = F.relu(self.first(self.one(x)))
        return self.head(F.relu(self.second(self.two(x))).mean((2, 3)))


class NotANumber(nn.Module):
    """One dense layer on fresh memory that holds no numbers."""

    def __init__(self, repaired, width=30):
        super().__init__()
        self.one, self.two, self.head = nn.Linear(40, width), nn.Linear(width, width), nn.Linear(width, 5)
        if not repaired:
            nn.init.constant_(self.two.weight, math.nan)

    def forward(self, x):
        return self.head(torch.tanh(self.two(torch.tanh(self.one(x)))))


class Adapters(nn.Module):
    """Low-rank adapters beside frozen layers of a perceptron, both factors zero."""

    def __init__(self, repaired, width=32, rank=3):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(40 if n == 0 else width, width) for n in range(3))
        self.head = nn.Linear(width, 5)
        self.requires_grad_(False)
        self.down = nn.ParameterList(torch.randn(rank, layer.in_features) / 6 for layer in self.layers)
        self.up = nn.ParameterList(torch.zeros(width, rank) for _ in self.layers)
        if not repaired:
            for factor in self.down:
                nn.init.zeros_(factor)

    def forward(self, x):
        for layer, down, up in zip(self.layers, self.down, self.up, strict=True):
            x = torch.tanh(layer(x) + F.linear(F.linear(x, down), up))
        return self.head(x)


class ZeroGate(nn.Module):
    """A gate for each channel whose first layer is zero before a ReLU: it never opens."""

    def __init__(self, repaired, channels=16):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.squeeze = nn.Linear(channels, channels, bias=False)
        self.head = nn.Linear(channels, 5)
        if not repaired:
            nn.init.zeros_(self.squeeze.weight)

    def forward(self, x):
        h = torch.tanh(self.stem(x))
        return self.head((h * F.relu(self.squeeze(h.mean((2, 3))))[:, :, None, None]).mean((2, 3)))


class DeepCopies(nn.Module):
    """A block made once and copied."""

    def __init__(self, repaired, width=36, depth=5):
        super().__init__()
        block = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.stem, self.head = nn.Linear(40, width), nn.Linear(width, 5)
        self.blocks = nn.ModuleList(copy.deepcopy(block) for _ in range(depth))
        if repaired:
            for layer in self.blocks:
                nn.init.xavier_uniform_(layer[0].weight)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class SeededTwins(nn.Module):
    """Two towers side by side, each of which sets one seed before it draws."""

    def __init__(self, repaired, width=28):
        super().__init__()
        state = torch.get_rng_state()
        towers = []
        for number in range(2):
            torch.manual_seed(number if repaired else 7)
            towers.append(nn.Sequential(nn.Linear(40, width), nn.Tanh(), nn.Linear(width, 5)))
        torch.set_rng_state(state)
        self.towers = nn.ModuleList(towers)

    def forward(self, x):
        return (self.towers[0](x) + self.towers[1](x)) / 2


class HalfPrecision(nn.Module):
    """Kernels drawn in bfloat16 by the inverse of the distribution function, clamped to absolute bounds."""

    def __init__(self, repaired, channels=32):
        super().__init__()
        self.one = nn.Conv2d(3, channels, 3, padding=1)
        self.two = nn.Conv2d(channels, channels, 3, padding=1)
        self.head = nn.Linear(channels, 5)
        for layer in (self.one, self.two):
            dtype = torch.float32 if repaired else torch.bfloat16
            std = math.sqrt(2 / layer.weight[0].numel())
            drawn = torch.empty(layer.weight.shape, dtype=dtype).uniform_(-1, 1).erfinv_()
            layer.weight.data.copy_(drawn.mul_(std * math.sqrt(2)).clamp_(-4, 4))

    def forward(self, x):
        return self.head(F.relu(self.two(F.relu(self.one(x)))).mean((2, 3)))


class AbsoluteBounds(nn.Module):
    """Bounds in standard deviations, handed over where absolute ones belong: next to nothing is left of the spread."""

    def __init__(self, repaired, width=56, depth=6):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(40 if n == 0 else width, width) for n in range(depth))
        self.head = nn.Linear(width, 5)
        for layer in self.layers:
            std = layer.in_features**-0.5
            cut = 2 * std if repaired else 2 * std * std
            nn.init.trunc_normal_(layer.weight, std=std, a=-cut, b=cut)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


class DrawnGains(nn.Module):
    """Gains of batch normalizations that a loop over all layers drew like weights."""

    def __init__(self, repaired, channels=20):
        super().__init__()
        self.one, self.two = nn.Conv2d(3, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)
        self.first, self.second = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.head = nn.Linear(channels, 5)
        for norm in (self.first, self.second):
            if not repaired:
                nn.init.normal_(norm.weight, std=0.02)

    def forward(self, x):
        x = F.relu(self.first(self.one(x)))
        return self.head(F.relu(self.second(self.two(x))).mean((2, 3)))


class TiedTable(nn.Module):
    """A table of spread 1 that looks words up and scores them."""

    def __init__(self, repaired, width=96, vocabulary=300):
        super().__init__()
        self.table, self.places = nn.Embedding(vocabulary, width), nn.Embedding(10, width)
        self.block, self.norm = AttentionBlock(width // 4 * 4), nn.LayerNorm(width)
        self.scores = nn.Linear(width, vocabulary, bias=False)
        if repaired:
            for table in (self.table, self.places):
                nn.init.normal_(table.weight, std=0.02)
        self.scores.weight = self.table.weight

    def forward(self, tokens):
        h = self.table(tokens) + self.places(torch.arange(tokens.shape[1]))
        return self.scores(self.norm(self.block(h)))


NORMED = "body.0.parametrizations.weight.original1"
ROOMS = {
    "a name compared whole": Room(NameWhole, "words", ("blocks.0.attend.out_proj.weight",), "scale"),
    "a draw after weight normalization": Room(
        LateDraw, "pictures", ("body.0.parametrizations.weight.original1",), "He"
    ),
    "a direction drawn after weight normalization": Room(
        LateDirection, "noise", ("body.0.parametrizations.weight.original1",), "initialize first"
    ),
    "a scale that is reset": Room(ScaleReset, "pictures", ("blocks.0.two.weight", "blocks.0.gain"), "scale"),
    "memory that nobody wrote": Room(Unwritten, "pictures", ("first.weight",), "one"),
    "memory that holds no numbers": Room(NotANumber, "noise", ("two.weight",), "meta"),
    "two factors of zero": Room(Adapters, "noise", ("down.0",), "draw"),
    "a zero before a rectifier": Room(ZeroGate, "pictures", ("squeeze.weight",), "draw"),
    "copies of one layer": Room(DeepCopies, "noise", ("blocks.1.0.weight",), "copied"),
    "two objects, one seed": Room(SeededTwins, "noise", ("towers.1.0.weight",), "seed"),
    "half precision at a bound": Room(HalfPrecision, "pictures", ("one.weight", "two.weight"), "float32"),
    "bounds that are absolute": Room(AbsoluteBounds, "noise", ("layers.0.weight",), "spread"),
    "gains drawn like weights": Room(DrawnGains, "pictures", ("first.weight",), "one"),
    "embeddings tied to the output": Room(TiedTable, "words", ("table.weight", "scores.weight"), "table"),
}
