"""What the runs gave: one result a run, and with which versions, on what machine and by which command it was made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xavier_lib.replay.experiment import Run

ABOUT: dict[str, Any] = {
    "format": 1,
    "what": "results of python -m xavier_lib.replay: runs by key, origins by the name under 'made'",
}


@dataclass
class Results:
    """Results by the key of their run; the origin that many runs share is stored once."""

    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    def __contains__(self, run: Run) -> bool:
        """Say whether the run has been done."""
        return run.key in self.runs

    def __getitem__(self, run: Run) -> dict[str, Any]:
        """Return the result of a run that has been done."""
        return dict(self.runs[run.key]["result"])

    def add(self, run: Run, result: Mapping[str, Any], seconds: float, origin: Mapping[str, str]) -> None:
        """Store what a run gave, how long it took, and where it was made."""
        name = hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:8]
        self.made[name] = dict(origin)
        self.runs[run.key] = {
            **{"experiment": run.experiment, "parameters": run.parameters, "seed": run.seed},
            **{"result": dict(result), "seconds": round(seconds, 3), "made": name},
        }

    def merge(self, other: "Results", *, prefer: str | None = None) -> int:
        """Take over the runs that are missing here and return how many.

        Where a run has another result there, ``prefer`` says which one stays: "mine" or "theirs".

        Raises:
            ValueError: if a run has another result there and ``prefer`` is None; nothing is taken then.
        """
        clash = [key for key in sorted(self.runs) if key in other.runs and differ(self.runs[key], other.runs[key])]
        if clash and prefer is None:
            raise ValueError(
                f"runs with another result there: {len(clash)}, the first is {clash[0]}; prefer mine or theirs"
            )
        taken = other.runs.keys() - self.runs.keys() | set(clash if prefer == "theirs" else ())
        self.runs |= {key: other.runs[key] for key in taken}
        self.made = {name: (self.made | other.made)[name] for name in {run["made"] for run in self.runs.values()}}
        return len(taken)

    def text(self) -> str:
        """Return the file: JSON with a line a run, so that a difference is one line."""
        parts = (f'"about": {_line(ABOUT)}', f'"made": {_lines(self.made)}', f'"runs": {_lines(self.runs)}')
        return "{\n" + ",\n".join(parts) + "\n}\n"


def differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two records of a run hold other results; how long it took and where it was made do not count."""
    return _line(one["result"]) != _line(other["result"])


def read(path: Path) -> Results:
    """Return the results of a file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is a folder, a pipe or a device, or the file is damaged, or holds something else.
    """
    return parsed(regular(path).read_bytes(), path.name)


def regular(path: Path) -> Path:
    """Return a path that leads to a regular file or to nothing; what else is there may have no end, or be replaced.

    Raises:
        ValueError: if it leads to a folder, a pipe or a device.
    """
    if path.exists() and not path.is_file():
        raise ValueError(f"{path.name} must be a regular file, got a folder, a pipe or a device")
    return path


def parsed(content: bytes, name: str) -> Results:
    """Return the results in the content of a file, or refuse it by the file's name."""
    refused = f"{name} must be a file of results made by xavier_lib.replay"
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{refused}; it is damaged, or none: {error}") from error
    try:
        form, results = data["about"]["format"], Results(data["runs"], data["made"])
        odd = [
            key
            for key, record in results.runs.items()
            if form == ABOUT["format"] and not _sound(key, record, results.made)
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{refused}; it holds something else") from error
    if form != ABOUT["format"]:
        raise ValueError(f"{refused} in format {ABOUT['format']}, got format {form!r}")
    if odd:
        raise ValueError(f"{refused}; it is damaged at {odd[0]}")
    return results


def _sound(key: str, record: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    run = Run.of(record["experiment"], record["seed"], **record["parameters"])
    kinds = isinstance(record["result"], dict) and isinstance(record["seconds"], (int, float))
    return run.key == key and kinds and record["made"] in made


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _lines(table: Mapping[str, Any]) -> str:
    rows = [f"{_line(key)}: {_line(table[key])}" for key in sorted(table)]
    return "{\n" + ",\n".join(rows) + "\n}" if rows else "{}"
