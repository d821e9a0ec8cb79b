"""Spreads and slopes for the exercises of the chapter on criticality."""

import math

from xavier_lib.exercises.variants import Variants

RELU = Variants(
    lambda sigma_w, sigma_b: {
        "target": sigma_b**2 / (1 - sigma_w**2 / 2),
        "slips": {
            "the factor 2 forgotten": [sigma_b**2 / (1 - sigma_w**2)],
            "the factor not squared": [sigma_b**2 / (1 - sigma_w / 2)],
        },
    },
    says=lambda sigma_w, sigma_b: [f"$\\sigma_w = {sigma_w}$ and $\\sigma_b = {sigma_b}$"],
    numbers={"sigma_w": (1.2, 1.1, 1.25, 1.3, 1.15), "sigma_b": (0.5, 0.4, 0.6, 0.7, 0.8, 1.5)},
)
DEPTH = Variants(
    lambda slope: {
        "target": -1 / math.log(slope),
        "slips": {"another base of the logarithm": [-1 / math.log10(slope)], "the sign": [1 / math.log(slope)]},
    },
    says=lambda slope: [f"In an ordered network $\\chi = {slope}$", f"Which power of {slope} is 1/e?"],
    numbers={"slope": (0.9, 0.8, 0.95, 0.7, 0.98, 0.6, 0.85, 0.92, 0.75, 0.99, 0.65, 0.96, 0.88, 0.97, 0.82)},
)
