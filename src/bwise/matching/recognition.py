"""Which reading of a file is right: the one that makes most of the questionnaire match.

Encoding, delimiter, sheet, tool, heading style and language are not guessed one by one. Every plausible combination is
read, and judged by matched columns, then by matched answers, then by letters that belong to the language. The score and
the runner-up are reported; two different readings that do equally well are refused.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import NoReturn

from bwise.classifications import sections
from bwise.exports import READERS, microsoft_forms, plain, read_as
from bwise.exports.containers import HEAD, content_of, grids
from bwise.exports.table import Grid, RawTable
from bwise.logic import check_conditions
from bwise.matching.answers import Answers, match_answers
from bwise.matching.columns import ACCEPTED, IGNORE, Match, by_question, match_columns, names_of
from bwise.matching.guesses import likely_language, name_of
from bwise.matching.identifiers import lost_codes
from bwise.matching.joins import FIRST, SUM, how_joined
from bwise.matching.lists import DECLARED_MISSING, AnswerList, declared_answers, list_used
from bwise.matching.numbers import UNITS, parse_number
from bwise.matching.proposals import propose
from bwise.matching.rows import Telling, column_named, rows_taken, telling_columns, undecided_rows, weight_problems
from bwise.matching.rules import Rule, made_by
from bwise.matching.shapes import one_row_per_answer, second_headings, shape_of
from bwise.matching.versions import rows_that_differ
from bwise.matching.words import LANGUAGES_OF
from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import CountrySettings, Delivery, Project
from bwise.text import answer_key, tidy

AS_SENT = "write the text as it stands in the export, or take the line out"
CANNOT_USE = "The export cannot be used. Nothing was changed."
LOOKED_AT = 3  # ways of reading a file that no reader knows, which are enough to say what it is
ENOUGH = 0.2  # of the columns must match; below, it is another survey's export. Of the answers, too: no real export was below 0.97
SEVERAL = 5  # questions with fixed answers, from which the share of what can be read means something
NO_SENSE = (Rule.NO_SUCH_ANSWER, Rule.UNKNOWN_PART, Rule.NO_NUMBER, Rule.NO_DATE)


@dataclass(frozen=True)
class Recognised:
    """One reading of a file and how well it fits the questionnaire.

    `fit` counts the matched columns, one that is only similar for less than one; `readable` is the share of answers of
    closed questions that could be read (0 to 1); `letters` the share of letters beyond ASCII that belong to the
    language's alphabet (0 to 1). The last two, and `answers`, are worked out for the best readings only.
    """

    raw: RawTable
    matches: tuple[Match, ...]
    language: str
    fit: float
    readable: float = 0.0
    letters: float = 0.0
    answers: Answers | None = None

    @property
    def columns(self) -> int:
        return sum(m.settled for m in self.matches)

    @property
    def of_columns(self) -> int:
        return len(self.raw.answer_columns)

    @property
    def score(self) -> tuple[float, float, float]:
        return round(self.fit, 4), round(self.readable, 4), round(self.letters, 6)  # one letter may tell two code pages apart

    def describe(self) -> str:
        grid = self.raw.grid
        how = f"sheet `{grid.sheet}`" if grid.sheet else f"{grid.encoding}, delimiter {grid.delimiter!r}"
        return (
            f"{self.raw.tool}, {how}, language {self.language or 'not told'}: {self.columns} of {self.of_columns} columns, "
            f"{self.readable:.0%} of the answers"
        )


@dataclass(frozen=True)
class DeliveryRead:
    """One delivery, read and matched: the recognised reading, the runner-up, and the answers.

    `telling`: columns that look like a country, a wave or a weight, of which params say nothing. `undecided`: why it is not known
    which rows of the file belong to the delivery. `differing`: multiple answer that the file holds twice -> rows in which it differs.
    `sha256`: of the bytes that were read.
    """

    name: str
    delivery: Delivery
    recognised: Recognised
    runner_up: Recognised | None
    telling: tuple[Telling, ...] = ()
    undecided: tuple[Problem, ...] = ()
    differing: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sha256: str = ""

    @property
    def raw(self) -> RawTable:
        return self.recognised.raw

    @property
    def answers(self) -> Answers:
        return self.recognised.answers

    @property
    def open_options(self) -> dict[str, tuple[str, ...]]:
        """Question with one column per option -> options without a column, where params do not say why; those that a column which
        is still open may be are left aside."""
        proposed = {t for m in self.recognised.matches if not m.settled for t in m.proposal.split(" or ")}
        unsaid = {q: options for q, options in self.answers.absent.items() if q not in self.delivery.options}
        found = {q: tuple(o for o in options if f"{q}/{o}" not in proposed) for q, options in unsaid.items()}
        return {q: options for q, options in found.items() if options}


def read_delivery(path: Path, shown: str, name: str, delivery: Delivery, questionnaire: Questionnaire, country: str = "") -> DeliveryRead:
    """Recognise, read and match one export.

    Args:
        path: the file. shown: how to name it in messages. name: of the delivery. country: code of the country, whose
            alphabet decides where headings and answers are codes only.

    Raises:
        ProblemsFound: not an export, another survey's export, two readings that fit equally well, or a line of params
            that names a column, question, answer or unit which is not there.
    """
    stop(f"The settings of the delivery {name} do not fit the questionnaire.", *_check_settings(delivery, questionnaire))
    data = content_of(path, shown)
    ranked = _ranked(data, shown, delivery, questionnaire, country)
    if not ranked:
        _stop_without_table(data, shown, delivery, questionnaire)
    best = _winner(ranked, shown, questionnaire)
    other = next((r for r in ranked if r.raw.grid is not best.raw.grid), None)
    whole = _read_whole(data, shown, best, delivery, questionnaire)
    lost = [replace(p, where=f"{shown}, {p.where}") for p in lost_codes(whole.raw, whole.matches, questionnaire)]
    shape = one_row_per_answer(whole.raw.grid.cells, questionnaire) or second_headings(whole.raw, questionnaire)
    problems = [*whole.raw.problems, *([shape] if shape else [])] or _answers_of_another_survey(whole, questionnaire)
    stop(CANNOT_USE, *(replace(p, where=shown) for p in problems), *lost)
    stop(f"The settings of the delivery {name} do not fit the file.", *_check_against_file(whole, delivery, shown, questionnaire))
    telling = telling_columns(whole.raw, delivery, {m.column.position for m in whole.matches if m.target})
    differing = rows_that_differ(whole.raw, list(whole.matches), whole.answers, questionnaire, delivery, whole.language)
    if whole.raw.tool == microsoft_forms.NAME and (fewer := microsoft_forms.fewer_than_named(delivery.file.name, len(whole.raw.cells))):
        whole = replace(whole, raw=replace(whole.raw, notes=(*whole.raw.notes, fewer)))
    undecided = tuple(undecided_rows(telling, delivery, shown))
    digest = hashlib.sha256(data).hexdigest()
    return DeliveryRead(name, delivery, whole, other, tuple(telling), undecided, differing, digest)


def _ranked(data: bytes, shown: str, delivery: Delivery, questionnaire: Questionnaire, country: str) -> list[Recognised]:
    if delivery.tool not in (None, *(r.NAME for r in READERS)):
        stop(
            "The tool in params is not known.",
            Problem(f"`tool: {delivery.tool}`", shown, remedy=did_you_mean(delivery.tool, [r.NAME for r in READERS])),
        )
    tables = [
        raw
        for grid in grids(data, shown, delivery.encoding, delivery.delimiter, delivery.sheet, head=not delivery.rows)
        for raw in _read_as(grid, delivery, shown)
    ]
    found = []
    for raw in tables:
        matches = tuple(_matched(raw, questionnaire, delivery, explain=False))
        found.append(Recognised(raw, matches, "", fit=sum(m.score for m in matches if m.settled) / 100))
    best = max((r.fit for r in found), default=0.0)
    # Answers are read only where the headings leave the choice open; of two tools that read one grid equally well, the
    # one that knows the tool's own columns comes first in READERS.
    specific = {id(r.raw.grid): r for r in reversed(found) if r.fit == best}
    judged = [_judge(r, questionnaire, delivery, country) if specific.get(id(r.raw.grid)) is r and r.fit else r for r in found]
    order = [m.NAME for m in READERS]
    return sorted(judged, key=lambda r: (r.score, -order.index(r.raw.tool)), reverse=True)


def _read_as(grid: Grid, delivery: Delivery, shown: str) -> list[RawTable]:
    """The grid as each reader understands it; a reader that refuses the file does not know its name."""
    try:
        return [rows_taken(raw, delivery) for raw in _without_loopholes(read_as(grid, delivery.tool))]
    except ProblemsFound as found:
        stop(found.heading, *(replace(p, where=shown) for p in found.problems))


def _matched(raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, explain: bool = True) -> list[Match]:
    """One match per answer column; nothing is left to decide of a column that `rows:` or `weight:` name."""
    named = [*(delivery.rows if isinstance(delivery.rows, dict) else ()), *filter(None, [delivery.weight])]
    positions = {column.position for name in named if (column := column_named(raw, name))}
    matches = match_columns(raw, questionnaire, delivery, explain)
    return [Match(m.column, "", "declared", 100.0) if m.column.position in positions and not m.target else m for m in matches]


def _without_loopholes(tables: list[RawTable]) -> list[RawTable]:
    """A table that the reader of its own tool refuses is no plain table either: nobody knows it better than that reader.

    Nor is one whose headings a tool writes elsewhere than in the first row: as a plain table they would be answers.
    """
    any_table = next((raw for raw in tables if raw.tool == plain.NAME), None)
    refused = any_table and any(set(raw.problems) - set(any_table.problems) for raw in tables)
    if refused or any(raw.header_row > 1 for raw in tables if raw is not any_table):
        return [raw for raw in tables if raw is not any_table]
    return tables


def _judge(found: Recognised, questionnaire: Questionnaire, delivery: Delivery, country: str) -> Recognised:
    """Read the answers, too: how many make sense, and in which language and alphabet."""
    matched = [m for m in found.matches if m.target]
    language = delivery.language or _language(matched, found.raw, questionnaire)
    answers = match_answers(found.raw, matched, questionnaire, delivery, language)
    closed = answers.mapping[~made_by(answers.mapping["rule"], Rule.TEXT) & answers.mapping["reason"].ne("no_answer")]
    unreadable = closed.loc[closed["reason"].eq("unreadable"), "count"].sum()
    readable = 1 - unreadable / max(1, closed["count"].sum())
    return replace(
        found,
        language=language,
        readable=readable,
        letters=_letters(found.raw, questionnaire, [language] if language else LANGUAGES_OF.get(country, "").split()),
        answers=answers,
    )


def _language(matched: list[Match], raw: RawTable, questionnaire: Questionnaire) -> str:
    """The language most headings are in; without text in the headings, the one most answers are in; "" when all is in codes."""
    votes = Counter(language for m in matched for language in m.languages)
    told = raw.about("language")
    if not votes and told is not None:
        votes = Counter({k: v for k, v in Counter(told.str.lower().str[:2]).items() if k in questionnaire.languages})
    if not votes:
        labels = {
            label: language for answers in questionnaire.lists.values() for c in answers.values() for language, label in c.labels.items()
        }
        cells = Counter(text for m in matched for text in raw.cells[m.column.position])
        for text, count in cells.items():
            if text in labels:
                votes[labels[text]] += count
    first = questionnaire.languages[0] if questionnaire.languages else ""
    return max(votes, key=lambda v: (votes[v], v == first, v)) if votes else ""


def _letters(raw: RawTable, questionnaire: Questionnaire, languages: list[str]) -> float:
    """Share of the signs beyond ASCII that are letters of the questionnaire in these languages, or spaces; 1 when there are none."""
    labels = [q.labels.get(lang, "") + q.battery_labels.get(lang, "") for q in questionnaire.questions.values() for lang in languages]
    labels += [c.labels.get(lang, "") for answers in questionnaire.lists.values() for c in answers.values() for lang in languages]
    alphabet = set("".join(labels).casefold())
    letters = Counter(raw.grid.letters.casefold())
    return sum(n for c, n in letters.items() if c in alphabet or c.isspace()) / letters.total() if letters else 1.0


def _stop_without_table(data: bytes, shown: str, delivery: Delivery, questionnaire: Questionnaire) -> NoReturn:
    """Say why no reader found a table."""
    if delivery.tool:
        remedy = "take the line `tool:` out of params"
        stop(CANNOT_USE, Problem(f"the file is not laid out as {delivery.tool} writes it", shown, remedy=remedy))
    found = grids(data, shown, delivery.encoding, delivery.delimiter, delivery.sheet, head=True)
    shape = next((problem for grid in islice(found, LOOKED_AT) if (problem := shape_of(grid, questionnaire))), None)
    none = Problem("no table with headings was found in it", remedy="ask the partner for the answers as CSV or XLSX")
    stop(CANNOT_USE, replace(shape or none, where=shown))
    raise AssertionError


def _answers_of_another_survey(read: Recognised, questionnaire: Questionnaire) -> list[Problem]:
    """Hardly an answer makes sense, nor is like one: the headings are the questionnaire's, what stands below them is not.

    Numbers of another scale and texts like an answer are told one by one: params settle them.
    """
    mapping = read.answers.mapping
    fixed = [name for name, question in questionnaire.questions.items() if question.kind != "text"]
    closed = mapping.loc[mapping["question"].map(lambda target: target.partition("/")[0] in fixed) & mapping["reason"].ne("no_answer")]
    if not len(closed):
        return []
    strange = closed.loc[made_by(closed["rule"], *NO_SENSE) & closed["reason"].eq("unreadable") & closed["proposal"].eq("")]
    questions, given = len({target.partition("/")[0] for target in strange["question"]}), int(closed["count"].sum())
    readable = given - int(strange["count"].sum())
    if questions < SEVERAL or readable >= ENOUGH * given:
        return []
    return [
        Problem(
            f"only {readable} of its {given} answers are answers of the questionnaire, though {read.columns} of its {read.of_columns} "
            "columns are its questions",
            why="it looks like another survey with the same headings, or like a table whose columns were moved",
            remedy="check `questionnaire:` in params; ask the partner for the export as the tool wrote it",
        )
    ]


def _winner(ranked: list[Recognised], shown: str, questionnaire: Questionnaire) -> Recognised:
    heading, best = CANNOT_USE, ranked[0]
    if best.columns < max(1, ENOUGH * best.of_columns):
        shape = shape_of(best.raw.grid, questionnaire)
        stop(
            heading,
            replace(shape, where=shown) if shape else _another_survey(best, shown, questionnaire),
        )
    if not len(best.raw.cells):
        stop(heading, Problem("there are headings, but no answers", shown, remedy="ask the partner to export again, with the responses"))
    rival = next(
        (r for r in ranked[1:] if r.score == best.score and r.raw.tool == best.raw.tool and not _same(r.raw.grid, best.raw.grid)), None
    )
    if rival:
        stop(
            heading,
            Problem(
                f"two readings fit equally well: {best.describe()} and {rival.describe()}",
                shown,
                why="the wrong one would change letters or columns without an error",
                remedy="say which is right in params (`encoding:`, `delimiter:` or `sheet:`)",
            ),
        )
    return best


def _another_survey(best: Recognised, shown: str, questionnaire: Questionnaire) -> Problem:
    """Hardly a column is a question: another survey, or this one in a language that the questionnaire does not have."""
    what = f"only {best.columns} of its {best.of_columns} columns are questions of the questionnaire"
    language = likely_language(column.text or column.heading for column in best.raw.columns)
    if not language or language in questionnaire.languages:
        remedy = "check `file:` and `questionnaire:` in params; else ask the partner"
        return Problem(what, shown, "it looks like the export of another survey", remedy)
    remedy = f"if so, `bwise language {language}` writes a workbook to translate it in; if not, check `file:` and `questionnaire:`"
    return Problem(what, shown, f"no language of the questionnaire fits; is it {name_of(language)}?", remedy)


def _same(one: Grid, two: Grid) -> bool:
    return (
        one.sheet == two.sheet
        and one.letters == two.letters
        and one.delimiter == two.delimiter
        and one.cells.shape == two.cells.shape
        and bool((one.cells == two.cells).all(axis=None))
    )


def _read_whole(data: bytes, shown: str, best: Recognised, delivery: Delivery, questionnaire: Questionnaire) -> Recognised:
    """The chosen reading again, with every record of the file and with proposals for what stayed open."""
    raw, answers = best.raw, best.answers
    if not raw.grid.complete:
        grid = next(iter(grids(data, shown, raw.grid.encoding, raw.grid.delimiter, raw.grid.sheet or None)))
        raw, answers = next(iter(read_as(grid, raw.tool)), None), None
        if raw is None:
            what = f"its first {HEAD} rows are laid out as {best.raw.tool} writes them, later ones are not"
            remedy = "look for a summary or a second table below the answers, take it away or ask the partner"
            stop(CANNOT_USE, Problem(what, shown, remedy=remedy))
    matches = _matched(raw, questionnaire, delivery)
    if answers is None:
        answers = match_answers(raw, matches, questionnaire, delivery, best.language)
    matches = propose(raw, matches, questionnaire, delivery, best.language)
    return replace(best, raw=replace(raw, cells=raw.cells.astype("str")), matches=tuple(matches), answers=answers)


def _check_settings(delivery: Delivery, questionnaire: Questionnaire) -> list[Problem]:
    """Lines of params that name what the questionnaire does not have."""
    problems = []
    if delivery.language and delivery.language not in questionnaire.languages:
        problems.append(Problem(f"`language: {delivery.language}`", remedy=did_you_mean(delivery.language, questionnaire.languages)))
    targets = {*questionnaire.questions, *questionnaire.all_columns}
    for heading, target in delivery.columns.items():
        if target != IGNORE and target not in targets:
            problems.append(Problem(f"`columns: {heading}` names the question `{target}`", remedy=did_you_mean(target, targets)))
    problems += _check_join(delivery, questionnaire)
    for key in CHECKS:
        for name, value in getattr(delivery, key).items():
            if name in questionnaire.questions:
                problems += CHECKS[key](questionnaire[name], value, questionnaire, delivery)
            elif key == "answers" and name in questionnaire.lists:
                problems += _unknown_codes(name, value, [*questionnaire.lists[name], *DECLARED_MISSING])
            else:
                known = [*questionnaire.questions, *(questionnaire.lists if key == "answers" else ())]
                problems.append(Problem(f"`{key}` names the question `{name}`", remedy=did_you_mean(name, known)))
    return problems


def _check_answers(question: Question, value: dict[str, str], questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    known = [*questionnaire.choices(question.name, delivery.scales.get(question.name, "")), *DECLARED_MISSING]
    if question.is_number:
        wrong = {raw: code for raw, code in value.items() if code not in DECLARED_MISSING and parse_number(code, ".") is None}
        return [
            Problem(f"`answers: {question.name}: {raw}: {code}` is not a number", remedy="write a number") for raw, code in wrong.items()
        ]
    return _unknown_codes(question.name, value, known) if question.kind.startswith("select") else []


def _unknown_codes(name: str, told: dict[str, str], known: list[str]) -> list[Problem]:
    wrong = {raw: code for raw, code in told.items() if code not in known}
    return [Problem(f"`answers: {name}: {raw}` names the answer `{c}`", remedy=did_you_mean(c, known)) for raw, c in wrong.items()]


def _check_scale(question: Question, value: str, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    if question.kind != "select_one":
        return [Problem(f"`scales: {question.name}` is not a question with one answer", remedy="take the line out")]
    lists = questionnaire.lists
    return [] if value in lists else [Problem(f"`scales: {question.name}` names the list `{value}`", remedy=did_you_mean(value, lists))]


def _check_unit(question: Question, value: str, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    known = [a for a, b in UNITS if b == question.unit] + [question.unit]
    if question.is_number and question.unit and value in known:
        return []
    if not question.unit:
        return [
            Problem(
                f"`units: {question.name}: {value}`: the question has no unit in the questionnaire",
                remedy="give it one in survey.csv, or take the line out",
            )
        ]
    return [Problem(f"`units: {question.name}: {value}` cannot be converted to {question.unit}", remedy=did_you_mean(value, known))]


def _check_sentinels(question: Question, value: list[float], questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    return [] if question.is_number else [Problem(f"`sentinels: {question.name}` is not a number", remedy="use `answers:` for texts")]


def _check_range(question: Question, value: str, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    return [] if question.is_number else [Problem(f"`ranges: {question.name}` is not a number", remedy="take the line out")]


def _check_national(question: Question, value: dict[str, str], questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    if question.kind != "select_one":
        return [Problem(f"`national: {question.name}` is not a question with one answer", remedy="use `answers:`")]
    known = list(questionnaire.choices(question.name))
    return [
        Problem(f"`national: {question.name}: {raw}` names the answer `{code}`", remedy=did_you_mean(code, known))
        for raw, code in value.items()
        if code not in known
    ]


def _check_rescale(question: Question, value: str | dict, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    """A rescaling needs two scales of numbers, and a point for every point."""
    name = f"`rescale: {question.name}`"
    other = delivery.scales.get(question.name, "")
    points, own = questionnaire.scale(question.name, other) if other else {}, questionnaire.scale(question.name)
    if not points or not own:
        what = f"{name} needs a line `scales:` for this question, and numbers as codes in both lists"
        return [Problem(what, remedy="say under `scales:` which list this export used")]
    if value == "linear":
        return []
    problems = [Problem(f"{name}: the point {p} is not there", remedy="add it") for p in points if p not in value]
    problems += [Problem(f"{name}: {p} is no point of `{other}`", remedy=did_you_mean(p, points)) for p in value if p not in points]
    strange = [t for t in value.values() if t not in own]
    return problems + [Problem(f"{name}: {t} is no point of the questionnaire's scale", remedy=did_you_mean(t, own)) for t in strange]


def _check_classification(question: Question, value: str, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    name, known = f"`classifications: {question.name}`", list(sections(questionnaire))
    if not questionnaire.classification(question.name):
        return [Problem(f"{name}: the answers of this question are of no classification", remedy="take the line out")]
    if value in known:
        return []
    return [Problem(f"{name}: `{value}` is not in params/nace.csv", remedy=did_you_mean(value, known))]


def _check_options(question: Question, value: str, questionnaire: Questionnaire, delivery: Delivery) -> list[Problem]:
    if question.kind == "select_multiple":
        return []
    return [Problem(f"`options: {question.name}` is not a question with several answers", remedy="take the line out")]


CHECKS = {
    "answers": _check_answers,
    "scales": _check_scale,
    "units": _check_unit,
    "sentinels": _check_sentinels,
    "ranges": _check_range,
    "national": _check_national,
    "rescale": _check_rescale,
    "classifications": _check_classification,
    "options": _check_options,
}


def _check_against_file(read: Recognised, delivery: Delivery, shown: str, questionnaire: Questionnaire) -> list[Problem]:
    """Lines of params that match nothing in the file: they would do nothing, and nobody would know."""
    why = "the line would do nothing"
    open_to_params = [c for c in read.raw.columns if not c.about]
    there = {name for c in open_to_params for name in names_of(c) if name}
    problems = weight_problems(read.raw, delivery, shown)
    problems += [
        Problem(f"`columns: {heading}` matches no heading", shown, why, did_you_mean(heading, there))
        for heading in delivery.columns
        if heading not in there
    ]
    problems += _check_wording(read, delivery, shown, there) + _check_joined(read, delivery, shown, questionnaire)
    problems += [
        Problem(f"`{key}: {name}: {raw}` matches no answer", shown, why, AS_SENT)
        for key, name, raw in _unused_texts(read, delivery, questionnaire)
    ]
    problems += [
        Problem(f"`options: {question}`: no option of this question is without a column", shown, why, "take the line out")
        for question in delivery.options
        if question not in read.answers.absent
    ]
    for question, version in delivery.classifications.items():
        other = version != questionnaire.classification(question)
        if other and any("/" in m.target and m.how != "declared" for m in read.matches if m.question == question):
            what = f"`classifications: {question}: {version}`: the export has one column per section"
            remedy = "under `columns:`, give each of these columns its section in the questionnaire's version, or `ignore`"
            problems.append(Problem(what, shown, "what a column means would be guessed", remedy))
    mapping = read.answers.mapping
    with_sentinel = set(mapping.loc[made_by(mapping["rule"], Rule.SENTINEL), "question"])
    with_range = set(mapping.loc[made_by(mapping["rule"], Rule.RANGE), "question"])
    problems += [
        Problem(f"`sentinels: {question}` matches no answer", shown, why, "take the line out")
        for question in delivery.sentinels
        if question not in with_sentinel
    ]
    problems += [
        Problem(f"`ranges: {question}` matches no answer", shown, why, "take the line out")
        for question in delivery.ranges
        if question not in with_range
    ]
    return problems


def _unused_texts(read: Recognised, delivery: Delivery, questionnaire: Questionnaire) -> list[tuple[str, str, str]]:
    """Texts that params declare and that no cell holds, as a whole or as a part of a joined answer: key, question or list, text."""
    columns = by_question(read.matches)
    used = {(key, question): set() for key in ("answers", "national") for question in columns}
    for question, matches in columns.items():
        used["national", question] = {answer_key(t) for m in matches for t in read.raw.cells[m.column.position].unique()}
        if declared := declared_answers(delivery, questionnaire[question], questionnaire):
            used["answers", question] = _used_texts(read, questionnaire[question], matches, declared, delivery, questionnaire)
    asked = {name: [name] for name in questionnaire.questions}
    shared = {name for name in delivery.answers if name not in asked}
    asked |= {name: [q for q in columns if list_used(delivery, questionnaire[q]) == name] for name in shared}
    return [
        (key, name, raw)
        for key, told in (("answers", delivery.answers), ("national", delivery.national))
        for name, texts in told.items()
        for raw in texts
        if not any(_key_of(raw, questionnaire[q]) in used.get((key, q), ()) for q in asked[name])
    ]


def _used_texts(
    read: Recognised, question: Question, matches: list[Match], declared: dict, delivery: Delivery, questionnaire: Questionnaire
) -> set[str]:
    """Texts of the cells of a question, and the parts of its joined answers, as lines of params are compared with them."""
    texts = {text for m in matches for text in read.raw.cells[m.column.position].unique()}
    if not question.kind.startswith("select"):
        return texts | set(map(tidy, texts))
    keys = set(map(answer_key, texts))
    if question.kind == "select_multiple" and any("/" not in m.target for m in matches):
        answers = AnswerList(questionnaire, list_used(delivery, question), read.language, declared, read.raw.tool)
        parts = {key for text in texts for key, _ in answers.parts(text)[0]}
        within = {key for key in map(answer_key, declared) if answers.joined_by_spaces and any(key in text for text in keys)}
        return keys | parts | within
    return keys


def _key_of(raw: str, question: Question) -> str:
    return answer_key(raw) if question.kind.startswith("select") else raw


def _check_wording(read: Recognised, delivery: Delivery, shown: str, there: set[str]) -> list[Problem]:
    """Lines `wording:` that accept nothing: the heading is not there, is its question's own, or contradicts it."""
    accepted = [m.column for m in read.matches if m.how == ACCEPTED]
    why = "the line would do nothing"
    if delivery.wording == "accepted":
        none = Problem("`wording: accepted`: no heading words its question otherwise", shown, why, "take the line out")
        return [] if accepted else [none]
    problems = []
    for name in delivery.wording:
        match = next((m for m in read.matches if name in names_of(m.column)), None)
        if match is None:
            problems.append(Problem(f"`wording: {name}` matches no heading", shown, why, did_you_mean(name, there)))
        elif match.how != ACCEPTED:
            problems.append(Problem(f"`wording: {name}`: {_not_reworded(match)}", shown, why, _instead(match)))
    return problems


