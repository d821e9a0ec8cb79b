"""Shapeset-3×2: images of one or two triangles, parallelograms and ellipses, drawn without end for the replays."""

from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from xavier_lib.arguments import RNG, float_dtype, generator, whole
from xavier_lib.wording import not_installed

KINDS = ("triangle", "parallelogram", "ellipse")
PAIRS = tuple(combinations_with_replacement(range(3), 2))
CLASSES = (*KINDS, *(f"{KINDS[a]} + {KINDS[b]}" for a, b in PAIRS))

SIZE = 32  # pixels, the side of an image
BORDER = 1  # pixels, left black all around
SIDES = (6, 15)  # pixels, the root of an object's area
STRETCH = 2.5  # at most, how many times as long as wide an object is made
GREYS = (51, 256)  # of 255, half open: the darkest is a fifth of white
CONTRAST = 51  # of 255, at least, between two objects
COVERED = 0.5  # at most, of the first object's area
BLOCK = 512  # images drawn at once
FINENESS = 8  # points a pixel and direction, averaged to smooth the outlines
POINTS = 24  # of an outline; a multiple of 3 and 4

Outlines = NDArray[np.complex128]
Rows = NDArray[np.intp]


class Shapes(NamedTuple):
    """Images of shapes and what is on them.

    What :func:`shapeset` returns; learned in :doc:`/chapters/replay`.

    Attributes:
        images: one image a row, 1024 pixels from 0 (black) to 1 (white), the upper row of 32 first.
        labels: the class of each image, 0 to 8, an index of ``CLASSES``.

    >>> shapes = shapeset(100, rng=0)
    >>> shapes.images.shape, shapes.labels.shape
    ((100, 1024), (100,))
    """

    images: NDArray[Any]
    labels: NDArray[np.intp]


def shapeset(count: int, *, rng: RNG = None, dtype: DTypeLike = float) -> Shapes:
    r"""Draw new images of Shapeset-3×2: 32 × 32 pixels, one or two objects of three kinds on black.

    One object or two, with probability 1/2 each; every object is a triangle, a parallelogram or an ellipse, with
    probability 1/3 each. This gives the shares of the nine classes, which ``CLASSES`` names in the order of the labels:

    .. math::

        P(\text{one } a) = \frac12 \cdot \frac13 = \frac16, \qquad
        P(a + a) = \frac12 \cdot \frac13 \cdot \frac13 = \frac1{18}, \qquad
        P(a + b) = 2 \cdot \frac1{18} = \frac19,

    since a pair that differs comes in two orders. The shares sum to :math:`3/6 + 3/18 + 3/9 = 1`.

    Shape, size, rotation, place and grey are random, and drawn by the same rule for all kinds:

    - an object is a regular triangle, a square or a circle (of 24 corners), turned, made up to 2.5 times as long as
      wide, and turned again; all kinds have the same range of areas, 36 to 225 pixels;
    - it lies wholly inside the image, and one pixel at the border stays black;
    - its grey is at least 0.2, and two objects differ by at least 0.2;
    - the second object is drawn over the first and covers at most half of the first's area.

    An object that does not fit is drawn anew, its kind is kept: the shares hold exactly. The paper gives neither the
    shares nor the ranges; they are choices of this book.

    Args:
        count: how many images.
        rng: a Generator, an int seed or None. A seed gives the same images whatever the count: fewer images are the
            first of more. A Generator gives new images at each call.
        dtype: float32 or float64, of the images.

    Raises:
        ModuleNotFoundError: if Pillow is not installed.
        TypeError: if an argument is of a wrong kind.
        ValueError: if the count is below 1 or the seed negative.

    Glorot and Bengio (2010), section 2.1; used in :doc:`/chapters/replay`.

    >>> images, labels = shapeset(3, rng=2)
    >>> [CLASSES[label] for label in labels]
    ['parallelogram + ellipse', 'triangle + ellipse', 'triangle']
    """
    number, kind = whole("count", count), float_dtype(dtype)
    key = int(generator(rng).integers(2**63))
    images, labels = np.empty((number, SIZE**2), kind), np.empty(number, np.intp)
    for block, start in enumerate(range(0, number, BLOCK)):
        rows = slice(start, min(start + BLOCK, number))
        scene = _scene(rows.stop - start, np.random.default_rng([key, block]))
        labels[rows] = scene.labels
        images[rows] = _drawn(scene).astype(kind) / 255
    return Shapes(images, labels)


class _Scene(NamedTuple):
    """What is on each image, before it is drawn: rows of two objects, the second of which counts only in a pair."""

    labels: NDArray[np.intp]
    pairs: Rows
    greys: NDArray[np.int64]
    first: Outlines
    second: Outlines


