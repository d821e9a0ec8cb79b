"""The experiments of Glorot and Bengio (2010) and of He et al. (2015), run again."""

from xavier_lib.replay.experiment import SCALES, Experiment, Run

__all__ = ["SCALES", "Experiment", "Run"]
