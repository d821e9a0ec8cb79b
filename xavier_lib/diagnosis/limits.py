"""From where on a number counts as a sign of illness, most with what was measured."""

#: A signal, or its part that depends on the input, that has shrunk or grown so many times over on its way. PyTorch's
#: own start of seven rectified layers shrinks it 600- to 900-fold and learns; ten of N(0, 0.01²) do it 10¹²-fold, and
#: were at chance after 100 epochs.
#: Where the spreads are near their rules' a tenth of that is allowed: sixteen convolutions by Glorot's take 7000-fold.
FADED, GROWN = 1e-3, 1e2
#: Dead or saturated shares. He's start at 30 layers has up to 0.64 of a layer's units dead on 8 rows, 0.61 on
#: 100, and learns at the rate 0.01.
DEAD, SATURATED = 0.8, 0.4
#: Shares of an attention's rows that look at one place alone: at most 0.1 of short causal ones, which must.
PEAKED = 0.6
#: Nats above the logarithm of the classes. He's start on the last layer too begins up to 3.7 above it at 30 layers,
#: and learns; so do the last layers that MNASNet, DLA and Inception draw, with ten classes up to 7.4 above it.
FIRST_LOSS = 8.0
#: A spread so far below its rule's that a signal fades for that reason, and what else is allowed.
SMALL_SPREAD = 0.6
#: Sizes of inputs: pixels spread evenly from 0 to 255 have 147, standardized ones 1, and pixels from 0 to 1 about 0.5.
LARGE_INPUT, SMALL_INPUT = 10.0, 0.01
#: The share of an input that varies: pixels from 0 to 1 have about a half.
SHIFTED_INPUT = 0.05
#: Sensitivities, |weights| times |gradient|, of the first layer over the last; healthy plain networks lie within 1e±3.
VANISHED, EXPLODED = 1e-4, 1e4
#: Units that are copies of others: of continuous draws none is, of half-precision ones with few inputs some are.
ALIKE, FEW_INPUTS = 0.1, 8
#: Means beside the spread of weights, of so many that no draw around zero has it. Two hidden ReLU or tanh layers whose
#: weights lie around twice their spread reach 25 % of the digits in ten epochs at the rate 0.03, Glorot's 98 %.
SHIFTED, SEVERAL = 1.0, 64
#: Standard deviations of the largest weight: of 10⁹ normal draws it is 6.1.
OUTLYING = 8.0
#: Their share of the array's sum of squares. PyTorch's truncated normal of 0.02 puts one weight in ten million at 2:
#: in a matrix of a transformer that is at most 0.2, and it learns.
OUTWEIGHING = 0.2
#: How much smaller than its spread the mean of gains is that were drawn around zero; RepVGG draws N(0.1, 0.1²).
NO_GAIN = 0.5
#: The share of weights at one bound: of uniform bfloat16 draws it is at most 0.008.
PILED = 0.02
#: Length of a direction over the stored length under weight normalization: 1 when it is made.
LENGTH = 1.1
#: Sizes that no start has; memory that nobody wrote may hold them.
NO_START = (1e-20, 1e6)
#: A residual stream: 24 branches of GPT-2 that are scaled by 1/√24 let it grow 10-fold at width 768, from embeddings of
#: 0.02; they have a fifth of the others' spread by their rule. Few branches need no factor.
STREAM_GROWN, MANY_BRANCHES, FULL_SPREAD = 6.0, 16, 0.6
#: The part of a weight that one step changes. Of ReLU and tanh networks of one to ten layers all that learned digits
#: had at most 0.47, while sigmoid ones learned at up to 1.1; ten layers from He's start failed at 0.02.
LARGE_STEP = 0.6
