"""Every reader reaches everything: with a screen reader, by keyboard, on a phone, with large text, without motion."""

import itertools
import re
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.site.built import CHAPTERS, pages, tags

WIDTHS = (1440, 768, 360)
TEXTS = "section > p, li"
COLOR_RULES = ["color-contrast", "link-in-text-block"]

# Axe takes its time for each element. So words that are marked alike in like places stand for one another, as formulas
# and copy buttons do, and hidden frames are not shown. One block of each kind stands for all in the colors, and one
# text for all texts in a narrow window, where code and tables may still be too wide. A page with no new kind has been
# looked at in colors.
KIND = """e => { let kind = ''
    for (; e && e.tagName !== 'BODY'; e = e.parentElement)
        kind += e.tagName + '.' + (e.getAttribute('class') || '') + (e.getAttribute('style') || '') + '<'
    return kind }"""
THIN_OUT = f"""() => {{
    const kind = {KIND}, seen = new Set()
    const twin = e => seen.size === seen.add(kind(e)).size
    document.querySelectorAll('details').forEach(e => e.open = true)
    document.querySelectorAll('.frame[hidden]').forEach(e => e.remove())
    document.querySelectorAll('svg.picture').forEach(e => e.replaceChildren())
    document.querySelectorAll('math, .copybtn').forEach(e => {{ if (twin(e)) e.remove() }})
    const words = 'pre span, .sig span, article em, article strong, article code, article code span, article dt span'
    const twins = [...document.querySelectorAll(words)].filter(twin)
    twins.forEach(e => e.replaceWith(...e.childNodes))
    document.querySelector('article')?.normalize()
}}"""
LEAVE_EXAMPLES = f"""([known, blocks]) => {{
    const kind = {KIND}, seen = new Set(known)
    for (const block of document.querySelectorAll(blocks)) {{
        if (block.querySelector(blocks)) continue
        const kinds = [block, ...block.querySelectorAll('*')].map(kind)
        if (kinds.every(kind => seen.has(kind))) block.remove()
        kinds.forEach(kind => seen.add(kind))
    }}
    return [...seen]
}}"""
KINDS = f"known => [...new Set([...known, ...[...document.body.querySelectorAll('*')].map({KIND})])]"
VIOLATIONS = """options => axe.run(document, {resultTypes: ['violations'], ...options}).then(
    found => found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.html.slice(0, 120))))"""
ALL_BUT_COLORS = {"rules": {rule: {"enabled": False} for rule in COLOR_RULES}}

# Everything that can take the focus, and how it looks without.
PREPARE = """() => {
    const look = e => { const s = getComputedStyle(e)
        return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join() }
    const name = e => (e.tagName + ' ' + (e.id || e.className || e.getAttribute('href')) + ' '
                       + (e.getAttribute('aria-label') || e.textContent).trim().slice(0, 40))
    const seen = e => { const box = e.getBoundingClientRect()
        return e.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth }
    const wanted = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary, [tabindex="0"]')]
        .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('svg'))
        // Tab stops once in a group of radio buttons, and arrows do the rest
        .filter(e => e.type !== 'radio' || e === (document.querySelector(`input[name="${e.name}"]:checked`)
            || document.querySelector(`input[name="${e.name}"]`)))
    document.activeElement?.blur()
    const plain = new Map(wanted.map(e => [e, look(e)]))
    window.reached = []
    window.wrong = []
    window.listening?.abort()
    window.listening = new AbortController()
    document.addEventListener('focusin', ({target}) => {
        window.reached.push(target)
        if (!seen(target)) window.wrong.push('invisible: ' + name(target))
        const style = getComputedStyle(target)
        const ring = style.outlineStyle === 'auto'
            || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        if (!(ring || style.boxShadow !== 'none') || look(target) === plain.get(target))
            window.wrong.push('no mark: ' + name(target)) }, window.listening)
    window.missed = () => wanted.filter(e => !window.reached.includes(e)).map(name)
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
    window.reached.length = window.wrong.length = 0
    return wanted.length
}"""

