"""From where on a number counts as a sign of illness, each with its reason."""

#: A signal, or its part that depends on the input, that has shrunk or grown so many times over on its way. PyTorch's
#: own start of seven rectified layers shrinks it 500-fold and learns; ten of N(0, 0.01²) do it 10¹⁰-fold and do not.
FADED, GROWN = 1e-3, 1e2
#: Dead or saturated shares. He's start at 30 layers has up to 0.5 of its units dead on small batches, and learns.
DEAD, SATURATED = 0.8, 0.4
#: Nats above the logarithm of the classes. He's start on the last layer too begins up to 3.6 above it, and learns.
FIRST_LOSS = 4.0
#: A spread so far below its rule's that a signal fades for that reason.
SMALL_SPREAD = 0.6
#: Sizes of inputs: pixels from 0 to 255 have 147, standardized ones 1, and pixels from 0 to 1 have about 0.5.
LARGE_INPUT, SMALL_INPUT = 10.0, 0.01
#: The share of an input that varies: pixels from 0 to 1 have about a half.
SHIFTED_INPUT = 0.05
#: Sensitivities, |weights| times |gradient|, of the first layer over the last; healthy plain networks lie within 1e±3.
VANISHED, EXPLODED = 1e-4, 1e4
#: Units that are copies of others: of continuous draws none is, of half-precision ones with few inputs some are.
ALIKE, FEW_INPUTS = 0.1, 8
#: Standard deviations of the largest weight: of 10⁹ normal draws it is 6.1.
OUTLYING = 8.0
#: The share of weights at one bound: of uniform bfloat16 draws it is at most 0.008.
PILED = 0.02
#: Length of a direction over the stored length under weight normalization: 1 when it is made.
LENGTH = 1.1
#: Sizes that no start has; memory that nobody wrote may hold them.
NO_START = (1e-20, 1e6)
#: A residual stream: 24 branches of GPT-2 that are scaled by 1/√24 let it grow 10-fold at width 768, from embeddings of
#: 0.02; they have a fifth of the others' spread by their rule. Few branches need no factor.
STREAM_GROWN, MANY_BRANCHES, FULL_SPREAD = 6.0, 16, 0.6
#: The part of a weight that one step changes.
LARGE_STEP = 0.3
