"""Makes initializers for Keras, and for JAX and Flax, of the starts of this library."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from xavier_lib.arguments import RNG, generator, one_of
from xavier_lib.fans import Fans, given_fans
from xavier_lib.frameworks.packages import require
from xavier_lib.frameworks.rules import start_named
from xavier_lib.scaling import TRUNCATED_STD, draw, scaled_std

FLOATS = ("bfloat16", "float16", "float32", "float64")


def keras_initializer(
    start: str | Callable[..., Any], *, fans: tuple[int, int] | None = None, rng: RNG = None, **options: Any
) -> Any:
    r"""Make a Keras initializer of a start of this library.

    .. math:: \operatorname{Var} w = s / n

    Keras tells an initializer no more than a shape. Where the shape alone does not tell the true fans, as for
    grouped, depthwise and transposed kernels, give them. Used in :doc:`/chapters/frameworks`.

    Args:
        start: ``"glorot_uniform"``, ``"he_normal"`` and the like, or the function.
        fans: the pair (fan_in, fan_out); counted from the shape if None.
        rng: a Generator, an int seed or None. Each call draws anew, so two layers may share the object. Where
            Keras makes copies of an initializer, each copy begins with the seed again.
        options: ``gain``, ``negative_slope`` and ``truncated``, as the functions take them.

    Returns:
        An initializer that Keras can save and load with a model.

    Raises:
        ModuleNotFoundError: if Keras is not installed.
        TypeError, ValueError: if an argument is of a wrong kind or out of range.

    >>> kernel = keras_initializer("he_normal", rng=0)((300, 100))
    >>> tuple(kernel.shape), round(float(kernel.numpy().std()), 3)
    ((300, 100), 0.082)
    """
    name = getattr(start, "__name__", start)
    start_named(name, **options)
    pair = None if fans is None else list(given_fans(fans, ()))
    generator(rng)
    return initializer_class()(start=name, fans=pair, rng=rng, **options)


@cache
def initializer_class() -> Any:
    """Return the class of Keras initializers that draw with this library, known to Keras by its name."""
    require("keras")
    import keras

    @keras.saving.register_keras_serializable(package="xavier_lib")
    class XavierLib(keras.initializers.Initializer):
        """Draws weights by the one formula of xavier_lib."""

        def __init__(self, start: str, fans: list[int] | None = None, rng: RNG = None, **options: Any) -> None:
            self.settings = {"start": start, "fans": fans, "rng": rng, **options}
            self.source = generator(rng)

        def __call__(self, shape: Any, dtype: Any = None) -> Any:
            given = dict(self.settings)
            del given["rng"]
            pair, row = given.pop("fans"), start_named(**given)
            fans = given_fans(None if pair is None else Fans(*pair), tuple(shape))
            wanted = one_of("dtype", keras.backend.standardize_dtype(dtype), FLOATS)
            drawn = draw(
                tuple(shape), scaled_std(row.scale, row.mode, fans), row.distribution, self.source,
                "float64" if wanted == "float64" else "float32",
            )  # fmt: skip
            return keras.ops.convert_to_tensor(drawn, dtype=wanted)

        def get_config(self) -> dict[str, Any]:
            seed = self.settings["rng"]
            return {**self.settings, "rng": None if isinstance(seed, np.random.Generator) else seed}

    return XavierLib


def jax_initializer(
    start: str | Callable[..., Any], *, fans: tuple[int, int] | None = None, **options: Any
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
    row = start_named(start, **options)
    pair = None if fans is None else given_fans(fans, ())
    require("jax")
    import jax

    def init(key: Any, shape: Any, dtype: Any = "float32", **_: Any) -> Any:
        one_of("dtype", str(jax.numpy.dtype(dtype)), FLOATS)
        std = scaled_std(row.scale, row.mode, given_fans(pair, tuple(shape)))
        if row.distribution == "uniform":
            limit = math.sqrt(3) * std
            return jax.random.uniform(key, shape, dtype, -limit, limit)
        if row.distribution == "normal":
            return std * jax.random.normal(key, shape, dtype)
        return std / TRUNCATED_STD * jax.random.truncated_normal(key, -2, 2, shape, dtype)

    return init
