"""All countries together: which answers may stand side by side, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pandas as pd
import pyarrow as pa

from bwise import released_texts
from bwise.hashes import changed_inputs, program
from bwise.manifests import all_left_out
from bwise.problems import Problem, ProblemsFound, stop
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.records import NOT_PROVED, is_sealed, read_files, read_manifest
from bwise.redeliveries import waiting
from bwise.settings import MANIFEST, ConsolidationSettings, CountrySettings, FocusGroupSettings, Project, load_country
from bwise.storage import csv_of, stack_tables, table_of

STATUSES = {
    "identical": "asked and answered alike",
    "recoded": "brought onto the common unit, scale or categories by a declared rule",
    "coarser": "several national categories became one common one",
    "different wording": "asked in other words; accepted as the same question",
    "different scale": "answered on another scale, not pooled",
    "pending": "perhaps asked: a column of the export is not settled",
    "not asked": "not asked",
}
POOLED = ("identical", "recoded", "coarser", "different wording")


@dataclass(frozen=True, eq=False)
class Pool:
    """Answers of all countries. `answers` and `missing` have one row per respondent kept, column `country` first.

    `countries` in the order of params; `left_out`: country -> why it is not in the pool. `part`: where the answers are kept below
    `processed/<CC>/` (`CountrySettings.part`). `flagged`: respondents who have a quality flag. `texts`: country -> `texts_to_read.csv`.
    """

    project: Project
    settings: ConsolidationSettings
    questionnaire: Questionnaire
    answers: pd.DataFrame
    missing: pd.DataFrame
    manifests: dict[str, dict]
    left_out: dict[str, str]
    part: str = CountrySettings.part
    flagged: frozenset[str] = frozenset()
    texts: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def countries(self) -> list[str]:
        return list(self.manifests)

    @cached_property
    def records(self) -> list[dict]:
        """The answers, a dict for each respondent: for the few records of focus groups."""
        return self.answers.to_dict("records")

    @property
    def demonstration(self) -> bool:
        """Whether any of the answers is synthetic."""
        return any(m["demonstration"] for m in self.manifests.values())

    def status(self, question: str, country: str) -> str:
        """How comparable a country's answers to this question are (one of `STATUSES`)."""
        manifest = self.manifests[country]
        if not any(country in self._asked[column] for column in self.questionnaire.columns(question)):
            return "pending" if question in manifest["comparability"].get("pending", ()) else "not asked"
        for status in ("different scale", "coarser", "recoded", "different wording"):
            if question in manifest["comparability"].get(status, ()):
                return status
        return "identical"

    @cached_property
    def _asked(self) -> dict[str, set[str]]:
        """Column -> countries in which at least one respondent was asked."""
        columns = self.questionnaire.all_columns
        asked = np.column_stack([self.missing[column].ne("not_asked").to_numpy() for column in columns])
        of_country = self.missing["country"].to_numpy()
        found: dict[str, set[str]] = {column: set() for column in columns}
        for country in pd.unique(of_country):
            for number in np.flatnonzero(asked[of_country == country].any(axis=0)):
                found[columns[number]].add(country)
        return found

    def offered(self, column: str) -> list[str]:
        """Countries in which at least one respondent was asked for what the column holds: a question, or an answer to it."""
        return [c for c in self.countries if c in self._asked[column]]

    def comparable(self, *questions: str) -> list[str]:
        """Countries whose answers to all these questions may be pooled."""
        return [c for c in self.countries if all(self.status(q, c) in POOLED for q in questions)]


def country_pool(project: Project, settings: CountrySettings) -> Pool:
    """The answers of one country alone, as its notebook has just cleaned them with these settings."""
    return _pool(project, settings.questionnaire, settings.part, [settings.country], lambda country: settings)


def load_pool(project: Project) -> Pool:
    """Read `processed/` of all countries that have params.

    A country whose inputs changed since it was cleaned, or that was never cleaned, is left out and named.

    Raises:
        ProblemsFound: no country can be used.
    """
    questionnaire = project.consolidation().questionnaire
    return _pool(project, questionnaire, CountrySettings.part, project.countries(), partial(load_country, project))


def load_focus_groups(project: Project) -> Pool | None:
    """What the national focus groups returned, one row per WISE model and group; None where no country has sent a return.

    A country whose return was never cleaned, or not as it stands now, is left out and named; one that sent none is not. Where none can be
    used, the pool holds no country.
    """
    countries = [country for country in project.countries() if _sent_focus_group(project, country)]
    if not countries:
        return None
    part = FocusGroupSettings.part
    questionnaire = project.consolidation().focus_group
    return _pool(project, questionnaire, part, countries, lambda c: load_country(project, c).for_focus_group(), may_be_empty=True)


def _sent_focus_group(project: Project, country: str) -> bool:
    """Whether params name a return; where they cannot be used, whether one was cleaned before."""
    try:
        return load_country(project, country).focus_group is not None
    except ProblemsFound:
        return (project.processed(country, FocusGroupSettings.part) / MANIFEST).is_file()


