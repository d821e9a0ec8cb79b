"""Answers to the exercises of the chapter on calibration."""

import numpy as np


def by_hand(weights, rows):
    z = np.asarray(rows) @ np.asarray(weights)
    return weights / np.sqrt(((z - z.mean()) ** 2).mean())


def in_steps(weights, rows):
    for _ in range(3):
        weights = weights / np.std(rows @ weights)
    return weights


def scaled_in_place(weights, rows):
    weights /= (rows @ weights).std()
    return weights


def in_turn(weights, rows, f):
    scaled = np.array(weights)
    for layer in scaled:
        z = rows @ layer
        layer /= z.std()
        rows = f(rows @ layer)
    return scaled


def written_into(weights, rows, f):
    for layer in weights:
        layer /= (rows @ layer).std()
        rows = f(rows @ layer)
    return weights


def out_of_turn(weights, rows, f):
    found = []
    for layer in weights:
        z = rows @ layer
        found.append(layer / z.std())
        rows = f(z)
    return np.array(found)


def by_variance(weights, rows, f):
    found = []
    for layer in weights:
        found.append(layer / (rows @ layer).var())
        rows = f(rows @ found[-1])
    return found


def by_rms(weights, rows, f):
    found = []
    for layer in weights:
        found.append(layer / np.sqrt(((rows @ layer) ** 2).mean()))
        rows = f(rows @ found[-1])
    return found


def without_f(weights, rows, f):
    return in_turn(weights, rows, lambda z: z)


def of_variances(z):
    return np.mean(np.var(z, axis=0)) / np.mean(np.square(z))


def without_means(z):
    return 1 - (z.mean(axis=0) ** 2).mean() / (z**2).mean()


def centered_in_place(z):
    whole = (z**2).sum()
    z -= z.mean(axis=0)
    return (z**2).sum() / whole


def stack(weights, rows, f):
    found = np.empty_like(weights)
    for index, layer in enumerate(weights):
        z = rows @ layer
        z = (z - z.mean(0)) / np.sqrt(z.var(0).mean())
        found[index] = layer / np.sqrt((rows @ layer).var(0).mean())
        rows = f(z)
    return found


def recursive(weights, rows, f):
    if not len(weights):
        return []
    z = rows @ weights[0]
    size = (z - z.mean(axis=0)).std()
    return [weights[0] / size, *recursive(weights[1:], f((z - z.mean(axis=0)) / size), f)]


def with_one_mean(weights, rows, f):
    found = []
    for layer in weights:
        z = rows @ layer
        found.append(layer / z.std())
        rows = f((z - z.mean()) / z.std())
    return np.array(found)


def by_variances(weights, rows, f):
    found = []
    for layer in weights:
        z = rows @ layer
        z = z - z.mean(axis=0)
        found.append(layer / z.var())
        rows = f(z / z.var())
    return np.array(found)


def all_at_once(weights, rows, f):
    found = []
    for layer in weights:
        z = rows @ layer
        z = z - z.mean(axis=0)
        found.append(layer / z.std())
        rows = f(z)
    return np.array(found)


RIGHT = {
    "calibration-factor": [20, 1 / np.sqrt(0.0025), [20.0], 1 / 0.05],
    "calibration-layer": [by_hand, in_steps, lambda rows, weights: by_hand(weights, rows).tolist()],
    "calibration-turn": [in_turn, lambda f, rows, weights: in_turn(weights, rows, f).tolist()],
    "calibration-share": [of_variances, without_means],
    "calibration-both": [stack, recursive, lambda rows, f, weights: stack(weights, rows, f).tolist()],
}

WRONG = {
    "calibration-factor": {"the missing root": [400, 1 / 0.0025]},
    "calibration-layer": {
        "the missing root": [lambda weights, rows: weights / np.var(rows @ weights)],
        "an argument changed in place": [scaled_in_place],
    },
    "calibration-turn": {
        "layers measured out of turn": [out_of_turn],
        "the missing root": [by_variance],
        "second moment in place of variance": [by_rms],
        "the activation forgotten": [without_f],
        "an argument changed in place": [written_into],
    },
    "calibration-share": {
        "one mean for all units": [lambda z: z.var() / (z**2).mean()],
        "an argument changed in place": [centered_in_place],
    },
    "calibration-both": {
        "one mean for all units": [with_one_mean],
        "the missing root": [by_variances],
        "layers measured out of turn": [all_at_once],
    },
}
