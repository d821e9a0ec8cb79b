"""What a class made of its exercises: who passed how many, and which slips were made how often."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xavier_lib.exercises.classroom.verdicts import Said, owners, said
from xavier_lib.exercises.progress import ORDER

CHECKPOINTS = ".ipynb_checkpoints"


@dataclass
class Report:
    """What was found in the notebooks of a folder.

    Attributes:
        read: the best status of each exercise and its slips, by notebook.
        damaged: why a notebook could not be read, by notebook.
        owners: the students whose numbers each notebook has, by notebook.
    """

    read: dict[str, dict[str, tuple[str, set[str]]]] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=dict)

    def statuses(self, exercise: str) -> Counter[str]:
        """Return how many notebooks came to which status in an exercise."""
        return Counter(found[exercise][0] for found in self.read.values() if exercise in found)

    def slips(self, exercise: str | None = None) -> Counter[str]:
        """Return in how many notebooks each slip was made, in one exercise, or in any, each exercise counted."""
        return Counter(
            slip
            for found in self.read.values()
            for name, (_, slips) in found.items()
            if exercise in (None, name)
            for slip in sorted(slips)
        )

    def shared(self) -> dict[str, list[str]]:
        """Return the notebooks that have one student's numbers, where these are several."""
        students = sorted(set().union(*self.owners.values()))
        found = {one: [name for name, theirs in self.owners.items() if one in theirs] for one in students}
        return {one: names for one, names in found.items() if len(names) > 1}

    def exercises(self) -> list[str]:
        """Return the exercises of which a verdict was found, in the order in which they were met."""
        return list(dict.fromkeys(name for found in self.read.values() for name in found))

    def __str__(self) -> str:
        """Return the report as lines of text."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the lines: what was read, a table of exercises with their slips, and the slips of all exercises."""
        yield f"{len(self.read)} notebooks read, {len(self.damaged)} skipped"
        yield from (f"skipped {name}: {why}" for name, why in self.damaged.items())
        yield from (f"no verdict in {name}" for name, found in self.read.items() if not found)
        for student, names in self.shared().items():
            yield f"the numbers of {student} are in {len(names)} notebooks: {', '.join(names)}"
        if any(self.owners.values()):
            yield from (f"the numbers of no student are in {name}" for name, own in self.owners.items() if not own)
        yield f"\n{'exercise':28}{'passed':>8}{'not yet':>9}{'open':>6}{'untried':>9}"
        for name in self.exercises():
            counts = self.statuses(name)
            untried = len(self.read) - counts.total()
            yield f"{name:28}{counts['passed']:8}{counts['failed']:9}{counts['open']:6}{untried:9}"
            yield from counted(self.slips(name))
        if total := self.slips():
            yield "\nslips in all exercises"
            yield from counted(total)


def counted(slips: Mapping[str, int]) -> Iterator[str]:
    """Yield the slips with their numbers, the commonest first."""
    for slip, number in sorted(slips.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:8} × {slip}"


def report(folder: Path, text: Callable[[Path], str]) -> Report:
    """Return the report on all notebooks in a folder and those below it.

    Raises:
        FileNotFoundError: if there is none.
    """
    made = Report()
    for path in sorted(folder.rglob("*.ipynb")):
        if CHECKPOINTS in path.parts:
            continue
        name = path.relative_to(folder).as_posix()
        try:
            found = text(path)
        except (OSError, ValueError) as error:
            made.damaged[name] = f"no notebook: {error}"
        else:
            made.read[name], made.owners[name] = best(said(found)), owners(found)
    if not made.read and not made.damaged:
        raise FileNotFoundError(f"no notebooks in {folder}")
    return made


def best(verdicts: list[Said]) -> dict[str, tuple[str, set[str]]]:
    """Return for each exercise the best status that a notebook shows, and all slips."""
    found: dict[str, tuple[str, set[str]]] = {}
    for exercise, status, slips in verdicts:
        before, known = found.get(exercise, (status, set()))
        found[exercise] = max(before, status, key=ORDER.index), known | set(slips)
    return found
