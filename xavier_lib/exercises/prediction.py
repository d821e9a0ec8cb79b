"""Predictions: a question before a result, which opens once the reader has chosen an answer."""

from dataclasses import dataclass
from typing import Any

from xavier_lib.arguments import one_of
from xavier_lib.exercises.quiz import Question, chapters, entries, form, listed, read, whole

SKIP = "Show the result without a guess"


@dataclass(frozen=True, repr=False)
class Prediction:
    """A question that a reader answers before the next cell; what :func:`predict` returns.

    The first ones stand in :doc:`/chapters/network`.

    Attributes:
        name: of the prediction, with its chapter's name before it.
        question: what is asked, and the answers to choose from.

    >>> predict("naive-larger").question.ask[:16]
    'Which of the two'
    """

    name: str
    question: Question

    def __repr__(self) -> str:
        """Return the question and its options as plain text, without the answer."""
        return "\n".join(listed(self.question, "Predict: ", lambda option: option.text))

    def answer(self) -> str:
        """Return the question with each option's explanation as plain text."""
        return "\n".join(listed(self.question, "Predict: ", lambda option: f"{option.verdict} {option.why}"))

    def _repr_html_(self) -> str:
        name = f"predict-{self.name}"
        skip = f'<label class="skip"><input type="radio" name="{name}" value="0" autocomplete="off"> {SKIP}</label>'
        return whole("self-test prediction", [form(self.question, "Predict.", name, skip)])


def predict(name: str) -> Prediction:
    """Return a question that comes before a result; the last line of a cell displays it.

    It is the form of :func:`xavier_lib.exercises.self_test` with one question. On the site the result of the next
    cell opens when an answer is chosen, without a script. The first ones stand in :doc:`/chapters/network`.

    Args:
        name: the name of the prediction, which begins with its chapter's, as in ``"naive-larger"``.

    Raises:
        TypeError: if the name is no text.
        ValueError: if there is no prediction of that name.

    >>> [option.right for option in predict("naive-larger").question.options].count(True)
    1
    """
    known = predictions()
    return Prediction(name, read(known[one_of("name", name, sorted(known))]))


def predictions() -> dict[str, dict[str, Any]]:
    """Return every prediction as its file holds it, by its name."""
    found = {chapter: entries(chapter).get("predictions", []) for chapter in chapters()}
    return {f"{chapter}-{entry['name']}": entry for chapter, asked in found.items() for entry in asked}
