"""Proof that a run lost nothing and invented nothing: every kept cell, recomputed from raw cells, mapping and changes alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from bwise.cleaning import MISSING_REASONS, Country, apply_skip_logic
from bwise.corrections import CORRECTION
from bwise.exports.table import NOT_SHOWN
from bwise.matching import DeliveryRead, by_question
from bwise.matching.answers import ALL_OFFERED
from bwise.matching.columns import Match
from bwise.matching.identifiers import IDENTIFIERS, codes_as_sent
from bwise.matching.lists import DECLARED_MISSING
from bwise.matching.words import NOTHING
from bwise.problems import Problem, stop
from bwise.questionnaire import Question
from bwise.text import answer_key, tidy


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
    answered = country.reasons[kept].eq("")
    missing = country.reasons[kept].isin(MISSING_REASONS)
    sums.append(("cells kept = answers + missing by reason", int(answered.size), int(answered.to_numpy().sum() + missing.to_numpy().sum())))
    held = country.values[kept].notna()
    sums.append(("answers by reason = answers held", int(answered.to_numpy().sum()), int((answered & held).to_numpy().sum())))
    sums.append(("missing by reason = cells without answer", int(missing.to_numpy().sum()), int((missing & ~held).to_numpy().sum())))
    mapped = sum(int(d.answers.mapping["count"].sum()) for d in country.deliveries)
    cells = sum(len(d.raw.cells) * sum(bool(m.target) for m in d.recognised.matches) for d in country.deliveries)
    sums.append(("raw cells of matched columns = cells mapped", cells, mapped))
    wrong = [Problem(f"{what}: {left} is not {right}", country.settings.country) for what, left, right in sums if left != right]
    unknown = sorted(set(country.exclusions["rule"]) - {*country.settings.exclude, CORRECTION})
    wrong += [Problem(f"records are left out by `{rule}`, which is no rule here", country.settings.country) for rule in unknown]
    for column in country.values.columns:
        off = int((answered[column] != held[column]).sum())
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
    replays = [_Replay(country, d) for d in country.deliveries]
    values, reasons = (pd.concat([getattr(r, name) for r in replays])[country.values.columns] for name in ("values", "reasons"))
    problems = []
    for question, changes in country.changes.drop_duplicates(["position", "question"], keep="last").groupby("question"):
        if question not in values:
            problems.append(Problem(f"changes are recorded for `{question}`, which is no question", country.settings.country))
            continue
        new = changes.set_index("position")["new"]
        gone = new.isin(MISSING_REASONS) & country.values.loc[new.index, question].isna()  # somebody may have typed such a word
        if pd.api.types.is_float_dtype(country.values[question]):
            new = new.where(gone, pd.to_numeric(new, errors="coerce").astype(float).map(str))
        values.loc[new.index, question] = new.mask(gone, "")
        reasons.loc[new.index, question] = new.where(gone, "")
    typed = country.values
    for question in country.questionnaire.with_role("wise"):  # it becomes a pseudonym; only that there is no answer left is proved
        typed = typed.assign(**{question.name: values[question.name].replace("", pd.NA)})
        values[question.name] = ""
    apply_skip_logic(replace(country, values=typed, reasons=reasons))
    for question in country.questionnaire.with_role("wise"):
        reasons[question.name] = reasons[question.name].replace("", "withheld")
    kept = country.kept
    clean = country.values[kept].astype("object")
    off = values[kept].ne(clean.where(clean.notna(), "").map(str))
    other = reasons[kept].ne(country.reasons[kept]) & ~off
    for delivery in country.deliveries:
        mine = country.rows.loc[kept, "delivery"].eq(delivery.name)
        problems += _named(country, delivery, off[mine], "answers are not what raw cells, mapping and changes say")
        problems += _named(country, delivery, other[mine], "cells are missing for another reason than raw cells, mapping and changes say")
    return off.size, int((~(off | other)).to_numpy().sum()), problems


def _named(country: Country, delivery: DeliveryRead, off: pd.DataFrame, what: str) -> list[Problem]:
    """Column by column, with the first rows and the place of the column in the file."""
    places = {m.target: f", {m.column.place}" for m in delivery.recognised.matches}
    return [
        Problem(
            f"{column}: {off[column].sum()} {what}",
            f"{delivery.name}, rows {', '.join(map(str, country.rows.loc[off.index[off[column]], 'source_row'][:5]))}"
            + places.get(column, places.get(column.partition("/")[0], "")),
        )
        for column in off.columns[off.any()]
    ]


class _Replay:
    """What the answers of a delivery must be before any change: `values` as text ("" for none) and `reasons`, by position."""

    def __init__(self, country: Country, delivery: DeliveryRead):
        self.country, self.delivery, self.questionnaire = country, delivery, country.questionnaire
        self.rows = country.rows.index[country.rows["delivery"] == delivery.name]
        by_cell = delivery.answers.mapping.groupby(["column", "question"], sort=False)
        self.mapping = {cell: lines.to_dict("list") for cell, lines in by_cell}
        found_values: dict[str, pd.Series] = {}
        found_reasons: dict[str, pd.Series] = {}
        self.columns = by_question(delivery.recognised.matches)
        for question in country.questionnaire.questions.values():
            names = self.questionnaire.columns(question.name)
            matches = self.columns.get(question.name, [])
            if not matches:
                values, reasons = self._without_column(question)
            elif question.kind == "text":
                values, reasons = self._text(question, matches[0])
            elif question.kind != "select_multiple":
                values, reasons = self._single(question, matches[0])
            elif "/" in matches[0].target:
                values, reasons = self._options(question, matches)
            else:
                values, reasons = self._joined(question, matches[0])
            found_values |= dict(zip(names, values, strict=True))
            found_reasons |= dict(zip(names, reasons, strict=True))
        self.values, self.reasons = pd.DataFrame(found_values, index=self.rows), pd.DataFrame(found_reasons, index=self.rows)

    def _cells(self, match: Match) -> pd.Series:
        return self.delivery.raw.cells[match.column.position].set_axis(self.rows)

    def _told(self, match: Match, what: str) -> pd.Series:
        """What the mapping says of each cell of a column: `code`, `reason` or `rule`."""
        lines = self.mapping[match.column.position + 1, match.target]
        return self._cells(match).map(dict(zip(lines["raw"], lines[what], strict=True)))

    def _typed(self, question: str) -> pd.Series:
        """Whether each respondent had typed a text, before any change."""
        typed = self.country.values.loc[self.rows, question].notna()
        changes = self.country.changes[self.country.changes["question"].eq(question)].drop_duplicates("position").set_index("position")
        return (~changes["old"].isin(MISSING_REASONS)).reindex(self.rows).fillna(typed).astype(bool)

    def _without_column(self, question: Question) -> tuple[list[pd.Series], list[pd.Series]]:
        """Not asked, unless the text of "other" was cut out of the cell of the question it belongs to."""
        names, asking = self.questionnaire.columns(question.name), self.columns.get(question.name.removesuffix("_other"))
        if asking and "/" not in asking[0].target and self.delivery.raw.other_in_cell:
            read = self.delivery.answers
            return [read.values[question.name].fillna("").set_axis(self.rows)], [read.reasons[question.name].set_axis(self.rows)]
        return [pd.Series("", index=self.rows)] * len(names), [pd.Series("not_asked", index=self.rows)] * len(names)

    def _text(self, question: Question, match: Match) -> tuple[list[pd.Series], list[pd.Series]]:
        """Open answers are not in the mapping: the cell itself, or what params declare of it."""
        cells, declared = self._cells(match), self.delivery.delivery.answers.get(question.name, {})
        values, reasons = {}, {}
        codes = codes_as_sent(cells.unique()) if question.role in IDENTIFIERS else {}
        for cell in cells.unique():
            text = "" if cell == NOT_SHOWN else codes.get(cell, tidy(cell))
            said = declared.get(cell, declared.get(text, "" if answer_key(text) in NOTHING else text))
            empty = "not_shown" if cell == NOT_SHOWN else "no_answer"
            missing = {cell, text} & set(declared) and said in DECLARED_MISSING  # somebody may have typed such a word, too
            values[cell], reasons[cell] = ("", said) if missing else (said, "" if said else empty)
        return [cells.map(values)], [cells.map(reasons)]

    def _single(self, question: Question, match: Match) -> tuple[list[pd.Series], list[pd.Series]]:
        """As the mapping says; a text of "other" in a column of its own is the answer where there is no other one."""
        code, reason, other = self._told(match, "code"), self._told(match, "reason"), f"{question.name}_other"
        offered = self.questionnaire.choices(question.name, self.delivery.delivery.scales.get(question.name, ""))
        if other in self.columns and "other" in offered:
            beside = self._typed(other) & reason.eq("no_answer")
            code, reason = code.mask(beside, "other"), reason.mask(beside, "")
        return [code], [reason]

    def _joined(self, question: Question, match: Match) -> tuple[list[pd.Series], list[pd.Series]]:
        codes, reason = self._told(match, "code"), self._told(match, "reason")
        choices = list(self.questionnaire.choices(question.name))
        ticked = [codes.map({t: str(c in t.split(";")) if t else "" for t in codes.unique()}) for c in choices]
        return ticked, [reason] * len(choices)

    def _options(self, question: Question, matches: list[Match]) -> tuple[list[pd.Series], list[pd.Series]]:
        """One column per option: ticked where its cell says so; nothing where the respondent ticked nothing readable."""
        choices, other = self.questionnaire.choices(question.name), f"{question.name}_other"
        ticked: dict[str, pd.Series] = {}
        for match in matches:
            choice = match.target.partition("/")[2]
            ticked[choice] = self._told(match, "code").ne("") | ticked.get(choice, False)
        if "other" in choices and "other" not in ticked and other in self.columns:
            ticked["other"] = self._typed(other)
        states = pd.DataFrame(dict(enumerate(self._told(match, "reason") for match in matches)))
        reason = pd.Series("no_answer", index=self.rows).mask(states.eq("not_shown").all(axis=1), "not_shown")
        missing = [c for c in choices if c in ticked and choices[c].missing]
        for choice in [*missing, *(c for c in ticked if c not in missing)]:
            reason = reason.mask(ticked[choice], choices[choice].missing or "")
        reason = reason.mask(states.eq("unreadable").any(axis=1), "unreadable")
        none, not_asked = pd.Series("", index=self.rows), pd.Series("not_asked", index=self.rows)
        if self.delivery.delivery.options.get(question.name) == ALL_OFFERED:
            ticked |= {c: pd.Series(False, index=self.rows) for c in choices if c not in ticked}
        values = [ticked[c].map(str).where(reason.eq(""), "") if c in ticked else none for c in choices]
        return values, [reason if c in ticked else not_asked for c in choices]