def _scene(count: int, rng: np.random.Generator) -> _Scene:
    """Choose kinds, greys and outlines of the first images of a block; each row is the same whatever the count."""
    choices, first, second = rng.spawn(3)
    paired = choices.integers(2, size=BLOCK)[:count] == 1
    kinds = choices.integers(3, size=(BLOCK, 2))[:count].astype(np.intp)
    greys = choices.uniform(GREYS[0], GREYS[1] - CONTRAST, (BLOCK, 2))[:count]
    greys += CONTRAST * (greys > greys[:, ::-1])  # the lighter of two is moved up: uniform where the contrast suffices
    pair_labels = np.empty((3, 3), np.intp)
    for label, (a, b) in enumerate(PAIRS, start=len(KINDS)):
        pair_labels[a, b] = pair_labels[b, a] = label
    labels = np.where(paired, pair_labels[kinds[:, 0], kinds[:, 1]], kinds[:, 0])
    pairs = np.flatnonzero(paired)
    lower = _fitting(kinds[:, 0], np.arange(count), first)
    return _Scene(labels, pairs, greys.astype(np.int64), lower, _fitting(kinds[:, 1], pairs, second, lower))


def _fitting(kinds: NDArray[np.intp], rows: Rows, rng: np.random.Generator, lower: Outlines | None = None) -> Outlines:
    """Draw outlines for some rows, and those that do not fit again, until all fit."""
    outlines = np.zeros((len(kinds), POINTS), complex)
    while rows.size:
        outlines[rows], fits = _placed(kinds[rows], rng.random((BLOCK, 6))[rows])
        if lower is not None:
            fits &= _overlap(lower[rows], outlines[rows]) <= COVERED * _area(lower[rows])
        rows = rows[~fits]
    return outlines


def _placed(kinds: NDArray[np.intp], numbers: NDArray[np.float64]) -> tuple[Outlines, NDArray[np.bool_]]:
    """Turn six numbers in [0, 1) an object into an outline x + iy in pixels, and say whether it fits the image."""
    size, stretch, shape, turn, *place = numbers.T[:, :, None]
    points = _regular()[kinds] * np.exp(2j * np.pi * shape)
    ratio = np.sqrt(1 + (STRETCH - 1) * stretch)
    points = (ratio * points.real + 1j * points.imag / ratio) * np.exp(2j * np.pi * turn)
    points *= SIDES[0] + (SIDES[1] - SIDES[0]) * size
    fits = np.ones(len(kinds), bool)
    for axis, unit, share in ((points.real, 1, place[0]), (points.imag, 1j, place[1])):
        lowest = BORDER - axis.min(axis=1, keepdims=True)
        room = SIZE - BORDER - axis.max(axis=1, keepdims=True) - lowest
        points += unit * (lowest + share * room)
        fits &= room[:, 0] >= 0
    return points, fits


def _regular() -> Outlines:
    """Return a regular triangle, a square and a circle of area 1 around 0, each as many points in a row."""
    shapes = []
    for corners in (3, 4, POINTS):
        corner = np.exp(2j * np.pi * np.arange(corners) / corners)
        along = np.arange(POINTS // corners) / (POINTS // corners)
        points = (corner[:, None] + along * (np.roll(corner, -1) - corner)[:, None]).ravel()
        shapes.append(points / np.sqrt(_area(points)))
    return np.stack(shapes)


def _cross(a: Any, b: Any) -> Any:
    """Return the cross product of plane vectors x + iy."""
    return a.real * b.imag - a.imag * b.real


def _area(points: Outlines) -> Any:
    """Return the areas inside outlines that run counterclockwise."""
    return _cross(points, np.roll(points, -1, axis=-1)).sum(axis=-1) / 2


def _overlap(a: Outlines, b: Outlines) -> Any:
    """Return the area two convex outlines share: by Green's theorem, from the part of each that lies in the other.

    An edge that both share in line would count twice; random outlines have none.
    """
    return _enclosed(a, b) + _enclosed(b, a)


def _enclosed(a: Outlines, b: Outlines) -> Any:
    """Return half the sum of cross products along the part of each edge of ``a`` that lies inside ``b``."""
    ends, edges = np.roll(a, -1, axis=1), (np.roll(b, -1, axis=1) - b)[:, None]
    depth = _cross(edges, a[:, :, None] - b[:, None])  # of each corner of a behind each edge of b
    rate = np.roll(depth, -1, axis=1) - depth
    rate[rate == 0] = 1e-12  # parallel: the crossing is far away
    crossing = -depth / rate
    enters = np.where(rate > 0, crossing, 0).max(axis=2).clip(0, 1)
    leaves = np.where(rate < 0, crossing, 1).min(axis=2).clip(0, 1)
    return (_cross(a, ends) * np.maximum(leaves - enters, 0)).sum(axis=1) / 2


def _drawn(scene: _Scene) -> NDArray[np.uint8]:
    """Fill the outlines on one tall, fine canvas, one image below the other, and average it to pixels."""
    try:
        from PIL import Image, ImageDraw
    except ModuleNotFoundError as error:
        raise not_installed("shapeset", error) from error
    count = len(scene.labels)
    canvas = Image.new("L", (SIZE * FINENESS, SIZE * FINENESS * count))
    brush = ImageDraw.Draw(canvas)
    for objects, rows, greys in (
        (scene.first, np.arange(count), scene.greys[:, 0]),
        (scene.second, scene.pairs, scene.greys[:, 1]),
    ):
        corners = (objects[rows] + 1j * SIZE * rows[:, None]) * FINENESS
        flat = corners.view(float).tolist()  # x, y, x, y, …
        for outline, grey in zip(flat, greys[rows].tolist(), strict=True):
            brush.polygon(outline, fill=grey)
    return np.asarray(canvas.reduce(FINENESS)).reshape(count, SIZE**2)
