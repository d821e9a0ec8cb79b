"""What was measured of a network on one batch: a record for each array of weights, and the facts of the whole."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LayerRecord:
    """What one forward and one backward pass showed of one array of weights, at its first use.

    None stands for what was not measured or could not be seen. Sizes are root mean squares. The axes of the batch are
    all but the last one (features) of a signal, or all but the channels of a picture; a unit is one feature or channel.

    Attributes:
        name: the array's name in the model.
        kind: the kind of layer, as :func:`xavier_lib.frameworks.inspect` names it.
        shape: the shape as stored.
        fan_in: how many inputs one output sums; None for what is no matrix, such as the gain of a normalization.
        fan_out: how many outputs one input feeds; likewise.
        rule: whose rule says what the spread should be, or None.
        wanted: the spread by that rule, or None.
        spread: the standard deviation of the weights.
        centre: the mean of the weights.
        weight: the size of the weights.
        largest: the largest absolute weight.
        at_bound: the share of weights that are exactly the largest or exactly the smallest one.
        finite: whether all weights are finite.
        zeros: the share of weights that are exactly zero.
        alike: the share of units whose weights are those of another unit of the same array.
        copy_of: the name of an earlier array with the same numbers that is another array, or None.
        tied_to: the name of an earlier use of this very array, or None.
        trainable: whether a gradient is wanted for it.
        lookup: whether it is a table of embeddings.
        recurrent: whether it carries a state on from step to step.
        last: whether nothing with weights follows, so that its outputs are the model's.
        used: whether the pass reached it.
        input: the size of what it got.
        input_varying: the size of the part of its input that depends on the sample: input less
            the batch's mean at each place.
        output: the size of what it gave (pre-activations).
        output_varying: the size of that part of its output that depends on the sample.
        activation: what follows, by name; ``"linear"`` if nothing does, None if that could not be seen.
        kept: the mean square of what the next layers get, over that of its output; None where nothing follows.
        normalized: whether a normalization follows before other weights do.
        saturated: the share of outputs at which an activation that levels off on both sides has less than 5 % of its
            largest slope; None for other activations.
        dead: the share of units whose activation gives exactly zero, slope included, for the whole batch.
        gradient: the size of the derivative of the loss by its output, times the number of samples.
        gradient_varying: the size of the part of that derivative that differs from its mean over the batch.
        weight_gradient: the size of the derivative of the loss by its weights.
        stream_before: the size of the residual stream that its output, alone or last in a branch, is added to.
        stream_after: the size of the sum.
        branches: how many branches are added to that stream in all.
        branch: the number of this branch, from 0; None if its output is not what a branch adds.
        magnitude: under weight normalization, the size of the stored direction over the stored length, else None.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    fan_in: float | None = None
    fan_out: float | None = None
    rule: str | None = None
    wanted: float | None = None
    spread: float = 0.0
    centre: float = 0.0
    weight: float = 0.0
    largest: float = 0.0
    at_bound: float = 0.0
    finite: bool = True
    zeros: float = 0.0
    alike: float = 0.0
    copy_of: str | None = None
    tied_to: str | None = None
    trainable: bool = True
    lookup: bool = False
    recurrent: bool = False
    last: bool = False
    used: bool = True
    input: float | None = None
    input_varying: float | None = None
    output: float | None = None
    output_varying: float | None = None
    activation: str | None = None
    kept: float | None = None
    normalized: bool = False
    saturated: float | None = None
    dead: float | None = None
    gradient: float | None = None
    gradient_varying: float | None = None
    weight_gradient: float | None = None
    stream_before: float | None = None
    stream_after: float | None = None
    branches: int | None = None
    branch: int | None = None
    magnitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a batch showed of a whole network.

    Attributes:
        layers: the records, in the order of use; what the pass did not reach comes last.
        loss: the loss of the batch, or None where there was no target and no loss.
        classes: the number of classes where the loss is a cross-entropy, else None.
        samples: the number of rows of the batch.
        logits: the size of the outputs.
        unseen: what was not looked at or could not be seen, one sentence each.
    """

    layers: tuple[LayerRecord, ...]
    loss: float | None = None
    classes: int | None = None
    samples: int = 0
    logits: float | None = None
    unseen: tuple[str, ...] = ()
