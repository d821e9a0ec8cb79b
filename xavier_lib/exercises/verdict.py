"""What a check says of an answer, in a terminal and in a notebook."""

import textwrap
from dataclasses import dataclass
from html import escape

HEADS = {"passed": "Passed", "failed": "Not yet", "open": "Open"}
SIGNS = {"passed": "✓", "failed": "✗", "open": "○"}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What :func:`~xavier_lib.exercises.session.check` found.

    Used from :doc:`/chapters/network` on. It is true where the answer passed.

    Attributes:
        exercise: the exercise's name.
        status: ``"passed"``, ``"failed"``, or ``"open"`` where nothing was filled in yet.
        message: what was found, with a counter-example where the answer failed, a paragraph a line.
        slip: the classic slip that the answer shows, or None.

    >>> Verdict("glorot-limit", "failed", "It returned 0.", "zeros")
    Not yet: glorot-limit
      It returned 0.
    """

    exercise: str
    status: str
    message: str
    slip: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == "passed"

    def __bool__(self) -> bool:
        """Return whether the answer is right."""
        return self.passed

    def demand(self) -> "Verdict":
        """Return the verdict if the answer passed, and else raise it: a test for an autograder that says why.

        Raises:
            AssertionError: if the answer did not pass, in the words of the verdict.

        >>> Verdict("glorot-limit", "failed", "It returned 0.", "zeros").demand()
        Traceback (most recent call last):
        AssertionError: Not yet: glorot-limit
          It returned 0.
        """
        if not self.passed:
            raise AssertionError(repr(self))
        return self

    def __repr__(self) -> str:
        """Return the verdict as lines of at most 80 characters."""
        head = f"{HEADS[self.status]}: {self.exercise}"
        lines = (textwrap.wrap(line, 78, break_on_hyphens=False) for line in self.message.splitlines())
        return "\n  ".join([head, *(part for wrapped in lines for part in wrapped)])

    def _repr_html_(self) -> str:
        sign = f'<span aria-hidden="true">{SIGNS[self.status]}</span>'
        head = f"<p><strong>{sign} {HEADS[self.status]}</strong>: <code>{escape(self.exercise)}</code></p>"
        body = "".join(f"<p>{escape(line)}</p>" for line in self.message.splitlines())
        return f'<div class="verdict {self.status}">{head}{body}</div>'
