"""Promises of the search: what readers look for leads to its section, among the first three, and no code is shown."""

import tomllib
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
PLACES = tomllib.loads((ROOT / "found.toml").read_text(encoding="utf-8"))["places"]
FIRST = """words => Object.fromEntries(words.map(word => [word,
    Search._performSearch(...Search._parseQuery(word)).slice(-3).map(item => item[0] + item[2])]))"""
#: Questions as people put them, in other words and with slips, and where the answer stands.
ASKED = {
    "xavier vs he": "chapters/he#which-start-for-which-activation",
    "He vs. Xavier": "chapters/he#which-start-for-which-activation",
    "why is my network not learning": "chapters/diagnosis",
    "why does my network not train": "chapters/diagnosis",
    "xavier_uniform_": "chapters/glorot#step-5",
    "torch.nn.init.xavier_uniform_": "chapters/glorot#step-5",
    "formula of glorot uniform": "chapters/glorot#step-5",
    "kaiming normal": "chapters/he",
    "xaiver initialization": "chapters/glorot",
    "glorot initalization": "chapters/glorot",
    "kaimign initialization": "chapters/he",
    "weights are nan": "chapters/diagnosis#too-small",
    "loss stuck at 2.30": "chapters/diagnosis#the-first-loss",
    "tanh gain": "chapters/gain",
    "lora initialisation": "chapters/museum#two-factors",
    "gelu": "chapters/gain",
    "silu activation": "chapters/gain",
    "transformer": "chapters/museum",
    "residual connections": "chapters/residual",
    "dropout": "chapters/symmetry",
    "adam": "chapters/normalization",
    "which mode fan_in or fan_out": "chapters/fans#the-mode",
    "square root parentheses": "chapters/glorot#said-in-words",
    "when are zero weights fine": "chapters/symmetry#some-constants",
    "rand instead of randn": "chapters/naive#nearly-a-third",
    "calculate_gain": "chapters/gain",
    "trunc_normal_": "chapters/frameworks#a-name",
    "log(num_classes)": "chapters/diagnosis#the-first-loss",
    "Conv1D of GPT-2": "chapters/frameworks#which-axis",
}


@pytest.fixture
def search(tab: Page, address: str) -> Page:
    """Open the search with its index loaded."""
    tab.goto(f"{address}search.html")
    tab.wait_for_function("() => Search._index")
    return tab


def test_every_entry_leads_to_its_page_among_the_first_three(search: Page) -> None:
    """More than two hundred names of functions, symptoms and questions."""
    wanted = {word: place["page"] for place in PLACES for word in place["words"]}
    found = search.evaluate(FIRST, list(wanted))
    missed = {
        word: found[word] for word, page in wanted.items() if not any(one.startswith(page) for one in found[word])
    }

    assert len(wanted) > 200
    assert not missed


def test_questions_in_other_words_lead_to_their_section(search: Page) -> None:
    """Other order, other forms, a letter too many: among the first three is the section."""
    found = search.evaluate(FIRST, list(ASKED))
    missed = {
        word: found[word] for word, place in ASKED.items() if not any(one.startswith(place) for one in found[word])
    }

    assert not missed


@pytest.mark.parametrize("words", ["singular values of the jacobian", "hourglass"])
def test_a_hit_in_the_text_leads_to_its_section_and_shows_prose(tab: Page, address: str, words: str) -> None:
    """Each result says which section, the link leads there, and no code stands in the snippet."""
    tab.goto(f"{address}search.html?q={quote(words)}")
    tab.wait_for_function("() => /found/.test(document.querySelector('.search-summary').textContent)")
    first = tab.locator("#search-results li").first
    first.locator("> a[href*='#']").wait_for()

    assert "import " not in first.locator("p.context").inner_text()
    first.locator("> a").click()
    tab.wait_for_url("**/*.html*#*")
    assert tab.locator(f'[id="{unquote(urlsplit(tab.url).fragment)}"]').count() == 1
