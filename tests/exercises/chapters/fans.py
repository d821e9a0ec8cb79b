"""Answers to the exercises of the chapter on fans."""

import math

import numpy as np

from xavier_lib import fan_in_fan_out, glorot_normal, glorot_uniform, variance_scaling


def by_slices(shape):
    positions = 1
    for side in shape[:-2]:
        positions *= side
    return [positions * shape[-2], positions * shape[-1]]


def by_an_array(shape):
    ones = np.ones(shape, dtype=np.float32)
    return ones[..., 0].sum(), ones[..., 0, :].sum()


def moved_to_the_end(shape, groups):
    return fan_in_fan_out((*shape[2:], shape[1], shape[0]), groups=groups)


def by_the_size(shape, groups):
    size = np.prod(shape)
    return np.array([size / shape[0], size / shape[1] / groups])


def as_a_dense_layer(shape, rng):
    fan_in, fan_out = fan_in_fan_out(shape)
    return glorot_uniform(shape, fans=(fan_in, fan_out), rng=rng)


def number_by_number(shape, rng):
    std = math.sqrt(2 / sum(by_slices(shape)))
    return np.reshape([rng.normal(0, std) for _ in range(math.prod(shape))], shape)


def normal(std):
    """Return a start that draws normal weights by a rule for kernel positions, inputs and outputs."""
    return lambda shape, rng: rng.normal(0, std(math.prod(shape[:-2]), *shape[-2:]), shape)


def several_shapes(fans_of):
    for shape, expected in {(7, 3): (7, 3), (3, 2, 5): (6, 15), (2, 5, 3, 4): (30, 40)}.items():
        assert list(fans_of(shape)) == list(expected), shape


def returns_a_verdict(fans_of):
    fan_in, fan_out = fans_of([2, 3, 4, 5, 7])
    return fan_in == 2 * 3 * 4 * 5 and fan_out == 2 * 3 * 4 * 7


def a_named_pair(fans_of):
    assert fans_of((5, 3, 11, 4)) == (165, 60)


def compares_with_an_array(fans_of):
    return np.array_equal(fans_of((3, 2, 4, 5)), [24, 30])


def a_square_kernel(fans_of):
    assert tuple(fans_of((3, 3, 32, 64))) == (288, 576)


def a_dense_layer(fans_of):
    assert tuple(fans_of((300, 20))) == (300, 20)


def a_kernel_that_adds_up_the_same(fans_of):
    assert tuple(fans_of((2, 2, 3, 5))) == (12, 20)


def expects_them_swapped(fans_of):
    assert tuple(fans_of((3, 5, 2, 7))) == (105, 30)


