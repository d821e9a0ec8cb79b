"""The experiments that can be run again, by name."""

from collections.abc import Mapping
from functools import partial

from xavier_lib.replay import curves, findings, glorot2010, he2015
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
            *("figure3", "How far tanh and softsign saturate while they train (2010)."),
            *(partial(glorot2010.shapes_plan, "figure3"), glorot2010.saturating),
        ),
        Experiment(
            *("figure4", "Where the activations pile up in the end (2010)."),
            *(partial(glorot2010.shapes_plan, "figure4"), glorot2010.piles),
        ),
        Experiment(
            *("figure6", "Activations before training (2010)."),
            *(partial(glorot2010.start_plan, "figure6"), glorot2010.activations),
        ),
        Experiment(
            *("figure7", "Gradients before training, those of figure 8 too (2010)."),
            *(partial(glorot2010.start_plan, "figure7"), glorot2010.gradients),
        ),
        Experiment(
            *("equation17", "Singular values of the layers' Jacobians (2010)."),
            *(partial(glorot2010.start_plan, "equation17"), glorot2010.singular_values),
        ),
        Experiment(
            *("figure9", "Weight gradients while a network trains (2010)."),
            *(glorot2010.training_plan, glorot2010.training),
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
