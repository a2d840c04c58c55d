"""Pages of countries in their languages: every phrase is there, and the figures are those of the tables."""

import re
import string

import pytest
from babel.numbers import parse_decimal

from bwise.country_pages import write_country_pages
from bwise.phrases import EN, Phrases, load_phrases
from bwise.publication import html_table
from bwise.settings import Project
from bwise.storage import read_csv
from bwise.tables import european_tables, load_tables
from tests.conftest import ROOT
from tests.test_factsheets import of_countries, sections
from tests.test_headlines import CHOICES, SURVEY
from tests.test_tables_enterprises import OPEN

OFFICIAL = "AT:de BE:nl,fr,de BG:bg HR:hr FR:fr EL:el IT:it LV:lv NL:nl PL:pl RO:ro SI:sl ES:es"
LANGUAGES = {country: told.split(",") for country, told in (pair.split(":") for pair in OFFICIAL.split())}
PHRASES = read_csv(ROOT / "params" / "phrases.csv")


def test_every_phrase_is_there_in_every_language_of_the_questionnaire_and_once(questionnaire):
    assert tuple(PHRASES.columns) == questionnaire.languages
    assert [(EN, language) for language in PHRASES for text in PHRASES[language] if not text.strip()] == []
    assert not PHRASES[EN].duplicated().any()


@pytest.mark.parametrize("language", [c for c in PHRASES if c != EN])
def test_placeholders_are_those_of_the_english_phrase(language):
    for english, text in zip(PHRASES[EN], PHRASES[language], strict=True):
        named, meant = ({name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (text, english))
        assert named == meant, (english, text)


class Asking(Phrases):
    """Phrases that remember for what they had none."""

    missed: set[str] = set()  # noqa: RUF012

    def __call__(self, text, **values):
        if text and self.language != EN and text not in self.said:
            self.missed.add((self.language, text))
        return super().__call__(text, **values)


def test_nothing_that_pages_of_countries_say_is_left_in_english(european, demonstration_pool, focus_groups, tmp_path, monkeypatch):
    """Names that are the same in all languages are none of it: codes, what params call a country, national forms."""
    questionnaires = [demonstration_pool.questionnaire, focus_groups.questionnaire]
    asked = {la: Asking(p.language, p.said) for la, p in load_phrases(demonstration_pool.project, questionnaires).items()}
    monkeypatch.setattr("bwise.country_pages.load_phrases", lambda *_: asked)
    monkeypatch.setattr("bwise.country_pages.write_text", lambda *_: None)
    write_country_pages(european, demonstration_pool, focus_groups, html_table)
    used = {text for _, text in Asking.missed if not re.fullmatch(r"[:nu\W]|[A-Z]{2}", text)}
    on_pages = {t for t in used if any(t in html for html in _texts(demonstration_pool.project))}
    assert on_pages == set()


def _texts(project):
    pages = (project.reports / f"countries/{c}.{la}.html" for c in LANGUAGES for la in LANGUAGES[c])
    return [set(re.findall(r">([^<>]+)<", path.read_text(encoding="utf-8"))) for path in pages]


def test_each_country_has_a_page_in_english_and_in_each_of_its_languages_which_lead_to_each_other(demonstration):
    there = {path.name for path in (demonstration.reports / "countries").glob("*")}
    assert there == {f"{c}.html" for c in LANGUAGES} | {f"{c}.{la}.html" for c in LANGUAGES for la in LANGUAGES[c]}
    for language in ("", ".nl", ".fr", ".de"):
        text = (demonstration.reports / f"countries/BE{language}.html").read_text(encoding="utf-8")
        assert f'<html lang="{language[1:] or "en"}">' in text
        links = set(re.findall(r'href="(BE[^"]*)"', text))
        assert links == {"BE.html", "BE.nl.html", "BE.fr.html", "BE.de.html"} - {f"BE{language}.html"}


@pytest.mark.parametrize(
    ("country", "language", "heading"), [("AT", "de", "Kompetenzlücken"), ("LV", "lv", "Prasmju plaisas"), ("BG", "bg", "")]
)
def test_figures_in_a_language_are_those_of_the_english_page_written_as_the_language_does(demonstration, country, language, heading):
    english = sections(demonstration, f"countries/{country}.html")
    other = sections(demonstration, f"countries/{country}.{language}.html")
    assert heading in {"", *other}
    places = dict(zip([t for t in english if t not in ENGLISH_ONLY], other, strict=True))
    compared = 0
    for title, called in places.items():
        for ours, theirs in zip(english[title], other[called], strict=True):
            for one, two in zip(ours, theirs, strict=True):
                if re.fullmatch(r"−?\d+\.\d+", one):
                    assert float(one.replace("−", "-")) == float(parse_decimal(two.replace("−", "-"), locale=language)), (title, one, two)
                    assert "." not in two
                    compared += 1
    assert compared > 80


ENGLISH_ONLY = {"Skills, all figures", "Fieldwork", "How far the country can be compared"}


def test_figures_of_a_country_page_are_those_that_the_tables_publish(demonstration):
    lines = read_csv(demonstration.reports / "tables/models.csv")
    for country in LANGUAGES:
        rows = sections(demonstration, f"countries/{country}.html")["WISE models"]
        mine = lines[lines["country"].eq(country)]
        for label, value, n, hidden in mine[["model_label", "value", "n", "conf_status"]].itertuples(index=False):
            shown = rows[1][rows[0].index(label)]
            assert shown == ("not shown" if hidden else f"{float(value) * int(n) / 100:.0f} of {n}"), country


def test_numbers_have_the_signs_of_the_language():
    assert [Phrases(la).number("−1\u202f234.50") for la in ("en", "de", "sl", "bg")] == [
        "−1\u202f234.50",
        "-1.234,50",
        "-1.234,50",
        "-1\xa0234,50",
    ]
    assert Phrases("de").number("4 von 8") == "4 von 8"


def test_without_a_description_pages_of_countries_show_every_table_of_countries_in_english(pool_of):
    pool = pool_of(SURVEY, CHOICES, of_countries(productive={"cost": 9}, social={"cost": 5, "skills": 5}), **OPEN)
    tables = european_tables(pool, described=load_tables(pool.project).only("barriers", "models"))
    assert write_country_pages(tables, pool, None, html_table) == ["countries/AT.html", "countries/BE.html", "countries/FR.html"]
    rows = sections(Project(pool.project.root), "countries/BE.html")["WISE models by country"]
    assert [row[0] for row in rows] == ["country", "Belgium", "Pooled", "Mean of countries"]
    assert rows[1][1:3] == ["47.4", "52.6"]
