"""The experiments that can be run again, by name."""

from collections.abc import Mapping
from functools import partial

from xavier_lib.replay import curves, findings, glorot2010, he2015, training2010
from xavier_lib.replay.experiment import Experiment

EXPERIMENTS: Mapping[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment(
            *("curves", "Test errors of table 1 while its five rows learn, figure 11 (2010)."),
            *(curves.curves_plan, curves.curves),
        ),
        Experiment(
            *("curves-rates", "The learning rates of the curves, on validation images."),
            *(curves.sweep_plan, curves.validated),
        ),
        Experiment(
            *("curves-exchanged", "The same, each start with the learning rate that was chosen for the other."),
            *(curves.exchanged_plan, curves.curves),
        ),
        Experiment(
            *("figure2", "The sigmoid's last layer saturates and escapes (2010)."),
            *(glorot2010.saturation_plan, glorot2010.saturation),
        ),
        Experiment(
            *("figures3-4-9-10", "Tanh and softsign while they learn shapes (2010)."),
            *(training2010.plan, training2010.training),
        ),
        Experiment(
            *("section4.3", "The gradients of the tanh networks of these figures, over more images (2010)."),
            *(training2010.long_plan, training2010.training),
        ),
        Experiment(
            *("figure6", "Activations before training (2010)."),
            *(partial(glorot2010.start_plan, "figure6"), glorot2010.activations),
        ),
        Experiment(
            *("figure7", "Gradients before training (2010)."),
            *(partial(glorot2010.start_plan, "figure7"), glorot2010.gradients),
        ),
        Experiment(
            *("figure8", "Gradients by the weights before training (2010)."),
            *(partial(glorot2010.start_plan, "figure8"), glorot2010.weight_gradients),
        ),
        Experiment(
            *("equation17", "Singular values of the layers' Jacobians (2010)."),
            *(glorot2010.jacobian_plan, glorot2010.singular_values),
        ),
        Experiment(
            *("he-figure2", "Twenty-two ReLU layers from Xavier and from He (2015)."),
            *(partial(he2015.planned, "he-figure2"), he2015.learning),
        ),
        Experiment(
            *("he-figure3", "Thirty ReLU layers from Xavier and from He (2015)."),
            *(partial(he2015.planned, "he-figure3"), he2015.learning),
        ),
        Experiment("findings", "How sure the chapters are of what they say.", findings.plan, findings.perform),
    )
}
