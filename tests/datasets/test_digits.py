"""Promises of xavier_lib.datasets.digits: the handwritten digits."""

import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from xavier_lib.datasets.digits import IMAGES, Digits, digits

TOOL = Path(__file__).parents[2] / "tools" / "digits.py"


def pixels_of(data):
    """Return all images in whole pixels again, recovered from the 17 levels that scaling has moved."""
    scaled = np.concatenate([data.x_train, data.x_test]).astype(float)
    return np.rint((scaled - scaled.min()) / np.ptp(scaled) * 16).astype(int)


def test_the_sets_have_the_shapes_the_chapters_print():
    """1797 images of 64 pixels, a fifth of them (rounded up) for testing, labels from 0 to 9."""
    data = digits()

    assert [part.shape for part in data] == [(1437, 64), (1437,), (360, 64), (360,)]
    assert set(data.y_train) == set(data.y_test) == set(range(10))
    assert data.y_train.dtype == data.y_test.dtype == np.intp


@pytest.mark.parametrize("rng", [0, 1])
def test_every_image_is_kept_once_with_its_label(rng):
    """Both sets together hold scikit-learn's images, each once, beside its own label: none is lost or shown twice."""
    data = digits(rng=rng)
    pixels, labels = load_digits(return_X_y=True)

    found = np.column_stack([pixels_of(data), np.concatenate([data.y_train, data.y_test])])
    assert sorted(found.tolist()) == sorted(np.column_stack([pixels, labels]).astype(int).tolist())


@pytest.mark.parametrize(("test_share", "tests"), [(0.2, 360), (0.5, 899), (1e-9, 1), (0.999, 1796)])
def test_the_share_is_that_of_the_test_set(test_share, tests):
    """The share of 1797, rounded up, is kept for testing."""
    data = digits(test_share=test_share)

    assert len(data.x_test) == len(data.y_test) == tests
    assert len(data.x_train) == len(data.y_train) == 1797 - tests


def test_training_pixels_have_mean_zero_and_mean_square_one():
    """What the derivations assume, met to rounding by the training set."""
    x = digits().x_train

    assert x.mean() == pytest.approx(0, abs=1e-13)
    assert (x**2).mean() == pytest.approx(1, abs=1e-13)


def test_test_images_are_scaled_like_training_images():
    """Black and white are the same two numbers in both sets: nothing is learned from the test set."""
    data = digits(test_share=0.3)

    assert data.x_test.min() == data.x_train.min()
    assert data.x_test.max() == data.x_train.max()
    assert abs(data.x_test.mean()) > 1e-6  # had it been scaled for itself, rounding alone, 1e-16, were left


def test_a_seed_decides_the_split():
    """The default is the same split each time; another seed keeps other images; a Generator is taken as it is."""
    assert digits().y_test.tolist() == digits(rng=0).y_test.tolist()
    assert digits().y_test.tolist() == digits(rng=np.random.default_rng(0)).y_test.tolist()
    assert digits().y_test.tolist() != digits(rng=1).y_test.tolist()


def test_float32_images_are_the_float64_ones_rounded():
    """The dtype asked for, with the same split; 1e-6 is the rounding of numbers up to 2.6."""
    single, double = digits(dtype="float32"), digits()

    assert single.x_train.dtype == single.x_test.dtype == np.float32
    assert single.x_train == pytest.approx(double.x_train, abs=1e-6)


def test_the_parts_have_names_and_an_order():
    """A chapter may unpack them or ask for them by name."""
    data = digits()
    x_train, y_train, x_test, y_test = data

    assert isinstance(data, Digits)
    assert (x_train is data.x_train, y_train is data.y_train) == (True, True)
    assert (x_test is data.x_test, y_test is data.y_test) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_share": 0}, ValueError, "test_share must be a positive finite number, got 0"),
        ({"test_share": -0.2}, ValueError, "test_share must be a positive finite number, got -0.2"),
        ({"test_share": 1}, ValueError, "test_share must leave images in both sets, got 1"),
        ({"test_share": 1.5}, ValueError, "test_share must leave images in both sets, got 1.5"),
        ({"test_share": 1e308}, ValueError, "test_share must leave images in both sets, got 1e\\+308"),
        ({"test_share": 0.9999}, ValueError, "test_share must leave images in both sets, got 0.9999"),
        ({"test_share": np.nan}, ValueError, "test_share must be a finite number, got nan"),
        ({"test_share": "0.2"}, TypeError, "test_share must be a finite number, got '0.2'"),
        ({"rng": -1}, ValueError, "rng must be a numpy Generator, a non-negative int seed or None, got -1"),
        ({"rng": 0.5}, TypeError, "rng must be a numpy Generator, a non-negative int seed or None, got 0.5"),
        ({"dtype": int}, TypeError, "dtype must be float32 or float64, got <class 'int'>"),
        ({"dtype": None}, TypeError, "dtype must be float32 or float64, got None"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    """The error names the argument, its value and what is accepted."""
    with pytest.raises(error, match=message):
        digits(**arguments)


# The file


def test_the_stored_images_are_those_of_scikit_learn():
    """Each pixel and each label, in the same order, in one byte each."""
    pixels, labels = load_digits(return_X_y=True)
    with np.load(IMAGES) as stored:
        assert stored["pixels"].dtype == stored["labels"].dtype == np.uint8
        np.testing.assert_array_equal(stored["pixels"], pixels)
        np.testing.assert_array_equal(stored["labels"], labels)


def test_the_tool_writes_the_stored_file_again(tmp_path):
    """Byte for byte; zlib-ng, which some systems have in place of zlib, packs the same content otherwise."""
    made = tmp_path / "digits.npz"
    subprocess.run([sys.executable, TOOL, made], check=True)

    with zipfile.ZipFile(made) as new, zipfile.ZipFile(IMAGES) as old:
        assert [(e.filename, e.date_time, e.CRC) for e in new.filelist] == [
            (e.filename, e.date_time, e.CRC) for e in old.filelist
        ]
    if "ng" not in zlib.ZLIB_RUNTIME_VERSION:
        assert made.read_bytes() == IMAGES.read_bytes()


def test_each_call_returns_arrays_of_its_own():
    """What a reader overwrites is overwritten for nobody else."""
    first = digits()
    for part in first:
        part[:] = 0

    assert digits().x_train.std() > 0.9
    assert digits().y_test.any()
