"""The experiments of Glorot and Bengio (2010) and of He et al. (2015), run again.

Used in :doc:`/chapters/replay` and :doc:`/chapters/table`; ``python -m xavier_lib.replay --list`` lists them.
"""

from xavier_lib.replay.experiment import SCALES, Experiment, Run

__all__ = ["SCALES", "Experiment", "Run"]
