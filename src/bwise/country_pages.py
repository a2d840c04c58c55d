"""The public page of each country: its published figures beside those of all countries, in English and in the country's languages.

What stands on them `params/factsheets.yaml` says under `countries`; without that, every table that shows single countries. Labels are
those of the questionnaires, our own words those of `params/phrases.csv` (`bwise.phrases`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from markupsafe import Markup

from bwise.countries import language_name, name_in, official_languages
from bwise.factsheets import READING, Answer, Part, Section, country_parts, cut_out
from bwise.ledger import MEAN_OF_COUNTRIES, POOLED
from bwise.lineage import DEMONSTRATION
from bwise.pages import page_template
from bwise.phrases import EN, Phrases, load_phrases
from bwise.pooling import Pool
from bwise.storage import write_text
from bwise.tables import AVERAGES, Published, Table

COUNTRY = "country"


def write_country_pages(tables: Published, pool: Pool, groups: Pool | None, html_table: Callable[[Table, Phrases], Markup]) -> list[str]:
    """`reports/countries/<CC>.html`, and `<CC>.<language>.html` for each official language of it that there are phrases for.

    Returns:
        Their names, relative to `reports/`.
    """
    phrases = load_phrases(pool.project, [part.questionnaire for part in (pool, groups) if part])
    described = country_parts(pool.project, tables.described)
    parts = [part for part in described or _all_that_show_countries(tables) if part.table in tables]
    written = []
    for country in pool.countries:
        languages = [EN, *(language for language in official_languages(country) if language in phrases and language != EN)]
        sections = [cut_out(part, {COUNTRY: Answer(country, country, frozenset({country}))}, tables) for part in parts]
        for language in languages:
            path = _path(country, language)
            page = _page(country, languages, phrases[language], sections, pool, html_table)
            write_text(pool.project.reports / path, page)
            written.append(path)
    return written


def _path(country: str, language: str) -> str:
    return f"countries/{country}.html" if language == EN else f"countries/{country}.{language}.html"


def _all_that_show_countries(tables: Published) -> list[Part]:
    beside = {COUNTRY: [f"{{{COUNTRY}}}", *AVERAGES]}
    return [
        Part(title=table.title, table=id_, where=beside, rows=list(table.rows), columns=list(table.columns))
        for id_, table in tables.items()
        if COUNTRY in table.data
    ]


def _page(
    country: str, languages: list[str], say: Phrases, sections: list[Section], pool: Pool, html_table: Callable[[Table, Phrases], Markup]
) -> str:
    shown = [section for section in sections if say.language == EN or not section.part.english]
    return page_template("country.html.j2").render(
        say=say,
        name=name_in(country, say.language),
        pool=pool,
        demonstration=DEMONSTRATION if pool.demonstration else "",
        others=[(other, language_name(other), _path(country, other).partition("/")[2]) for other in languages if other != say.language],
        sections=[(section.part, section.table and translated(section.table, say, pool.countries)) for section in shown],
        html_table=lambda table: html_table(table, say),
        reading=READING | {AVERAGES[MEAN_OF_COUNTRIES]: EQUAL_COUNTRIES},
    )


EQUAL_COUNTRIES = "every country counts the same: the unweighted mean of the country figures that may be shown"


def translated(table: Table, say: Phrases, countries: list[str]) -> Table:
    """The table with its labels in the language; countries by their names."""
    codes = {dimension: {code: say(label) for code, label in labels.items()} for dimension, labels in table.codes.items()}
    codes["statistic"] = {name: say(name) for name in table.data["statistic"].unique()}
    codes[COUNTRY] = {POOLED: say(AVERAGES[POOLED]), MEAN_OF_COUNTRIES: say(AVERAGES[MEAN_OF_COUNTRIES])}
    codes[COUNTRY] |= {country: name_in(country, say.language) for country in countries}
    symbols = {code: (sign, "; ".join(map(say, words.split("; ")))) for code, (sign, words) in table.symbols.items()}
    return replace(table, title=say(table.title), codes=codes, symbols=symbols)
