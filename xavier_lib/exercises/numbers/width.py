"""Widths, rates and steps for the exercises of the chapter on width."""

from xavier_lib.exercises.variants import Variants

RATE = Variants(
    lambda rate, base, width: {
        "target": rate * base / width,
        "slips": {"a factor by its root": [rate * (base / width) ** 0.5], "the factor forgotten": [rate]},
    },
    says=lambda rate, base, width: [
        f"learns best at the rate {rate} in a network whose hidden layers have {base} units",
        f"The same network with {width} units",
        f"with the base width {base}.",
        f"From {base} to {4 * base} units",
        f"falls to a quarter, {rate / 4:g}; for",
    ],
    numbers={
        "rate": (0.01, 0.003, 0.007, 0.015),
        "base": (128, 256, 64),
        "width": (2048, 1024, 4096),
    },
    fits=lambda rate, base, width: (
        width > 4 * base and ((rate, base) == (0.01, 128) or abs(rate * base / width / 0.000625 - 1) > 0.01)
    ),
)
SUMS = Variants(
    lambda inputs, activation, step: {
        "target": [step * activation * inputs, step * activation * inputs**0.5],
        "slips": {"a factor by its root": [[step * activation * inputs**0.5] * 2]},
    },
    says=lambda inputs, activation, step: [
        f"A layer has {inputs} inputs, each of which is {activation}.",
        f"moves each weight by {step}, up or down",
    ],
    numbers={
        "inputs": (900, 400, 1600, 2500, 625),
        "activation": (0.5, 0.3, 0.8, 0.6),
        "step": (0.001, 0.003, 0.0005),
    },
    fits=lambda inputs, activation, step: (
        not {0.2, 0.02} & {round(n * activation * step, 9) for n in (inputs, inputs**0.5)}
    ),
)
