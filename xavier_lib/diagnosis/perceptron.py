"""Measures a multilayer perceptron on a batch: one forward and one backward pass, and nothing changed."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xavier_lib.arguments import of_kind
from xavier_lib.diagnosis.facts import alike_share, copied, shares, size, wanted_of
from xavier_lib.diagnosis.judge import conclude
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Diagnosis
from xavier_lib.nn.arrays import Array
from xavier_lib.nn.backpropagation import cross_entropy
from xavier_lib.nn.mlp import MLP


def diagnose(
    network: MLP, x: ArrayLike, y: ArrayLike | None = None, *, learning_rate: float | None = None
) -> Diagnosis:
    r"""Say why a network may not train: one batch goes forward and back, and what is ill is named where it begins.

    .. math:: \operatorname{rms}(z_l), \quad \operatorname{rms}(z_l - \bar z_l), \quad
        \operatorname{rms}(\partial C / \partial z_l), \quad \operatorname{rms}(\partial C / \partial W_l)

    The limits stand in ``xavier_lib/diagnosis/limits.py``, most with what was measured. See :doc:`/chapters/diagnosis`.

    Args:
        network: the network, which stays as it is.
        x: a batch, shape (rows, inputs); a few dozen rows are enough.
        y: its labels, shape (rows,). Without them a random direction at the logits stands in for the loss.
        learning_rate: the rate it is to be trained with: then a step that is large beside the weights is found too.

    Returns:
        The records of the layers and the findings, none where nothing was found.

    Raises:
        TypeError: if the network is no MLP, or an argument is of a wrong kind.
        ValueError: if the batch does not fit, or the rate is not positive.

    >>> from xavier_lib import MLP, naive_normal
    >>> from xavier_lib.datasets import digits
    >>> data = digits()
    >>> network = MLP((64, *[50] * 10, 10), lambda shape, **kw: naive_normal(shape, 0.01, **kw), rng=0)
    >>> diagnose(network, data.x_train[:100], data.y_train[:100]).findings[0].what
    'the signal fades from layer to layer'
    """
    measured = measure(of_kind("network", network, MLP), x, y)
    return Diagnosis(measured, conclude(measured, learning_rate=learning_rate), learning_rate=learning_rate)


def measure(network: MLP, x: ArrayLike, y: ArrayLike | None) -> Measured:
    """Return what one forward and one backward pass show."""
    rows = network._rows(x)
    labels = None if y is None else network._labels(y, rows)
    inputs, outputs = passed(network, rows)
    unseen = [] if labels is not None else ["the loss, as there are no labels: a random direction stands in for it"]
    if len(rows) < 2:
        unseen.append("what depends on the input, as there is one row only")
    whole = len(outputs) == len(network.weights) and bool(np.isfinite(outputs[-1]).all())
    loss, back = None, {}
    if whole:
        try:
            loss, by_logits = started_back(outputs[-1], labels)
            back = dict(enumerate(gradients(network, inputs, outputs, by_logits)))
        except FloatingPointError:
            loss = math.inf
    else:
        unseen.append("the gradients, as the forward pass outgrew the dtype")
    layers = tuple(
        record(network, layer, inputs, outputs, *back.get(layer, (None, None))) for layer in range(len(network.weights))
    )
    return Measured(
        layers=layers,
        loss=loss,
        classes=network.sizes[-1] if labels is not None else None,
        samples=len(rows),
        logits=size(outputs[-1]) if whole else None,
        unseen=tuple(unseen),
    )


def passed(network: MLP, rows: Array) -> tuple[list[Array], list[Array]]:
    """Return what each layer gets and gives, up to the first one that outgrows the dtype."""
    inputs, outputs = [rows], []
    with np.errstate(over="ignore", invalid="ignore"):
        for weights, bias in zip(network.weights, network.biases, strict=True):
            outputs.append(inputs[-1] @ weights + bias)
            if not np.isfinite(outputs[-1]).all():
                break
            inputs.append(network.activation.f(outputs[-1]))
    return inputs, outputs


def started_back(logits: Array, labels: Any) -> tuple[float | None, Array]:
    """Return the loss and its derivative by the logits, or a random direction in its place."""
    if labels is not None:
        return cross_entropy(logits, labels)
    return None, np.random.default_rng(0).standard_normal(logits.shape).astype(logits.dtype) / len(logits)


def gradients(network: MLP, inputs: list[Array], outputs: list[Array], by_logits: Array) -> list[tuple[Array, Array]]:
    """Return the derivatives by the outputs and by the weights of each layer."""
    found, by_z = [], by_logits
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in reversed(range(len(outputs))):
            if layer < len(outputs) - 1:
                by_z = (by_z @ network.weights[layer + 1].T) * network.activation.df(outputs[layer])
            found.append((by_z, inputs[layer].T @ by_z))
    return found[::-1]


def record(
    network: MLP, layer: int, inputs: list[Array], outputs: list[Array], by_z: Array | None, by_weights: Array | None
) -> LayerRecord:
    """Return what was measured of one layer."""
    weights, last = network.weights[layer], layer == len(network.weights) - 1
    got = inputs[layer] if layer < len(inputs) else None
    gave = outputs[layer] if layer < len(outputs) else None
    reached = gave is not None and bool(np.isfinite(gave).all())
    saturated, dead = shares(network.activation, gave) if gave is not None and reached and not last else (None, None)
    following = inputs[layer + 1] if layer + 1 < len(inputs) and not last else None
    rule, wanted = wanted_of(network, layer)
    with np.errstate(over="ignore", invalid="ignore"):
        signals = (got, gave)
        varying = [
            None if values is None or len(values) < 2 else size(values - values.mean(axis=0)) for values in signals
        ]
    return LayerRecord(
        name=f"weights[{layer}]",
        kind="dense",
        shape=weights.shape,
        fan_in=weights.shape[0],
        fan_out=weights.shape[1],
        rule=rule,
        wanted=wanted,
        spread=float(weights.std(dtype=np.float64)),
        centre=float(weights.mean(dtype=np.float64)),
        weight=size(weights),
        largest=float(np.abs(weights).max()),
        at_bound=float(max((weights == weights.max()).mean(), (weights == weights.min()).mean())),
        finite=bool(np.isfinite(weights).all()),
        zeros=float((weights == 0).mean()),
        alike=alike_share(weights),
        copy_of=copied(network, layer),
        last=last,
        used=got is not None,
        input=None if got is None else size(got),
        input_varying=varying[0],
        output=None if gave is None else size(gave),
        output_varying=varying[1],
        activation="linear" if last else network.activation.name,
        kept=None if following is None or gave is None or not gave.any() else (size(following) / size(gave)) ** 2,
        saturated=saturated,
        dead=dead,
        gradient=None if by_z is None else size(by_z) * len(by_z),
        weight_gradient=None if by_weights is None else size(by_weights),
    )
