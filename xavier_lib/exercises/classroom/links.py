"""Links of a chapter that leave the repository: each leads to the site."""

import re

REPOSITORY = "first-weights/first-weights"
SITE = "https://{}.github.io/{}/".format(*REPOSITORY.split("/"))
LINK = re.compile(r"(?<!!)\[((?:`[^`]+`|\$[^$]+\$|[^\[\]`$])+)\]\(([^()\s]+)\)")
PAGE = re.compile(r"(?P<folders>(?:\.\./)?(?:chapters/)?)(?P<name>[\w-]+)\.(?:ipynb|md)(?P<anchor>#\S+)?")


def travelling(text: str, site: str = SITE) -> str:
    """Return plain Markdown whose links lead to the site, for a notebook that leaves the repository."""
    return LINK.sub(lambda match: f"[{match[1]}]({address(match[2], site)})", text)


def address(target: str, site: str = SITE) -> str:
    """Return where the site shows what a link of a chapter leads to."""
    path, _, name = target.removeprefix("../").partition("#")
    if path == "glossary.md" and name:
        return f"{site}glossary.html#term-{name}"
    if path == "references.bib":
        return f"{site}references.html"
    if path.startswith("xavier_lib/"):
        return f"{site}api.html"
    if match := PAGE.fullmatch(target):
        folder = "" if target.startswith("../") else "chapters/"
        return f"{site}{folder}{match['name']}.html{match['anchor'] or ''}"
    return target


def at_home(text: str, chapter: str) -> str:
    """Return text whose links lead to the site, and so do the words for what only the chapter holds."""
    page = f"{SITE}chapters/{chapter}.html"
    text = re.sub(r"\bthis page\b", f"[the chapter]({page})", travelling(text))
    return re.sub(r"(?<!## )\b(equation \d+)\b(?![^\n]*\]\()", rf"[\1]({page})", text)
