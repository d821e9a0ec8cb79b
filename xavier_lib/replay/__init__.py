"""The experiments of Glorot and Bengio (2010) and of He et al. (2015), run again, and the findings of the chapters.

Used in :doc:`/chapters/replay`, :doc:`/chapters/table` and in *How sure is this?* from :doc:`/chapters/network` to
:doc:`/chapters/he`; ``python -m xavier_lib.replay --list`` lists them.
"""

from xavier_lib.replay.experiment import SCALES, Experiment, Run

__all__ = ["SCALES", "Experiment", "Run"]
