"""What the runs gave: one result a run, and with which versions, on what machine and by which command it was made."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xavier_lib.replay.experiment import Run
from xavier_lib.replay.file_errors import in_words
from xavier_lib.replay.records import damage

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
        name, again = origin_name(origin), run in self
        self.made[name] = dict(origin)
        self.runs[run.key] = {
            **{"experiment": run.experiment, "parameters": run.parameters, "seed": run.seed},
            **{"result": dict(result), "seconds": round(seconds, 3), "made": name},
        }
        if again:
            self.made = self.used()

    def version(self, record: Mapping[str, Any]) -> str:
        """Return the version of xavier_lib that made one of the records under ``runs``."""
        return self.made[record["made"]].get("xavier_lib", "unknown")

    def one_version(self, records: Iterable[Mapping[str, Any]]) -> str:
        """Return the version of xavier_lib that made these of the records under ``runs``: no table mixes two.

        Raises:
            ValueError: if several versions made them, or there is none.
        """
        versions = sorted({self.version(record) for record in records})
        if len(versions) != 1:
            raise ValueError(
                f"records must be made by one version of xavier_lib, got {' and '.join(versions) or 'no record'}"
            )
        return versions[0]

    def merge(self, other: "Results", *, prefer: str | None = None, version: str | None = None) -> int:
        """Take over the runs that are missing here and return how many.

        Where a run has another result there, ``prefer`` says which one stays: "mine" or "theirs". With a ``version``
        only what that version of xavier_lib made is taken, and it takes the place of what another one made.

        Raises:
            ValueError: if a run has another result there and ``prefer`` is None, or runs of one experiment would come
                together from two versions of xavier_lib and ``version`` is None; nothing is taken then.
        """
        theirs = {key: run for key, run in other.runs.items() if version in (None, other.version(run))}
        old = {key for key in theirs.keys() & self.runs.keys() if version not in (None, self.version(self.runs[key]))}
        both = theirs.keys() & self.runs.keys() - old
        clash = sorted(key for key in both if differ(self.runs[key], theirs[key]))
        if clash and prefer is None:
            raise ValueError(
                f"runs with another result there: {len(clash)}, the first is {clash[0]}; prefer mine or theirs"
            )
        taken = theirs.keys() - self.runs.keys() | old | set(clash if prefer == "theirs" else ())
        merged = Results(self.runs | {key: theirs[key] for key in taken}, self.made | other.made)
        if version is None:
            merged.refuse_mixed({merged.runs[key]["experiment"] for key in taken})
        self.runs, self.made = merged.runs, merged.used()
        return len(taken)

    def refuse_mixed(self, experiments: Iterable[str]) -> None:
        """Refuse runs of one of the experiments by two versions of xavier_lib.

        Raises:
            ValueError: if there are some.
        """
        for experiment in sorted(experiments):
            try:
                self.one_version(run for run in self.runs.values() if run["experiment"] == experiment)
            except ValueError as error:
                raise ValueError(
                    f"runs of {experiment} of two versions must not be merged: {error}; keep the files apart, or let "
                    "--again run again what this version has not made"
                ) from error

    def used(self) -> dict[str, dict[str, str]]:
        """Return the origins that a run has; one whose runs were all replaced is not kept."""
        return {name: self.made[name] for name in {run["made"] for run in self.runs.values()}}

    def text(self) -> str:
        """Return the file: JSON with a line a run, so that a difference is one line."""
        parts = (f'"about": {_line(ABOUT)}', f'"made": {_lines(self.made)}', f'"runs": {_lines(self.runs)}')
        return "{\n" + ",\n".join(parts) + "\n}\n"


def origin_name(origin: Mapping[str, str]) -> str:
    """Return the name under which an origin is stored; another origin has another name."""
    return hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:8]


def differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two records of a run hold other results; how long it took and where it was made do not count."""
    return _line(one["result"]) != _line(other["result"])


def read(path: Path, damaged: dict[str, str] | None = None) -> Results:
    """Return the results of a file; where ``damaged`` is given, it gets what ``parsed`` puts there.

    Raises:
        FileNotFoundError: if there is no such file.
        OSError: if it cannot be read.
        ValueError: if it is a folder, a pipe or a device, or the file is damaged, or holds something else.
    """
    with in_words(path, "read"):
        return parsed(regular(path).read_bytes(), path.name, damaged)


def regular(path: Path) -> Path:
    """Return a path that leads to a regular file or to nothing; what else is there may have no end, or be replaced.

    Raises:
        ValueError: if it leads to a folder, a pipe or a device.
    """
    if path.exists() and not path.is_file():
        raise ValueError(f"{path.name} must be a regular file, got a folder, a pipe or a device")
    return path


def parsed(content: bytes, name: str, damaged: dict[str, str] | None = None) -> Results:
    """Return the results in the content of a file, or refuse it by the file's name.

    A damaged or senseless result is left out, and what is wrong with it is put into ``damaged`` under its key. Without
    ``damaged`` the file is refused.
    """
    refused = f"{name} must be a file of results made by xavier_lib.replay"
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{refused}; it is damaged, or none: {error}") from error
    try:
        form, results = data["about"]["format"], Results(dict(data["runs"].items()), data["made"])
        more = [*data.keys() - {"about", "made", "runs"}, *data["about"].keys() - ABOUT.keys()]
        texts = [text for origin in results.made.values() for text in origin.values()]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{refused}; it holds something else") from error
    if form != ABOUT["format"]:
        raise ValueError(f"{refused} in format {ABOUT['format']}, got format {form!r}")
    if more or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{refused}; it holds something else{more and f', {sorted(more)}' or ' under made'}")
    return without_damaged(results, refused, damaged)


def without_damaged(results: Results, refused: str, damaged: dict[str, str] | None) -> Results:
    """Return the results that are sound; the others go into ``damaged``, or the file is refused where that is None."""
    odd = {key: wrong for key, record in results.runs.items() if (wrong := damage(key, record, results.made))}
    if odd and damaged is None:
        first, others = next(iter(odd)), f", and {len(odd) - 1} more" if len(odd) > 1 else ""
        raise ValueError(f"{refused}; it is damaged at {first}: {odd[first]}{others}; --again runs that again")
    if damaged is not None:
        damaged |= odd
    names = {name: origin_name(origin) for name, origin in results.made.items()}  # somebody may have edited the origin
    return Results(
        {key: {**record, "made": names[record["made"]]} for key, record in results.runs.items() if key not in odd},
        {names[name]: origin for name, origin in results.made.items()},
    )


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _lines(table: Mapping[str, Any]) -> str:
    rows = [f"{_line(key)}: {_line(table[key])}" for key in sorted(table)]
    return "{\n" + ",\n".join(rows) + "\n}" if rows else "{}"
