"""Makes initializers for Keras, and for JAX and Flax, of the starts of this library."""

import math
import operator
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from xavier_lib.arguments import RNG, generator, one_of, sequence
from xavier_lib.fans import Fans, given_fans, pair_of
from xavier_lib.frameworks.directions import drawn, refuse_misfit, spread_of
from xavier_lib.frameworks.packages import require
from xavier_lib.frameworks.rules import ORTHOGONAL, Start, start_with
from xavier_lib.frameworks.stored import Array
from xavier_lib.names import StartName
from xavier_lib.shapes import axes_fans
from xavier_lib.weights.drawing import TRUNCATED_STD, fitting_std, limit_of
from xavier_lib.weights.scaling import fan_of, std_of

# The smallest and the largest normal number of each dtype.
FLOATS = {"bfloat16": (2.0**-126, 3.39e38), "float16": (2.0**-14, 65504.0), "float32": (2.0**-126, 3.4e38)}
FLOATS["float64"] = (2.0**-1022, 1.79e308)


def keras_initializer(
    start: StartName | Callable[..., Any], *, fans: tuple[int, int] | None = None, rng: RNG = None, **options: Any
) -> Any:
    r"""Make a Keras initializer of a start of this library.

    .. math:: \operatorname{Var} w = s / n

    Keras tells an initializer a shape, and for layers with an equation, such as those of attention, which axes are
    inputs and which outputs. Where neither tells the true fans, as for grouped, depthwise and transposed kernels, give
    them, or start the finished model by :func:`~xavier_lib.frameworks.models.initialize`. Used in
    :doc:`/chapters/shapes`.

    Args:
        start: ``"glorot_uniform"``, ``"he_normal"``, ``"orthogonal"`` and the like, or the function.
        fans: the pair (fan_in, fan_out); counted from the shape and the axes if None.
        rng: a Generator, an int seed or None. Each call draws anew, so two layers may share the object. A copy,
            as Keras makes them for attention and for a saved model, goes on with a seed of its own.
        options: ``gain``, ``mode``, ``negative_slope`` and ``truncated``, as the functions take them.

    Returns:
        An initializer, a :class:`XavierLib`.

    Raises:
        ModuleNotFoundError: if Keras is not installed.
        TypeError, ValueError: if an argument is of a wrong kind or out of range.

    >>> kernel = keras_initializer("he_normal", rng=0)((300, 100))
    >>> tuple(kernel.shape), round(float(kernel.numpy().std()), 3)
    ((300, 100), 0.082)
    """
    name: Any = start if isinstance(start, str) else getattr(start, "__name__", start)
    start_with("keras_initializer", name, options)  # so that a wrong argument is refused before Keras is asked for
    return XavierLib(name, fans, rng, **options)


