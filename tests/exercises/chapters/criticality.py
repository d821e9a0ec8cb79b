"""Answers to the exercises of the chapter on criticality."""

import numpy as np


def by_angle(c):
    angle = np.arccos(c)
    return (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi


def by_integral(c):
    """The slope of the map is one minus the angle over π, and the map ends at one."""
    places = np.linspace(c, 1, 200_001)
    slopes = 1 - np.arccos(places) / np.pi
    return 1 - (slopes[1:] + slopes[:-1]).sum() / 2 * (places[1] - places[0])


def by_loop(slopes, sigma_w):
    return sigma_w * sigma_w * sum(slope * slope for slope in slopes.tolist()) / len(slopes)


def in_place(slopes, sigma_w):
    slopes **= 2
    return sigma_w**2 * slopes.mean()


def settled(sigma_b, sigma_w, z, weights):
    q = 1.0
    for _ in range(300):
        q = sigma_w**2 * (np.tanh(np.sqrt(q) * z) ** 2 @ weights) + sigma_b**2
    return q


def by_layers(sigma_b, z, weights):
    low, high = 0.5, 5.0
    for _ in range(30):
        middle = (low + high) / 2
        q = settled(sigma_b, middle, z, weights)
        chi = middle**2 * (np.cosh(np.sqrt(q) * z) ** -4.0 @ weights)
        low, high = (middle, high) if chi < 1 else (low, middle)
    return low


RIGHT = {
    "criticality-relu": [0.8929, 0.25 / (1 - 0.72)],
    "criticality-depth": [9.49, 1 / np.log(1 / 0.9)],
    "criticality-chi": [by_loop, lambda sigma_w, slopes: np.mean((sigma_w * slopes) ** 2)],
    "criticality-next": [by_angle, by_integral],
    "criticality-edge": [by_layers, lambda z, weights, sigma_b: by_layers(sigma_b, z, weights)],
}

WRONG = {
    "criticality-relu": {"the factor 2 forgotten": [-0.568], "the factor not squared": [0.625]},
    "criticality-depth": {"another base of the logarithm": [21.85], "the sign": [-9.49]},
    "criticality-chi": {
        "variance in place of second moment": [lambda slopes, sigma_w: sigma_w**2 * slopes.std() ** 2],
        "the factor not squared": [lambda slopes, sigma_w: sigma_w * (slopes**2).mean()],
        "the sum in place of the mean": [lambda slopes, sigma_w: sigma_w**2 * slopes @ slopes],
        "an argument changed in place": [in_place],
    },
    "criticality-next": {"the factor 2 forgotten": [lambda c: by_angle(c) / 2]},
    "criticality-edge": {
        "variance in place of standard deviation": [lambda sigma_b, z, weights: by_layers(sigma_b, z, weights) ** 2],
        "the factor not squared": [lambda sigma_b, z, weights: by_layers(sigma_b**0.5, z, weights)],
    },
}
