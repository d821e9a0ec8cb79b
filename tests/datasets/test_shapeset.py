"""Promises of xavier_lib.datasets.shapeset: what is on the images, how often, and that it can be seen."""

import sys

import numpy as np
import pytest

from xavier_lib.datasets.shapeset import BLOCK, CLASSES, Shapes, _drawn, _overlap, _scene, shapeset

KINDS = {3: "triangle", 4: "parallelogram", 24: "ellipse"}
UNIT = np.array([0, 1, 1 + 1j, 1j])  # a square, counterclockwise


@pytest.fixture(scope="module")
def many():
    """Twenty thousand images, drawn once for all tests that count."""
    return shapeset(20_000, rng=1, dtype="float32")


@pytest.fixture(scope="module")
def scenes():
    """What is on the first four thousand images of seed 0, in blocks: outlines and greys before they are drawn."""
    key = np.random.default_rng(0).integers(2**63)
    return [_scene(BLOCK, np.random.default_rng([key, block])) for block in range(8)]


def turns(points):
    """Return the cross product of the edges that meet at each point of an outline."""
    before, after = points - np.roll(points, 1, axis=-1), np.roll(points, -1, axis=-1) - points
    return (before.conj() * after).imag


def kinds_of(outlines):
    """Return the kind of each outline, told by its corners: the points on a straight edge do not count."""
    return [KINDS[corners] for corners in (turns(outlines) > 1e-9).sum(axis=1).tolist()]


def areas(outlines):
    """Return the area of each outline: a fan of triangles from its first point."""
    spokes = outlines[:, 1:] - outlines[:, :1]
    return (spokes[:, :-1].conj() * spokes[:, 1:]).imag.sum(axis=1) / 2


def inside(outline, fineness):
    """Say of a grid of points, so many a pixel and direction, which lie inside a convex outline: behind every edge."""
    steps = (np.arange(32 * fineness) + 0.5) / fineness
    edges = np.roll(outline, -1) - outline
    points = steps + 1j * steps[:, None]
    return ((edges.conj() * (points[..., None] - outline)).imag >= 0).all(axis=-1)


def axes_of(outlines):
    """Return the direction of each outline's longer axis, doubled, as a number on the unit circle."""
    squares = ((outlines - outlines.mean(axis=1, keepdims=True)) ** 2).mean(axis=1)
    return squares / abs(squares)


# What is drawn how often


def test_the_nine_classes_have_names():
    """Three kinds alone, then every unordered pair once: the order of the labels."""
    triangle, parallelogram, ellipse = KINDS.values()

    assert CLASSES[:3] == (triangle, parallelogram, ellipse)
    assert CLASSES[3:6] == tuple(f"triangle + {kind}" for kind in KINDS.values())
    assert CLASSES[6:] == ("parallelogram + parallelogram", "parallelogram + ellipse", "ellipse + ellipse")


def test_the_classes_have_the_shares_that_are_derived(many):
    """One object has 1/6, two alike 1/18, two that differ 1/9.

    Each class lies within five standard errors, 0.008 to 0.013; pairs drawn with equal shares, 1/12, miss by 0.028.
    """
    pairs = [1 / 18, 1 / 9, 1 / 9, 1 / 18, 1 / 9, 1 / 18]
    shares = np.array([1 / 6, 1 / 6, 1 / 6, *pairs])
    found = np.bincount(many.labels, minlength=9) / len(many.labels)

    assert shares.sum() == pytest.approx(1)
    assert (abs(found - shares) < 5 * np.sqrt(shares * (1 - shares) / len(many.labels))).all()


def test_the_class_names_what_is_drawn(scenes):
    """Counted anew on four thousand images: 3, 4 or 24 corners of one outline or of two."""
    for scene in scenes:
        first, second = kinds_of(scene.first), dict(zip(scene.pairs, kinds_of(scene.second[scene.pairs]), strict=True))
        for row, label in enumerate(scene.labels):
            drawn = [first[row], *([second[row]] if row in second else [])]
            assert sorted(CLASSES[label].split(" + ")) == sorted(drawn)


