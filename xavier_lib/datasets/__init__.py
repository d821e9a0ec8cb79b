"""Data to learn from: handwritten digits, and drawn shapes without end."""

from xavier_lib.datasets.digits import Digits, digits
from xavier_lib.datasets.shapeset import Shapes, shapeset

__all__ = ["Digits", "Shapes", "digits", "shapeset"]
