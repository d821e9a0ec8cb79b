"""Why does a model of any framework not train: a batch sent through it and back, and what that shows."""

from collections.abc import Callable
from typing import Any

from xavier_lib.arguments import positive
from xavier_lib.diagnosis import Diagnosis, conclude
from xavier_lib.diagnosis import diagnose as of_perceptron
from xavier_lib.frameworks.trace.models import measured
from xavier_lib.nn.mlp import MLP


def diagnose(
    model: Any,
    x: Any,
    y: Any = None,
    loss: Callable[[Any, Any], Any] | None = None,
    *,
    learning_rate: float | None = None,
) -> Diagnosis:
    r"""Send a batch through a model of any framework and its gradient back, and say why it may not train.

    .. math:: \operatorname{rms}(x_l), \qquad \operatorname{rms}(\partial L / \partial x_l), \qquad \eta\,
        \operatorname{rms}(\partial L / \partial W_l) \big/ \operatorname{rms}(W_l)

    of each layer with weights, in the order of use, and the shares of its units that are saturated or dead. The pass
    runs in the mode that the model is in, and changes nothing in it: weights, buffers, gradients, random state. Used in
    :doc:`/chapters/museum`.

    Args:
        model: a ``torch.nn.Module``, a Keras model or layer, a ``flax.nnx.Module``, a function with its tree of JAX
            arrays, or an MLP.
        x: a batch as the model takes it: a tensor or array, a tuple of arguments, or a mapping of arguments by name.
        y: the targets, whole numbers for classes; None for a direction by chance in the place of a loss.
        loss: called with the outputs and the targets. By default the model's own loss if it returns one, else
            cross-entropy for classes and mean squares for other targets.
        learning_rate: the rate that the model is to be trained with, for the size of a step beside the weights.

    Returns:
        The layers, the findings, and what could not be seen.

    Raises:
        TypeError: if the model is of no known kind, or an argument of a wrong one.
        ValueError: if the model has no weights yet, its forward pass fails, or the targets do not fit.

    >>> import torch
    >>> layers = [torch.nn.Linear(20, 20) for _ in range(2)]
    >>> model = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])
    >>> _ = torch.nn.init.constant_(layers[0].weight, 0.1)
    >>> diagnose(model, torch.randn(50, 20)).findings[0].layer
    '0.weight'
    """
    if isinstance(model, MLP):
        return of_perceptron(model, x, y, learning_rate=learning_rate)
    if learning_rate is not None:
        positive("learning_rate", learning_rate)
    found = measured(model, x, y, loss)
    return Diagnosis(found, conclude(found, learning_rate=learning_rate), learning_rate=learning_rate)