def test_the_two_objects_of_a_mixed_pair_come_in_both_orders(scenes):
    """Either kind may lie on top: each in half of the mixed pairs, within five standard errors (0.07 of 1300 pairs)."""
    below, above = ([kinds_of(getattr(scene, place)[scene.pairs]) for scene in scenes] for place in ("first", "second"))
    mixed = [a < b for a, b in zip(sum(below, []), sum(above, []), strict=True) if a != b]

    assert np.mean(mixed) == pytest.approx(0.5, abs=2.5 / len(mixed) ** 0.5)


def test_outlines_are_what_they_are_called(scenes):
    """Convex and counterclockwise; opposite sides of a parallelogram are equal; an ellipse is a stretched circle.

    Of a stretched circle's points, taken in turn, the Fourier transform has a mean and one frequency, to rounding.
    """
    outlines = np.concatenate([scene.first for scene in scenes])
    kinds = np.array(kinds_of(outlines))
    a, b, c, d = outlines[kinds == "parallelogram"][:, ::6].T
    waves = np.fft.fft(outlines[kinds == "ellipse"], axis=1)

    assert turns(outlines).min() > -1e-9
    assert abs(b - a - (c - d)).max() < 1e-9
    assert abs(waves[:, 2:-1]).max() < 1e-9
    assert abs(waves[:, 1]).min() > 1


# Where it lies and how it looks


def test_images_are_what_is_drawn(scenes):
    """The outlines, filled by a rule of this test, the second above the first, are the images to 0.16 of white.

    Pillow also fills the points an outline runs through, 0.04 pixel more on each side: up to 0.14 in a pixel and 4 % of
    the light. An image moved by a pixel differs by its grey, at least 0.2.
    """
    images, scene = shapeset(60, rng=0).images.reshape(-1, 32, 32), scenes[0]
    for row, image in enumerate(images):
        fine = inside(scene.first[row], 8) * scene.greys[row, 0]
        if row in scene.pairs:
            fine = np.where(inside(scene.second[row], 8), scene.greys[row, 1], fine)
        expected = fine.reshape(32, 8, 32, 8).mean(axis=(1, 3)) / 255

        assert abs(image - expected).max() < 0.16
        assert image.sum() == pytest.approx(expected.sum(), rel=0.05)


def test_labels_of_a_draw_are_those_of_its_scenes(scenes):
    """Image by image and across blocks: no label slips to another row."""
    labels = np.concatenate([scene.labels for scene in scenes])

    assert shapeset(len(labels), rng=0).labels.tolist() == labels.tolist()


def test_objects_lie_wholly_inside(many, scenes):
    """No outline comes nearer to the border than a pixel, and the pixels at the border stay black on all images."""
    images = many.images.reshape(-1, 32, 32)
    for scene in scenes:
        points = np.concatenate([scene.first, scene.second[scene.pairs]])
        assert min(points.real.min(), points.imag.min()) > 1 - 1e-9
        assert max(points.real.max(), points.imag.max()) < 31 + 1e-9

    assert not any(edge.any() for edge in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]))
    assert all(edge.any() for edge in (images[:, 1], images[:, -2], images[:, :, 1], images[:, :, -2]))


def test_objects_are_big_enough_to_see(scenes):
    """Areas run from 36 to 225 pixels, for each kind alike: the mean differs by less than 6 % between kinds.

    The mean of 1300 areas has a standard error of 1.3 %; unlike shapes in equal circles would differ twofold.
    """
    outlines = np.concatenate([scene.first for scene in scenes])
    area, kinds = areas(outlines), np.array(kinds_of(outlines))
    means = [area[kinds == kind].mean() for kind in KINDS.values()]

    assert 36 - 1e-9 < area.min() < 40
    assert 215 < area.max() < 225 + 1e-9
    assert max(means) < 1.06 * min(means)


