"""Signs of four illnesses, for an exercise of the chapter on diagnosis."""

from typing import Any, NamedTuple

from xavier_lib.exercises.variants import Variants


class Signs(NamedTuple):
    """What is known of the third of five layers; measured with units of 64 inputs, on a hundred digits."""

    illness: str
    gets: str
    gives: str
    after: str
    loss: str = ""


def illness(signs: Signs) -> dict[str, Any]:
    """Return which illness has some signs, and what they say against each of the others."""
    dead = f"Dead rectifiers give 0, and layer 4 gets {signs.after}."
    alike = "Equal units would give the same number, and here no two of them do."
    words = {
        "dead rectifiers": {
            "too small": "Too small a start makes the signal fade by degrees, and not to exactly nothing in one layer.",
            "constant": "Equal units still give a signal that depends on the image, and here it does not.",
            "dead rectifiers": f"Layer 3 gives pre-activations of rms {signs.gives} and layer 4 gets 0: "
            "no rectifier opens for any image.",
            "saturated": "Saturated units lie where the slope is flat. They still give something, and these give 0.",
        },
        "saturated": {
            "too small": f"Too small a start gives small pre-activations, and these have rms {signs.gives}.",
            "constant": alike,
            "dead rectifiers": dead,
            "saturated": f"Pre-activations of rms {signs.gives} lie far out on the curve. It ends at 1, "
            f"and {signs.after} is near its end.",
        },
        "too small": {
            "too small": f"The weights of layer 3 make {signs.gives} of {signs.gets}, and each layer multiplies anew.",
            "constant": alike,
            "dead rectifiers": dead,
            "saturated": f"Saturated units have large pre-activations, and these have rms {signs.gives}.",
        },
        "constant": {
            "too small": f"Too small a start makes the signal fade, and it goes from {signs.gets} to {signs.after}.",
            "constant": "Units that give one number for each image are copies of one another. The sizes are sound.",
            "dead rectifiers": dead,
            "saturated": f"Pre-activations of rms {signs.gives} lie where the curve is steep.",
        },
    }
    return {"target": signs.illness, "options": words[signs.illness]}


def signs_says(signs: Signs) -> list[str]:
    """Return the phrases that hold the signs, and what the hints say of them."""
    guess = "The first loss is that of a guess."
    place = "The place is between what layer 3 gives and what layer 4 gets: an activation, and nothing else."
    ends = "exactly 0, or a number at an end of the curve?"
    far = f"Of the other two ask what comes out where the pre-activation is far from zero: {ends}"
    told = {
        "dead rectifiers": (
            f" of rms {signs.gives}. Layer 4 gets 0. {guess}",
            place,
            f"Something of size {signs.gives} goes into the activation, and nothing comes out. "
            "For which activation can that be?",
            "Strike two: a small start fades by degrees from layer to layer, and equal units still pass something on. "
            f"{far}",
        ),
        "saturated": (
            f" of rms {signs.gives}, and no two of its units give the same. Layer 4 gets {signs.after}. "
            f"The first loss is {signs.loss}, and a guess would cost 2.3.",
            place,
            f"Something of size {signs.gives} goes into the activation, and {signs.after} comes out. "
            "Where on its curve can that be?",
            f"Strike two: a small start gives small pre-activations, and equal units give the same number. {far}",
        ),
        "too small": (
            f" of rms {signs.gives}, and no two of its units give the same. Layer 4 gets {signs.after}. {guess}",
            "The place is between what layer 3 gets and what it gives: weights, and nothing else.",
            f"Something of size {signs.gets} goes into the weights, and {signs.gives} comes out. "
            "Have the layers before done the same?",
            "Strike two: equal units give the same number, and dead rectifiers give exactly 0. "
            "Of the other two ask whether their pre-activations are small or large.",
        ),
        "constant": (
            f" of rms {signs.gives}, and for each image all of its units give one number. Layer 4 gets {signs.after}. "
            f"{guess}",
            "The place is layer 3 itself, and not one of the sizes.",
            f"Are {signs.gets}, {signs.gives} and {signs.after} sizes that should worry anybody? "
            "What else is said of the layer?",
            "Strike two: a small start fades from layer to layer, and dead rectifiers give exactly 0. "
            "Of the other two ask in which of them all units of a layer must agree.",
        ),
    }
    return [f"layer 3 gets a signal of rms {signs.gets} and gives", *told[signs.illness]]


SIGNS = Variants(
    illness,
    says=signs_says,
    numbers={
        "signs": (
            Signs("dead rectifiers", "1.2", "5", "0"),
            Signs("saturated", "0.93", "5.6", "0.93", "9.8"),
            Signs("too small", "0.006", "0.00044", "0.00044"),
            Signs("constant", "0.26", "0.51", "0.51"),
            Signs("dead rectifiers", "0.99", "12", "0"),
            Signs("saturated", "0.95", "7.1", "0.94", "12"),
            Signs("too small", "0.024", "0.0034", "0.0034"),
            Signs("constant", "0.29", "0.57", "0.47"),
            Signs("dead rectifiers", "0.99", "8.3", "0"),
            Signs("saturated", "0.97", "11", "0.96", "20"),
            Signs("too small", "0.012", "0.0019", "0.0015"),
            Signs("constant", "0.66", "0.84", "0.7"),
            Signs("dead rectifiers", "0.91", "5.2", "0"),
            Signs("saturated", "0.98", "15", "0.97", "26"),
            Signs("too small", "0.0015", "0.000055", "0.000055"),
            Signs("constant", "0.62", "0.62", "0.65"),
        )
    },
)