def _check_join(delivery: Delivery, questionnaire: Questionnaire) -> list[Problem]:
    """Lines `join:` that name no question, or add up what is no number."""
    named = {} if isinstance(delivery.join, str) else delivery.join
    unknown = [name for name in named if name not in questionnaire.questions]
    problems = [Problem(f"`join` names the question `{name}`", remedy=did_you_mean(name, questionnaire.questions)) for name in unknown]
    words = [name for name, how in named.items() if how == SUM and name not in unknown and not questionnaire[name].is_number]
    return problems + [Problem(f"`join: {name}: sum`: the question is not a number", remedy=f"write `{name}: first`") for name in words]


def _check_joined(read: Recognised, delivery: Delivery, shown: str, questionnaire: Questionnaire) -> list[Problem]:
    """Several columns of one question that nobody said how to join, and lines `join:` for a question that has one column only."""
    columns = {q: [m for m in found if "/" not in m.target] for q, found in by_question(read.matches).items()}
    several = {q: found for q, found in columns.items() if len(found) > 1}
    problems = []
    for question, found in several.items():
        if not how_joined(delivery, question):
            parts = f", or `join: {{{question}: sum}}` if it was asked in parts" if questionnaire[question].is_number else ""
            remedy = f"`join: {{{question}: first}}` if it was reworded in the field{parts}; else take one of the lines out"
            where = f"{shown}, {' and '.join(m.column.place for m in found)}"
            problems.append(
                Problem(f"`columns` names the question `{question}` {len(found)} times", where, "one column would not count", remedy)
            )
    alone = ["first"] if delivery.join == FIRST and not several else []
    alone += [] if isinstance(delivery.join, str) else [f"{q}: {how}" for q, how in delivery.join.items() if q not in several]
    remedy = "name its other columns under `columns:`, or take the line out"
    return problems + [Problem(f"`join: {line}`: there is one column only", shown, "the line would do nothing", remedy) for line in alone]


