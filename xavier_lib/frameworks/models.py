"""One way into the models of all frameworks: inspect them, initialize them in place, move weights between them."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from xavier_lib.arguments import RNG, flag, generator, named, positive
from xavier_lib.frameworks.jax import contents as flax_contents
from xavier_lib.frameworks.keras import contents as keras_contents
from xavier_lib.frameworks.perceptron import contents as perceptron_contents
from xavier_lib.frameworks.pytorch import contents as torch_contents
from xavier_lib.frameworks.report import Comparison, Report, compared, judged, wanted_start, wanted_std
from xavier_lib.frameworks.rules import Start, start_for, start_named
from xavier_lib.frameworks.stored import Contents
from xavier_lib.frameworks.tree import refuse_to_write, tree_contents
from xavier_lib.names import StartName
from xavier_lib.nn.mlp import MLP
from xavier_lib.weights.drawing import draw
from xavier_lib.wording import shown

READERS = {
    ("keras", "Layer"): keras_contents,  # first: on the backend of PyTorch it is one of its modules too
    ("torch.nn", "Module"): torch_contents,
    ("flax.nnx", "Module"): flax_contents,
}
ACCEPTED = "a torch.nn.Module, a Keras model or layer, a flax.nnx.Module, a tree of JAX arrays or an MLP"


def contents_of(name: str, model: Any) -> Contents:
    """Return the arrays of weights in a model of any framework, in its own order.

    Raises:
        TypeError: if it is no model that is known here.
        ValueError: if it has no weights yet.
    """
    if isinstance(model, MLP):
        return perceptron_contents(model)
    if isinstance(model, Mapping):
        return tree_contents(name, model)
    for (package, base), reader in READERS.items():
        if package in sys.modules and isinstance(model, getattr(sys.modules[package], base)):
            return reader(model)
    if "flax.linen" in sys.modules and isinstance(model, sys.modules["flax.linen"].Module):
        raise TypeError(f"{name} must hold weights, and a flax.linen module holds none: pass what its init returned")
    raise TypeError(f"{name} must be {ACCEPTED}, got {shown(model)} ({type(model).__name__})")


def following(contents: Contents, activation: str | Mapping[str, str] | None) -> list[str | None]:
    """Return what follows each array: what the caller says, or what the reader saw."""
    if activation is None:
        return [array.activation for array in contents.arrays]
    if isinstance(activation, Mapping):
        names = [array.name for array in contents.arrays]
        unknown = [name for name in activation if not any(is_part(name, whole) for whole in names)]
        if unknown:
            known = f"arrays or layers of the model, among {shown(names)}"
            raise ValueError(f"activation must name {known}, got {shown(unknown[0])}")
        told = [[after for name, after in activation.items() if is_part(name, whole)] for whole in names]
        return [after[-1] if after else array.activation for after, array in zip(told, contents.arrays, strict=True)]
    start_for(activation)
    return [array.activation if array.lookup else activation for array in contents.arrays]


def is_part(name: str, whole: str) -> bool:
    """Say whether an array is meant by a name: its own, or that of the layer or block that it lies in.

    >>> is_part("1", "1.weight"), is_part("1", "10.weight")
    (True, False)
    """
    return whole == name or whole.startswith((f"{name}.", f"{name}/"))


def inspect(model: Any, *, activation: str | Mapping[str, str] | None = None) -> Report:
    r"""Read a model of any framework, and compare the spread of each layer's weights with what it should be.

    .. math:: \text{ratio} = \operatorname{std}(W) \big/ \sqrt{s / n}

    with the scale and the fan that the activation behind the layer asks for: Glorot before linear, tanh, sigmoid
    and softsign, He before rectifiers, LeCun before selu. A table of embeddings should have variance 1. Where the
    model does not show what follows a layer, the line says ``?`` and gives no verdict, until ``activation`` tells it.
    Used in :doc:`/chapters/frameworks`.

    Args:
        model: a ``torch.nn.Module``, a Keras model or layer, a ``flax.nnx.Module``, a tree of arrays of
            JAX or NumPy, such as a checkpoint, or an MLP.
        activation: one activation for all layers, or a mapping from the names of layers to theirs, where the
            model does not show it. A leaky one may bring its slope, as in ``"leaky_relu(0.2)"``.

    Returns:
        A tuple of lines, one for each array of weights with two axes or more, that prints as a table.

    Raises:
        TypeError: if the model is of no known kind, or an activation is no name.
        ValueError: if a layer has no weights yet or some that are not finite, or a name is unknown.

    >>> from xavier_lib import MLP, he_normal
    >>> inspect(MLP((640, 500, 10), he_normal, activation="relu", rng=0))
    weights[0]: dense, 640 × 500
      fans 640 and 500, before relu; spread 0.056 against 0.0559: fits He
    weights[1]: dense, 500 × 10
      fans 500 and 10, before linear; spread 0.0628 against 0.06262: fits Glorot
    """
    contents = contents_of("model", model)
    return judged(contents, following(contents, activation))


def compare(models: Mapping[str, Any]) -> Comparison:
    r"""Measure how layers of any framework start, beside what Glorot and He would give them by their true fans.

    .. math:: \operatorname{std}(W), \qquad \sqrt{2 / (n_\text{in} + n_\text{out})}, \qquad \sqrt{2 / n_\text{in}}

    The table of :doc:`/chapters/frameworks`. Nothing is looked up: what a layer is drawn from and how widely is
    read off its numbers.

    Args:
        models: for each name a model or layer, as :func:`inspect` takes it.

    Returns:
        A tuple of rows that prints as a table, one for each array of weights.

    Raises:
        TypeError, ValueError: as in :func:`inspect`; also if there is no model.

    >>> from xavier_lib import MLP, glorot_uniform
    >>> print(compare({"dense": MLP((300, 100), glorot_uniform, rng=0)}))
    layer  shape      drawn from     std  Glorot  ratio      He  ratio
    dense  300 × 100  uniform     0.0705  0.0707   1.00  0.0816   0.86
    """
    rows = []
    for name, model in named("models", models).items():
        report = inspect(model)
        parts = endings([layer.name for layer in report])
        for layer, part in zip(report, parts, strict=True):
            rows.append(compared(name if len(report) == 1 else f"{name}, {part}", layer))
    return Comparison(rows)


def endings(names: Sequence[str]) -> list[str]:
    """Return the last parts of dotted names, as few as tell them apart and say more than "weight" or "kernel".

    >>> endings(["a/query/kernel", "a/key/kernel"]), endings(["l.weight_ih", "l.weight_hh"])
    (['query/kernel', 'key/kernel'], ['weight_ih', 'weight_hh'])
    """
    parts = [re.split(r"(?<=[./])", name) for name in names]
    for count in range(1, max(map(len, parts), default=0)):
        short = ["".join(part[-count:]) for part in parts]
        if len(set(short)) == len(short) and not {"weight", "kernel"} & set(short):
            return short
    return list(names)


def initialize(
    model: Any,
    start: StartName | Literal["auto"] | Callable[..., Any] = "auto",
    *,
    activation: str | Mapping[str, str] | None = None,
    gain: float = 1.0,
    leave_unknown: bool = False,
    rng: RNG = None,
) -> None:
    r"""Draw the weights of a model of any framework anew, in place, by the true fans of each layer.

    .. math:: \operatorname{Var} w = g^2\, s / n

    Biases of dense and convolutional layers become zero; those of recurrent layers stay, as a forget gate may
    need its own, and so does all else, such as the gains of a normalization. Frozen layers are drawn too, and an
    array that serves twice is drawn for its narrower use. One seed gives the same weights in each framework. Used
    in :doc:`/chapters/frameworks`.

    Args:
        model: as in :func:`inspect`; no tree of arrays, which is only read.
        start: ``"auto"`` for what :func:`inspect` wants, drawn uniformly, or the name of a start such as
            ``"he_normal"``, or the function.
        activation: as in :func:`inspect`; it matters for ``"auto"`` alone.
        gain: a factor on the weights.
        leave_unknown: whether arrays whose fans are not known here stay as they are; else they are refused.
        rng: a Generator, an int seed or None.

    Raises:
        TypeError: if an argument is of a wrong kind.
        ValueError: if a layer has no weights yet, there is none, an array is of a kind that is not known here, a
            name is unknown, the model does not show what follows a layer and ``activation`` does not say it either,
            or the gain is not positive. Then no weight was changed.

    >>> from xavier_lib import MLP, constant
    >>> network = MLP((640, 500, 10), lambda shape, **_: constant(shape, 1.0), activation="relu")
    >>> initialize(network, rng=0)
    >>> [layer.verdict for layer in inspect(network)]
    ['fits He', 'fits Glorot']
    """
    contents, source, factor = contents_of("model", model), generator(rng), positive("gain", gain)
    if isinstance(model, Mapping):
        refuse_to_write("model")
    if not flag("leave_unknown", leave_unknown) and contents.left_out:
        unknown = contents.left_out[0]
        raise ValueError(f"model must hold layers that are known here, got {unknown}; leave_unknown=True leaves it")
    if not contents.arrays:
        raise ValueError("model must hold at least one array of weights that is known here, got none")
    named = None if isinstance(start, str) and start == "auto" else start_named(start)
    starts = [
        named or wanted_start(array, after)
        for array, after in zip(contents.arrays, following(contents, activation), strict=True)
    ]
    spreads: dict[int, float] = {}
    for array, wanted in zip(contents.arrays, refuse_unknown(contents, starts), strict=True):
        std = wanted_std(array, wanted)
        spreads[array.key] = min(std, spreads.get(array.key, std))  # a tied array: wide for one use is too wide
    distribution = named.distribution if named else "uniform"
    for array in {array.key: array for array in contents.arrays}.values():
        weights = array.weights.read()
        array.weights.write(draw(weights.shape, factor * spreads[array.key], distribution, source, weights.dtype))
        if array.bias is not None:
            array.bias.write(np.zeros_like(array.bias.read()))


def refuse_unknown(contents: Contents, starts: Sequence[Start | None]) -> list[Start]:
    """Return the starts of all arrays, or refuse a model that does not show what follows some of them."""
    unknown = [array.name for array, start in zip(contents.arrays, starts, strict=True) if start is None]
    if unknown:
        names = f"{', '.join(unknown[:3])}{f' and {len(unknown) - 3} more' if len(unknown) > 3 else ''}"
        raise ValueError(f"activation must say what follows {names}, which the model does not show, got None")
    return [start for start in starts if start is not None]


def copy_weights(source: Any, target: Any) -> None:
    """Copy the weights and biases of dense and convolutional layers from one model into another.

    The models may be of two frameworks: the axes are put into the order that the target stores. A dense layer
    behind a flattened picture sees its inputs in another order in PyTorch than elsewhere, which is not changed.
    Used in :doc:`/chapters/frameworks`.

    Args:
        source: as in :func:`inspect`; read only.
        target: as in :func:`initialize`, with layers of the same shapes in the same order.

    Raises:
        TypeError: if a model is of no known kind.
        ValueError: if a layer is neither dense nor convolutional, or layers do not fit. Then nothing was changed.

    >>> from xavier_lib import MLP, he_normal
    >>> first, second = (MLP((4, 3, 2), he_normal, rng=seed) for seed in (0, 1))
    >>> copy_weights(first, second)
    >>> bool((first.weights[1] == second.weights[1]).all())
    True
    """
    pair = [contents_of("source", source), contents_of("target", target)]
    for name, contents in zip(("source", "target"), pair, strict=True):
        immovable = (f"{array.name} ({array.kind})" for array in contents.arrays if not array.movable)
        others = [*contents.left_out, *immovable, *contents.others]
        if others:
            raise ValueError(f"{name} must hold dense and convolutional layers only, got {others[0]}")
    arrays = [contents.arrays for contents in pair]
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(f"target must have as many layers as source, {len(arrays[0])}, got {len(arrays[1])}")
    moves = []
    for mine, other in zip(*arrays, strict=True):
        weights, there = mine.weights.read(), other.weights.read()
        if weights.shape != there.shape or (mine.bias is None) != (other.bias is None):
            ours, theirs = (f"{a.name} {a.shape}{', no bias' * (a.bias is None)}" for a in (mine, other))
            raise ValueError(f"target must have the layers of source: {ours} does not fit {theirs}")
        moves.append((other.weights, weights))
        if mine.bias is not None and other.bias is not None:
            moves.append((other.bias, mine.bias.read()))
    for where, values in moves:
        where.write(values)