class XavierLib:
    """What :func:`keras_initializer` makes: a Keras initializer that draws with this library.

    See :doc:`/chapters/shapes`. Each one is of Keras's class ``VarianceScaling`` too, to which Keras hands the axes
    of inputs and outputs. Keras finds it again in copies and saved models once one was made, or where Keras was
    imported before this module; else a process that only loads a model says
    ``custom_objects={"xavier_lib>XavierLib": XavierLib}``. Arguments and errors are those of :func:`keras_initializer`.

    >>> kernel = XavierLib("he_normal", rng=0)
    >>> XavierLib.from_config(kernel.get_config()).settings["start"]
    'he_normal'
    """

    def __new__(cls, *_: Any, **__: Any) -> "XavierLib":
        """Return an object that is an initializer of Keras too."""
        require("keras")
        return object.__new__(of_keras() if cls is XavierLib else cls)

    def __init__(
        self,
        start: StartName,
        fans: tuple[int, int] | None = None,
        rng: RNG = None,
        *,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
        **options: Any,
    ) -> None:
        self.fans: Fans | None = None if fans is None else pair_of(fans)
        self.settings: dict[str, Any] = {"start": start, "fans": self.fans and list(self.fans), "rng": rng, **options}
        self.row: Start = start_with("keras_initializer", start, options)
        self.source: np.random.Generator = generator(rng)
        seed = rng if isinstance(rng, np.random.Generator) else [operator.index(rng or 0), 1]
        self.copies: np.random.Generator = np.random.default_rng(seed)
        self.input_axes, self.output_axes = input_axes, output_axes
        self.seed = None  # what Keras calls a seed stays unused: the generator draws

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return weights as a tensor of Keras's backend."""
        import keras

        wanted = one_of("dtype", keras.backend.standardize_dtype(dtype), FLOATS)
        sizes = tuple(sequence("shape", shape, "a sequence of sizes"))
        kind = "float64" if wanted == "float64" else "float32"
        if self.row.distribution in ORTHOGONAL:
            weights = self.directed(sizes, kind)
        else:
            std = std_of(self.row.scale, fan_of(self.row.mode, self.fans or self.counted(sizes)))
            weights = drawn(sizes, fitting_std(std, wanted, *FLOATS[wanted]), self.row.distribution, self.source, kind)
        return keras.ops.convert_to_tensor(weights, dtype=wanted)

    def directed(self, sizes: tuple[int, ...], kind: str) -> Array:
        """Return orthogonal weights, from all axes of inputs to all of outputs where Keras has handed them over."""
        if self.input_axes is None or self.output_axes is None:
            refuse_misfit("shape", sizes, self.row.distribution)
            axes, matrix = list(range(len(sizes))), sizes
        else:
            ends = [axis % len(sizes) for axis in (*self.input_axes, *self.output_axes)]
            axes = [axis for axis in range(len(sizes)) if axis not in ends] + ends
            outputs = math.prod(sizes[axis] for axis in ends[len(self.input_axes) :])
            matrix = (math.prod(sizes) // outputs, outputs)
        std = spread_of(matrix, math.sqrt(self.row.scale), self.row.distribution)
        weights = drawn(matrix, std, self.row.distribution, self.source, kind)
        return weights.reshape([sizes[axis] for axis in axes]).transpose(np.argsort(axes))

    def counted(self, sizes: tuple[int, ...]) -> Fans:
        """Return the fans of a shape, by the axes that Keras has handed over if it has."""
        if self.input_axes is None or self.output_axes is None:
            return given_fans(None, sizes)
        others = [axis for axis in range(len(sizes)) if axis not in (*self.input_axes, *self.output_axes)]
        return axes_fans(sizes, in_axis=self.input_axes, out_axis=self.output_axes, batch_axis=others)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of; its seed is its own, so that two copies do not draw the same."""
        copied = None if self.settings["rng"] is None else int(self.copies.integers(2**63))
        return {**self.settings, "rng": copied, "input_axes": self.input_axes, "output_axes": self.output_axes}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "XavierLib":
        """Make an initializer of what get_config returned, and of a seed that Keras adds, which is not needed."""
        return XavierLib(**{name: value for name, value in config.items() if name != "seed"})

    def __reduce__(self) -> Any:
        """Return how a copy by pickle is made: as Keras makes one."""
        return XavierLib.from_config, (self.get_config(),)


@cache
def of_keras() -> type[XavierLib]:
    """Return the class that is an initializer of Keras too, and let Keras know it by its name."""
    import keras

    both = type("XavierLib", (XavierLib, keras.initializers.VarianceScaling), {"__module__": __name__})
    keras.saving.register_keras_serializable("xavier_lib")(both)
    return both


def jax_initializer(
    start: StartName | Callable[..., Any], *, fans: tuple[int, int] | None = None, **options: Any
) -> Callable[..., Any]:
    r"""Make an initializer for JAX and Flax of a start of this library.

    .. math:: \operatorname{Var} w = s / n

    The numbers come from JAX's own generator, so the function can be compiled and its key alone decides; the
    spread comes from this library. Orthogonal starts are JAX's own. Used in :doc:`/chapters/shapes`.

    Args:
        start: ``"glorot_uniform"``, ``"he_normal"``, ``"orthogonal"`` and the like, or the function.
        fans: the pair (fan_in, fan_out), where the shape alone does not tell; counted if None.
        options: ``gain``, ``mode``, ``negative_slope`` and ``truncated``, as the functions take them.

    Returns:
        A function ``init(key, shape, dtype=jnp.float32)``.

    Raises:
        ModuleNotFoundError: if JAX is not installed.
        TypeError, ValueError: if an argument is of a wrong kind or out of range.

    >>> import jax
    >>> kernel = jax_initializer("he_normal")(jax.random.key(0), (300, 100))
    >>> kernel.shape, round(float(kernel.std()), 3)
    ((300, 100), 0.082)
    """
    row = start_with("jax_initializer", start, options)
    pair = None if fans is None else pair_of(fans)
    require("jax")
    import jax

    def init(key: Any, shape: Any, dtype: Any = "float32", out_sharding: Any = None) -> Any:
        kind = one_of("dtype", str(jax.numpy.dtype(dtype)), FLOATS)
        if row.distribution in ORTHOGONAL:
            refuse_misfit("shape", tuple(shape), row.distribution)
            theirs = getattr(jax.nn.initializers, row.distribution if len(shape) > 2 else "orthogonal")
            return theirs(math.sqrt(row.scale))(key, shape, dtype)
        std = std_of(row.scale, fan_of(row.mode, given_fans(pair, tuple(shape))))
        fitting_std(std, kind, *FLOATS[kind])
        place = {} if out_sharding is None else {"out_sharding": out_sharding}
        if row.distribution == "uniform":
            limit = limit_of(std)
            return jax.random.uniform(key, shape, dtype, -limit, limit, **place)
        if row.distribution == "normal":
            return std * jax.random.normal(key, shape, dtype, **place)
        return std / TRUNCATED_STD * jax.random.truncated_normal(key, -2, 2, shape, dtype, **place)

    return init


if "keras" in sys.modules:  # so that a process which only loads a model needs no more than this import
    of_keras()
