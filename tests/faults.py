"""Put known faults into copies of the library and report which tests catch them: ``python tests/faults.py``."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
AT_ONCE = 2  # processes
SCALING, LARGE = "weights/test_scaling.py", "weights/test_large.py"
FORMULAS = ("test_glorot.py", SCALING)
LEARNING = ("nn/test_backpropagation.py", "nn/test_mlp.py")


class Fault(NamedTuple):
    """A mistake: in a file of the library one text stands in place of another."""

    name: str
    file: str
    old: str
    new: str
    tests: Sequence[str]


FAULTS = (
    *(
        Fault(f"root missing ({rule})", "weights/scaling.py", "math.sqrt(positive(", "(positive(", [tests])
        for rule, tests in (("Glorot", "test_glorot.py"), ("He", "test_he.py"), ("LeCun", SCALING))
    ),
    Fault("limit without √3", "weights/drawing.py", "return math.sqrt(3) * std", "return std", FORMULAS),
    Fault(
        "limit without √3 (Glorot)",
        "glorot.py",
        "limit_of(glorot_std(",
        "(glorot_std(",
        ["test_glorot.py"],
    ),
    Fault(
        "limit without √3 (He)",
        "he.py",
        "limit_of(he_std(",
        "(he_std(",
        ["test_he.py"],
    ),
    Fault(
        *("fans swapped (shapes)", "fans.py"),
        *("Fans(positions * grouped, positions * channels // count)",),
        *("Fans(positions * channels // count, positions * grouped)",),
        ["test_fans.py"],
    ),
    Fault(
        *("fans swapped (given)", "fans.py"),
        *('Fans(whole("fan_in", fans[0]), whole("fan_out", fans[1]))',),
        *('Fans(whole("fan_in", fans[1]), whole("fan_out", fans[0]))',),
        [SCALING],
    ),
    Fault(
        *("fans swapped (modes)", "weights/scaling.py"),
        *('"fan_in": fan_in, "fan_out": fan_out', '"fan_in": fan_out, "fan_out": fan_in'),
        [SCALING, "test_he.py"],
    ),
    *(
        Fault(
            *(f"{mode.replace('_', '-')} only ({kind})", "glorot.py"),
            *(f'mode="fan_avg", distribution={kind}', f'mode="{mode}", distribution={kind}', ["test_glorot.py"]),
        )
        for mode in ("fan_in", "fan_out")
        for kind in ('"uniform"', "normal_kind(truncated)")
    ),
    *(
        Fault(f"{mode} only (the number)", "glorot.py", 'fan_of("fan_avg"', f'fan_of("{mode}"', ["test_glorot.py"])
        for mode in ("fan_in", "fan_out")
    ),
    Fault(
        *("sum instead of average", "weights/scaling.py"),
        *("(fan_in + fan_out) / 2", "(fan_in + fan_out)", FORMULAS),
    ),
    Fault("receptive field ignored", "fans.py", "positions = math.prod(kernel)", "positions = 1", ["test_fans.py"]),
    Fault("gain ignored", "weights/scaling.py", "return number * number", "return 1.0", FORMULAS),
    Fault("gain squared", "weights/scaling.py", "return number * number", "return number**4", FORMULAS),
    Fault("gain not squared", "weights/scaling.py", "return number * number", "return number", FORMULAS),
    Fault(
        *("transposed (uniform)", "weights/drawing.py"),
        *("-= spread\n        return weights", "-= spread\n        return weights.T", FORMULAS),
    ),
    Fault(
        *("transposed (normal)", "weights/drawing.py"),
        *("*= spread\n    return weights", "*= spread\n    return weights.T", FORMULAS),
    ),
    Fault(
        *("transposed kernels taken for plain ones", "fans.py"),
        *("fans.fan_in) if flag(", "fans.fan_in) if not flag(", ["test_fans.py"]),
    ),
    Fault("zeros (uniform)", "weights/drawing.py", "weights -= spread", "weights *= 0", FORMULAS),
    Fault("zeros (normal)", "weights/drawing.py", "weights *= spread", "weights *= 0", FORMULAS),
    Fault("truncation factor dropped", "weights/drawing.py", "std / TRUNCATED_STD", "std", [SCALING]),
    Fault("root missing (large weights)", "weights/large.py", "np.sqrt(radius, out=radius)", "pass", [LARGE]),
    Fault("last block skipped", "weights/large.py", "flat.size, BLOCK)", "flat.size - BLOCK, BLOCK)", [LARGE]),
    Fault("redraw forgotten", "weights/large.py", "    redraw_beyond_two(block, source)\n", "", [LARGE]),
    Fault("He with 1 instead of 2", "he.py", "return 2 / (1 + slope", "return 1 / (1 + slope", ["test_he.py"]),
    Fault("slope not squared", "he.py", "(1 + slope * slope)", "(1 + abs(slope))", ["test_he.py"]),
    *(
        Fault(name, "orthogonal.py", old, new, ["test_orthogonal.py"])
        for name, old, new in (
            ("signs of QR left out", "np.where(np.diagonal(r) < 0, -gain, gain)", "np.asarray(gain)"),
            ("kernel's matrix beside the middle", "tuple(size // 2 for", "tuple(size // 2 - 1 for"),
            ("slopes left out (Jacobian)", "(product * network.activation.df(z[0])) @", "product @"),
        )
    ),
    *(
        Fault(name, "criticality.py", old, new, ["test_criticality.py"])
        for name, old, new in (
            (
                "variance of the biases left out",
                'z) ** 2, math.sqrt(_least("q", q))) + b',
                'z) ** 2, math.sqrt(_least("q", q)))',
            ),
            (
                "slope in place of its square (χ)",
                "w * normal_mean(lambda z: df(z) ** 2, math.sqrt",
                "w * normal_mean(df, math.sqrt",
            ),
            ("depth from the slope at one (chaos)", "slope = w * pair_mean(df, size, likeness)", "pass"),
            ("rates not evened for the logits", "growth ** (layer - last) for", "growth ** ((layer - last) / 2) for"),
        )
    ),
    Fault(
        "kinks over pairs not met",
        "nn/quadrature.py",
        "- likeness * outer[:, None]) / rest",
        "+ 0 * outer[:, None]) / rest",
        ["nn/test_quadrature.py"],
    ),
    *(
        Fault(name, "calibration.py", old, new, ["test_calibration.py"])
        for name, old, new in (
            ("layers measured out of turn", "z = found.forward(x)", "z = network.forward(x)"),
            ("variance in place of spread", "scaled.std())", "scaled.var())"),
            ("mean taken by the bias, not by what is measured", "z = z - z.mean(axis=0)", "pass"),
            ("bias not scaled", "found.biases[layer] / size if centered", "found.biases[layer] if centered"),
        )
    ),
    *(
        Fault(name, "residual.py", old, new, [f"test_residual.py::test_{test}"])  # the whole file trains for long
        for name, old, new, test in (
            (
                *("branches counted without their root", '"scaled": (1.0, count**-0.5)', '"scaled": (1.0, 1 / count)'),
                "the_factors_are_those_of_the_table",
            ),
            (
                *("Fixup's exponent one layer off", "(-1 / (2 * depth - 2))", "(-1 / (2 * depth))"),
                "the_factors_are_those_of_the_table",
            ),
            (
                *("Fixup's classifier drawn", "float(not fixed), biased", "1.0, biased"),
                "equal_seeds_draw_equal_weights_but_for_the_factors",
            ),
            (
                *("rate of the last layer given to the first", "0 < at == len(matrices)", "at == 1"),
                "fixups_factor_is_a_rate",
            ),
            (
                *("an overflow taken for a small loss", 'return float("inf")', "return 0.0"),
                "training_lowers_the_loss_and_an_overflow_is_infinite",
            ),
        )
    ),
    *(
        Fault(name, "width.py", old, new, ["test_width.py"])
        for name, old, new in (
            ("last weights by the factor, not its root", "std_of(base, last.shape[0])", "(base / last.shape[0])"),
            (
                "first layer's rate divided too",
                "[eta, *(eta * base / fan for fan in fans[1:])",
                "[*(eta * base / fan for fan in fans)",
            ),
            ("rate by the root of the width", "eta * base / fan for", "eta * np.sqrt(base / fan) for"),
            ("from length to length, not from rms to rms", " * np.sqrt(np.divide(*weights.shape))", ""),
            ("all singular values in place of the largest", "np.linalg.norm(weights, 2)", "np.linalg.norm(weights)"),
        )
    ),
    *(
        Fault(f"bias gradient not summed ({wrong}, {where})", "nn/backpropagation.py", old, new, LEARNING)
        for where, name in (("recorded", "self.by_bias = self.by_z"), ("step", "self.bias -= by_a"))
        for wrong, old, new in (
            ("mean", f"{name}.sum(axis=0)", f"{name}.mean(axis=0)"),
            ("first row", f"{name}.sum(axis=0)", f"{name}[0]"),
        )
    ),
    Fault(
        *("derivative taken at the activation", "nn/backpropagation.py"),
        *("by_a * self.df(self.z)", "by_a * self.df(self.f(self.z))", LEARNING),
    ),
    Fault("learning rate ignored", "nn/backpropagation.py", "by_a *= learning_rate", "by_a *= 1", LEARNING),
)


def failed_tests(fault: Fault | None, files: Sequence[str], *options: str) -> list[str]:
    """Run tests against a copy of the library with a fault in it, or with none, and name the tests that fail.

    ``options`` are pytest's.

    Raises:
        ValueError: if the text that the fault replaces does not stand exactly once in its file.
        RuntimeError: if the tests could not be run.
    """
    run = run_in_copy(
        lambda library: fault and replace(library / fault.file, fault.old, fault.new),
        [*options, *(f"tests/{file}" for file in files)],
    )
    if run.returncode > 1:
        raise RuntimeError(f"pytest could not run {files}:\n{run.stdout}{run.stderr}")
    return re.findall(r"^FAILED tests/(.+?)(?: - .*)?$", run.stdout, flags=re.MULTILINE)


def run_in_copy(
    change: Callable[[Path], object], tests: Sequence[str], *, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run tests against a copy of the library after a change to it.

    Raises:
        subprocess.TimeoutExpired: if they take longer than so many seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "xavier_lib", copy / "xavier_lib", ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "tests", "results", "tools"):  # which no change touches
            (copy / part).symlink_to(ROOT / part)
        change(copy / "xavier_lib")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--tb=no", "--assert=plain", *tests],
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": folder, "PYTEST_ADDOPTS": ""},
            cwd=copy, capture_output=True, text=True, encoding="utf-8", check=False, timeout=seconds,
        )  # fmt: skip


def replace(path: Path, old: str, new: str) -> None:
    """Put one text in place of another that stands exactly once in a file."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} must hold {old!r} exactly once, found it {text.count(old)} times")
    path.write_text(text.replace(old, new), encoding="utf-8")


def row(fault: Fault, failed: Sequence[str]) -> str:
    """Return a line of the table: the fault, the first test that failed, and whether the fault was caught."""
    return f"| {fault.name} | {failed[0].split('[')[0] if failed else '-'} | {'yes' if failed else 'NO'} |"


def main(faults: Sequence[Fault] = FAULTS) -> int:
    """Print the table and return 0 if every fault is caught, 1 if one survives or the library fails as it is.

    A fault is caught by a test that fails with it and passes without it.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda fault: failed_tests(fault, fault.tests, "-x"), faults))
    already = failed_tests(None, sorted({test for failed in found for test in failed})) if any(found) else []
    if already:
        print("Without a fault these tests fail already:", *already, sep="\n")
        return 1
    print("| fault | first test that failed | caught |\n|---|---|---|")
    print(*map(row, faults, found), sep="\n")
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
