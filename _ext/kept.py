"""What was chosen and read is kept on the reader's device, by a script that knows each question by a mark."""

import hashlib
import json
from typing import Any

from sphinx.application import Sphinx

from xavier_lib.exercises.prediction import predict, predictions
from xavier_lib.exercises.quiz import Question, chapters, self_test


def mark(question: Question) -> str:
    """Return the name of a question: the same wherever it stands, another one once its words have changed."""
    words = [question.ask, *(option.text for option in question.options)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]


def asked(chapter: str) -> dict[str, str]:
    """Return the marks of a chapter's questions, by the names of their radio buttons."""
    tests = {f"quiz-{chapter}-{n}": one for n, one in enumerate(self_test(chapter).questions, start=1)}
    guesses = {f"predict-{name}": predict(name).question for name in predictions() if name.startswith(f"{chapter}-")}
    return {name: mark(question) for name, question in (tests | guesses).items()}


def tested() -> dict[str, dict[str, int]]:
    """Return how many options each question of each self-test has, by the chapter's page and the question's mark."""
    return {
        f"chapters/{chapter}": {mark(one): len(one.options) for one in self_test(chapter).questions}
        for chapter in chapters()
    }


def add_script(app: Sphinx, page: str, _template: str, _context: dict[str, Any], _doctree: object) -> None:
    """Give each chapter, and the page that lists them, the script and what it has to know."""
    folder, _, chapter = page.rpartition("/")
    if page == app.config.root_doc:
        app.add_js_file("kept.js", **{"data-chapters": json.dumps(tested(), separators=(",", ":"))})
    elif folder == "chapters" and chapter in chapters():
        questions = json.dumps(asked(chapter), separators=(",", ":"))
        app.add_js_file("kept.js", **{"data-page": page, "data-questions": questions})


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the script to each page, before the choice of its scripts."""
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
