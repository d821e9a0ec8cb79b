"""Factors and steps for the exercises of the chapter on normalization."""

from xavier_lib.exercises.variants import Variants

STEPS = 10  # as the title of the exercise says
COUNTED = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 12: "twelve"}

FACTOR = Variants(
    lambda factor: {"target": float(factor**2), "slips": {"the factor not squared": [float(factor)]}},
    says=lambda factor: [f"start {COUNTED.get(factor, factor)} times as large as He's"],
    numbers={"factor": (5, 3, 4, 6, 7, 8, 9, 10, 12, 2.5, 3.5, 4.5, 15, 20, 30)},
)
LONGER = Variants(
    lambda step: {
        "target": (1 + step**2) ** (STEPS / 2),
        "slips": {"the missing root": [(1 + step**2) ** STEPS]},
    },
    says=lambda step: [f"is {step} times as long as the weights are then", f"Now {step} and ten."],
    numbers={"step": (0.3, 0.5, 0.2, 0.8, 0.35, 0.6, 0.25, 0.9, 0.4, 0.65, 0.7, 0.45, 0.55, 0.85)},
)
