"""Print the table exercise × slip: which classic slips each exercise recognizes."""

from xavier_lib.exercises.session import exercises
from xavier_lib.exercises.slips import SLIPS


def table() -> str:
    """Return the slips as rows of numbered columns, an exercise a line, in Markdown."""
    known = exercises()
    legend = "\n".join(f"{number}. {slip}" for number, slip in enumerate(SLIPS, 1))
    head = "| exercise | " + " | ".join(str(number) for number in range(1, len(SLIPS) + 1)) + " |"
    line = "|---" * (len(SLIPS) + 1) + "|"
    rows = [
        f"| {name} | " + " | ".join("×" if slip in exercise.recognizes() else " " for slip in SLIPS) + " |"
        for name, exercise in known.items()
    ]
    return "\n".join([legend, "", head, line, *rows])


if __name__ == "__main__":
    print(table())
