"""A link of a chapter to a state of the laboratory leads there from the site, and from a notebook that travels."""

import pytest

from tools.plain import to_myst
from xavier_lib.exercises.classroom.links import address, travelling

STATE = "start=glorot_uniform&gain=1&activation=tanh&depth=5&width=64&seed=0&rate=0.05"
SITE = "https://example.org/book/"


def test_on_the_site_a_state_is_an_anchor_that_nobody_resolves():
    """HTML leaves the address after the # as it is: to MyST it would name a heading that is not there."""
    escaped = STATE.replace("&", "&amp;")
    anchor = f'<a class="reference internal" href="../laboratory.html#{escaped}">this *network*</a>'
    assert to_myst(f"Try [this *network*](../laboratory.md#{STATE}).") == f"Try {anchor}."


def test_the_page_itself_stays_a_link_that_sphinx_checks():
    """Without a state there is nothing to carry, and Sphinx knows the page."""
    assert to_myst("In [the laboratory](../laboratory.md).") == "In [the laboratory](../laboratory.md)."


@pytest.mark.parametrize("target", [f"../laboratory.md#{STATE}", "../laboratory.md"])
def test_elsewhere_a_state_leads_to_the_site(target: str):
    """Colab and an exported notebook get the whole address, the state unchanged."""
    expected = SITE + target.removeprefix("../").replace(".md", ".html")
    assert address(target, SITE) == expected
    assert travelling(f"Try [this]({target}).", SITE) == f"Try [this]({expected})."
