"""Answers to the exercises of the chapter on the paper of 2010."""

import math

import numpy as np

LEFT = 1 / 243

RIGHT = {
    "replay-left": [[LEFT, LEFT**0.5], (0.0041, 0.064), np.array([0.00412, 0.0642], dtype=np.float32)],
    "replay-summary": [
        lambda activations: (np.percentile(activations, 98), np.std(activations)),
        lambda a: [np.quantile(a, 0.98), a.var() ** 0.5],
        lambda a: np.array([np.quantile(a.ravel(), 0.98), np.sqrt(np.mean((a - a.mean()) ** 2))], dtype=np.float32),
    ],
    "replay-jacobian": [
        lambda z, weights: weights * (1 - np.tanh(z) ** 2),
        lambda weights, z: weights @ np.diag(np.cosh(z) ** -2),
        lambda z, w: ((1 - np.tanh(z) ** 2)[:, None] * w.T).T.astype(np.float32),
        lambda z, w: [[w[j, k] / math.cosh(z[k]) ** 2 for k in range(w.shape[1])] for j in range(len(w))],
    ],
    "replay-he": [8 * math.sqrt(2) / (3 * math.pi), 1.2, np.float32(1.2004), [1.2]],
    "replay-level": ["level, does not learn", " Level,  does not learn"],
}

WRONG = {
    "replay-left": {
        "standard deviation in place of variance": [[LEFT**0.5, LEFT**0.25]],
        "variance in place of standard deviation": [[LEFT, LEFT], [LEFT**2, LEFT]],
        "one layer too many or too few": [[1 / 81, 1 / 9], [1 / 729, 1 / 27]],
    },
    "replay-summary": {
        "variance in place of standard deviation": [lambda a: (np.percentile(a, 98), np.var(a))],
    },
    "replay-jacobian": {
        "the derivative forgotten": [lambda z, weights: weights],
        "the derivative at the wrong place": [lambda z, weights: weights * (1 - np.tanh(np.tanh(z)) ** 2)],
        "weights drawn but transposed": [lambda z, weights: (weights * (1 - np.tanh(z) ** 2)).T],
    },
    "replay-he": {
        "variance in place of standard deviation": [16 / (3 * math.pi)],
        "the factor 2 forgotten": [8 / (3 * math.pi)],
    },
    "replay-level": {},
}
