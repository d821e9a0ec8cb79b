"""The section *How sure is this?* of a chapter: its findings, in how many runs each held, and where it does not."""

import json
import textwrap
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from xavier_lib.arguments import one_of
from xavier_lib.replay.findings import FINDINGS
from xavier_lib.replay.findings.finding import EXPERIMENT, PAGE, Share, shares
from xavier_lib.replay.results import Results, read

COMMAND = "python -m xavier_lib.replay findings --scale book --seeds 20 --out findings.json"
HEADS = ("Finding", "On this page", "Also", "Not, or not always")
LEFT = 'style="text-align:left;white-space:normal;vertical-align:top"'


class Row(NamedTuple):
    """A finding of a chapter in words; see :doc:`/chapters/he`.

    Attributes:
        sentence: what was found.
        page: in how many runs it held at the setting of the page.
        also: the neighbouring settings at which it held in 19 of 20 runs or more, with their shares.
        otherwise: the neighbouring settings at which it did not.
        name: the finding's name, which after "finding-" is the address of its row on the site.

    >>> Row("It is so.", "20 of 20", "rate × ½ (5 of 5)", "Adam (0 of 5)").page
    '20 of 20'
    """

    sentence: str
    page: str
    also: str
    otherwise: str
    name: str = ""


class Findings(tuple[Row, ...]):
    """The findings of a chapter, as text and as a table; what
    :func:`~xavier_lib.replay.findings.how_sure.how_sure` returns for :doc:`/chapters/he`.

    >>> Findings([Row("It is so.", "20 of 20", "rate × ½ (5 of 5)", "Adam (0 of 5)")])
    It is so.
      on this page 20 of 20; also rate × ½ (5 of 5); not, or not always, Adam (0 of 5)
    Run it again: python -m xavier_lib.replay findings --scale book --seeds 20 --out findings.json
    """

    def __repr__(self) -> str:
        """Return each sentence with a line on its runs, and the command that repeats them."""
        lines = []
        for row in self:
            parts = [f"on this page {row.page}", f"also {row.also}" if row.also else ""]
            parts.append(f"not, or not always, {row.otherwise}" if row.otherwise else "")
            runs = "; ".join(part for part in parts if part)
            lines += [wrapped(row.sentence, ""), wrapped(runs, "  ")]
        return "\n".join([*lines, f"Run it again: {COMMAND}"])

    def _repr_html_(self) -> str:
        top = "".join(f'<th scope="col" {LEFT}>{escape(head)}</th>' for head in HEADS)
        body = "".join(
            f'<tr id="finding-{escape(row.name)}"><th scope="row" {LEFT}>{escape(row.sentence)}</th>'
            + "".join(f"<td {LEFT}>{escape(cell) or '–'}</td>" for cell in row[1:4])
            + "</tr>"
            for row in self
        )
        table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
        again = f"<p>In brackets: in how many runs. All of it runs again with <code>{escape(COMMAND)}</code>.</p>"
        group = 'role="group" aria-label="How sure is this?" tabindex="0" style="overflow-x:auto"'
        return f"<div {group}>{table}</div>{again}"


def wrapped(text: str, indent: str) -> str:
    """Return a text in lines of a hundred characters."""
    return textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def how_sure(chapter: str, results: str | Path | None = None) -> Findings:
    """Return the findings of a chapter with their shares, as the repository's ``results/findings.json`` gives them.

    The shares come with the package, so that they are there in an installed one too; every chapter from
    :doc:`/chapters/network` to :doc:`/chapters/he` prints its own.

    Args:
        chapter: the name of a chapter.
        results: a file of results of one's own, to be counted in place of the book's.

    Raises:
        TypeError: if the chapter is no text.
        ValueError: if there are no findings of such a chapter, or the file holds something else.
        FileNotFoundError: if there is no such file.

    >>> how_sure("symmetry")[1].page
    '100 of 100'
    """
    one_of("chapter", chapter, tuple(dict.fromkeys(finding.chapter for finding in FINDINGS.values())))
    counted = stored() if results is None else counted_in(read(Path(results)))
    return Findings(row(name, counted[name]) for name, finding in FINDINGS.items() if finding.chapter == chapter)


def counted_in(results: Results) -> dict[str, dict[str, Share]]:
    """Count the shares of all findings, which one version of xavier_lib has to have measured."""
    if measured := [record for record in results.runs.values() if record["experiment"] == EXPERIMENT]:
        results.one_version(measured)
    return {name: shares(finding, results) for name, finding in FINDINGS.items()}


def stored() -> dict[str, dict[str, Share]]:
    """Return the shares that come with the package; ``tools/shares.py`` takes them from ``results/findings.json``."""
    text = files(__package__).joinpath("shares.json").read_text(encoding="utf-8")
    return {name: {at: Share(*share) for at, share in found.items()} for name, found in json.loads(text).items()}


def row(name: str, found: Mapping[str, Share]) -> Row:
    """Return a finding in words; where the sentence is a share, every neighbour has one of its own."""
    finding, near = FINDINGS[name], {at: share for at, share in found.items() if at != PAGE and share.runs}
    also = [f"{at} ({share})" for at, share in near.items() if finding.is_share or share.sure]
    otherwise = [f"{at} ({share})" for at, share in near.items() if not (finding.is_share or share.sure)]
    return Row(finding.said(found[PAGE]), str(found[PAGE]), ", ".join(also), ", ".join(otherwise), name)
