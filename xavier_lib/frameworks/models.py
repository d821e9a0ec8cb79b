"""One way into the models of all frameworks: inspect them, initialize them in place, move weights between them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from xavier_lib.arguments import RNG, flag, generator, named, one_of, positive
from xavier_lib.frameworks.comparison import Comparison, compared
from xavier_lib.frameworks.reading import contents_of, seen, told
from xavier_lib.frameworks.report import Report, judged
from xavier_lib.frameworks.rules import start_named
from xavier_lib.frameworks.setting import set_by_batch
from xavier_lib.frameworks.starting import planned
from xavier_lib.frameworks.tree import refuse_to_write, tree_of
from xavier_lib.names import Mode, StartName
from xavier_lib.weights.scaling import MODES


def inspect(
    model: Any,
    *,
    activation: str | Mapping[str, str] | None = None,
    mode: Mode | None = None,
    x: Any = None,
) -> Report:
    r"""Read a model of any framework, and compare the spread of each layer's weights with what it should be.

    .. math:: \text{ratio} = \operatorname{std}(W) \big/ \sqrt{s / n}

    with the scale and the fan that the activation behind the layer asks for: He before rectifiers, LeCun before selu,
    Glorot before linear, tanh, sigmoid and softsign, and before SiLU, GELU, ELU and others the gain by which a signal
    of size 1 comes out with size 1. No rule says how large a table of
    embeddings should be, or how small the end of a residual branch. Where the model does not show what follows a
    layer, the line says ``?`` and gives no verdict, until ``activation`` tells it or a batch ``x`` shows it. Nothing in
    the model changes. Used in :doc:`/chapters/shapes`.

    Args:
        model: a ``torch.nn.Module``, a Keras model or layer, a ``flax.nnx.Module``, an MLP, a tree of arrays
            of JAX or NumPy, such as a checkpoint, or a pair of a function or ``flax.linen`` module with its tree.
        activation: one activation for all layers, or a mapping from the names of layers to theirs, where the
            model does not show it. A leaky one may bring its slope, as in ``"leaky_relu(0.2)"``.
        mode: the fan that He's rule and the gains divide by: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``. If None,
            fan-in is wanted, and a spread that fits by another fan fits too, which the verdict says.
        x: a batch, a tensor or array, or a tuple or dictionary of the model's arguments: then what follows each layer
            is measured in one forward pass, and not read from the code.

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
    return judged(told(seen("model", model, x), activation), mode if mode is None else one_of("mode", mode, MODES))


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
    mode: Mode | None = None,
    x: Any = None,
    gain: float = 1.0,
    leave_unknown: bool = False,
    overwrite: bool = False,
    rng: RNG = None,
) -> None:
    r"""Draw the weights of a model of any framework anew, in place, by the true fans of each layer.

    .. math:: \operatorname{Var} w = g^2\, s / n

    Biases of dense and convolutional layers become zero; those of recurrent layers stay, as a forget gate may
    need its own, and so does all else, such as the gains of a normalization. Orthogonal kernels of recurrent layers
    stay too, and so do frozen weights and the factors of low-rank adapters, which a warning names. An array that serves
    twice is drawn for its narrower use. One seed gives the same weights in each framework. Used in
    :doc:`/chapters/shapes`.

    With a batch ``x`` what follows each layer is measured, and the draw is set by it, in a few passes, as in Mishkin
    and Matas (2016): behind each activation the signal has size 1, or before a bounded one; the last layer of a
    residual branch adds 1 over the root of the number of branches of what is there; and what a normalization
    follows keeps its rule. The size is that of the whole batch: single rows may have another, and through thirty
    layers of SiLU most of them fade, as :doc:`/chapters/shapes` shows.

    Args:
        model: as in :func:`inspect`; no tree of arrays, which is only read.
        start: ``"auto"`` for what :func:`inspect` wants, drawn uniformly, or the name of a start such as
            ``"he_normal"`` or ``"orthogonal"``, or the function. With ``"delta_orthogonal"`` dense layers become
            orthogonal, and with either a table of embeddings is drawn from a normal distribution.
        activation: as in :func:`inspect`; it matters for ``"auto"`` alone.
        mode: as in :func:`inspect`; it matters for He's starts and the gains alone.
        x: a batch, as in :func:`inspect`.
        gain: a factor on the weights.
        leave_unknown: whether arrays whose fans are not known here stay as they are; else they are refused.
        overwrite: whether frozen weights, low-rank factors and orthogonal recurrent kernels are drawn too.
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
    source, factor = generator(rng), positive("gain", gain)
    named = None if isinstance(start, str) and start == "auto" else start_named(start, mode=mode)
    contents = told(seen("model", model, x), activation)
    if tree_of(model) is not None:
        refuse_to_write("model")
    if not flag("leave_unknown", leave_unknown) and contents.left_out:
        unknown = contents.left_out[0]
        raise ValueError(f"model must hold layers that are known here, got {unknown}; leave_unknown=True leaves it")
    plan = planned(contents, named, mode if mode is None else one_of("mode", mode, MODES), flag("overwrite", overwrite))
    distribution = named.distribution if named else "uniform"
    kept = [] if x is None else plan.saved()
    try:
        plan.draw(distribution, factor, source)
        if x is not None:
            set_by_batch(model, x, plan.arrays, factor)
    except BaseException:
        plan.restore(kept)
        raise
    plan.warn()


def copy_weights(source: Any, target: Any) -> None:
    """Copy the weights and biases of dense and convolutional layers from one model into another.

    The models may be of two frameworks: the axes are put into the order that the target stores. A dense layer
    behind a flattened picture sees its inputs in another order in PyTorch than elsewhere, which is not changed.
    Used in :doc:`/chapters/shapes`.

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
        others = [*contents.left_out, *contents.kept, *immovable, *contents.others]
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
