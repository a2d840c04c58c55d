"""Proof that a run lost nothing and invented nothing: every kept cell, recomputed from raw cells, mapping and changes alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bwise.cleaning import MISSING_REASONS, Country, apply_skip_logic
from bwise.corrections import CORRECTION
from bwise.exports.table import NOT_SHOWN
from bwise.matching import DeliveryRead, by_question
from bwise.matching.answers import ALL_OFFERED
from bwise.matching.columns import Match
from bwise.matching.identifiers import IDENTIFIERS, codes_as_sent
from bwise.matching.joins import SUM, how_joined
from bwise.matching.lists import DECLARED_MISSING
from bwise.matching.words import ERRORS, nothing_typed
from bwise.problems import Problem, stop
from bwise.questionnaire import Question
from bwise.text import answer_key, tidy

OTHERWISE = "answer is not what", "answers are not what"  # of one and of several
ANOTHER_REASON = "cell is missing for another reason than", "cells are missing for another reason than"


def check_identities(country: Country) -> pd.DataFrame:
    """Prove that the run lost nothing and invented nothing.

    Identities: rows in = kept + excluded by rule; for each question, respondents kept = answers + missing by reason; what the
    mapping says of each raw cell, plus recorded changes and skip logic, is what the answers and the reasons say.

    Returns:
        One row per identity, with both sides as counts.

    Raises:
        ProblemsFound: an identity does not hold; names delivery and question.
    """
    kept = country.kept
    excluded = country.exclusions["position"].nunique()
    sums = [("rows received = kept + excluded", len(country.rows), int(kept.sum()) + excluded)]
    reasons, held = country.reasons.to_numpy(dtype=object)[kept], country.values.notna().to_numpy()[kept]
    answered = reasons == ""
    missing = np.any([reasons == reason for reason in MISSING_REASONS], axis=0)
    sums.append(("cells kept = answers + missing by reason", answered.size, int(answered.sum() + missing.sum())))
    sums.append(("answers by reason = answers held", int(answered.sum()), int((answered & held).sum())))
    sums.append(("missing by reason = cells without answer", int(missing.sum()), int((missing & ~held).sum())))
    mapped = sum(int(d.answers.mapping["count"].sum()) for d in country.deliveries)
    cells = sum(len(d.raw.cells) * sum(bool(m.target) for m in d.recognised.matches) for d in country.deliveries)
    sums.append(("raw cells of matched columns = cells mapped", cells, mapped))
    wrong = [Problem(f"{what}: {left} is not {right}", country.settings.country) for what, left, right in sums if left != right]
    unknown = sorted(set(country.exclusions["rule"]) - {*country.settings.exclude, CORRECTION})
    wrong += [Problem(f"records are left out by `{rule}`, which is no rule here", country.settings.country) for rule in unknown]
    for column, off in zip(country.values.columns, (answered != held).sum(axis=0), strict=True):
        if off:
            wrong.append(Problem(f"{column}: {off} cells are neither an answer nor missing for a reason", country.settings.country))
    compared, equal, problems = _replay(country)
    stop("The run is not accountable. Nothing was saved.", *wrong, *problems)
    sums.append(("clean = raw + mapping + changes (cells, equal cells)", compared, equal))
    return pd.DataFrame(sums, columns=["identity", "left", "right"])


def _replay(country: Country) -> tuple[int, int, list[Problem]]:
    """Recompute answers and reasons, and compare.

    Returns:
        Cells compared, cells found equal, and what is not.
    """
    lost = [
        Problem(f"{len(d.raw.cells)} records were read, {there} are there", d.name)
        for d in country.deliveries
        if len(d.raw.cells) != (there := int(country.rows["delivery"].eq(d.name).sum()))
    ]
    if lost:
        return 0, 0, lost
    values, reasons = _replayed(country)
    problems = _with_changes(country, values, reasons)
    columns, typed = country.values.columns, country.values
    for question in country.questionnaire.with_role("wise"):  # it becomes a pseudonym; only that there is no answer left is proved
        at = columns.get_loc(question.name)
        said = pd.Series(values[:, at], index=typed.index)
        typed = typed.assign(**{question.name: said.replace("", pd.NA)})
        values[:, at] = ""
    told = replace(country, values=typed, reasons=pd.DataFrame(reasons, index=typed.index, columns=columns, dtype=object))
    told = apply_skip_logic(told)
    reasons = told.reasons.to_numpy(dtype=object, copy=True)
    for question in country.questionnaire.with_role("wise"):
        at = columns.get_loc(question.name)
        reasons[:, at] = np.where(reasons[:, at] == "", "withheld", reasons[:, at])
    kept = country.kept.to_numpy()
    off = values[kept] != _as_texts(country.values)[kept]
    other = (reasons[kept] != country.reasons.to_numpy(dtype=object)[kept]) & ~off
    positions, deliveries = np.flatnonzero(kept), country.rows.loc[kept, "delivery"]
    for delivery in country.deliveries:
        mine = deliveries.eq(delivery.name).to_numpy()
        for wrong, what in ((off, OTHERWISE), (other, ANOTHER_REASON)):
            problems += _named(country, delivery, positions[mine], wrong[mine], what)
    return off.size, int((~(off | other)).sum()), problems


def _replayed(country: Country) -> tuple[np.ndarray, np.ndarray]:
    """Respondent x column: the answers as text ("" for none), and the reasons, before any change."""
    columns = {name: number for number, name in enumerate(country.values.columns)}
    values, reasons = (np.full(country.values.shape, "", dtype=object) for _ in range(2))
    for delivery in country.deliveries:
        replay = _Replay(country, delivery)
        for name, number in columns.items():
            values[replay.rows, number], reasons[replay.rows, number] = replay.values[name], replay.reasons[name]
    return values, reasons


def _with_changes(country: Country, values: np.ndarray, reasons: np.ndarray) -> list[Problem]:
    """Make the recorded changes, the last one of each cell. Returns what cannot be made."""
    problems = []
    for question, changes in country.changes.drop_duplicates(["position", "question"], keep="last").groupby("question"):
        if question not in country.values:
            problems.append(Problem(f"changes are recorded for `{question}`, which is no question", country.settings.country))
            continue
        at, where = country.values.columns.get_loc(question), changes["position"].to_numpy(dtype=int)
        new = changes["new"]
        # somebody may have typed a word that is also a reason
        gone = new.isin(MISSING_REASONS).to_numpy() & country.values[question].isna().to_numpy()[where]
        if pd.api.types.is_float_dtype(country.values[question]):
            new = new.where(gone, pd.to_numeric(new, errors="coerce").astype(float).map(str))
        new = new.to_numpy(dtype=object)
        values[where, at], reasons[where, at] = np.where(gone, "", new), np.where(gone, new, "")
    return problems


def _as_texts(values: pd.DataFrame) -> np.ndarray:
    """Respondent x column: each answer as text, "" for none."""
    found = np.empty(values.shape, dtype=object)
    for number, (_, column) in enumerate(values.items()):
        codes, distinct = pd.factorize(column.array)
        found[:, number] = np.array([*map(str, distinct), ""], dtype=object).take(codes)  # -1, for none, takes the last
    return found


def _named(country: Country, delivery: DeliveryRead, positions: np.ndarray, off: np.ndarray, what: tuple[str, str]) -> list[Problem]:
    """Column by column, with the first rows and the place of the column in the file; `what` is said of one and of several."""
    places = {m.target: f", {m.column.place}" for m in delivery.recognised.matches}
    problems = []
    for number in np.flatnonzero(off.any(axis=0)):
        column = country.values.columns[number]
        rows = country.rows["source_row"].iloc[positions[off[:, number]][:5]]
        where = f"{delivery.name}, rows {', '.join(map(str, rows))}" + places.get(column, places.get(column.partition("/")[0], ""))
        count = int(off[:, number].sum())
        problems.append(Problem(f"{column}: {count} {what[count > 1]} raw cells, mapping and changes say", where))
    return problems


TICKED = np.array(["False", "True"], dtype=object)


@dataclass(frozen=True)
class _Column:
    """A raw column as codes, and what its distinct texts become: `codes` count into `texts`."""

    codes: np.ndarray
    texts: list[str]
    told: dict[str, tuple[str, str]]

    def taken(self, distinct: list) -> np.ndarray:
        """One value per cell, of one per distinct text."""
        return np.array(distinct, dtype=object).take(self.codes)

    @property
    def answers(self) -> list[str]:
        return [self.told[text][0] for text in self.texts]

    @property
    def reasons(self) -> list[str]:
        return [self.told[text][1] for text in self.texts]


class _Replay:
    """What the answers of a delivery must be before any change: column -> `values` as text ("" for none), and `reasons`.

    `rows` are the positions of the delivery's records in the country's tables.
    """

    def __init__(self, country: Country, delivery: DeliveryRead):
        self.country, self.delivery, self.questionnaire = country, delivery, country.questionnaire
        self.rows = np.flatnonzero(country.rows["delivery"].eq(delivery.name))
        self.columns = by_question(delivery.recognised.matches)
        self.told = _told(delivery.answers.mapping)
        self.values: dict[str, np.ndarray] = {}
        self.reasons: dict[str, np.ndarray] = {}
        for question in country.questionnaire.questions.values():
            values, reasons = self._of(question, self.columns.get(question.name, []))
            names = self.questionnaire.columns(question.name)
            self.values |= zip(names, values, strict=True)
            self.reasons |= zip(names, reasons, strict=True)

    def _of(self, question: Question, matches: list[Match]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        if not matches:
            return self._without_column(question)
        if "/" in matches[0].target:
            return self._options(question, matches)
        return self._several(question, matches) if len(matches) > 1 else self._whole(question, matches[0])

    def _whole(self, question: Question, match: Match) -> tuple[list[np.ndarray], list[np.ndarray]]:
        if question.kind == "text":
            return self._text(question, match)
        return self._joined(question, match) if question.kind == "select_multiple" else self._single(question, match)

    def _several(self, question: Question, matches: list[Match]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Columns that params join: from the last to the first, each covers those after it where it is filled, or they are added up."""
        *parts, (values, reasons) = [self._whole(question, match) for match in matches]
        for part, why in reversed(parts):
            if how_joined(self.delivery.delivery, question.name) == SUM:
                values, reasons = _added(part[0], why[0], values[0], reasons[0])
                continue
            behind = (why[0] == "not_shown") | ((why[0] == "no_answer") & ~np.isin(reasons[0], ["no_answer", "not_shown"]))
            values = [np.where(behind, now, value) for now, value in zip(values, part, strict=True)]
            reasons = [np.where(behind, now, reason) for now, reason in zip(reasons, why, strict=True)]
        return values, reasons

    def _same(self, text: str) -> np.ndarray:
        return np.full(len(self.rows), text, dtype=object)

    def _column(self, match: Match) -> _Column:
        codes, texts = pd.factorize(self.delivery.raw.cells[match.column.position].to_numpy(dtype=object))
        return _Column(codes, list(texts), self.told.get((match.column.position + 1, match.target), {}))

    def _typed(self, question: str) -> np.ndarray:
        """Whether each respondent had typed a text, before any change."""
        typed = self.country.values[question].notna().to_numpy(copy=True)
        changes = self.country.changes[self.country.changes["question"].eq(question)].drop_duplicates("position")
        typed[changes["position"].to_numpy(dtype=int)] = ~changes["old"].isin(MISSING_REASONS).to_numpy()
        return typed[self.rows]

    def _without_column(self, question: Question) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Not asked, unless the text of "other" was cut out of the cell of the question it belongs to."""
        names, asking = self.questionnaire.columns(question.name), self.columns.get(question.name.removesuffix("_other"))
        if asking and "/" not in asking[0].target and self.delivery.raw.other_in_cell:
            read = self.delivery.answers
            values, reasons = read.values[question.name].fillna(""), read.reasons[question.name]
            return [values.to_numpy(dtype=object)], [reasons.to_numpy(dtype=object)]
        return [self._same("")] * len(names), [self._same("not_asked")] * len(names)

    def _text(self, question: Question, match: Match) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Open answers are not in the mapping: the cell itself, or what params declare of it."""
        column, declared = self._column(match), self.delivery.delivery.answers.get(question.name, {})
        codes = codes_as_sent(column.texts) if question.role in IDENTIFIERS else {}
        found = []
        for cell in column.texts:
            text = "" if cell == NOT_SHOWN else tidy(cell)
            said = declared.get(cell, declared.get(text, "" if answer_key(text) in nothing_typed(question.role) else codes.get(cell, text)))
            empty = "not_shown" if cell == NOT_SHOWN else "no_answer"
            missing = {cell, text} & set(declared) and said in DECLARED_MISSING  # somebody may have typed such a word, too
            if not {cell, text} & set(declared) and answer_key(text) in ERRORS:
                missing, said = True, "unreadable"
            found.append(("", said) if missing else (said, "" if said else empty))
        return [column.taken([value for value, _ in found])], [column.taken([reason for _, reason in found])]

    def _single(self, question: Question, match: Match) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """As the mapping says; a text of "other" in a column of its own is the answer where there is no other one."""
        column, other = self._column(match), f"{question.name}_other"
        code, reason = column.taken(column.answers), column.taken(column.reasons)
        offered = self.questionnaire.choices(question.name, self.delivery.delivery.scales.get(question.name, ""))
        if other in self.columns and "other" in offered:
            beside = self._typed(other) & (reason == "no_answer")
            code[beside], reason[beside] = "other", ""
        return [code], [reason]

    def _joined(self, question: Question, match: Match) -> tuple[list[np.ndarray], list[np.ndarray]]:
        column, choices = self._column(match), list(self.questionnaire.choices(question.name))
        chosen = [codes.split(";") if codes else None for codes in column.answers]
        ticked = [column.taken(["" if codes is None else str(choice in codes) for codes in chosen]) for choice in choices]
        return ticked, [column.taken(column.reasons)] * len(choices)

    def _options(self, question: Question, matches: list[Match]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """One column per option: ticked where its cell says so; nothing where the respondent ticked nothing readable."""
        choices, other = self.questionnaire.choices(question.name), f"{question.name}_other"
        columns = [self._column(match) for match in matches]
        ticked: dict[str, np.ndarray] = {}
        for match, column in zip(matches, columns, strict=True):
            choice = match.target.partition("/")[2]
            ticked[choice] = (column.taken(column.answers) != "").astype(bool) | ticked.get(choice, False)
        if "other" in choices and "other" not in ticked and other in self.columns:
            ticked["other"] = self._typed(other)
        states = np.column_stack([column.taken(column.reasons) for column in columns])
        reason = np.where((states == "not_shown").all(axis=1), self._same("not_shown"), "no_answer")
        missing = [c for c in choices if c in ticked and choices[c].missing]
        for choice in [*missing, *(c for c in ticked if c not in missing)]:
            reason[ticked[choice]] = choices[choice].missing or ""
        reason[(states == "unreadable").any(axis=1)] = "unreadable"
        if self.delivery.delivery.options.get(question.name) == ALL_OFFERED:
            ticked |= {c: np.zeros(len(self.rows), dtype=bool) for c in choices if c not in ticked}
        answered = reason == ""
        values = [np.where(answered, TICKED.take(ticked[c].astype(int)), "") if c in ticked else self._same("") for c in choices]
        return values, [reason if c in ticked else self._same("not_asked") for c in choices]


def _added(one: np.ndarray, why: np.ndarray, other: np.ndarray, reason: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Two columns of numbers added up: no answer where one is missing, for the reason of the first, or because it is unreadable."""
    reason = np.where((why != "") & (reason != "unreadable"), why, reason)
    there = reason == ""
    sums = np.full(len(one), "", dtype=object)
    sums[there] = [str(float(a) + float(b)) for a, b in zip(one[there], other[there], strict=True)]
    return [sums], [reason]


def _told(mapping: pd.DataFrame) -> dict[tuple[int, str], dict[str, tuple[str, str]]]:
    """Column (from 1) and question -> raw text -> code and reason."""
    found: dict[tuple[int, str], dict[str, tuple[str, str]]] = {}
    lines = (mapping[name].tolist() for name in ("column", "question", "raw", "code", "reason"))
    for column, question, raw, code, reason in zip(*lines, strict=True):
        found.setdefault((column, question), {})[raw] = (code, reason)
    return found
