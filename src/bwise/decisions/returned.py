"""Decisions that came back: read, checked all together, and written into params and corrections, whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from bwise.corrections import COLUMNS, amended
from bwise.decisions.items import (
    ANSWER,
    BETWEEN,
    BY_HAND,
    COLUMN,
    Decision,
    Item,
    Open,
    open_items,
)
from bwise.decisions.sheet import HEADING, Row, read_rows
from bwise.intake import without_settled
from bwise.matching.columns import names_of
from bwise.params_lines import Lines, Setting, country_of, difference, with_settings, write_together
from bwise.problems import Problem, nearest, stop
from bwise.sent_back import digest, filled, key_parts
from bwise.settings import CountrySettings, Project, corrections_file, load_country
from bwise.text import answer_key, counted, tidy

CHANGED = "the export of {delivery} has changed since the workbook was written"
TYPED_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass
class Applied:
    """What the decisions change.

    Attributes:
        diff: of `params/<CC>.yaml`, line by line. notes: what was left aside and why, what becomes of corrections.
        decided, empty: rows with a decision, and rows without one. left: how many things are open then.
    """

    country: str
    diff: str = ""
    notes: list[str] = field(default_factory=list)
    decided: int = 0
    empty: int = 0
    left: int = 0
    then: str = "now"

    def __str__(self) -> str:
        lines = [self.diff] if self.diff else []
        now = f"{self.left or 'nothing'} {'is' if self.left < 2 else 'are'} open {self.then}"
        told = f"{counted(self.decided, 'decision')}, {self.empty} left empty; {now}"
        return "\n".join([*lines, *self.notes, told])


def apply(project: Project, country: str, path: Path, on: date, dry: bool = False) -> Applied:
    """Read the decisions of a workbook and write them into `params/<CC>.yaml`, comments and order kept, and into the corrections.

    Args:
        on: the day that stands in corrections. dry: say what would be written, and write nothing.

    Raises:
        ProblemsFound: with everything that does not fit, each with its sheet, row and column; nothing is written then.
    """
    rows = read_rows(path)
    settings = load_country(project, country)
    reader = _Reader(project, settings, open_items(project, settings.country), on)
    return reader.apply(rows, dry)


class _Reader:
    """Reads the rows of one workbook against what is open now."""

    def __init__(self, project: Project, settings: CountrySettings, now: Open, on: date):
        self.project, self.settings, self.now, self.on = project, settings, now, on
        self.country = settings.country
        self.items = {self._name(item): item for item in now.items}
        self.states = {(state.part, state.name): state for state in now.states}
        self.problems: list[Problem] = []
        self.chosen: dict[tuple, tuple[Item, Decision, Row]] = {}
        self.applied = Applied(self.country)

    def apply(self, rows: list[Row], dry: bool) -> Applied:
        changed = set()
        for row in rows:
            self._row(row, changed)
        self._columns_once()
        chosen = list(self._counting())
        stop(HEADING, *self.problems)
        self.applied.decided = len(chosen)
        before, after = with_settings(self.project, self.country, self._settings(chosen), HEADING)
        corrections = dict(self._corrections(chosen))
        stop(HEADING, *self.problems)
        now = self._open_after(after)
        after = without_settled(self.project, self.settings, after, self.now.states, now.states)
        self.applied.left = sum(self._name(item) not in self.chosen for item in now.items)
        self.applied.then = "then" if dry else "now"
        self.applied.diff = difference(self.country, before, after)
        if not dry:
            write_together(self.project, self.country, after if after != before else "", corrections)
        return self.applied

    # ------------------------------------------------------------------ rows

    def _name(self, item: Item) -> tuple:
        return item.part, item.delivery, item.what, digest(item.name), digest(item.if_target)

    def _row(self, row: Row, changed: set[tuple[str, str]]) -> None:
        if not filled(row.decision):
            self.applied.empty += 1
            return
        parts = key_parts(row.key)
        if parts is None:
            why, do = "nobody can tell what is decided there", f"write it anew: `bwise resolve {self.country}` keeps the other decisions"
            self._wrong("the hidden key was changed, or is missing", row.where("bwise key"), why, do)
            return
        country, part, delivery, what, name, target, sha256 = parts
        if country != self.country:
            self._wrong(f"the row was written for {country}, not for {self.country}", row.cell, do=f"bwise resolve {country} --apply")
        elif (part, delivery) not in self.states:
            self._wrong(f"params have no delivery {delivery} now", row.cell, do="take the row out")
        elif sha256 != self.now.hashes[part, delivery][:12]:
            if (part, delivery) not in changed:
                changed.add((part, delivery))
                why = "what was decided about the old file need not be right for the new one"
                do = f"`bwise resolve {self.country}` writes the workbook anew and keeps the decisions that still fit: look through them"
                self._wrong(CHANGED.format(delivery=delivery), self.states[part, delivery].delivery.file.as_posix(), why, do)
        else:
            key = (part, delivery, what, name, target)
            item = self.items.get(key) or self.items.get((*key[:4], digest("")))
            if item is None:
                self._settled_since(row, part, delivery, what, name)
            else:
                self._choose(item, row)

    def _choose(self, item: Item, row: Row) -> None:
        decision = self._decision(item, row)
        if decision is None:
            return
        if decision.correct and not (tidy(row.by) and tidy(row.reason)):
            lacks = "by" if not tidy(row.by) else "reason"
            why = "the answer tells who gave it, so it becomes a correction, which needs both"
            self._wrong(f"“{lacks}” is empty", row.where(lacks), why, "write who decided, and why")
            return
        _, first, at = self.chosen.setdefault(self._name(item), (item, decision, row))
        if first != decision:
            self._wrong(f"the same is decided otherwise in {at.cell}", row.cell, do="empty one of the two")

    def _decision(self, item: Item, row: Row) -> Decision | None:
        if item.what == BY_HAND:
            do = "; ".join(filter(None, ("empty the cell", item.why)))
            self._wrong("nothing can be decided here", row.cell, item.asked, do)
            return None
        text = f"{row.decision:.15g}" if isinstance(row.decision, float) else tidy(str(row.decision))
        known = {answer_key(code): code for code in item.options} | {answer_key(shown): code for code, shown in item.shown.items()}
        code = known.get(answer_key(text)) or known.get(answer_key(text.partition(BETWEEN)[0]))
        if code:
            return item.decisions[code]
        if item.numbers and TYPED_NUMBER.fullmatch(text):
            return item.numbers(text.replace(",", "."))
        if item.what == COLUMN and (there := self._taken_by(item, text)):
            self._twice(row, text, there)
            return None
        near = nearest(text, item.options)
        some = ", ".join(list(item.options)[:8]) + (", …" if len(item.options) > 8 else "") + (", or a number" if item.numbers else "")
        what = "this is not one of the decisions of its list"
        self._wrong(what, row.cell, do=f"write `{near}`, or choose from the list: {some}" if near else f"write one of: {some}")
        return None

    def _settled_since(self, row: Row, part: str, delivery: str, what: str, name: str) -> None:
        """A row that is open no more: somebody else decided it. The same is well; another decision is refused."""
        stated = self._stated(part, delivery, what, name)
        wanted = tidy(str(row.decision)).partition(BETWEEN)[0]
        if stated and answer_key(stated) != answer_key(wanted):
            do = f"empty the cell, or change params/{self.country}.yaml by hand"
            self._wrong(f"params say `{stated}` by now: somebody has decided otherwise", row.cell, do=do)
        else:
            self.applied.notes.append(f"{row.cell}: settled since the workbook was written; left aside")

    def _stated(self, part: str, delivery: str, what: str, name: str) -> str:
        """What params say of a column or an answer now; "" where they say nothing."""
        state = self.states[part, delivery]
        if what == COLUMN and state.read:
            column = next((c for c in state.read.raw.columns if digest(c.place) == name), None)
            said = [state.delivery.columns[n] for n in names_of(column) if n in state.delivery.columns] if column else []
            return said[0] if said else ""
        if what == ANSWER:
            told = ((q, text, code) for q, texts in state.delivery.answers.items() for text, code in texts.items())
            return next((code for q, text, code in told if digest(f"{q} {text}") == name), "")
        return ""

    # ------------------------------------------------------------------ together

    def _columns_once(self) -> None:
        """Refuse two columns that would be one question."""
        columns = [(item, decision, row) for item, decision, row in self.chosen.values() if item.what == COLUMN and decision.target]
        wanted = Counter((item.of, decision.target) for item, decision, _ in columns)
        for item, decision, row in columns:
            state, target = self.states[item.of], decision.target
            others = self._taken_by(item, target) or ("another row" if wanted[item.of, target] > 1 else "")
            joined = decision.joins or any(d.joins for i, d, _ in columns if i.of == item.of and d.target == target)
            joined = joined or state.delivery.join == "first" or target in state.delivery.join
            if others and not joined:
                self._twice(row, target, others)

    def _taken_by(self, item: Item, target: str) -> str:
        """The column that is this question, or option, already."""
        return next((m.column.place for m in self.states[item.of].read.recognised.matches if m.target and m.target == target), "")

    def _twice(self, row: Row, target: str, others: str) -> None:
        why = "of two columns, nobody knows which one counts"
        do = "decide `ignore` for one of them, or `join` under the delivery in params (see params/README.md)"
        self._wrong(f"{target} is {others} already", row.cell, why, do)

    def _counting(self) -> Iterator[tuple[Item, Decision, Row]]:
        """The decisions that count: not those about answers of a column that became something else."""
        for item, decision, row in self.chosen.values():
            if not item.of_column:
                yield item, decision, row
                continue
            of = (*item.of, COLUMN, digest(item.of_column), digest(""))
            if of not in self.chosen:
                what = f"{item.of_column} is not decided, and this answer is one of {item.if_target} only if that column is"
                self._wrong(what, row.cell, do=f"decide the row of {item.of_column}, too, or empty this cell")
            elif self.chosen[of][1].target == item.if_target:
                yield item, decision, row
            else:
                self.applied.notes.append(f"{row.cell}: {item.of_column} has not become {item.if_target}; left aside")

    def _settings(self, chosen: list[tuple[Item, Decision, Row]]) -> list[Setting]:
        """One setting for each key, and each question under `answers:`, of each delivery."""
        found: dict[tuple, Setting] = {}
        for item, decision, _ in chosen:
            about = (item.delivery, item.part, item.number)
            if decision.accepted:
                found[about, "accepted"] = Setting(*about, "accepted", decision.accepted)
            for key, lines in decision.settings.items():
                for name, told in lines.items():
                    at = (about, key, name if key == "answers" else "")
                    before = found[at].value if at in found else {}
                    found[at] = Setting(*about, key, _merged(before, {name: told}))
        return list(found.values())

    def _corrections(self, chosen: list[tuple[Item, Decision, Row]]) -> Iterator[tuple[str, pd.DataFrame]]:
        """The corrections files that change, as they will be."""
        for part in self.settings.parts():
            mine = [(item, decision, row) for item, decision, row in chosen if item.part == part.part]
            out = {item.line for item, decision, _ in mine if decision.out}
            expected = {item.line: d.expected for item, d, _ in mine if d.expected is not None}
            new = [line for item, decision, row in mine if decision.correct for line in self._lines(item, decision, row)]
            if not out | expected.keys() and not new:
                continue
            name = corrections_file(part.country, part.part)
            self.applied.notes += [f"{name}: line {line} is taken out" for line in sorted(out)]
            self.applied.notes += [f"{name}: line {line} expects the answer that is there now" for line in sorted(expected)]
            self.applied.notes += [f"{name}: {counted(len(new), 'line')} more"] if new else []
            yield name, amended(self.project, part, out, expected, pd.DataFrame(new, columns=COLUMNS, dtype="str"))

    def _lines(self, item: Item, decision: Decision, row: Row) -> list[list[str]]:
        kind, new = decision.correct
        ends = [tidy(row.reason), tidy(row.by), self.on.isoformat()]
        return [[kind, item.delivery, f"row {n}", item.question, "unreadable", new, *ends] for n in item.rows]

    def _open_after(self, text: str) -> Open:
        """What is open with these params; refused where the exports cannot be read with them."""
        settings = country_of(text, self.country)
        after = open_items(self.project, self.country, settings)
        could = {(s.part, s.name) for s in self.now.states if not s.problems}
        why = "with the decisions of this workbook, the export could not be read any more"
        stop(HEADING, *(replace(p, why=p.why or why) for s in after.states if (s.part, s.name) in could for p in s.problems))
        return after

    def _wrong(self, what: str, where: str, why: str = "", do: str = "") -> None:
        self.problems.append(Problem(what, where, why, do))


def _merged(first: Lines, second: Lines) -> Lines:
    """Two settings of one key as one."""
    found = dict(first)
    for name, told in second.items():
        found[name] = _merged(found[name], told) if isinstance(told, dict) and name in found else told
    return found
