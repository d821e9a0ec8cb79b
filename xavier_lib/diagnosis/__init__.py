"""Why does a network not train: what signals and gradients say of it, a record a layer, findings, and a report.

The module behind :doc:`/chapters/diagnosis`.
"""

from xavier_lib.diagnosis.judge import conclude
from xavier_lib.diagnosis.perceptron import diagnose
from xavier_lib.diagnosis.records import LayerRecord, Measured
from xavier_lib.diagnosis.report import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding", "LayerRecord", "Measured", "conclude", "diagnose"]
