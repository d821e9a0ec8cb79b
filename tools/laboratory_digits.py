"""Write the digits for the laboratory, as a script that the page can load: ``python tools/laboratory_digits.py``."""

from pathlib import Path

import numpy as np

from xavier_lib.datasets import digits
from xavier_lib.datasets.digits import IMAGES

TARGET = Path(__file__).parents[1] / "_assets" / "lab" / "digits.js"
SHADES = "abcdefghijklmnopq"  # of a pixel, from 0 to 16

HEAD = """\
// Written by tools/laboratory_digits.py: the 1797 digits of xavier_lib.datasets, 8 x 8 pixels in 17 shades from a to q,
// the 1437 training images first; and the mean and the standard deviation of the training pixels.
"""
LOADING = """
const COUNTS = { train: [0, 1437], test: [1437, 1797] };

// Standardized images, one a row, and the digit on each; which is "train" or "test".
export function digits(which) {
  const [first, last] = COUNTS[which], x = new Float64Array((last - first) * 64);
  for (let place = 0; place < x.length; place++) x[place] = (PIXELS.charCodeAt(first * 64 + place) - 97 - MEAN) / STD;
  return { x, y: Uint8Array.from(LABELS.slice(first, last)) };
}
"""


def script() -> str:
    """Return the digits as JavaScript."""
    data = digits()
    with IMAGES.open("rb") as file, np.load(file) as stored:
        pixels = stored["pixels"].astype(float)
    order = np.random.default_rng(0).permutation(len(pixels))  # as digits() splits them
    mean, std = (float(value) for value in (pixels[order][:1437].mean(), pixels[order][:1437].std()))
    shades = "".join(SHADES[int(pixel)] for pixel in pixels[order].ravel())
    labels = "".join(map(str, (*data.y_train, *data.y_test)))
    written = (
        f'const MEAN = {mean!r};\nconst STD = {std!r};\nconst LABELS =\n  "{labels}";\nconst PIXELS =\n  "{shades}";\n'
    )
    return HEAD + written + LOADING


if __name__ == "__main__":
    TARGET.write_text(script(), encoding="utf-8")
