"""Makes initializers for Keras, and for JAX and Flax, of the starts of this library."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from xavier_lib.arguments import RNG, generator, one_of, sequence
from xavier_lib.fans import Fans, given_fans, pair_of
from xavier_lib.frameworks.packages import require
from xavier_lib.frameworks.rules import Start, start_with
from xavier_lib.names import StartName
from xavier_lib.weights.drawing import TRUNCATED_STD, draw, fitting_std, limit_of
from xavier_lib.weights.scaling import fan_of, std_of

# The smallest and the largest normal number of each dtype.
FLOATS = {"bfloat16": (2.0**-126, 3.39e38), "float16": (2.0**-14, 65504.0), "float32": (2.0**-126, 3.4e38)}
REGISTERED = "xavier_lib>XavierLib"  # the name by which Keras knows the class
FLOATS["float64"] = (2.0**-1022, 1.79e308)


def keras_initializer(
    start: StartName | Callable[..., Any], *, fans: tuple[int, int] | None = None, rng: RNG = None, **options: Any
) -> Any:
    r"""Make a Keras initializer of a start of this library.

    .. math:: \operatorname{Var} w = s / n

    Keras tells an initializer no more than a shape. Where the shape alone does not tell the true fans, as for
    grouped, depthwise and transposed kernels and for the heads of attention, give them, or start the finished
    model by :func:`~xavier_lib.frameworks.models.initialize`. Used in :doc:`/chapters/frameworks`.

    Args:
        start: ``"glorot_uniform"``, ``"he_normal"`` and the like, or the function.
        fans: the pair (fan_in, fan_out); counted from the shape if None.
        rng: a Generator, an int seed or None. Each call draws anew, so two layers may share the object. A copy,
            as Keras makes them for attention and for a saved model, goes on with a seed of its own.
        options: ``gain``, ``negative_slope`` and ``truncated``, as the functions take them.

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
    made = XavierLib(name, fans, rng, **options)
    require("keras")
    import keras

    if keras.saving.get_registered_object(REGISTERED) is None:  # so that copies and saved models need no more words
        keras.saving.register_keras_serializable("xavier_lib")(XavierLib)
    return made


class XavierLib:
    """What :func:`keras_initializer` makes: a Keras initializer that draws with this library.

    See :doc:`/chapters/frameworks`. Keras finds it again in copies and saved models once :func:`keras_initializer`
    was called; a process that only loads a model says ``custom_objects={"XavierLib": XavierLib}``. Arguments and
    errors are those of :func:`keras_initializer`.

    >>> kernel = XavierLib("he_normal", rng=0)
    >>> XavierLib.from_config(kernel.get_config()).settings["start"]
    'he_normal'
    """

    def __init__(self, start: StartName, fans: tuple[int, int] | None = None, rng: RNG = None, **options: Any) -> None:
        self.fans: Fans | None = None if fans is None else pair_of(fans)
        self.settings: dict[str, Any] = {"start": start, "fans": self.fans and list(self.fans), "rng": rng, **options}
        self.row: Start = start_with("keras_initializer", start, options)
        self.source: np.random.Generator = generator(rng)
        seed = rng if isinstance(rng, np.random.Generator) else [operator.index(rng or 0), 1]
        self.copies: np.random.Generator = np.random.default_rng(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return weights as a tensor of Keras's backend."""
        import keras

        wanted = one_of("dtype", keras.backend.standardize_dtype(dtype), FLOATS)
        sizes, exact = (
            tuple(sequence("shape", shape, "a sequence of sizes")),
            "float64" if wanted == "float64" else "float32",
        )
        std = std_of(self.row.scale, fan_of(self.row.mode, given_fans(self.fans, sizes)))
        fitting_std(std, wanted, *FLOATS[wanted])
        weights = draw(sizes, std, self.row.distribution, self.source, exact)
        return keras.ops.convert_to_tensor(weights, dtype=wanted)

    def get_config(self) -> dict[str, Any]:
        """Return what a copy is made of; its seed is its own, so that two copies do not draw the same."""
        copied = None if self.settings["rng"] is None else int(self.copies.integers(2**63))
        return {**self.settings, "rng": copied}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "XavierLib":
        """Make an initializer of what get_config returned."""
        return cls(**config)


def jax_initializer(
    start: StartName | Callable[..., Any], *, fans: tuple[int, int] | None = None, **options: Any
) -> Callable[..., Any]:
    r"""Make an initializer for JAX and Flax of a start of this library.

    .. math:: \operatorname{Var} w = s / n

    The numbers come from JAX's own generator, so the function can be compiled and its key alone decides; the
    spread comes from this library. Used in :doc:`/chapters/frameworks`.

    Args:
        start: ``"glorot_uniform"``, ``"he_normal"`` and the like, or the function.
        fans: the pair (fan_in, fan_out), where the shape alone does not tell; counted if None.
        options: ``gain``, ``negative_slope`` and ``truncated``, as the functions take them.

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
