"""All countries together: which answers may stand side by side, and in which order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from bwise.hashes import changed_inputs, program
from bwise.problems import Problem, ProblemsFound, stop
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.redeliveries import waiting
from bwise.settings import ConsolidationSettings, CountrySettings, FocusGroupSettings, Project, load_country
from bwise.storage import read_csv, read_table, stack_tables

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
    `processed/<CC>/` (`CountrySettings.part`). `flagged`: respondents who have a quality flag.
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

    A country whose return was never cleaned, or not as it stands now, is left out and named; one that sent none is not.

    Raises:
        ProblemsFound: there are returns, and none of them can be used.
    """
    countries = [country for country in project.countries() if _sent_focus_group(project, country)]
    if not countries:
        return None
    part = FocusGroupSettings.part
    return _pool(project, project.consolidation().focus_group, part, countries, lambda c: load_country(project, c).for_focus_group())


def _sent_focus_group(project: Project, country: str) -> bool:
    """Whether params name a return; where they cannot be used, whether one was cleaned before."""
    try:
        return load_country(project, country).focus_group is not None
    except ProblemsFound:
        return (project.processed(country, FocusGroupSettings.part) / "manifest.json").is_file()


SettingsOf = Callable[[str], CountrySettings]  # of one part, as they stand now


def _pool(project: Project, questionnaire: str, part: str, countries: list[str], settings_of: SettingsOf) -> Pool:
    """Read one part of these countries; left out are those cleaned for another questionnaire or not as they stand now."""
    codebook = load_questionnaire(project.params / "questionnaires" / questionnaire)
    manifests, left_out = {}, {}
    for country in countries:
        manifest, why = _manifest(project, country, questionnaire, part, settings_of)
        if manifest:
            manifests[country] = manifest
        else:
            left_out[country] = why
    if not manifests:
        stop("There is nothing to consolidate.", *[Problem(f"{c}: {why}", remedy=f"run `bwise run {c}`") for c, why in left_out.items()])
    answers, missing = (_stack(project, manifests, part, file, codebook) for file in ("answers", "missing"))
    flagged = frozenset(who for country in manifests for who in read_csv(project.processed(country, part) / "flags.csv")["respondent"])
    return Pool(project, project.consolidation(), codebook, answers, missing, manifests, left_out, part, flagged)


def _manifest(project: Project, country: str, questionnaire: str, part: str, settings_of: SettingsOf) -> tuple[dict, str]:
    """The manifest of a country whose answers are current, or nothing and the reason why they are not."""
    path = project.processed(country, part) / "manifest.json"
    if not path.is_file():
        return {}, "not cleaned yet, or its last run failed"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest["questionnaire"] != questionnaire:
        return {}, f"answers another questionnaire ({manifest['questionnaire']})"
    if changed := changed_inputs(project, country, manifest, part):
        return {}, _why_changed(project, country, changed, settings_of)
    if manifest["program"] != program():
        return {}, "cleaned by another version of the program"
    try:
        if manifest["settings"] != settings_of(country).stated():
            return {}, "cleaned with other settings than those in its params file"
    except ProblemsFound:
        return {}, "its params file cannot be used"
    return manifest, ""


def _why_changed(project: Project, country: str, changed: list[str], settings_of: SettingsOf) -> str:
    try:
        if waiting(project, settings_of(country)):
            return f"a new delivery waits for review: bwise check {country}"
    except ProblemsFound:  # the params file itself is what changed
        pass
    exports = [f for f in changed if not f.startswith("params/")]  # people chose their names, and this is published
    told = [f for f in changed if f not in exports] + (["an export" if len(exports) == 1 else f"{len(exports)} exports"] if exports else [])
    return "changed since it was cleaned: " + ", ".join(told)


def _stack(project: Project, countries: dict, part: str, file: str, questionnaire: Questionnaire) -> pd.DataFrame:
    """One table, with the choices of all countries as common categories."""
    tables = [read_table(project.processed(country, part) / f"{file}.parquet") for country in countries]
    stacked = stack_tables(tables)
    numbers = np.repeat(np.arange(len(tables)), [table.num_rows for table in tables])
    stacked.insert(0, "country", pd.Categorical.from_codes(numbers, categories=list(countries)))
    if file == "missing":
        return stacked
    for question in questionnaire.questions.values():  # where countries used different answer lists, the codes of all
        if question.kind == "select_one" and not isinstance(stacked[question.name].dtype, pd.CategoricalDtype):
            codes = dict.fromkeys([*questionnaire.choices(question.name), *stacked[question.name].dropna().unique()])
            stacked[question.name] = pd.Categorical(stacked[question.name], categories=list(codes))
    return stacked
