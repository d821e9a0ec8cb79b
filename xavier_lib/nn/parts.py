"""Parts of networks with skips and normalizations: each goes forward, and back with the exact derivatives."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from xavier_lib.arguments import positive
from xavier_lib.nn.activations import Activation, checked
from xavier_lib.nn.arrays import Array, Batch

EPSILON = 1e-5  # added to a variance before its root, as the frameworks do


class Part(Protocol):
    """What a :class:`~xavier_lib.nn.stack.Stack` is made of; see :doc:`/chapters/normalization`.

    Attributes:
        parameters: the arrays that are trained.
        derivatives: those of the loss by each of them, after a pass back.
    """

    parameters: list[Array]
    derivatives: list[Array]

    def forward(self, x: Batch) -> Batch:
        """Return what comes out, and keep what the way back needs."""
        ...

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by what came in, and keep those by the parameters."""
        ...


class Linear:
    r"""Weights, and biases unless ``biased`` is false.

    .. math:: y = x W + b; \qquad \partial W = x^\top \partial y, \quad
        \partial b = \textstyle\sum_\text{rows} \partial y, \quad \partial x = \partial y\, W^\top

    >>> layer = Linear(np.ones((2, 1)))
    >>> layer.forward(np.array([[2.0, 3.0]])), layer.backward(np.array([[1.0]]))
    (array([[5.]]), array([[1., 1.]]))
    """

    def __init__(self, weights: Array, *, biased: bool = True) -> None:
        self.parameters = [weights, *([np.zeros(weights.shape[1], weights.dtype)] if biased else [])]
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        self.x = x
        y: Batch = x @ self.parameters[0]
        for biases in self.parameters[1:]:
            y += biases
        return y

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        self.derivatives = [self.x.T @ by_y, by_y.sum(axis=0)][: len(self.parameters)]
        by_x: Batch = by_y @ self.parameters[0].T
        return by_x


class Nonlinear:
    r"""An activation.

    .. math:: y = f(x), \qquad \partial x = \partial y \odot f'(x)

    >>> from xavier_lib import ACTIVATIONS
    >>> part = Nonlinear(ACTIVATIONS["relu"])
    >>> part.forward(np.array([[-1.0, 2.0]])), part.backward(np.array([[1.0, 1.0]]))
    (array([[0., 2.]]), array([[0., 1.]]))
    """

    def __init__(self, activation: Activation) -> None:
        self.f, self.df = checked(activation)
        self.parameters: list[Array] = []
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        self.x = x
        return self.f(x)

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        return by_y * self.df(self.x)


class Normalization:
    r"""Mean 0 and variance 1 along one axis, without a gain or a shift that is learned.

    .. math:: y = \frac{x - \bar x}{\sqrt{v + \epsilon}}, \qquad
        \partial x = \frac{\partial y - \overline{\partial y} - y\,\overline{\partial y \odot y}}{\sqrt{v + \epsilon}}

    with the means and the variance :math:`v` over the features of a row (layer normalization, Ba et al. 2016) or over
    the rows of the batch (batch normalization, Ioffe and Szegedy 2015), the batch's own when it is judged too. See
    :doc:`/chapters/normalization`.

    Args:
        axis: 1 for layer normalization, 0 for batch normalization.
        epsilon: the number under the root, above zero.

    >>> Normalization(axis=1).forward(np.array([[1.0, 3.0]])).round(4)
    array([[-1.,  1.]])
    """

    def __init__(self, axis: int, *, epsilon: float = EPSILON) -> None:
        self.axis, self.epsilon = axis, positive("epsilon", epsilon)
        self.parameters: list[Array] = []
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        self.root: Array = np.sqrt(x.var(axis=self.axis, keepdims=True) + x.dtype.type(self.epsilon))
        y: Batch = (x - x.mean(axis=self.axis, keepdims=True)) / self.root
        self.y = y
        return y

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        mean = by_y.mean(axis=self.axis, keepdims=True)
        along = (by_y * self.y).mean(axis=self.axis, keepdims=True)
        by_x: Batch = (by_y - mean - self.y * along) / self.root
        return by_x


class Scaled:
    r"""A number that is learned, and multiplies all that passes.

    .. math:: y = s\,x, \qquad \partial s = \textstyle\sum \partial y \odot x, \quad \partial x = s\,\partial y

    It ends a branch of Fixup in :doc:`/chapters/residual`.

    >>> Scaled(2.0, np.dtype(float)).forward(np.array([[1.0]]))
    array([[2.]])
    """

    def __init__(self, scale: float, dtype: np.dtype[np.floating]) -> None:
        self.parameters = [np.full(1, scale, dtype)]
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        self.x = x
        return x * self.parameters[0]

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        self.derivatives = [(by_y * self.x).sum().reshape(1)]
        return by_y * self.parameters[0]


class Shifted:
    r"""A number that is learned, and is added to all that passes.

    .. math:: y = x + b, \qquad \partial b = \textstyle\sum \partial y, \quad \partial x = \partial y

    Fixup has it in place of biases in :doc:`/chapters/residual`.

    >>> Shifted(np.dtype(float)).forward(np.array([[1.0]]))
    array([[1.]])
    """

    def __init__(self, dtype: np.dtype[np.floating]) -> None:
        self.parameters = [np.zeros(1, dtype)]
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        return x + self.parameters[0]

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        self.derivatives = [by_y.sum().reshape(1)]
        return by_y


class Residual:
    r"""A skip around a branch.

    .. math:: y = x + g(x), \qquad \partial x = \partial y + \partial x_g

    He et al. (2016); :math:`\partial x_g` is what the branch :math:`g` hands back. Used in :doc:`/chapters/residual`.

    >>> block = Residual([Linear(np.ones((1, 1)))])
    >>> block.forward(np.array([[2.0]])), block.backward(np.array([[1.0]]))
    (array([[4.]]), array([[2.]]))
    """

    def __init__(self, branch: Sequence[Part]) -> None:
        self.branch = list(branch)
        self.parameters = [parameter for part in branch for parameter in part.parameters]
        self.derivatives: list[Array] = []

    def forward(self, x: Batch) -> Batch:
        """Return ``y``."""
        y = x
        for part in self.branch:
            y = part.forward(y)
        return x + y

    def backward(self, by_y: Batch) -> Batch:
        """Return the derivative by ``x``."""
        by_x = by_y
        for part in reversed(self.branch):
            by_x = part.backward(by_x)
        self.derivatives = [derivative for part in self.branch for derivative in part.derivatives]
        return by_y + by_x
