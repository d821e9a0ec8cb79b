"""Factors for the exercises of the chapter on orthogonal weights."""

from xavier_lib.exercises.variants import Variants

LAYERS = 20  # as the title of the exercise says

RATIO = Variants(
    lambda larger: {
        "target": (larger / (2 - larger)) ** (LAYERS / 2),
        "slips": {
            "the missing root": [(larger / (2 - larger)) ** LAYERS],
            "one layer too many or too few": [
                (larger / (2 - larger)) ** (layers / 2) for layers in (LAYERS - 1, LAYERS + 1)
            ],
        },
    },
    says=lambda larger: [f"by {larger:g} in the one and by {2 - larger:g} in the other"],
    numbers={"larger": (1.5, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.55, 1.6, 1.65, 1.7, 1.75, 1.05)},
)
