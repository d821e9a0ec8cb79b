"""Put small mistakes into copies of the library and list those that no test notices: ``python -m tests.mutants``.

A mutant is killed if a test or a doctest of its module fails, or if they take longer than ``SLOW`` times what they take
without it, and ``PATIENCE`` seconds at least. An equivalent one, which cannot be told from the library or differs in
nothing that is promised, is left out of the sample and argued for below.
"""

import argparse
import math
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults import AT_ONCE, ROOT, run_in_copy
from tests.mutation import Mutant, mutants

LIBRARY = ROOT / "xavier_lib"
PATIENCE, SLOW = 120.0, 10.0
BAR = 0.95
#: Modules that no chapter and no framework stands in the way of; the others have tests that need a browser or a kernel.
MODULES = sorted(
    path.relative_to(LIBRARY).as_posix()
    for pattern in ("*.py", "nn/*.py", "weights/*.py", "datasets/*.py", "frameworks/rules.py")
    for path in LIBRARY.glob(pattern)
    if path.name != "__init__.py"
)
#: What is tested in other files than the one that bears the module's name.
ELSEWHERE = {
    **{
        "wording.py": ("test_arguments.py",),
        "names.py": ("test_package.py",),
        **{f"nn/{name}.py": (f"nn/test_{name}.py", "nn/test_mlp.py") for name in ("activations", "backpropagation")},
        "weights/drawing.py": ("weights/test_drawing.py", "weights/test_scaling.py"),
    },
    "nn/functions.py": ("nn/test_quadrature.py", "frameworks/test_rules.py"),
    "nn/pieces.py": ("test_gain.py",),
    "nn/stack.py": ("nn/test_parts.py", "nn/test_adam.py"),
    **dict.fromkeys(("nn/arrays.py", "nn/start.py"), ("nn/test_mlp.py",)),
}


#: Mutants that need no test: a pattern of their line in the list, and the reason.
EQUIVALENT = {
    r"^(glorot|sigmoid|table|nn/\w+)\.py:\d+ (constant: True → False|dropped keyword: zip\(.*) \| .*strict=True": (
        "both are made from the layers of one network, or from one pair of samples, so their lengths are equal"
    ),
    r"^nn/activations\.py:\d+ dropped keyword: .* in_place=": "the form in place is faster and gives the same",
    r"swapped arguments: (np\.clip|(np\.)?(min|max)(imum)?)\(": "the order of two does not change which is larger",
    r"swapped arguments: .*\.swapaxes\(": "nor which axes change places",
    r"^datasets/shapeset\.py:\d+ arithmetic: .* \* np.exp\(2j ": "an angle drawn evenly from a circle has no sign",
    r"^weights/large\.py:\d+ constant: 0 → 1 .*integers\(0, 2\*\*64": "one number of 2⁶⁴ fewer",
    r"^sigmoid\.py:\d+ swapped arguments: zip\(layers, means": "the rms of a difference does not know its sign",
    r"constant: False → True \| .*copy=False": "one copy more of the same numbers",
    r"^nn/activations\.py:\d+ constant: 1e3 → 2000": "the slope of the sigmoid is zero from 750 on",
    r"^weights/\w+\.py:\d+ constant: 1 → 2 \| .*weights.reshape\(-1\)": "NumPy takes -2 for -1",
    r"^weights/drawing\.py:\d+ compare: .* >= \"2.0.0\"": "but for the very release 2.0.0",
    r"^wording\.py:\d+ .*TypeVar": "what only a type checker reads",
    r"^datasets/shapeset\.py:\d+ compare: _overlap": "areas are drawn from a continuum, none equals another",
    r"^datasets/shapeset\.py:\d+ compare: rate > 0 → ": "no rate is 0: the line before has seen to it",
    r"^datasets/shapeset\.py:\d+ swapped arguments: _overlap": "what two figures share does not depend on their order",
    r"^rectifiers\.py:\d+ constant: True → False \| for kernel, slope in zip": "one slope is made for each kernel",
    r"^weights/scaling\.py:\d+ compare: .* <= number \* number <= ": "a gain whose square is a limit to the last bit",
    r"^datasets/shapeset\.py:\d+ compare: greys > ": "greys are drawn from a continuum, none equals another",
    r"^datasets/shapeset\.py:\d+ constant: 3 → 4 \| pair_labels": "a row and a column more that nothing reads",
    r"^naive\.py:\d+ constant: 0 → 1 \| x = source": "all widths but the last are one",
    r"^table\.py:\d+ constant: 4000 → 4001 ": "a slice more of an integral that is converged",
    r"^weights/large\.py:\d+ compare: .* [<>] -?2 → ": "exactly two may stay or be drawn anew",
}


