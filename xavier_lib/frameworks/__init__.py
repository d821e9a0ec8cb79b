"""The same start in TensorFlow and Keras, PyTorch and JAX: read their models, initialize them, move weights.

The module behind :doc:`/chapters/frameworks`. A framework is imported only where a model of it is given.
"""

from xavier_lib.frameworks.comparison import Comparison
from xavier_lib.frameworks.diagnose import diagnose
from xavier_lib.frameworks.initializers import XavierLib, jax_initializer, keras_initializer
from xavier_lib.frameworks.models import compare, copy_weights, initialize, inspect
from xavier_lib.frameworks.packages import require
from xavier_lib.frameworks.report import Layer, Report
from xavier_lib.frameworks.stack import rms_through_convolutions

__all__ = [
    "Comparison",
    "Layer",
    "Report",
    "XavierLib",
    "compare",
    "copy_weights",
    "diagnose",
    "initialize",
    "inspect",
    "jax_initializer",
    "keras_initializer",
    "require",
    "rms_through_convolutions",
]
