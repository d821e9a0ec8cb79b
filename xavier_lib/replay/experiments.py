"""The experiments that can be run again, by name."""

from collections.abc import Mapping

from xavier_lib.replay import glorot2010, he2015, table1
from xavier_lib.replay.experiment import Experiment

EXPERIMENTS: Mapping[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment("table1", "Test errors of five starts, two data sets (2010).", table1.table_plan, table1.error),
        Experiment(
            *("figure2", "The sigmoid's last layer saturates and escapes (2010)."),
            *(glorot2010.saturation_plan, glorot2010.saturation),
        ),
        Experiment(
            *("start", "Activations and gradients before training, figures 6 to 8 and equation 17 (2010)."),
            *(glorot2010.start_plan, glorot2010.start),
        ),
        Experiment(
            *("figure9", "Weight gradients while a network trains (2010)."),
            *(glorot2010.training_plan, glorot2010.training),
        ),
        Experiment(
            *("he-figure2", "Ten ReLU layers from Xavier and from He (2015)."),
            *(he2015.converging_plan, he2015.learning),
        ),
        Experiment(
            *("he-figure3", "Thirty ReLU layers from Xavier and from He (2015)."),
            *(he2015.stalling_plan, he2015.learning),
        ),
    )
}
