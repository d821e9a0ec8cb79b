"""Put known faults into copies of the library and report which tests catch them: ``python tests/faults.py``."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
AT_ONCE = 2  # processes
FORMULAS = ("test_glorot.py", "test_scaling.py")
LEARNING = ("test_backpropagation.py", "test_mlp.py")


class Fault(NamedTuple):
    """A mistake: in a file of the library one text stands in place of another."""

    name: str
    file: str
    old: str
    new: str
    tests: Sequence[str]


FAULTS = (
    Fault("root missing (Glorot)", "glorot.py", "* math.sqrt(2 / fans)", "* (2 / fans)", ["test_glorot.py"]),
    Fault("root missing (He)", "he.py", "math.sqrt(2 / fan) /", "(2 / fan) /", ["test_he.py"]),
    Fault("root missing (LeCun)", "scaling.py", "/ math.sqrt(fan_in)", "/ fan_in", ["test_scaling.py"]),
    Fault(
        *("root missing (the one formula)", "scaling.py"),
        *('math.sqrt(positive("scale", scale)) / math.sqrt(fan_of', 'positive("scale", scale) / (fan_of'),
        ["test_scaling.py"],
    ),
    Fault("limit without √3 (Glorot)", "glorot.py", "math.sqrt(3) * glorot_std", "glorot_std", ["test_glorot.py"]),
    Fault("limit without √3 (He)", "he.py", "math.sqrt(3) * he_std", "he_std", ["test_he.py"]),
    Fault("limit without √3 (draws)", "scaling.py", '"uniform": math.sqrt(3) * std', '"uniform": std', FORMULAS),
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
        ["test_scaling.py"],
    ),
    Fault(
        *("fans swapped (modes)", "scaling.py"),
        *('"fan_in": fans.fan_in, "fan_out": fans.fan_out', '"fan_in": fans.fan_out, "fan_out": fans.fan_in'),
        ["test_scaling.py", "test_he.py"],
    ),
    Fault(
        *("fan-in only", "glorot.py"),
        *('+ whole("fan_out", fan_out)', '+ whole("fan_out", fan_out) * 0 + fan_in'),
        ["test_glorot.py"],
    ),
    Fault(
        *("fan-out only", "glorot.py"),
        *('fans = whole("fan_in", fan_in) +', 'fans = whole("fan_in", fan_in) * 0 + fan_out +'),
        ["test_glorot.py"],
    ),
    Fault("sum instead of average (Glorot)", "glorot.py", "math.sqrt(2 / fans)", "math.sqrt(1 / fans)", FORMULAS),
    Fault(
        *("sum instead of average (modes)", "scaling.py"),
        *("(fans.fan_in + fans.fan_out) / 2", "(fans.fan_in + fans.fan_out)"),
        ["test_scaling.py"],
    ),
    Fault("receptive field ignored", "fans.py", "positions = math.prod(kernel)", "positions = 1", ["test_fans.py"]),
    Fault("gain ignored (Glorot)", "glorot.py", '"gain", gain) *', '"gain", gain) ** 0 *', ["test_glorot.py"]),
    Fault("gain ignored (LeCun)", "scaling.py", '"gain", gain) /', '"gain", gain) ** 0 /', ["test_scaling.py"]),
    Fault("gain squared (Glorot)", "glorot.py", '"gain", gain) *', '"gain", gain) ** 2 *', ["test_glorot.py"]),
    Fault("gain squared (LeCun)", "scaling.py", '"gain", gain) /', '"gain", gain) ** 2 /', ["test_scaling.py"]),
    Fault(
        *(
            "transposed (uniform)",
            "scaling.py",
            "-= spread\n        return weights",
            "-= spread\n        return weights.T",
        ),
        FORMULAS,
    ),
    Fault(
        *("transposed (normal)", "scaling.py", "*= spread\n    return weights", "*= spread\n    return weights.T"),
        FORMULAS,
    ),
    Fault(
        "transposed kernels taken for plain ones",
        "fans.py",
        "fans.fan_in) if flag(",
        "fans.fan_in) if not flag(",
        ["test_fans.py"],
    ),
    Fault("zeros (uniform)", "scaling.py", "weights -= spread", "weights *= 0", FORMULAS),
    Fault("zeros (normal)", "scaling.py", "weights *= spread", "weights *= 0", FORMULAS),
    Fault("truncation factor dropped", "scaling.py", "std / TRUNCATED_STD", "std", ["test_scaling.py"]),
    Fault("root missing (large weights)", "drawing.py", "np.sqrt(radius, out=radius)", "pass", ["test_drawing.py"]),
    Fault("last block skipped", "drawing.py", "flat.size, BLOCK)", "flat.size - BLOCK, BLOCK)", ["test_drawing.py"]),
    Fault("redraw forgotten", "drawing.py", "    redraw_beyond_two(block, source)\n", "", ["test_drawing.py"]),
    Fault("He with 1 instead of 2", "he.py", "math.sqrt(2 / fan)", "math.sqrt(1 / fan)", ["test_he.py"]),
    Fault(
        *("slope not squared", "he.py"),
        *('math.hypot(1, finite("negative_slope", negative_slope))',),
        *('math.sqrt(1 + abs(finite("negative_slope", negative_slope)))',),
        ["test_he.py"],
    ),
    Fault("bias gradient not summed (mean)", "backpropagation.py", "delta.sum(axis=0)", "delta.mean(axis=0)", LEARNING),
    Fault("bias gradient not summed (first row)", "backpropagation.py", "delta.sum(axis=0)", "delta[0]", LEARNING),
    Fault(
        *("derivative taken at the activation", "backpropagation.py"),
        *("weights[:0:-1], record.pre_activations[-2::-1]", "weights[:0:-1], record.activations[:0:-1]"),
        LEARNING,
    ),
    Fault("learning rate ignored", "mlp.py", "-= learning_rate * derivative", "-= derivative", LEARNING),
)


def failed_tests(fault: Fault | None, files: Sequence[str]) -> list[str]:
    """Run test files against a copy of the library with a fault in it, or with none, and name the tests that fail.

    Raises:
        ValueError: if the text that the fault replaces does not stand exactly once in its file.
        RuntimeError: if the tests could not be run.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copy(ROOT / "pyproject.toml", copy)
        shutil.copytree(ROOT / "xavier_lib", copy / "xavier_lib")
        (copy / "tests").mkdir()
        for file in ("__init__.py", *files):
            shutil.copy(ROOT / "tests" / file, copy / "tests")
        if fault:
            replace(copy / "xavier_lib" / fault.file, fault.old, fault.new)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--tb=no", "--assert=plain", *(f"tests/{file}" for file in files)],
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": folder, "PYTEST_ADDOPTS": ""},
            cwd=copy, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    if run.returncode > 1:
        raise RuntimeError(f"pytest could not run {files}:\n{run.stdout}{run.stderr}")
    return re.findall(r"^FAILED tests/(.+?)(?: - .*)?$", run.stdout, flags=re.MULTILINE)


def replace(path: Path, old: str, new: str) -> None:
    """Put one text in place of another that stands exactly once in a file."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} must hold {old!r} exactly once, found it {text.count(old)} times")
    path.write_text(text.replace(old, new), encoding="utf-8")


def row(fault: Fault, failed: Sequence[str]) -> str:
    """Return a line of the table: the fault, how many tests failed and the first of them, and whether it was caught."""
    names = list(dict.fromkeys(name.split("[")[0] for name in failed))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"| {fault.name} | {names[0] + more if names else '-'} | {'yes' if names else 'NO'} |"


def main(faults: Sequence[Fault] = FAULTS) -> int:
    """Print the table and return 0 if every fault is caught, 1 if one survives or the library fails as it is."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        untouched = pool.submit(failed_tests, None, sorted({file for fault in faults for file in fault.tests}))
        found = list(pool.map(lambda fault: failed_tests(fault, fault.tests), faults))
    if untouched.result():
        print("Without a fault these tests fail already:", *untouched.result(), sep="\n")
        return 1
    print("| fault | tests that failed | caught |\n|---|---|---|")
    print(*map(row, faults, found), sep="\n")
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