SettingsOf = Callable[[str], CountrySettings]  # of one part, as they stand now


def _pool(
    project: Project, questionnaire: str, part: str, countries: list[str], settings_of: SettingsOf, may_be_empty: bool = False
) -> Pool:
    """Read one part of these countries; left out are those whose record is not whole, not their own, or not as they stand now.

    Raises:
        ProblemsFound: none can be used, unless the pool `may_be_empty`.
    """
    codebook = load_questionnaire(project.params / "questionnaires" / questionnaire)
    records, left_out = {}, {}
    for country in countries:
        try:
            records[country] = _record(project, country, questionnaire, part, settings_of)
        except _NotUsable as why:
            left_out[country] = str(why)
    if not records and may_be_empty:
        nobody = pd.DataFrame(columns=["country", *codebook.all_columns])
        return Pool(project, project.consolidation(), codebook, nobody, nobody, {}, left_out, part)
    if not records:
        none = Problem("no file params/<CC>.yaml", remedy="write one; see params/README.md")
        why = [Problem(f"{c}: {why}", remedy=f"run `bwise run {c}`") for c, why in left_out.items()]
        stop("There is nothing to consolidate.", *(why or [none]))
    answers = _stack({country: record.answers for country, record in records.items()})
    missing = _stack({country: record.missing for country, record in records.items()})
    flagged = frozenset(who for record in records.values() for who in record.flags["respondent"])
    manifests = {country: record.manifest for country, record in records.items()}
    texts = {country: record.texts for country, record in records.items()}
    return Pool(project, project.consolidation(), codebook, _common(answers, codebook), missing, manifests, left_out, part, flagged, texts)


@dataclass(frozen=True)
class _Record:
    """What a country run left, read once and found whole."""

    manifest: dict
    answers: pa.Table
    missing: pa.Table
    flags: pd.DataFrame
    texts: pd.DataFrame


class _NotUsable(Exception):
    """Why a country is left out, in words that may be published."""


def _record(project: Project, country: str, questionnaire: str, part: str, settings_of: SettingsOf) -> _Record:
    """The record of a country whose answers are whole, proved, its own and current.

    Raises:
        _NotUsable: they are not.
    """
    manifest, why = read_manifest(project, country, part)
    if not why and manifest["program"] != program():
        why = "cleaned by another version of the program"
    if not why and not is_sealed(manifest):
        why = NOT_PROVED
    if not why and manifest["questionnaire"] != questionnaire:
        why = f"answers another questionnaire ({manifest['questionnaire']})"
    if not why and (changed := changed_inputs(project, country, manifest, part)):
        why = _why_changed(project, country, changed, settings_of)
    if not why:
        why = _other_settings(manifest, country, settings_of)
    if not why:
        files, why = read_files(project, country, part, manifest)
    if why:
        raise _NotUsable(why)
    answers, missing = (table_of(files[f"{name}.parquet"]) for name in ("answers", "missing"))
    return _Record(manifest, answers, missing, csv_of(files["flags.csv"]), csv_of(files[released_texts.FILE]))


def _other_settings(manifest: dict, country: str, settings_of: SettingsOf) -> str:
    try:
        same = manifest["settings"] == settings_of(country).stated()
    except ProblemsFound:
        return "its params file cannot be used"
    return "" if same else "cleaned with other settings than those in its params file"


def _why_changed(project: Project, country: str, changed: list[str], settings_of: SettingsOf) -> str:
    try:
        if waiting(project, settings_of(country)):
            return f"a new delivery waits for review: bwise check {country}"
    except ProblemsFound:  # the params file itself is what changed
        pass
    exports = [f for f in changed if not f.startswith("params/")]  # people chose their names, and this is published
    told = [f for f in changed if f not in exports] + (["an export" if len(exports) == 1 else f"{len(exports)} exports"] if exports else [])
    return "changed since it was cleaned: " + ", ".join(told)


def _stack(of_country: dict[str, pa.Table]) -> pd.DataFrame:
    """The tables of all countries as one."""
    tables = list(of_country.values())
    stacked = stack_tables(tables)
    numbers = np.repeat(np.arange(len(tables)), [table.num_rows for table in tables])
    stacked.insert(0, "country", pd.Categorical.from_codes(numbers, categories=list(of_country)))
    return stacked


def _common(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """The same table with the choices of all countries as categories, where they used different answer lists."""
    for question in questionnaire.questions.values():
        if question.kind == "select_one" and not isinstance(answers[question.name].dtype, pd.CategoricalDtype):
            codes = dict.fromkeys([*questionnaire.choices(question.name), *answers[question.name].dropna().unique()])
            answers[question.name] = pd.Categorical(answers[question.name], categories=list(codes))
    return answers


def left_out(pool: Pool, groups: Pool | None) -> dict[str, str]:
    """Who is not in the tables -> why: countries, and those whose focus group alone is left out."""
    return all_left_out(pool.left_out, groups.left_out if groups else {})
