"""What is open in a country, one item for each decision, and what each possible decision would write.

Items are made anew from the exports and params when a workbook comes back, so that nothing but the decisions is taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from bwise import open_texts
from bwise.intake import State, states
from bwise.masking import mask
from bwise.matching import DeliveryRead, by_question
from bwise.matching.answers import ALL_OFFERED, match_answers
from bwise.matching.columns import IGNORE, REPEATS, SECOND, WORDING, Match
from bwise.matching.lists import DECLARED_MISSING, list_used
from bwise.matching.rules import OF_THE_COLUMN, made_by
from bwise.params_lines import Lines
from bwise.questionnaire import Question, Questionnaire, in_language, load_questionnaire
from bwise.sent_back import digest, key_of
from bwise.settings import CountrySettings, Project, corrections_file, load_country
from bwise.text import counted, tidy

COLUMN, ANSWER, SCALE, OPTIONS, TWICE, CORRECTION, FILE, BY_HAND = (
    "column",
    "answer",
    "scale",
    "options without a column",
    "answer sent twice",
    "correction",
    "new file",
    "by hand",
)
SAME, FIRST, SUM = "same question", "join: first", "join: sum"
OUT, EXPECT, ACCEPT = "take out", "make it all the same", "accept"
JOINED, BY_OPTION = "believe the joined column", "believe the options"
BETWEEN = " — "  # code and label of a choice
FEW = 6  # columns that are named
EXAMPLES = 3  # answers of a column that are shown
MOST = 0.5  # share of the answers of a column that may be open, were it the question it is likely to be
LONG = 200  # characters of a text that are shown


@dataclass(frozen=True)
class Decision:
    """What one choice means.

    Attributes:
        settings: key of the delivery -> lines below it (`bwise.params_lines.Setting`).
        target: the question, or option, that a column becomes; `joins` where others may be it, too.
        line: a line of the corrections file to take out, or to make with another answer `expected`.
        correct: kind and new answer of a correction for each respondent who gave the text.
        accepted: hash of the file that is accepted.
    """

    settings: Lines = field(default_factory=dict)
    target: str = ""
    joins: bool = False
    out: bool = False
    expected: str | None = None
    correct: tuple[str, str] | None = None
    accepted: str = ""


@dataclass(frozen=True)
class Item:
    """One thing to decide.

    Attributes:
        what: which kind of thing it is, one of those above.
        part, delivery, number: whose it is; `number` counts the deliveries of the part from 0.
        name: what tells it from all others of its kind in the delivery.
        where, asked, count, examples, proposal, why: what is shown. `examples` are masked, and there are none of open questions.
        options: what may be chosen, code -> label.
        decisions: code -> what it means.
        of_column, if_target: the open column that the item hangs on, and what that must become for the item to count.
        question: of an answer. rows: of the file, whose answer it is. line: of the corrections file.
        numbers: what a number means that is written instead, where one may be.
    """

    what: str
    part: str
    delivery: str
    number: int
    name: str
    where: str
    asked: str
    count: int = 0
    examples: str = ""
    proposal: str = ""
    why: str = ""
    options: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    of_column: str = ""
    if_target: str = ""
    question: str = ""
    rows: tuple[int, ...] = ()
    line: int = 0
    numbers: Callable[[str], Decision] | None = None

    def key(self, country: str, sha256: str) -> str:
        """What a row of the workbook carries to be known again, with a digest that tells whether it was changed.

        Headings and texts are in it as digests only; `sha256`: of the export that is decided about.
        """
        return key_of([country, self.part, self.delivery, self.what, digest(self.name), digest(self.if_target), sha256[:12]])

    @property
    def shown(self) -> dict[str, str]:
        """Code -> how it stands in the drop-down."""
        return {code: f"{code}{BETWEEN}{label}" for code, label in self.options.items()}

    @property
    def of(self) -> tuple[str, str]:
        return self.part, self.delivery


@dataclass(frozen=True)
class Open:
    """All that is open in a country; `hashes`: part and delivery -> sha256 of its export, and of its corrections."""

    country: str
    items: list[Item]
    hashes: dict[tuple[str, str], str]
    states: list[State]

    def by_key(self) -> dict[str, Item]:
        return {item.key(self.country, self.hashes.get(item.of, "")): item for item in self.items}


def open_items(project: Project, country: str, settings: CountrySettings | None = None) -> Open:
    """Everything that waits for a decision in what a country sent, survey first, then the focus group.

    Args:
        settings: of the country, where they are not those of its params file.

    Raises:
        ProblemsFound: params cannot be used. An export that cannot be read is an item to settle by hand.
    """
    settings = settings or load_country(project, country)
    items, hashes, found = [], {}, []
    for part in settings.parts():
        questionnaire = load_questionnaire(project.params / "questionnaires" / part.questionnaire)
        for number, state in enumerate(states(project, part, questionnaire)):
            found.append(state)
            items += _Collector(state, number, questionnaire).all()
            hashes[part.part, state.name] = state.read.sha256 if state.read else ""
    return Open(settings.country, items, hashes, found)


class _Collector:
    """Collects what is open in one delivery."""

    def __init__(self, state: State, number: int, questionnaire: Questionnaire):
        self.state, self.number, self.questionnaire = state, number, questionnaire
        self.file = state.delivery.file.as_posix()

    def all(self) -> Iterator[Item]:
        state = self.state
        for problem in (*state.problems, *state.rows, *state.wises):
            yield self._item(BY_HAND, str(problem.what), problem.where or self.file, problem.what, why=problem.remedy)
        if state.read is None:
            return
        self.read: DeliveryRead = state.read
        grid = self.read.raw.grid
        self.place = f"{self.file}, sheet “{grid.sheet}”" if grid.sheet else self.file
        if state.review:
            yield self._new_file()
        for match in state.columns:
            yield from self._column(match)
        yield from self._answers(state.answers)
        for question, options in state.options.items():
            yield self._options(question, options)
        for question, rows in state.differing.items():
            yield self._twice(question, rows)
        yield from self._corrections()

    def _item(self, what: str, name: str, where: str, asked: str, **more) -> Item:
        return Item(what, self.state.part, self.state.name, self.number, name, where, self._shown(asked), **more)

    def _shown(self, text: str) -> str:
        text = mask(tidy(text), self.state.country)
        return text if len(text) <= LONG else text[: LONG - 1] + "…"

    # ------------------------------------------------------------------ columns

    def _column(self, match: Match) -> Iterator[Item]:
        column, raw = match.column, self.read.raw
        cells = raw.cells[column.position]
        filled = cells[cells.map(tidy).ne("")]
        name = self._params_name(match)
        options: dict[str, str] = {}
        decisions: dict[str, Decision] = {}
        if match.how == WORDING:
            options[SAME] = f"it asks the same as {match.named}: {self._label(match.named)}"
            decisions[SAME] = Decision({"wording": {name: "accepted"}}, match.named)
        if match.how == SECOND and match.named:
            for code, told in self._joins(match.named).items():
                how = code.removeprefix("join: ")
                options[code] = told
                decisions[code] = Decision({"columns": {name: match.named}, "join": {match.named: how}}, match.named, joins=True)
        proposed = [t for t in match.proposal.split(" or ") if t]
        for target in dict.fromkeys([*proposed, *([match.named] if match.named else []), *self._free()]):
            options[target] = self._label(target)
            decisions[target] = Decision({"columns": {name: target}}, target)
        options[IGNORE] = "leave the column aside"
        decisions[IGNORE] = Decision({"columns": {name: IGNORE}})
        yield self._item(
            COLUMN,
            column.place,
            f"{self.place}, {column.place}",
            column.heading or "(no heading)",
            count=len(filled),
            examples=self._examples(match, filled),
            proposal=SAME if match.how == WORDING else match.proposal,
            why=self._why(match),
            options=options,
            decisions=decisions,
        )
        if likely := self._likely(match, proposed):
            yield from self._answers_of(match, likely)

    def _likely(self, match: Match, proposed: list[str]) -> str:
        """The one question that a column is likely to become, "" where there is none or where another column is it already."""
        if len(proposed) == 1:
            return proposed[0]
        taken = {m.target for m in self.read.recognised.matches if m.target}
        return match.named if not proposed and match.named not in taken else ""

    def _params_name(self, match: Match) -> str:
        """How params name the column: by its heading, where that is one of its kind and tells nobody's address."""
        heading = match.column.heading
        alike = [c for c in self.read.raw.columns if tidy(c.heading) == tidy(heading)]
        plain = tidy(heading) and len(alike) == 1 and mask(heading, self.state.country) == heading
        return heading if plain else match.column.place

    def _joins(self, target: str) -> dict[str, str]:
        name = target.partition("/")[0]
        joins = {FIRST: f"it is {target}, too: the first filled cell counts"}
        if self.questionnaire[name].is_number:
            joins[SUM] = f"it is a part of {target}: the columns are added up"
        return joins

    def _free(self) -> list[str]:
        """Questions and options that no column of the delivery is."""
        matches = self.read.recognised.matches
        taken = {m.target for m in matches if m.target}
        asked = {m.question for m in matches if m.target}
        free = []
        for question in self.questionnaire.questions.values():
            if question.name not in asked:
                free.append(question.name)
            if question.kind == "select_multiple" and question.name not in taken:
                free += [column for column in self.questionnaire.columns(question.name) if column not in taken]
        return free

    def _label(self, target: str) -> str:
        name, _, choice = target.partition("/")
        question = self.questionnaire[name]
        battery = question.battery_labels.get("en", "")
        text = f"{battery} – {question.label()}" if battery else question.label()
        return self._shown(f"{text}: {_of_choice(self.questionnaire, name, choice)}" if choice else text)

    def _examples(self, match: Match, filled: pd.Series) -> str:
        """The commonest answers, where they are a list's or numbers: what people typed freely is not shown."""
        target = match.proposal or match.named
        if not target or " or " in target or self.questionnaire[target.partition("/")[0]].kind == "text":
            distinct = filled.nunique()
            return "one and the same text" if distinct == 1 else f"{distinct} different texts" if distinct else "empty"
        counts = filled.map(tidy).value_counts(sort=False).sort_values(ascending=False, kind="stable")
        return "; ".join(self._shown(text) for text in counts.index[:EXAMPLES])

    def _why(self, match: Match) -> str:
        if match.how == WORDING:
            return f"its code is that of {match.named}, which asks: {self._shown(match.asked)}"
        told = [f"{match.score:.0f} of 100 alike"] if match.proposal and match.score else []
        told += [f"like {match.named}, but {match.why}" if match.named and not match.proposal else match.why] if match.why else []
        return "; ".join(told) or ("several questions are as like it" if " or " in match.proposal else "no question is like it")

    # ------------------------------------------------------------------ answers

    def _answers_of(self, match: Match, target: str) -> Iterator[Item]:
        """What would be open among the answers of a column if it became this question: judged in the same round."""
        raw, delivery = self.read.raw, self.state.delivery
        read = match_answers(raw, [Match(match.column, target)], self.questionnaire, delivery, self.read.recognised.language)
        mapping = read.mapping[read.mapping["reason"].eq("unreadable")]
        if mapping["count"].sum() > MOST * read.mapping["count"].sum():
            return  # it is another question; should it be this one all the same, its answers are told in the next round
        yield from self._answers(mapping.assign(delivery=self.state.name), match.column.place, target)

    def _answers(self, found: pd.DataFrame, of_column: str = "", if_target: str = "") -> Iterator[Item]:
        if found.empty:
            return
        places = found.groupby(found["question"].str.partition("/")[0], sort=False)["column"].agg(lambda c: list(dict.fromkeys(c)))
        texts = open_texts.by_text(found)
        texts["name"] = texts["question"].str.partition("/")[0]
        judged = made_by(texts["rule"], *OF_THE_COLUMN)
        scales = judged & texts["proposal"].str.startswith(("scales: ", "units: "))
        for (rule, proposal), lines in texts[scales].groupby(["rule", "proposal"], sort=False):
            yield self._scale(rule, proposal, lines, of_column, if_target)
        # the numbers of a battery are one decision for all its questions; any other text is one for each question
        texts["together"] = [self._list(self.questionnaire[n]) if of else n for n, of in zip(texts["name"], judged, strict=True)]
        for (_, text), lines in texts[~scales].groupby(["together", "text"], sort=False):
            names = list(dict.fromkeys(lines["name"]))
            columns = list(dict.fromkeys(column for name in names for column in places[name]))
            yield self._answer(names, text, lines, columns, of_column, if_target)

    def _by_correction(self, question: Question, where: str) -> Item:
        """A part of an answer that holds personal data: neither params nor a correction of all its respondents can take it."""
        why = "a text that tells who wrote it must not stand in params: correct each of these answers"
        return self._item(BY_HAND, f"{question.name} {where}", where, f"{question.name}: a text that holds personal data", why=why)

    def _scale(self, rule: str, proposal: str, lines: pd.DataFrame, of_column: str, if_target: str) -> Item:
        key, _, told = proposal.partition(": ")
        names = list(dict.fromkeys(lines["question"].str.partition("/")[0]))
        values = told.split(" or ") if key == "scales" else ["share", "%"]
        return self._item(
            SCALE,
            f"{key} {' '.join(names)}",
            self.place,
            f"{', '.join(names)}: {'; '.join(dict.fromkeys(lines['text']))}",
            count=int(lines["count"].sum()),
            proposal=values[0] if len(values) == 1 else "",
            why=rule,
            options={value: f"`{key}` of {counted(len(names), 'question')}" for value in values},
            decisions={value: Decision({key: dict.fromkeys(names, value)}) for value in values},
            of_column=of_column,
            if_target=if_target,
        )

    def _answer(self, names: list[str], text: str, lines: pd.DataFrame, columns: list[int], of_column: str, if_target: str) -> Item:
        question, named = self.questionnaire[names[0]], self._named(names)
        where = f"{self.place}, {', '.join(f'column {n}' for n in columns[:FEW])}{', …' if len(columns) > FEW else ''}"
        options = {code: _of_choice(self.questionnaire, question.name, code, self._list(question)) for code in self._choices(question)}
        options |= {code: code.replace("_", " ") for code in DECLARED_MISSING if code not in options}
        near = next((p for p in lines["proposal"] if p), "")
        proposal = near.partition(" ")[0]
        private = mask(text, self.state.country) != text
        cells = self.read.raw.cells
        rows = [int(row) for n in columns for row in cells.index[cells[n - 1].eq(text)]] if private else []
        if private and not rows:
            return self._by_correction(question, where)
        return self._item(
            ANSWER,
            f"{named[0]} {text}",
            where,
            f"{', '.join(names)}: {text}",
            count=int(lines["count"].sum()),
            proposal=proposal if proposal in options else "",
            why="; ".join(dict.fromkeys([*([f"like {near}"] if near else []), *lines["rule"]])),
            options=options,
            decisions={code: self._meaning(named, text, code, private) for code in options},
            of_column=of_column,
            if_target=if_target,
            question=question.name,
            rows=tuple(dict.fromkeys(rows)),
            numbers=(lambda number: self._meaning(named, text, number, private)) if question.is_number else None,
        )

    def _named(self, names: list[str]) -> list[str]:
        """Where params say what a text means: under its questions, or under their answer list, where they are all that were asked."""
        used = self._list(self.questionnaire[names[0]])
        asked = [m for m in by_question(self.read.recognised.matches) if self._list(self.questionnaire[m]) == used]
        alone = len(names) == 1 or used in self.questionnaire.questions or not set(asked) <= set(names)
        return names if alone else [used]

    def _meaning(self, named: list[str], text: str, code: str, private: bool) -> Decision:
        """A line under `answers:`; corrections of the respondents where the text itself must not stand in params."""
        if not private:
            return Decision({"answers": {name: {text: code} for name in named}})
        return Decision(correct=("blank" if code in DECLARED_MISSING else "set", code))

    def _list(self, question: Question) -> str:
        return "" if question.name in self.state.delivery.rescale else list_used(self.state.delivery, question)

    def _choices(self, question: Question) -> list[str]:
        return list(self.questionnaire.choices(question.name, self._list(question))) if question.kind.startswith("select") else []

    # ------------------------------------------------------------------ options, corrections, files

    def _options(self, question: str, options: Iterable[str]) -> Item:
        told = {ALL_OFFERED: "they were offered, and nobody ticked them", "not_offered": "they were not asked"}
        labels = ", ".join(_of_choice(self.questionnaire, question, option) or option for option in options)
        return self._item(
            OPTIONS,
            question,
            self.place,
            f"{question}: {labels}",
            count=len(tuple(options)),
            why="an option without a column: nobody can see whether it was offered",
            options=told,
            decisions={code: Decision({"options": {question: code}}) for code in told},
        )

    def _twice(self, question: str, rows: Iterable[int]) -> Item:
        """A multiple answer that stands in one column and in one for each option, and does not say the same."""
        matches = self.read.recognised.matches
        read = by_question(matches)[question]
        again = [m for m in matches if m.how == REPEATS and m.named.partition("/")[0] == question]
        joined = "/" not in read[0].target
        options, decisions = {}, {}
        for code, left in ((JOINED, again if joined else read), (BY_OPTION, read if joined else again)):
            options[code] = f"leave {counted(len(left), 'column')} aside"
            decisions[code] = Decision({"columns": {self._params_name(m): IGNORE for m in left}})
        numbers = list(map(str, rows))
        where = f"{self.place}, row{'s' * (len(numbers) > 1)} {', '.join(numbers)}"
        why = "the two do not say the same"
        return self._item(TWICE, question, where, question, count=len(numbers), why=why, options=options, decisions=decisions)

    def _corrections(self) -> Iterator[Item]:
        file = corrections_file(self.state.country, self.state.part)
        for line, problems in self.state.misfits.items():
            options = {OUT: "take the line out of the corrections"}
            decisions = {OUT: Decision(out=True)}
            if line in self.state.answers_now:
                options[EXPECT] = "correct the answer that is there now"
                decisions[EXPECT] = Decision(expected=self.state.answers_now[line])
            told = "; ".join(p.what for p in problems)
            where = "; ".join(dict.fromkeys(p.where for p in problems if p.where)) or f"{file}, line {line}"
            yield self._item(
                CORRECTION, f"line {line}", where, told, count=1, why=problems[0].why, options=options, decisions=decisions, line=line
            )
        settled = [p for problems in self.state.misfits.values() for p in problems]
        for problem in self.state.corrections:
            if problem not in settled:
                yield self._item(BY_HAND, str(problem), problem.where or file, problem.what, why=problem.remedy)

    def _new_file(self) -> Item:
        review = self.state.review
        return self._item(
            FILE,
            "file",
            self.file,
            review.lines[0],
            why="; ".join(review.lines[1:]),
            options={ACCEPT: "use the new file from now on"},
            decisions={ACCEPT: Decision(accepted=self.read.sha256)},
        )


def _of_choice(questionnaire: Questionnaire, name: str, code: str, list_name: str = "") -> str:
    choice = questionnaire.choices(name, list_name).get(code)
    return in_language(choice.labels, "en", code) if choice else code