# The column of text scrolls by itself in the theme, so the window's own width says too little.
TOO_WIDE = """size => {
    document.documentElement.style.setProperty('font-size', size, 'important')
    const column = [...document.querySelectorAll('html, body, .page, .main, .content')]
    const hiding = [...document.querySelectorAll('article *, header *')].filter(e => e.clientWidth > 1
        && !e.closest('svg, math') && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX))
    return [...column, ...hiding].filter(e => e.scrollWidth > e.clientWidth + 1).map(
        e => e.tagName + ' ' + e.className + ' ' + e.scrollWidth + ' > ' + e.clientWidth)
}"""
MOVING = """() => [...document.querySelectorAll('body, body *:not(svg *, math *, pre *)')].filter(
    e => [null, '::before', '::after'].map(part => getComputedStyle(e, part)).some(
        style => [style.transitionDuration, style.animationDuration].some(
            times => times.split(',').some(time => parseFloat(time) > 0.01)))).map(e => e.outerHTML.slice(0, 80))"""


def test_axe_finds_no_violation_in_light_and_dark_at_three_widths(tab: Page, site: Path, address: str) -> None:
    """All rules of axe hold on every page, with every answer open."""
    found: dict[tuple[str, int, str], list[str]] = {}
    seen: dict[str, list[str]] = {}
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        tab.evaluate(AXE_SCRIPT)
        tab.evaluate(THIN_OUT)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            found[page, width, "all but colors"] = tab.evaluate(VIOLATIONS, ALL_BUT_COLORS)
            if width == WIDTHS[0]:
                leave_examples(tab, seen, TEXTS)
        leave_examples(tab, seen, "p, li, tr, dt, pre, h2, h3")
        leave_examples(tab, seen, "section > :not(section, h1)")
        known = len(seen.get("all", ()))
        seen["all"] = tab.evaluate(KINDS, seen.get("all", []))
        for width, scheme in itertools.product(WIDTHS, ("light", "dark") if len(seen["all"]) > known else ()):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.emulate_media(color_scheme=scheme)
            found[page, width, scheme] = tab.evaluate(VIOLATIONS, {"runOnly": COLOR_RULES})
        tab.emulate_media(color_scheme="light")
    assert not {state: violations for state, violations in found.items() if violations}


def leave_examples(tab: Page, seen: dict[str, list[str]], blocks: str) -> None:
    """Remove blocks all of whose kinds were seen, on this page or on one before."""
    seen[blocks] = tab.evaluate(LEAVE_EXAMPLES, [seen.get(blocks, []), blocks])


def test_axe_finds_no_violation_in_an_open_drawer(tab: Page, address: str) -> None:
    """The drawers of a narrow window hold to the rules too; without motion they are open at once."""
    tab.emulate_media(reduced_motion="reduce")
    tab.set_viewport_size({"width": 360, "height": 900})
    tab.goto(f"{address}{CHAPTERS[0]}.html")
    tab.evaluate(AXE_SCRIPT)
    tab.evaluate(THIN_OUT)
    for label in ("All chapters", "On this page"):
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            tab.get_by_role("button", name=label).click()
            assert tab.evaluate(VIOLATIONS, {}) == []
            tab.keyboard.press("Escape")


