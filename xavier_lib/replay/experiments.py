"""The experiments that can be run again, by name."""

from collections.abc import Mapping

from xavier_lib.replay.experiment import Experiment

EXPERIMENTS: Mapping[str, Experiment] = {}