RIGHT = {
    "fans-count": [(9, 9), [9, 9], np.array([9.0, 9.0], dtype=np.float32), fan_in_fan_out((3, 3, 1, 32), groups=32)],
    "fans-convolution": [
        lambda shape: (math.prod(shape[:-1]), math.prod(shape[:-2]) * shape[-1]),
        lambda shape: fan_in_fan_out((*shape[-2:][::-1], *shape[:-2]), layout="OI"),
        lambda s: np.prod(s) / np.array([s[-1], s[-2]]),
        by_slices,
        by_an_array,
    ],
    "fans-kernel": [
        normal(lambda k, n, m: math.sqrt(2 / (k * (n + m)))),
        lambda rng, shape: glorot_normal(shape, truncated=True, rng=rng, dtype=np.float32),
        lambda size, generator: variance_scaling(size, scale=1, mode="fan_avg", distribution="uniform", rng=generator),
        as_a_dense_layer,
        number_by_number,
    ],
    "fans-barrel": [(3, 0.22), [3, 0.2236], np.array([3, 1 / math.sqrt(20)]), (np.int64(3), 0.05**0.5)],
    "fans-mean": [(0.06, 1), [0.0617, 1.0], np.array([(800 / 2025) ** 3, 1], dtype=np.float32)],
    "fans-grouped": [
        lambda shape, groups: fan_in_fan_out(shape, layout="OI", groups=groups),
        lambda groups, shape: (math.prod(shape[1:]), math.prod(shape[2:]) * (shape[0] // groups)),
        lambda size, g: [int(np.prod(size[1:])), size[0] / g * np.prod(size[2:], dtype=int)],
        moved_to_the_end,
        by_the_size,
    ],
    "fans-test": [several_shapes, returns_a_verdict, a_named_pair, compares_with_an_array],
}

WRONG = {
    "fans-count": {
        "the groups forgotten": [(9, 9 * 32), (9 * 32, 9 * 32), fan_in_fan_out((32, 1, 3, 3), layout="OI")],
        "the receptive field forgotten": [(1, 1)],
    },
    "fans-convolution": {
        "the receptive field forgotten": [
            lambda shape: (shape[-2], shape[-1]),
            lambda shape: fan_in_fan_out(shape[-2:]),
        ],
        "swapped fans": [lambda shape: by_slices(shape)[::-1], lambda shape: fan_in_fan_out(shape, transposed=True)],
        "the axes of another framework": [
            lambda s: (s[1] * math.prod(s[2:]), s[0] * math.prod(s[2:])),
        ],
    },
    "fans-kernel": {
        "the missing root": [lambda s, rng: rng.uniform(-1, 1, s) * 6 / sum(fan_in_fan_out(s))],
        "the product of both fans": [lambda s, rng: rng.normal(0, (2 / math.prod(fan_in_fan_out(s))) ** 0.5, s)],
        "the whole range in place of its half": [
            lambda s, rng: (rng.random(s) - 0.5) * (6 / sum(fan_in_fan_out(s))) ** 0.5
        ],
        "a gain that was not asked for": [lambda s, rng: glorot_normal(s, gain=5 / 3, rng=rng)],
        "the brackets forgotten": [normal(lambda k, n, m: (2 / (k * n) + k * m) ** 0.5)],
        "a root that ends too soon": [normal(lambda k, n, m: 2**0.5 / (k * (n + m)))],
        "the axes of another framework": [
            lambda s, rng: rng.normal(0, (2 / (math.prod(s[2:]) * (s[0] + s[1]))) ** 0.5, s)
        ],
        "variance in place of standard deviation": [normal(lambda k, n, m: 2 / (k * (n + m)))],
        "limit in place of standard deviation": [normal(lambda k, n, m: math.sqrt(6 / (k * (n + m))))],
        "the forgotten √3": [lambda s, rng: math.sqrt(2 / sum(by_slices(s))) * rng.uniform(-1, 1, s)],
        "He where Xavier was asked": [normal(lambda k, n, m: math.sqrt(2 / (k * n)))],
        "one fan only": [
            normal(lambda k, n, m: math.sqrt(1 / (k * n))),
            normal(lambda k, n, m: math.sqrt(1 / (k * m))),
            normal(lambda k, n, m: math.sqrt(2 / (k * m))),
        ],
        "the sum in place of the mean": [
            normal(lambda k, n, m: math.sqrt(1 / (k * n + k * m))),
            lambda s, rng: rng.uniform(-1, 1, s) * math.sqrt(3 / sum(by_slices(s))),
        ],
        "the receptive field forgotten": [
            normal(lambda k, n, m: math.sqrt(2 / (n + m))),
            lambda s, rng: glorot_uniform(s, fans=s[-2:], rng=rng),
        ],
        "a spread that ignores the fan": [
            *(normal(lambda k, n, m, std=std: std) for std in (0.01, 0.02, 0.05, 0.1, 1)),
            lambda shape, rng: rng.uniform(-1, 1, shape),
            lambda shape, rng: 0.1 * rng.random(shape) - 0.05,
        ],
    },
    "fans-barrel": {
        "the missing root": [(3, 0.05)],
        "swapped fans": [(3, 4.47)],
        None: [(3.1, 0.22), (3, 0.23), (2, 0.22)],
    },
    "fans-mean": {
        "the missing root": [(0.0038, 1), (0.004, 1), [(4 * 400 * 50 / 450**2) ** 6, 1]],
        "the sum in place of the mean": [(0.0617 / 64, 1)],
        None: [(0.06, 1.04), (0.07, 1)],
        "one layer too many or too few": [(0.13, 1.68), (0.0617 * 4 / 3, 8**0.25)],
    },
    "fans-grouped": {
        "the groups forgotten": [
            lambda shape, groups: (math.prod(shape[1:]), math.prod(shape[2:]) * shape[0]),
            lambda shape, groups: (groups * math.prod(shape[1:]), math.prod(shape[2:]) * shape[0]),
        ],
        "swapped fans": [lambda shape, groups: moved_to_the_end(shape, groups)[::-1]],
        "the receptive field forgotten": [lambda shape, groups: (shape[1], shape[0] // groups)],
    },
    "fans-test": {
        "a test that cannot fail": [
            lambda fans_of: tuple(fans_of((1, 1, 64, 64))) == (64, 64) or True,
            lambda fans_of: len(fans_of((3, 5, 2, 7))) == 2,
        ],
        "a test that lets something wrong pass": [a_square_kernel, a_dense_layer, a_kernel_that_adds_up_the_same],
        "a test that refuses correct weights": [expects_them_swapped],
    },
}