def tests_of(file: str) -> list[str]:
    """Return the tests of a module: the file that bears its name, and its own examples."""
    path = Path(file)
    named = ELSEWHERE.get(file, ((path.parent / f"test_{path.name}").as_posix(),))
    return [*(f"tests/{test}" for test in named), f"xavier_lib/{file}"]


def argued(mutant: Mutant) -> list[str]:
    """Return the patterns of the table that a mutant fits."""
    return [pattern for pattern in EQUIVALENT if re.search(pattern, str(mutant))]


def candidates(files: Sequence[str]) -> list[Mutant]:
    """Return all mutants of some modules but the equivalent ones.

    Raises:
        ValueError: if a row of the table finds no mutant of any module.
    """
    made = [mutant for file in MODULES for mutant in mutants(file, (LIBRARY / file).read_text(encoding="utf-8"))]
    fits = {mutant: argued(mutant) for mutant in made}
    if lost := EQUIVALENT.keys() - {pattern for patterns in fits.values() for pattern in patterns}:
        raise ValueError(f"each row of EQUIVALENT must find a mutant, these find none: {sorted(lost)}")
    return [mutant for mutant, patterns in fits.items() if mutant.file in files and not patterns]


def time_of(file: str) -> float:
    """Return the seconds that the tests of a module take as it is.

    Raises:
        RuntimeError: if one of them fails already.
    """
    start = time.perf_counter()
    run = run_in_copy(lambda _library: None, tests_of(file))
    if run.returncode:
        raise RuntimeError(f"without a mutant the tests of {file} must pass:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return time.perf_counter() - start


def outcome(mutant: Mutant, seconds: float) -> str:
    """Return what became of a mutant: killed, timeout or survived.

    Raises:
        RuntimeError: if pytest found no test to run.
    """

    def change(library: Path) -> None:
        path = library / mutant.file
        path.write_bytes(mutant.put_into(path.read_bytes()))

    try:
        run = run_in_copy(change, ["-x", *tests_of(mutant.file)], seconds=seconds)
    except subprocess.TimeoutExpired:
        return "timeout"
    if run.returncode in (4, 5) and "ImportError" not in run.stdout + run.stderr:
        raise RuntimeError(f"pytest could not run the tests of {mutant.file}:\n{run.stdout}{run.stderr}")
    return "killed" if run.returncode else "survived"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what became of a sample and return 0 if enough of it is killed."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="how many mutants (200)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (0)")
    parser.add_argument(
        "--modules", nargs="+", choices=MODULES, default=MODULES, metavar="FILE", help="weights/large.py …"
    )
    chosen = parser.parse_args(arguments)
    made = candidates(chosen.modules)
    sample = sorted(random.Random(chosen.seed).sample(made, min(chosen.sample, len(made))))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        files = sorted({mutant.file for mutant in sample})
        limits = {file: max(PATIENCE, SLOW * took) for file, took in zip(files, pool.map(time_of, files), strict=True)}
        ends = []
        for mutant, end in zip(sample, pool.map(lambda each: outcome(each, limits[each.file]), sample), strict=True):
            ends.append(end)
            if end != "killed":
                print(end, mutant, flush=True)
    print("| module | killed | timeout | survived |\n|---|---|---|---|")
    for file in files:
        ended = Counter(end for mutant, end in zip(sample, ends, strict=True) if mutant.file == file)
        print(f"| {file} | {ended['killed']} | {ended['timeout']} | {ended['survived']} |")
    noticed = len(sample) - ends.count("survived")
    print(f"{noticed} of {len(sample)} killed, {noticed / len(sample):.1%}; of {len(made)} mutants, seed {chosen.seed}")
    return int(noticed < math.ceil(BAR * len(sample)))


if __name__ == "__main__":
    sys.exit(main())
