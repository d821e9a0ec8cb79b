"""Write the digits that come with the package, from those of scikit-learn: ``python tools/digits.py [FILE]``."""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parent.parent / "xavier_lib" / "datasets" / "digits.npz"


def write(target: Path) -> None:
    """Write pixels, 0 to 16, and labels as whole numbers of one byte."""
    pixels, labels = load_digits(return_X_y=True)
    np.savez_compressed(target, pixels=pixels.astype(np.uint8), labels=labels.astype(np.uint8))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
