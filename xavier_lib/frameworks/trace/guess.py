"""How many classes a loss tells apart: asked of the loss itself, with outputs that say nothing."""

import math
from collections.abc import Callable, Sequence

CLOSE = 1e-3  # nats; the logarithms of 1000 classes and of 1001 lie that near


def classes_at_guess(loss: Callable[[float], float], sides: Sequence[int]) -> int | None:
    r"""Return the number of classes :math:`k` of a loss that gives :math:`\log k` where all outputs are equal.

    A cross-entropy does, whatever the name of the function that takes it. Outputs of :math:`1/k` are logits without a
    preference, and shares without one; :math:`-\log k` are the logarithms of such shares; 0 and ½ are the guesses of
    one logit and of one probability.

    Args:
        loss: the loss of a batch whose outputs are all this number.
        sides: the shape of the outputs; k is one of them after the first, or 2.

    >>> classes_at_guess(lambda level: math.log(10), (32, 10))
    10
    """
    sides = [side for side in sides[1:] if side > 1]
    try:
        for level in (*(1 / side for side in sides), 0.0, 0.5):
            guess = loss(level)
            for classes in (*sides, 2):
                if abs(guess - math.log(classes)) < CLOSE:
                    return classes
        for classes in sides:
            level = math.log(classes)
            if abs(loss(-level) - level) < CLOSE and abs(loss(level) + level) < CLOSE:  # distances are not
                return classes
    except Exception:  # a loss of one's own may refuse such outputs in any way
        return None
    return None