def _not_reworded(match: Match) -> str:
    if match.settled:
        return "its text is the question's own, or params name its question already"
    return match.why or "it is too unlike the question that its code names"


def _instead(match: Match) -> str:
    take_out = "take the line out"
    return f"{take_out}; if it is {match.named} nonetheless, say so under `columns:`" if match.named else take_out


def read_deliveries(project: Project, settings: CountrySettings, questionnaire: Questionnaire) -> list[DeliveryRead]:
    """Read all deliveries of a country; the problems of all of them are told together.

    Raises:
        ProblemsFound: with every problem of every delivery.
    """
    check_conditions(questionnaire)
    read: list[DeliveryRead] = []
    problems: list[Problem] = []
    for name, delivery in zip(settings.delivery_names(), settings.deliveries, strict=True):
        try:
            path = project.file(delivery.file)
            read.append(read_delivery(path, delivery.file.as_posix(), name, delivery, questionnaire, settings.country))
        except ProblemsFound as found:
            problems += found.problems
    problems += [problem for delivery in read for problem in delivery.undecided]
    contents = {(delivery.delivery.file, delivery.sha256) for delivery in read}
    twice = sorted(file.as_posix() for file, times in Counter(file for file, _ in contents).items() if times > 1)
    problems += [Problem("the file was replaced while it was read", file, remedy="run again") for file in twice]
    stop(f"{settings.country}: not every export can be used. Nothing was changed.", *problems)
    return read