def test_the_tab_key_reaches_everything_and_shows_where_it_is(tab: Page, site: Path, address: str) -> None:
    """On a phone and on a laptop: no link, button, slider or answer is left out, none is focused unseen or unmarked."""
    found = {}
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        for width in (360, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            steps = tab.evaluate(PREPARE)
            for _ in range(steps):
                tab.keyboard.down("Tab")  # held down, it goes on: half the messages of a press
            while (left := tab.evaluate("window.missed().length")) and steps < 2000:
                for _ in range(left):
                    tab.keyboard.down("Tab")
                steps += left + 100
            found[page, width] = tab.evaluate("[...window.wrong, ...window.missed().map(name => 'missed: ' + name)]")
    assert not {place: wrong for place, wrong in found.items() if wrong}


def test_the_first_tab_stop_skips_to_the_text(tab: Page, site: Path, address: str) -> None:
    """One key and Enter lead past the navigation, on every page that has one."""
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        if page == "404":
            continue
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Skip to content", page
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")
        assert tab.evaluate("!!document.activeElement.closest('article, footer')"), page


def test_a_drawer_opens_and_closes_by_keyboard(tab: Page, address: str) -> None:
    """Enter opens a drawer and leads into it; Escape closes it and leads back; the state is spoken."""
    tab.goto(f"{address}{CHAPTERS[0]}.html")
    drawers = ((360, "All chapters", ".sidebar-drawer"), (360, "On this page", ".toc-drawer"))
    for width, label, drawer in (*drawers, (1100, "On this page", ".toc-drawer")):
        tab.set_viewport_size({"width": width, "height": 900})
        button, links = tab.get_by_role("button", name=label), tab.locator(f"{drawer} a >> visible=true")
        assert links.count() == 0
        button.focus()
        tab.keyboard.press("Enter")
        assert button.get_attribute("aria-expanded") == "true"
        assert links.count() > 0
        assert tab.evaluate(f"!!document.activeElement.closest('{drawer}')")
        tab.keyboard.press("Tab")
        assert tab.evaluate(f"!!document.activeElement.closest('{drawer}')")
        tab.keyboard.press("Escape")
        assert button.get_attribute("aria-expanded") == "false"
        assert links.count() == 0
        assert button.evaluate("button => button === document.activeElement")


def test_a_link_in_a_drawer_closes_it(tab: Page, address: str) -> None:
    """Who chooses a section from the drawer sees that section, not the drawer over it."""
    tab.set_viewport_size({"width": 360, "height": 900})
    tab.goto(f"{address}{CHAPTERS[0]}.html")
    tab.get_by_role("button", name="On this page").click()
    tab.locator(".toc-drawer a[href='#summary']").click()
    tab.locator(".toc-drawer").wait_for(state="hidden")
    assert tab.locator("#summary h2").is_visible()


def test_the_theme_button_works_by_keyboard(tab: Page, address: str) -> None:
    """Enter takes the page from light to dark and keeps the choice on the next page."""
    color = "getComputedStyle(document.body).backgroundColor"
    tab.goto(f"{address}{CHAPTERS[0]}.html")
    light = tab.evaluate(color)
    tab.locator("button.theme-toggle:visible").press("Enter")
    dark = tab.evaluate(color)
    tab.goto(f"{address}index.html")
    assert light != dark
    assert tab.evaluate(color) == dark


def test_every_figure_and_frame_has_a_text_alternative_with_numbers(site: Path) -> None:
    """Each picture is one image to a screen reader, with a text that says more than its kind."""
    for page in pages(site):
        pictures = [tag.attributes for tag in tags(site / f"{page}.html") if tag.attributes.get("class") == "picture"]
        assert pictures or page not in ("index", *CHAPTERS)
        for attributes in pictures:
            assert attributes.get("role") == "img", page
            words = attributes.get("aria-label", "")
            assert len(words.split()) >= 8, (page, words)
            assert re.search(r"\d", words), (page, words)


def test_a_page_has_one_first_heading_and_skips_no_level(site: Path) -> None:
    """The headings of a page are a table of its contents."""
    for page in pages(site):
        levels = [int(tag.name[1]) for tag in tags(site / f"{page}.html") if re.fullmatch("h[1-6]", tag.name)]
        assert levels[:1] == [1], page
        assert levels.count(1) == 1, page
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), page


def test_no_page_scrolls_sideways_or_cuts_off_text(tab: Page, site: Path, address: str) -> None:
    """At 320 px, and with text twice as large on a phone and on a laptop, each page is as wide as its window."""
    too_wide = {}
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        tab.evaluate("document.querySelectorAll('details').forEach(answer => answer.open = true)")
        for width, size in ((320, "100%"), (360, "200%"), (1280, "200%")):
            tab.set_viewport_size({"width": width, "height": 800})
            too_wide[page, width, size] = tab.evaluate(TOO_WIDE, size)
    assert not {place: boxes for place, boxes in too_wide.items() if boxes}


def test_nothing_moves_for_readers_who_asked_for_less_motion(tab: Page, site: Path, address: str) -> None:
    """No transition or animation lasts longer than 0.01 s, and no jump to an anchor is drawn out."""
    tab.emulate_media(reduced_motion="reduce")
    for page in pages(site):
        tab.goto(f"{address}{page}.html")
        moving = tab.evaluate(MOVING)
        assert moving == [], page
        assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
