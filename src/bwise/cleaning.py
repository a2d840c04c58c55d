"""From matched answers to the answers we keep: skip logic, stated exclusions, what changed and why.

Respondents are never dropped in silence: each exclusion has a rule that params state, and is written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bwise.logic import asked_for, holds
from bwise.matching import DeliveryRead
from bwise.matching.rows import weights
from bwise.matching.words import TEST
from bwise.problems import Problem, stop
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import CountrySettings, corrections_file
from bwise.text import answer_key

MISSING_REASONS = ("not_asked", "not_shown", "no_answer", "dont_know", "refused", "not_applicable", "unreadable", "withheld")
"""Why an answer is missing, once for all. not_asked: not in this delivery; not_shown: routed past; withheld: privacy."""
KEEP = "keep"  # the kind of correction that keeps a record which a rule would leave out
ROW_REASONS = {"heading_row": "the row repeats the headings", "summary_row": "the row is a total, a mean or the like"}
ENOUGH_TO_COMPARE, ENOUGH_DIFFERENT = 8, 4  # answers, and different ones, before equal rows count as one respondent sent twice
DUPLICATE = "duplicate"  # the rule for records sent twice
MOSTLY = 0.5  # of the smaller of two deliveries: from here on, one was made of the other


@dataclass
class Country:
    """Answers of one country on their way: `values` and `reasons` share index and columns (those of the questionnaire).

    Each step (`bwise.corrections.correct`, `apply_skip_logic`, `exclude`, `bwise.checks.flag`, `bwise.privacy.protect`) returns the country
    as it is then and leaves the one it was given as it was: a cell of a notebook may be run again.

    `rows` says where each respondent comes from: partner, delivery, source_row (row in the file, from 1), respondent_id
    (the tool's, in memory only), submitted, started; weight where a delivery has one.
    `national` has the national category beside each common code where params
    map one to the other. `inputs`: path in the project -> sha256 of what was read. `changes` and `exclusions` grow as rules are applied;
    `corrections` are those made (`bwise.corrections`), `flags` those found (`bwise.checks`).
    """

    settings: CountrySettings
    questionnaire: Questionnaire
    deliveries: list[DeliveryRead]
    rows: pd.DataFrame
    values: pd.DataFrame
    reasons: pd.DataFrame
    national: pd.DataFrame
    changes: pd.DataFrame
    exclusions: pd.DataFrame
    corrections: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["kind", "question", "expected", "position"]))
    inputs: dict[str, str] = field(default_factory=dict)
    flags: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["position", "flag", "detail"]))

    @property
    def kept(self) -> pd.Series:
        """True for respondents who are not excluded."""
        return ~self.rows.index.to_series().isin(self.exclusions["position"])

    def copied(self) -> Country:
        """The same country with tables of its own: what a step puts into them does not show in those of the step before."""
        tables = {name: table.copy(deep=False) for name, table in vars(self).items() if isinstance(table, pd.DataFrame)}
        return replace(self, **tables)


def gather(settings: CountrySettings, questionnaire: Questionnaire, deliveries: list[DeliveryRead]) -> Country:
    """One table for the country from all its deliveries, one row per record received."""
    rows = pd.concat([_rows(d) for d in deliveries], ignore_index=True)
    return Country(
        settings,
        questionnaire,
        deliveries,
        rows,
        values=pd.concat([d.answers.values for d in deliveries], ignore_index=True),
        reasons=whole(pd.concat([d.answers.reasons for d in deliveries], ignore_index=True)),
        national=pd.concat([d.answers.national for d in deliveries], ignore_index=True),
        changes=pd.DataFrame(columns=["position", "question", "old", "new", "rule", "reason"]),
        exclusions=pd.DataFrame(columns=["position", "rule", "reason"]),
        inputs={
            **settings.read_from(),
            f"params/questionnaires/{questionnaire.name}": questionnaire.sha256,
            **{d.delivery.file.as_posix(): d.sha256 for d in deliveries},
        },
    )


def _rows(read: DeliveryRead) -> pd.DataFrame:
    index = read.raw.cells.index
    frame = pd.DataFrame({"partner": read.delivery.partner, "delivery": read.name, "source_row": index}, index=index)
    for what in ("respondent_id", "started", "submitted"):
        told = read.raw.about(what)
        frame[what] = pd.Series(pd.NA, index=index, dtype="str") if told is None else told
    if read.delivery.weight:
        frame["weight"] = weights(read.raw, read.delivery)
    return frame


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """The same texts as one array of rows x columns, on which a comparison is one operation and not one per column."""
    return pd.DataFrame(frame.to_numpy(dtype=object), index=frame.index, columns=frame.columns, dtype=object)


def question_reasons(country: Country, names: list[str]) -> pd.DataFrame:
    """Respondent x question: why the answer is missing, "" where there is one; multiple answers count as one question."""
    reasons = country.reasons.to_numpy(dtype=object)
    offered, at = (reasons != "not_asked").any(axis=0), dict(zip(country.reasons.columns, range(reasons.shape[1]), strict=True))
    found = np.empty((len(reasons), len(names)), dtype=object)
    for number, name in enumerate(names):
        columns = [at[c] for c in country.questionnaire.columns(name)]
        first, *others = [c for c in columns if offered[c]] or columns[:1]
        found[:, number] = reasons[:, first]
        for column in others:  # deliveries may have offered different options
            found[:, number] = np.where(found[:, number] == "not_asked", reasons[:, column], found[:, number])
    return pd.DataFrame(found, index=country.reasons.index, columns=names, dtype=object)


def hidden(country: Country) -> dict[str, np.ndarray]:
    """Question -> who was certainly not shown it, true or false by row, for questions with conditions.

    A condition that hangs on an unreadable answer hides nothing.
    """
    conditional = [q for q in country.questionnaire.questions.values() if q.relevant]
    conditions = sorted({condition for question in conditional for condition in question.relevant})
    routing = sorted({name for condition in conditions for name in asked_for(condition)})
    unreadable = question_reasons(country, routing).eq("unreadable")
    unsure = {c: unreadable[sorted(asked_for(c))].to_numpy().any(axis=1) for c in conditions}
    met = {c: holds(c, country.values, country.questionnaire).to_numpy() for c in conditions}
    found: dict[tuple[str, ...], np.ndarray] = {}
    for these in {question.relevant for question in conditional}:  # most conditions are those of a whole page
        found[these] = ~np.all([met[c] for c in these], axis=0) & ~np.any([unsure[c] for c in these], axis=0)
    return {question.name: found[question.relevant] for question in conditional}


def apply_skip_logic(country: Country) -> Country:
    """An empty answer to a question that was not shown is `not_shown`, not `no_answer`.

    A tool that says "not shown" says so of every page a respondent never reached, too. In a record that was never submitted
    only the conditions count: what they would have shown is `no_answer`.
    """
    left = country.rows["submitted"].eq("").fillna(False).to_numpy(dtype=bool)
    not_shown, nobody = hidden(country), np.zeros(len(left), dtype=bool)
    passed = {c: not_shown.get(q, nobody) for q in country.questionnaire.questions for c in country.questionnaire.columns(q)}
    passed = np.column_stack([passed[column] for column in country.reasons.columns])
    before = country.reasons.to_numpy(dtype=object)
    after = before.copy()
    after[(before == "no_answer") & passed] = "not_shown"
    after[(before == "not_shown") & ~passed & left[:, None]] = "no_answer"
    return replace(country, reasons=pd.DataFrame(after, index=country.reasons.index, columns=country.reasons.columns, dtype=object))


def open_answers(country: Country) -> pd.DataFrame:
    """Texts that fit no answer, without those that a correction has settled.

    Returns:
        One row per column and text: delivery, column (from 1), question, raw, open (its parts that are, of a joined answer), rule,
        proposal, count.
    """
    found = [pd.DataFrame(columns=["delivery", "column", "question", "raw", "open", "rule", "proposal", "count"])]
    for delivery in country.deliveries:
        mapping = delivery.answers.mapping
        mine = country.rows["delivery"].eq(delivery.name).to_numpy()
        for (column, target), lines in mapping[mapping["reason"].eq("unreadable")].groupby(["column", "question"], sort=False):
            name = target.partition("/")[0]
            still = question_reasons(country, [name])[name].eq("unreadable").to_numpy()[mine]
            counts = lines["raw"].map(delivery.raw.cells[column - 1][still].value_counts()).fillna(0).astype(int)
            found.append(lines.assign(delivery=delivery.name, count=counts)[counts.gt(0)][list(found[0])])
    return pd.concat([f for f in found if len(f)] or found, ignore_index=True)


def as_text(value: Any) -> str:
    """An answer as corrections and lists write it: a whole number without decimals, nothing for a missing one."""
    if pd.isna(value):
        return ""
    return f"{value:.15g}" if isinstance(value, float | np.floating) else str(value)


def as_texts(values: pd.DataFrame, name: str, questionnaire: Questionnaire) -> pd.Series:
    """The answers to a question as text, per row: a code, a number or a text; codes of several answers joined by `;`."""
    if questionnaire[name].kind != "select_multiple":
        return values[name].astype("object").map(as_text)
    text = pd.Series("", index=values.index)
    for column in questionnaire.columns(name):
        ticked = values[column].fillna(False).astype(bool)
        text = text.mask(ticked, text + ";" + column.partition("/")[2])
    return text.str.removeprefix(";")


def exclude(country: Country) -> Country:
    """Apply the exclusion rules that params state; every exclusion is recorded with its rule.

    Raises:
        ProblemsFound: a correction keeps a record that no rule, or another one than it says, would leave out.
    """
    keep = country.corrections[country.corrections["kind"].eq(KEEP)]
    left, spared = leave_out(country, keep["position"])
    problems = kept_without_need(country, keep, spared)
    stop("Some records are kept by hand without need. Nothing was saved.", *[problem for _, problem in problems])
    return left


def leave_out(country: Country, keep: Iterable[int] = ()) -> tuple[Country, dict[int, str]]:
    """Exclude by rule, all but the records at the positions `keep`.

    Returns:
        The country without them, and position -> rule of those that a rule would have left out.
    """
    country = country.copied()
    _leave_out_rows(country)
    rules = {"test": _tests, "too_few_answers": _too_few, DUPLICATE: _duplicates}
    spared: dict[int, str] = {}
    for rule in [r for r in rules if r in country.settings.exclude]:
        open_rows = country.kept
        found = rules[rule](country)
        found = found[[open_rows[i] for i in found.index]]
        by_hand = found.index.isin(list(keep))
        spared = dict.fromkeys(found.index[by_hand], rule) | spared
        new = pd.DataFrame({"position": found.index, "rule": rule, "reason": found.to_numpy()})[~by_hand]
        country.exclusions = pd.concat([country.exclusions, new], ignore_index=True)
    return country, spared


def _leave_out_rows(country: Country) -> None:
    """Leave out the rows that are nobody's answers.

    Raises:
        ProblemsFound: params do not have the rule; such a row never counts as a respondent.
    """
    place = {(d, row): position for position, d, row in country.rows[["delivery", "source_row"]].itertuples()}
    found = [(d, row, rule) for d in country.deliveries for row, rule in d.raw.grid.set_aside.items()]
    stop(
        "Some rows are nobody's answers. Nothing was saved.",
        *[
            Problem(
                f"no rule leaves out row {row}, which is a {rule.replace('_', ' ')}", d.name, remedy=f"add `{rule}` to `exclude:` in params"
            )
            for d, row, rule in found
            if rule not in country.settings.exclude
        ],
    )
    new = [(place[d.name, row], rule, ROW_REASONS[rule]) for d, row, rule in found]
    country.exclusions = pd.concat([country.exclusions, pd.DataFrame(new, columns=list(country.exclusions))], ignore_index=True)


def kept_without_need(country: Country, keep: pd.DataFrame, spared: dict[int, str]) -> list[tuple[int, Problem]]:
    """Corrections that keep a record (line -> position, expected), and that no rule or another one would leave out."""
    file = corrections_file(country.settings.country, country.settings.part)
    problems = []
    for line, position, expected in keep[["position", "expected"]].itertuples(name=None):
        if (rule := spared.get(position)) != expected:
            now = f"the rule `{rule}` would leave the record out, not `{expected}`" if rule else "no rule would leave the record out"
            where = f"{file}, line {line}; {country.rows.at[position, 'delivery']}, row {country.rows.at[position, 'source_row']}"
            remedy = "look at the record, then correct the line, or take it out"
            problems.append((line, Problem(now, where, "nobody has looked at it as it is now", remedy)))
    return problems


def _tests(country: Country) -> pd.Series:
    """Somebody tried the form out: a text answer is nothing but a word for a test, in any language."""
    found = pd.Series(False, index=country.values.index)
    for question in country.questionnaire.questions.values():
        if question.kind == "text":
            column = country.values[question.name]
            found |= column.notna() & column.fillna("").map(answer_key).isin(TEST)
    return pd.Series("a text answer is only a word for a test", index=found.index[found])


def _too_few(country: Country) -> pd.Series:
    share = share_answered(country)
    low = share < country.settings.minimum_answered
    limit = f"{country.settings.minimum_answered:.0%}"
    return pd.Series(f"answered less than {limit} of the questions shown", index=share.index[low])


def share_answered(country: Country) -> pd.Series:
    """Answers given (any answer, also "don't know") among questions asked and shown, per respondent, 0 to 1.

    Texts are left out: most people leave them empty. What cannot be read is no answer, until params say what it means.
    """
    reasons = question_reasons(country, [q.name for q in country.questionnaire.questions.values() if q.kind != "text"])
    asked = ~reasons.isin(["not_asked", "not_shown"])
    return (asked & ~reasons.isin(["no_answer", "unreadable"])).sum(axis=1) / asked.sum(axis=1).clip(lower=1)


def _duplicates(country: Country) -> pd.Series:
    """The same answers to every question as an earlier row of the same delivery, or of an earlier delivery to all that both asked.

    Two people of one enterprise may both tick the middle everywhere: who they are and where they work does not count, and
    the answers must vary.
    """
    kept = country.kept  # a record left out by hand takes no other one with it
    answers = [pd.factorize(column.array)[0] for _, column in country.values.items()]
    alike = pd.DataFrame(np.column_stack([pd.factorize(country.rows["delivery"])[0], *answers])[kept])
    same = kept.index[kept][alike.duplicated(keep="first")]
    sure = _count_as_sent_twice(country, same, list(country.questionnaire.questions), country.values.columns)
    within = pd.Series("the same answers as an earlier row", index=same[sure])
    first = sent_twice(country, kept.index[kept]).drop(within.index, errors="ignore")
    places = country.rows.loc[first, ["source_row", "delivery"]].itertuples(index=False)
    across = pd.Series([f"the same answers as row {row} of {delivery}" for row, delivery in places], first.index, dtype="str")
    return pd.concat([within, across]).sort_index()


def sent_twice(country: Country, records: Iterable[int]) -> pd.Series:
    """Records whose answers an earlier delivery of the country holds, too, whichever partner and tool they came through.

    Compared is what both deliveries asked, but for the codes of partner and enterprise, which each partner gives as it likes.
    There must be enough answers, and different ones. Where half of a delivery is so known to stand in the other, what is alike without
    varying (somebody ticked the middle everywhere) was sent twice, too, unless the tool of both tells different submissions.

    Args:
        records: positions of those to compare.

    Returns:
        Position of the later record -> position of the first, which is kept.
    """
    delivery, first = country.rows["delivery"], {}
    if delivery.nunique() < 2:
        return pd.Series(first, dtype="int64")
    answers = _without_spelling(country).loc[sorted(records)]
    asked = country.reasons[answers.columns].ne("not_asked").groupby(delivery, sort=False).any()
    told = _submissions(country)
    for earlier, later in combinations(asked.index, 2):
        columns = answers.columns[asked.loc[earlier] & asked.loc[later]]
        numbers = pd.util.hash_pandas_object(answers.loc[delivery[answers.index].isin([earlier, later]), columns], index=False)
        there = delivery[numbers.index].eq(earlier)
        alike = _counterparts(numbers[there], numbers[~there], told)
        questions = list(dict.fromkeys(column.partition("/")[0] for column in columns))
        sure = _count_as_sent_twice(country, alike.index, questions, columns)
        if sure.sum() >= MOSTLY * delivery[numbers.index].value_counts().min():
            sure |= ~_told_apart(told, alike)
        first |= {position: of for position, of in alike[sure].items() if position not in first}
    return pd.Series(first, dtype="int64")


def _without_spelling(country: Country) -> pd.DataFrame:
    """The answers without the codes of partner and enterprise; open ones as they are compared, whatever a tool makes of spaces."""
    answers = {}
    for question in country.questionnaire.questions.values():
        if question.role in ("partner", "wise"):
            continue
        for column in country.questionnaire.columns(question.name):
            cells = country.values[column]
            answers[column] = cells.map({t: answer_key(t) for t in cells.dropna().unique()}) if question.kind == "text" else cells
    return pd.DataFrame(answers, index=country.values.index)


def _about_work(country: Country, names: list[str]) -> list[Question]:
    """Questions that neither say who somebody is nor where she works."""
    return [q for q in map(country.questionnaire.__getitem__, names) if q.role not in ("partner", "wise", "group")]


def _count_as_sent_twice(country: Country, records: pd.Index, names: list[str], columns: pd.Index) -> pd.Series:
    """Which of the records that are like others answer enough of these questions, in enough ways."""
    if not len(records):
        return pd.Series(False, index=records)
    return _enough(country, records, names) & _varied(country, records, columns)


def _enough(country: Country, records: pd.Index, names: list[str]) -> pd.Series:
    """Which records answer enough of these questions to be compared."""
    given = question_reasons(country, [q.name for q in _about_work(country, names)]).loc[records].eq("")
    return given.sum(axis=1) >= ENOUGH_TO_COMPARE


def _varied(country: Country, records: pd.Index, columns: pd.Index) -> pd.Series:
    """Which records give enough different answers to questions with one answer."""
    single = [q.name for q in _about_work(country, list(country.questionnaire.questions)) if q.name in columns]
    at = country.values.index.get_indexer(records)
    given = np.column_stack([country.values[name].array.take(at).astype(object) for name in single] or [np.empty((len(at), 0))])
    different = [len({*answers[known]}) for answers, known in zip(given, ~pd.isna(given), strict=True)]
    return pd.Series(different, index=records, dtype=int) >= ENOUGH_DIFFERENT


def _submissions(country: Country) -> pd.DataFrame:
    """What tells submissions apart: one row per record, columns `tool`, `respondent_id`, `submitted` ("" for none).

    A program that opens an export may take an id for a number: `0012`, `12` and `12.0` are one.
    """
    tools = {delivery.name: delivery.raw.tool for delivery in country.deliveries}
    told = country.rows[["respondent_id", "submitted"]].fillna("").assign(tool=country.rows["delivery"].map(tools))
    number = told["respondent_id"].str.extract(r"^0*(\d+)(?:\.0+)?$", expand=False)
    told["respondent_id"] = number.fillna(told["respondent_id"])
    return told


def _counterparts(earlier: pd.Series, later: pd.Series, told: pd.DataFrame) -> pd.Series:
    """Which record of the earlier delivery each one of the later is alike: the same submission, else the first of the same answers.

    Args:
        earlier, later: position -> a number that equal answers share.
        told: what tells submissions apart, by position.
    """
    known = earlier.drop_duplicates()
    first = later.map(pd.Series(known.index, known)).dropna().astype(int)
    submitted = told.assign(answers=pd.concat([earlier, later]))
    sent = submitted.loc[earlier.index].drop_duplicates()
    places = pd.Series(sent.index, pd.MultiIndex.from_frame(sent))
    same = places.reindex(pd.MultiIndex.from_frame(submitted.loc[first.index])).set_axis(first.index)
    return same.fillna(first).astype(int)


def _told_apart(told: pd.DataFrame, alike: pd.Series) -> pd.Series:
    """Which records one tool gives another id or time of submission than the record they are alike."""
    later, first = told.loc[alike.index], told.loc[alike].set_axis(alike.index)
    return later["tool"].eq(first["tool"]) & later.ne(first).any(axis=1)


def record_change(country: Country, positions: pd.Index, question: str, old, new, rule: str, reason: str) -> None:
    """Add rows to the record of changed cells."""
    frame = pd.DataFrame({"position": positions, "question": question, "old": old, "new": new, "rule": rule, "reason": reason})
    country.changes = pd.concat([country.changes, frame], ignore_index=True) if len(frame) else country.changes
