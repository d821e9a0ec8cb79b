"""Blocks and branches for the exercises of the chapter on residual networks."""

from xavier_lib.exercises.variants import Variants

GROWTH = Variants(
    lambda blocks, share: {
        "target": (1 + share**2) ** (blocks / 2),
        "slips": {
            "the missing root": [(1 + share**2) ** blocks],
            "the factor not squared": [(1 + share) ** (blocks / 2)],
            "the skip forgotten": [share**blocks],
        },
    },
    says=lambda blocks, share: [
        f"Each of {blocks} branches hands back signals of {'half' if share == 0.5 else f'{share} times'} the size that "
        f"entered it, $f = {share}$,",
        f"over the {blocks} blocks",
    ],
    numbers={"blocks": (20, 12, 14, 16, 24, 30), "share": (0.5, 0.2, 0.3, 0.4)},
    # With these the stream grows nearly as in the book.
    fits=lambda blocks, share: (blocks, share) != (30, 0.4),
)
ADAM = Variants(
    lambda blocks: {
        "target": [blocks**0.5, blocks**-0.5],
        "slips": {"the missing root": [[blocks, 1 / blocks]]},
    },
    says=lambda blocks: [f"of {blocks} blocks", f"\\sqrt{{{blocks}}}"],
    numbers={"blocks": (16, 4, 12, 20, 25, 36, 40, 50, 64, 80, 100)},
)