def test_the_second_object_covers_at_most_half_of_the_first(scenes):
    """Measured on the fine masks the images are made of, 2000 pairs: the first in white, the second in black above it.

    0.01 is the rim of the masks; the bound is nearly reached, a third of the pairs do not touch, and no more.
    """
    covered = []
    for scene in scenes:
        masks = scene._replace(greys=np.full_like(scene.greys, (255, 0)))
        alone = _drawn(masks._replace(pairs=scene.pairs[:0])).sum(axis=1, dtype=float)
        covered.extend((1 - _drawn(masks).sum(axis=1) / alone)[scene.pairs])

    assert len(covered) > 1900
    assert 0.47 < max(covered) < 0.51
    assert 0.2 < np.mean(np.array(covered) < 1e-9) < 0.4


def test_the_first_object_is_not_chosen_for_the_second(scenes):
    """Only the second is drawn anew: below a pair or alone, the first has the same mean area.

    5 % are three standard errors of the difference, and this seed keeps within them; the second objects, chosen,
    are 10 % smaller.
    """
    alone = np.concatenate([areas(np.delete(scene.first, scene.pairs, axis=0)) for scene in scenes])
    below, above = (
        np.concatenate([areas(getattr(scene, place)[scene.pairs]) for scene in scenes]) for place in ("first", "second")
    )

    assert below.mean() == pytest.approx(alone.mean(), rel=0.05)
    assert above.mean() < 0.94 * below.mean()


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        (UNIT, UNIT + 0.25 + 0.5j, 0.375),
        (UNIT, UNIT * np.exp(0.25j * np.pi) + 0.5 - (0.5**0.5 - 0.5) * 1j, 2 * (2**0.5 - 1)),
        (UNIT, UNIT / 2 + 0.1 + 0.2j, 0.25),
        (UNIT, 3 * UNIT - 1 - 1.1j, 1),
        (UNIT, UNIT + 1.1, 0),
        (UNIT, UNIT + 1.1 + 1.1j, 0),
        (UNIT, 2 * UNIT[[0, 1, 3]] - 0.1 - 0.1j, 0.98),
    ],
    ids=["corners", "octagon", "within", "around", "beside", "apart", "triangle"],
)
def test_the_shared_area_is_exact(a, b, shared):
    """Known overlaps of squares, from either side: of corners, of an octagon, whole, none."""
    assert _overlap(a[None], b[None]) == pytest.approx(shared, abs=1e-9)
    assert _overlap(b[None], a[None]) == pytest.approx(shared, abs=1e-9)


def test_objects_stand_out(scenes):
    """Greys run from 51 of 255 to white; two on an image differ by 51 at least, and either may be the lighter."""
    greys = np.concatenate([scene.greys for scene in scenes])
    difference = greys[:, 1] - greys[:, 0]

    assert abs(difference).min() == 51
    assert np.mean(difference > 0) == pytest.approx(0.5, abs=2.5 / len(greys) ** 0.5)  # five standard errors
    assert (greys.min(), greys.max()) == (51, 255)


def test_one_object_has_one_grey(many):
    """The lightest pixel of an image with one object is its grey: each from a fifth of white to white occurs."""
    lightest = np.rint(many.images[many.labels < 3].max(axis=1) * 255).astype(int)

    assert set(lightest) == set(range(51, 256))


def test_objects_lie_everywhere_and_point_everywhere(scenes):
    """Centers are spread around the middle of the image, and axes have no preferred direction.

    A mean of n points on the unit circle has length 1/√n; of centers the mean lies within five standard errors.
    """
    outlines = np.concatenate([scene.first for scene in scenes])
    centers, axes = outlines.mean(axis=1), axes_of(outlines)

    assert abs(axes.mean()) < 5 / len(axes) ** 0.5
    assert abs(centers.mean() - 16 - 16j) < 5 * centers.std() / len(centers) ** 0.5
    assert min(centers.real.std(), centers.imag.std()) > 4
    assert abs(np.corrcoef(centers.real, centers.imag)[0, 1]) < 5 / len(centers) ** 0.5


