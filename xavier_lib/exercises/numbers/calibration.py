"""Variances for the exercises of the chapter on calibration."""

from xavier_lib.exercises.variants import Variants

FACTOR = Variants(
    lambda variance: {"target": variance**-0.5, "slips": {"the missing root": [1 / variance]}},
    says=lambda variance: [f"have the variance {variance}, and"],
    numbers={
        "variance": (
            *(0.0025, 0.01, 0.0004, 0.0144, 0.0016, 0.0225, 0.0009, 0.0036, 0.0196, 0.0064, 0.0001, 0.0256),
            *(0.0081, 0.0049, 0.000625, 0.0121, 0.00016),
        ),
    },
)
