"""What is published, tried with axe-core against WCAG 2.2 AA, light and dark, wide and narrow; and by keyboard alone.

Needs Chromium or Chrome on the PATH. axe finds a part of what can be wrong (names, roles, contrast, scrolling by keyboard), not all of it.
"""

import shutil

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH: pages cannot be tried")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ONE_OF_EACH = ("index.html", "countries/BE.fr.html", "scenarios/training.html", "personas/wsn-training.html")
FOCUSABLE = "a[href], summary, [tabindex='0']"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser, path, **how):
    page = browser.new_page(**how)
    page.goto(path.as_uri())
    return page


def violations(page):
    """What axe finds: rule and the first places. The script is handed over by the debugger, which the pages' policy does not bind."""
    page.evaluate(AXE_SCRIPT)
    how = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = page.evaluate("how => axe.run(document, how).then(found => found.violations)", how)
    return [(v["id"], len(v["nodes"]), [node["html"][:120] for node in v["nodes"][:3]]) for v in found]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_axe_finds_nothing_on_one_page_of_each_kind(browser, demonstration, name):
    """Of long tables the first rows: axe takes many seconds for the whole report, and rows are alike."""
    page = opened(browser, demonstration.reports / name, viewport={"width": 1280, "height": 900})
    page.evaluate("[...document.querySelectorAll('tbody')].forEach(b => [...b.rows].slice(2).forEach(row => row.remove()))")
    assert violations(page) == []
    page.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_on_any_page_in_either_scheme_wide_or_narrow(browser, demonstration, scheme, width):
    pages = sorted(demonstration.reports.rglob("*.html"))
    assert len(pages) > 40
    found = {}
    for path in pages:
        page = opened(browser, path, viewport={"width": width, "height": 900}, color_scheme=scheme)
        found[path.relative_to(demonstration.reports).as_posix()] = violations(page)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0 or path.name == "consolidation.html", f"{path.name} scrolls sideways by {sideways} px"
        page.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_axe_would_find_a_fault(browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<html lang="en"><title>x</title><p style="color: #bbb">pale</p><img src="x.png"></html>', encoding="utf-8")
    page = opened(browser, path)
    assert {rule for rule, _, _ in violations(page)} == {"color-contrast", "image-alt"}
    page.close()


@pytest.mark.parametrize("name", ["scenarios/training.html", "countries/BE.fr.html"])
def test_the_keyboard_reaches_everything_in_order_and_the_first_stop_leads_past_the_head(browser, demonstration, name):
    page = opened(browser, demonstration.reports / name, viewport={"width": 320, "height": 900})
    there = page.locator(FOCUSABLE).count()
    stops = []
    for _ in range(there):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(f"[...document.querySelectorAll({FOCUSABLE!r})].indexOf(document.activeElement)"))
    assert stops == list(range(there)), "every link and every table that scrolls, in the order of the page"
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    scrolling = "e => [...e.querySelectorAll('*')].filter(x => /auto|scroll/.test(getComputedStyle(x).overflowX) && x.tabIndex < 0).length"
    assert page.locator("body").evaluate(scrolling) == 0
    page.close()
