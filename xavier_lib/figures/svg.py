"""Matplotlib's SVG made lean: no wrapping, rounded coordinates, ids of its own, and the page's color for its ink."""

import re
from hashlib import sha256
from html import escape
from urllib.parse import quote
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
FONT_SIZE = 13  # of a width of 360: at least 11 pixels on a phone
WIDTH = 480  # pixels, where nothing sets another
INK = "#000000"  # becomes currentColor, so that a page in the dark may turn it white


def lean_svg(text: str, alt: str) -> str:
    """Return matplotlib's SVG without its wrapping, with coordinates rounded to what the eye can see."""
    root = ElementTree.fromstring(text)
    _prune(root)
    width, height = root.attrib["viewBox"].split()[2:]
    _own(root, "p" + sha256((text + alt).encode()).hexdigest()[:10])
    root.attrib = {
        "class": "picture",
        "viewBox": f"0 0 {width} {height}",
        "width": f"{WIDTH}",
        "role": "img",
        "aria-label": alt,
        "font-family": "system-ui, sans-serif",
        "font-size": f"{FONT_SIZE}",
        "fill": "currentColor",
        "stroke-linejoin": "round",
        "style": "background:#fff",
    }
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _own(root: ElementTree.Element, prefix: str) -> None:
    """Give all ids a prefix and all ink the color of the page; words that look like either stay as they are."""
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, prefix + value)
            elif name == "href":
                element.set(name, value.replace("#", f"#{prefix}", 1))
            else:
                element.set(name, value.replace("url(#", f"url(#{prefix}").replace(INK, "currentColor"))


def still(svg: str, alt: str) -> str:
    """Return an SVG as an image element: a notebook that was not trusted shows one, and no SVG of its own."""
    source = "data:image/svg+xml," + quote(svg, safe=" /:;,=()'!*@$+?[]|~")
    return f'<img style="max-width:100%" alt="{escape(alt)}" src="{source}">'


def _prune(parent: ElementTree.Element) -> None:
    kept: list[ElementTree.Element] = []
    for child in list(parent):
        _prune(child)
        child.tail = None
        if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style") or _is_invisible(child):
            continue
        if child.tag == f"{{{SVG}}}g":
            child.attrib.pop("id", None)
            if not child.attrib:
                kept.extend(child)
                continue
        _shorten(child)
        kept.append(child)
    parent[:] = kept
    if parent.text and not parent.text.strip():
        parent.text = None


def _is_invisible(element: ElementTree.Element) -> bool:
    style = element.get("style", "")
    unpainted = element.tag == f"{{{SVG}}}path" and style == "fill: none"
    return unpainted or (element.tag in (f"{{{SVG}}}g", f"{{{SVG}}}defs") and not len(element))


def _shorten(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name == f"{{{XLINK}}}href":
            element.set("href", element.attrib.pop(name))
        elif name == "style":
            inherited = rf"font(?:-family)?: [^;]*;? ?|font-size: {FONT_SIZE}px;? ?|stroke-linejoin: miter;? ?"
            style = re.sub(inherited, "", value)
            element.set("style", re.sub(r"([:;]) ", r"\1", style).rstrip("; "))
        elif name in ("d", "x", "y", "width", "height", "transform", "points"):
            element.set(name, " ".join(re.sub(r"-?\d+\.\d+(e-?\d+)?", _rounded, value).split()))
            if re.fullmatch(r"rotate\(-?0 .*\)", element.get(name, "")):
                del element.attrib[name]


def _rounded(match: re.Match[str]) -> str:
    return f"{round(float(match[0]), 1) + 0.0:g}"
