"""The report as a browser shows it. Needs Chromium or Chrome on the PATH; nothing is fetched from anywhere."""

import re
import shutil
import subprocess
import unicodedata
from html.parser import HTMLParser

import matplotlib.image
import pytest
from pypdf import PdfReader

from bwise.tables import by_question
from bwise.text import rounded

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH: the report cannot be looked at")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars")


class Dom(HTMLParser):
    """Headings, captions and attributes."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.attributes, self.tags, self.inside = {"h1": [], "h2": [], "caption": []}, [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag in self.texts:
            self.inside = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside][-1] += data


@pytest.fixture(scope="module")
def browse(demonstration, tmp_path_factory):
    """`browse("--dump-dom")`: what the browser answers about the report."""
    folder = tmp_path_factory.mktemp("browser")

    def browse(*words):
        command = [BROWSER, *FLAGS, f"--user-data-dir={folder}/profile", *words, (demonstration.reports / "index.html").as_uri()]
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=90, check=True).stdout.decode("utf-8")

    browse.folder = folder
    return browse


@pytest.fixture(scope="module")
def dom(browse):
    return Dom(browse("--dump-dom"))


def test_all_headings_and_tables_are_there(dom, european):
    titles = [t.title for t in european.values()]
    assert dom.texts["h1"] == ["European tables"]
    assert dom.texts["h2"] == ["At a glance", "Contents", *by_question(european), "How to read the figures", "About this report"]
    others = [caption for caption in dom.texts["caption"] if caption.startswith("Published elsewhere: ")]
    assert [caption for caption in dom.texts["caption"] if caption not in others] == [*titles, "What partners sent"]
    assert dom.tags.count("table") == len(titles) + len(others) + 1


def test_the_report_begins_with_figures_that_stand_in_its_tables(browse, european):
    top = browse("--dump-dom").partition('id="glance"')[2].partition("</dl>")[0]
    shown = re.findall(r'<dt><a href="#(\w+)">(.*?)</div>', top, re.DOTALL)
    assert [id_ for id_, _ in shown] == ["models", "sectors", "income", "pathways", "support", "skills", "profiles", "measures"]
    for id_, said in shown:
        values = european[id_].data.query("conf_status == ''")["value"]
        assert "&nbsp;%" in said, "a number and its sign stand in one line"
        for figure in re.findall(r"([\d.]+)&nbsp;%", said):
            assert any(rounded(value, 1) == figure for value in values), f"{id_}: {figure} is in no cell"


def test_the_browser_has_nothing_to_repair(dom, demonstration):
    """Rows or cells in the wrong place would be moved; the DOM has exactly the tags of the file."""
    written = Dom((demonstration.reports / "index.html").read_text(encoding="utf-8"))
    assert [t for t in dom.tags if t not in ("html", "head", "body")] == [t for t in written.tags if t not in ("html", "head", "body")]


def test_the_page_asks_nothing_of_any_other_computer(dom, demonstration):
    values = [v for name, v in dom.attributes if name in ("src", "href", "srcset", "action", "data", "style") and v]
    assert values and [v[:80] for v in values if re.match(r"\s*(?:https?:|//|ftp:)|.*url\(", v, re.IGNORECASE)] == []
    assert not {"script", "iframe", "link", "object"} & set(dom.tags)
    pictures = [v for name, v in dom.attributes if name in ("src", "srcset")]
    assert len(pictures) == 2 * dom.tags.count("img") == 2 * 27, "each wide, and narrow for small screens"
    for name in pictures:
        picture = (demonstration.reports / name).read_text(encoding="utf-8")
        assert [h for h in re.findall(r'(?:href|src)="([^"]*)"', picture) if not h.startswith(("#", "data:"))] == []


def test_the_page_looks_like_something(browse):
    picture = browse.folder / "page.png"
    browse(f"--screenshot={picture}", "--window-size=1200,3000")
    pixels = matplotlib.image.imread(picture)[..., :3]
    assert pixels.shape[:2] == (3000, 1200)
    dark = (pixels.sum(axis=2) < 1.5).mean(axis=1)  # share of dark points in each line of the picture
    assert 0.005 < dark.mean() < 0.5, "neither blank nor black"
    for part in range(5):  # title, contents, tables: something to read all the way down
        assert (dark[part * 600 : (part + 1) * 600] > 0).mean() > 0.1
    assert len({tuple(p) for p in (pixels[::7, ::7].reshape(-1, 3) * 255).astype(int)}) > 20


@pytest.fixture(scope="module")
def printed(browse):
    """Pages of the report as printed: of each the words with how far from the left they begin, and the width of the paper."""
    browse("--no-pdf-header-footer", f"--print-to-pdf={browse.folder}/report.pdf")
    pages = []
    for page in PdfReader(browse.folder / "report.pdf").pages:
        words = []
        page.extract_text(visitor_text=lambda text, cm, tm, font, size, words=words: words.append((text.strip(), tm[4] * cm[0] + cm[4])))
        pages.append(([(word, x) for word, x in words if word], float(page.mediabox.width)))
    return pages


def test_in_print_nothing_is_cut_off(printed):
    for words, width in printed:
        assert [word for word, x in words if not 0 <= x < width] == []


def test_in_print_every_country_is_there_and_long_tables_repeat_their_heads(printed, demonstration_pool, european):
    countries = demonstration_pool.countries
    with_all = [words for words, _ in printed if {*countries} <= {word for text, _ in words for word in text.split()}]
    skills = european["skills_by_country"]
    assert len(with_all) > 10, "a table of hundreds of rows, each page of it with all countries"
    assert all(any("Mean of" in text for text, _ in words) for words in with_all if any("critical gap" in text for text, _ in words))
    said = unicodedata.normalize("NFKC", " ".join(text for words, _ in printed for text, _ in words))  # ligatures of the font
    assert all(name.split()[0] in said for name in skills.codes["skill"].values())