def test_no_two_shapes_are_alike(scenes):
    """Parallelograms are neither all rectangles nor all rhombi, and triangles are not all isosceles.

    Each is so, to 10 % or 10°, in less than half of the cases.
    """
    outlines = np.concatenate([scene.first for scene in scenes])
    kinds = np.array(kinds_of(outlines))
    sides = np.diff(outlines[kinds == "parallelogram"][:, [0, 6, 12]], axis=1)
    corners = outlines[kinds == "triangle"][:, ::8]
    lengths = np.sort(abs(corners - np.roll(corners, 1, axis=1)), axis=1)

    angle = np.degrees(np.angle(sides[:, 1] / sides[:, 0]))
    assert np.mean(abs(angle - 90) < 10) < 0.5
    assert np.mean(abs(np.log(abs(sides[:, 1] / sides[:, 0]))) < 0.1) < 0.5
    assert np.mean((lengths[:, 1:] / lengths[:, :-1]).min(axis=1) < 1.1) < 0.7


# Drawn as asked


def test_images_have_the_shape_and_range_promised(many):
    """A row of 1024 numbers from 0 to 1 an image, both reached, beside an integer label; unpacked or by name."""
    images, labels = many

    assert isinstance(many, Shapes)
    assert (images.shape, labels.shape) == ((20_000, 1024), (20_000,))
    assert labels.dtype == np.intp
    assert (images.min(), images.max()) == (0, 1)


@pytest.mark.parametrize("count", [1, 10, 511, 512, 513, 1024])
def test_fewer_images_are_the_first_of_more(count):
    """A seed gives the same images whatever the count, within a block of 512 and across."""
    few, more = shapeset(count, rng=3), shapeset(1100, rng=3)

    assert len(few.images) == len(few.labels) == count
    assert (few.images == more.images[:count]).all()
    assert (few.labels == more.labels[:count]).all()


def test_a_seed_decides_the_images():
    """The same seed or a Generator of it give the same images; another seed or none give others."""
    images = shapeset(20, rng=0).images

    assert (images == shapeset(20, rng=0).images).all()
    assert (images == shapeset(20, rng=np.random.default_rng(0)).images).all()
    assert (images != shapeset(20, rng=1).images).any(axis=1).all()
    assert (shapeset(20).images != shapeset(20).images).any(axis=1).all()


def test_a_generator_never_repeats_itself():
    """Batch after batch from one Generator, and block after block of one draw, no image comes twice."""
    rng = np.random.default_rng(0)
    images = np.concatenate([shapeset(count, rng=rng).images for count in (30, 30, 1100)])

    assert len(np.unique(images, axis=0)) == len(images)


def test_the_global_state_of_numpy_is_left_alone():
    """Nothing is drawn from it and nothing seeds it."""
    before = np.random.get_state()[1].copy()
    shapeset(5)

    assert (np.random.get_state()[1] == before).all()


def test_float32_images_are_the_float64_ones_rounded():
    """The dtype asked for, with the same images; 6e-8 is half a step of float32 below 1."""
    single, double = shapeset(20, rng=0, dtype="float32"), shapeset(20, rng=0)

    assert (single.images.dtype, double.images.dtype) == (np.float32, np.float64)
    assert single.images == pytest.approx(double.images, abs=6e-8)
    assert np.rint(double.images * 255) / 255 == pytest.approx(double.images, abs=1e-15)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": 0}, ValueError, "count must be a whole number of at least 1, got 0"),
        ({"count": -3}, ValueError, "count must be a whole number of at least 1, got -3"),
        ({"count": 2.0}, TypeError, "count must be a whole number, got 2.0"),
        ({"count": True}, TypeError, "count must be a whole number, got True"),
        ({"rng": -1}, ValueError, "rng must be a numpy Generator, a non-negative int seed or None, got -1"),
        ({"rng": 0.5}, TypeError, "rng must be a numpy Generator, a non-negative int seed or None, got 0.5"),
        ({"dtype": int}, TypeError, "dtype must be float32 or float64, got <class 'int'>"),
        ({"dtype": None}, TypeError, "dtype must be float32 or float64, got None"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    """The error names the argument, its value and what is accepted."""
    with pytest.raises(error, match=message):
        shapeset(**{"count": 5} | arguments)


def test_without_pillow_the_error_says_what_to_install(monkeypatch):
    """The library itself needs only NumPy; the shapes say what they need."""
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        shapeset(1)
