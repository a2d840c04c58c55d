"""The state of a delivery before it is run: how it was recognised, what is open, what to do; and the params file to begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pandas as pd
from ruamel.yaml import YAML

from bwise import open_texts
from bwise.cleaning import DUPLICATE, Country, apply_skip_logic, exclude, gather, open_answers, sent_twice
from bwise.corrections import answers_now, correct, load_corrections, misfits, settled, waiting
from bwise.logic import check_conditions
from bwise.matching import DeliveryRead, read_delivery
from bwise.matching.columns import CONTRADICTION, SECOND, WORDING, Match
from bwise.matching.rows import weights
from bwise.params_lines import quoted
from bwise.problems import Problem, ProblemsFound, stop
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.redeliveries import Review, review
from bwise.settings import CountrySettings, Delivery, Project, corrections_file
from bwise.storage import write_text
from bwise.text import counted
from bwise.wises import check_wises, shared_codes

SHOWN = 20  # open answers that are listed one by one; all of them stand in a file
RECOGNISED, NOT_ASKED = "# recognised:", "# not asked in this export:"
LONG = 100  # characters of a heading or answer that are shown


@dataclass(frozen=True)
class State:
    """One delivery as it stands: read with what is open in it, or the problems for which it cannot be read.

    `columns` are those no question was found for; `answers` has one row per column and text that fits no answer and that no
    correction settles (`bwise.cleaning.open_answers`). `part` as in `CountrySettings`. `review`: what the file would change, where
    it is not the accepted one. `corrections`: what keeps those of this delivery from being made. `wises`: lines of params that join
    no enterprises. `remarks`: what it has in common with other deliveries of the country, and corrections that are settled. `misfits`:
    the same corrections by line of their file; `answers_now` as `bwise.corrections.answers_now`.
    """

    name: str
    delivery: Delivery
    country: str
    read: DeliveryRead | None
    problems: tuple[Problem, ...] = ()
    part: str = ""
    review: Review | None = None
    answers: pd.DataFrame = field(default_factory=pd.DataFrame)
    corrections: list[Problem] = field(default_factory=list)
    wises: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    misfits: dict[int, list[Problem]] = field(default_factory=dict)
    answers_now: dict[int, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[Match]:
        return [m for m in self.read.recognised.matches if not m.settled] if self.read else []

    @property
    def rows(self) -> list[Problem]:
        """Why it is not known which rows of the file belong to the delivery."""
        return list(self.read.undecided) if self.read else []

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Question -> options without a column, of which params say nothing."""
        return self.read.open_options if self.read else {}

    @property
    def differing(self) -> dict[str, tuple[int, ...]]:
        """Multiple answer that stands in the file twice -> rows in which one says something else than the other."""
        return self.read.differing if self.read else {}

    @property
    def reworded(self) -> list[Match]:
        """Open columns whose text words the question of their code otherwise."""
        return [m for m in self.columns if m.how == WORDING]

    @property
    def is_open(self) -> bool:
        """Whether anything waits for a decision."""
        waiting = (self.problems, self.rows, self.review, self.columns, len(self.answers), self.options, self.differing)
        return any(map(bool, (*waiting, self.corrections, self.wises)))


def states(project: Project, settings: CountrySettings, questionnaire: Questionnaire) -> list[State]:
    """Read every delivery of a country and say how it stands; a delivery that cannot be read keeps none of the others back."""
    check_conditions(questionnaire)
    found = [
        _state(project, name, delivery, settings, questionnaire)
        for name, delivery in zip(settings.delivery_names(), settings.deliveries, strict=True)
    ]
    reads = [state.read for state in found if state.read]
    if not reads:
        return found
    try:
        reviews, unreviewed = {r.name: r for r in review(project, settings, questionnaire, reads)}, []
    except ProblemsFound as problems:
        reviews, unreviewed = {}, problems.problems
    country, stated = _as_corrected(project, settings, questionnaire, reads)
    answers, remarks, off = open_answers(country), _in_common(country), stated.problems
    file = corrections_file(settings.country, settings.part)
    for name, lines in stated.settled.items():
        remarks[name].append(_settled(lines, file))
    for name, lines in stated.waiting.items():
        which = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))} of {file}"
        remarks[name].append(f"{which}: for a question that has no column so far; to be judged when the open columns are settled")
    off[reads[0].name] += [problem for problem in unreviewed if problem not in off[reads[0].name]]
    return [
        replace(
            state,
            review=reviews.get(state.name),
            answers=answers[answers["delivery"].eq(state.name)],
            corrections=off[state.name],
            wises=check_wises(country) if state.name == reads[0].name else [],
            remarks=remarks[state.name],
            misfits=stated.misfits[state.name],
            answers_now=stated.answers_now,
        )
        if state.read
        else state
        for state in found
    ]


@dataclass
class _Stated:
    """What became of the corrections that are stated: delivery -> problems, the same by line, lines that are settled, or that wait for an
    open column to be told."""

    problems: dict[str, list[Problem]]
    misfits: dict[str, dict[int, list[Problem]]]
    settled: dict[str, list[int]] = field(default_factory=dict)
    waiting: dict[str, list[int]] = field(default_factory=dict)
    answers_now: dict[int, str] = field(default_factory=dict)


def _as_corrected(
    project: Project, settings: CountrySettings, questionnaire: Questionnaire, reads: list[DeliveryRead]
) -> tuple[Country, _Stated]:
    """The country as it is when the corrections are made, and what became of them.

    Corrections of a delivery that cannot be read are left aside; what belongs to no delivery stands with the first one.
    """
    country, first = gather(settings, questionnaire, reads), reads[0].name
    stated = _Stated({read.name: [] for read in reads}, {read.name: {} for read in reads})
    unread = set(settings.delivery_names()) - set(stated.problems)
    try:
        lines = load_corrections(project, settings, questionnaire)
        lines = lines[~lines["delivery"].isin(unread)]
        for line in (later := waiting(country, lines)):
            stated.waiting.setdefault(lines.at[line, "delivery"], []).append(line)
        lines = lines.drop(later)
        misfit = misfits(country, lines)
        for line, problem in misfit:
            name = lines.at[line, "delivery"] if lines.at[line, "delivery"] in stated.problems else first
            stated.problems[name].append(problem)
            stated.misfits[name].setdefault(line, []).append(problem)
        for line in settled(country, lines):
            stated.settled.setdefault(lines.at[line, "delivery"], []).append(line)
        stated.answers_now = answers_now(country, lines) if misfit else {}
        country = correct(country, lines.drop({line for line, _ in misfit}))
        country = apply_skip_logic(country)
        country = exclude(country)
    except ProblemsFound as found:
        stated.problems[first] += found.problems
    return country, stated


def _settled(lines: list[int], file: str) -> str:
    """The remark that these lines of the corrections are settled."""
    which = f"line {lines[0]} of {file} is" if len(lines) == 1 else f"lines {', '.join(map(str, lines))} of {file} are"
    return f"{which} settled: the answers there are the corrected ones by now; nothing is changed, and the lines may be taken out"


def _in_common(country: Country) -> dict[str, list[str]]:
    """Delivery -> what it has in common with other deliveries of the country: records sent twice, codes of enterprises."""
    found: dict[str, list[str]] = {delivery.name: [] for delivery in country.deliveries}
    rows, kept = country.rows, country.kept
    by_rule = country.exclusions.loc[country.exclusions["rule"].eq(DUPLICATE), "position"]
    twice = sent_twice(country, [*kept.index[kept], *by_rule]).rename("first").rename_axis("later").reset_index()
    twice["delivery"], twice["earlier"] = (rows["delivery"][twice[which]].to_numpy() for which in ("later", "first"))
    for (later, earlier), records in twice.groupby(["delivery", "earlier"], sort=False):
        left_out = int(records["later"].isin(by_rule).sum())
        how = [f"{left_out} left out by the rule `{DUPLICATE}`"] if left_out else []
        how += [f"{len(records) - left_out} counted twice"] if left_out < len(records) else []
        places = (_ranges(rows["source_row"][records[which]]) for which in ("later", "first"))
        where = "row {} is row {} of {}" if len(records) == 1 else "rows {} are rows {} of {}"
        sent = f"{len(records)} record{'s' * (len(records) > 1)} came with {earlier}, too ({where.format(*places, earlier)})"
        found[later].append(f"{sent}: {', '.join(how)}; {earlier} keeps its own")
    for partners, count in shared_codes(country).items():
        last = [delivery.name for delivery in country.deliveries if delivery.delivery.partner in partners][-1]
        codes = f"{count} code{'s' * (count > 1)} of organisations with {' and '.join(partners)} alike"
        found[last].append(f"{codes}, counted as two each: where two are one and the same, join them under `wises:` in params")
    return found


def _ranges(rows: pd.Series) -> str:
    """Rows of a file as a person would list them: `2-28, 31`."""
    numbers = pd.Series(sorted(set(rows)))
    runs = numbers.groupby(numbers.diff().ne(1).cumsum()).agg(["min", "max"])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs.itertuples(index=False))


def _state(project: Project, name: str, delivery: Delivery, settings: CountrySettings, questionnaire: Questionnaire) -> State:
    try:
        shown = delivery.file.as_posix()
        read = read_delivery(project.file(delivery.file), shown, name, delivery, questionnaire, settings.country)
    except ProblemsFound as found:
        return State(name, delivery, settings.country, None, tuple(found.problems), settings.part)
    return State(name, delivery, settings.country, read, part=settings.part)


def page(state: State, questionnaire: Questionnaire) -> str:
    """All there is to know of a delivery on one page: recognition, columns, answers, what to do next."""
    lines = [f"{state.name}: {state.delivery.file.as_posix()}"]
    if not state.read:
        mend = f"  When that is mended: bwise check {state.country}"
        return "\n".join([*lines, "  cannot be read", *_indented(str(p) for p in state.problems), "", mend])
    found, other = state.read.recognised, state.read.runner_up
    lines += [f"  recognised   {found.describe()}", f"               {_score(found.score)}"]
    lines += [f"  runner-up    {other.describe()}" if other else "  runner-up    none: there is no other way to read it"]
    lines += [f"  remark       {note}" for note in state.read.raw.notes]
    lines += [f"  remark       {column}" for column in state.read.telling]
    lines += _rows_of_the_file(state.read)
    lines += ["  rows         which of them belong to the delivery is open", *_indented(str(p) for p in state.rows)] if state.rows else []
    personal = [c.heading for c in state.read.raw.columns if c.about == "person"]
    lines += [f"  dropped      personal data: {', '.join(personal) or 'none'}"]
    if others := list(state.read.raw.grid.others):
        lines += [f"  not read     other sheets or files: {', '.join(others)}"]
    lines += [f"  records      {len(state.read.raw.cells)}", *_weights(state), *_columns(state), *_answers(state)]
    absent = not_asked(state.read, questionnaire)
    lines += [f"  not asked    {counted(len(absent), 'question')}{': ' + _few(absent) if absent else ''}"]
    if not state.delivery.accepted:
        lines += [f"  remark       not frozen yet: another file under this name would be used as it is; `bwise accept {state.country}`"]
    lines += [f"  remark       {remark}" for remark in state.remarks]
    if state.review:
        lines += ["  waits        for review", *_listed(state.review.lines)]
    if state.corrections:
        lines += ["  corrections  that cannot be made", *_indented(str(problem) for problem in state.corrections)]
    if state.wises:
        lines += ["  wises        lines that join nothing", *_indented(str(problem) for problem in state.wises)]
    return "\n".join([*lines, "", *_next_steps(state, absent)])


def _rows_of_the_file(read: DeliveryRead) -> list[str]:
    """What became of the rows of the file, where they are not all of them records."""
    nobody = len(read.raw.cells.index.intersection(list(read.raw.grid.set_aside)))
    received, others = len(read.raw.cells) - nobody, read.raw.other_rows
    if not nobody + others:
        return []
    parts = f"{received} received + {others} not of this delivery + {nobody} nobody's answers"
    return [f"  rows         {received + others + nobody} of the file = {parts}"]


def _weights(state: State) -> list[str]:
    if not state.delivery.weight:
        return []
    found = weights(state.read.raw, state.delivery)
    about = f"{found.min():g} to {found.max():g}, mean {found.mean():.3g}"
    return [f"  weights      {state.delivery.weight}: {about}; kept beside the answers, no table uses them"]


def _score(score: tuple[float, float, float]) -> str:
    fit, readable, letters = score
    return f"score: {fit:g} columns, {readable:.1%} of the answers, {letters:.0%} of the letters"


def not_asked(read: DeliveryRead, questionnaire: Questionnaire) -> list[str]:
    """Questions that have no column in the export."""
    asked = {m.question for m in read.recognised.matches if m.target}
    reasons = read.answers.reasons
    return [q for q in questionnaire.questions if q not in asked and reasons[questionnaire.columns(q)].eq("not_asked").all(axis=None)]


def _columns(state: State) -> list[str]:
    matches = state.read.recognised.matches
    proposed = [m for m in state.columns if m.proposal and m.how != WORDING]
    open_else = len(state.columns) - len(state.reworded) - len(proposed)
    counts = f"{sum(m.settled for m in matches)} matched, {len(proposed)} proposed, {open_else} unmatched"
    counts += f", {len(state.reworded)} worded otherwise" if state.reworded else ""
    others = [f"{_shorter(m.column.heading)}  →  {_proposed(m)}" for m in state.columns if m.how != WORDING]
    return [f"  columns      {counts}", *_listed(others), *_listed(side_by_side(m) for m in state.reworded)]


def side_by_side(match: Match) -> str:
    """The text of a heading above that of the question its code names."""
    spoken = _shorter(match.column.text)
    return f"{match.named}, {match.column.place}, says  {spoken}\n{' ' * 17}the question says  {_shorter(match.asked)}"


def _answers(state: State) -> list[str]:
    found = state.answers
    lines = open_texts.told(found, state.country)
    proposed = found["proposal"].ne("").sum()
    counts = f"{state.read.recognised.readable:.1%} read; {counted(proposed, 'text')} proposed, {len(found) - proposed} unmatched"
    where = PurePosixPath("processed", state.country, state.part, open_texts.FILE)
    rest = [f"               … and {len(lines) - SHOWN} more; all of them in {where}"] if len(lines) > SHOWN else []
    rest = rest or ([f"               listed in {where}"] if lines else [])
    return [f"  answers      {counts}", *_listed(lines[:SHOWN]), *rest, *_options(state)]


def _options(state: State) -> list[str]:
    """Options that have no column: whether nobody was asked or nobody ticked them cannot be seen."""
    lines = [f"{question}: {_few(list(options))}" for question, options in state.options.items()]
    found = ["  options      without a column: not offered, or never ticked?", *_listed(lines)] if lines else []
    twice = [f"{q}: row{'s' * (len(rows) > 1)} {_few(list(map(str, rows)))}" for q, rows in state.differing.items()]
    return found + (["  twice        joined and option by option, and not the same", *_listed(twice)] if twice else [])


def _what_to_give(absent: list[str]) -> str:
    """What to do with open columns: where questions have none, one of these is likely to be meant, and `ignore` would lose its answers."""
    if not absent:
        return "say `ignore` of each open heading (every question has a column), unless it is an option, or part of one (`join`)"
    return f"give each open heading its question (without a column: {_few(absent)}), `ignore` where it is none"


def _next_steps(state: State, absent: list[str]) -> list[str]:
    """Args:
    absent: questions without a column."""
    if not state.is_open:
        return ["  Nothing is open. Run it: bwise run " + state.country]
    where = f"params/{state.country}.yaml"
    steps = []
    if state.rows:
        steps.append(f"in {where}, under this delivery, say which rows belong to it: `rows:`")
    if len(state.columns) > len(state.reworded):
        steps.append(f"in {where}, under this delivery's `columns:`, {_what_to_give(absent)}")
    if state.reworded:
        steps.append(f"where both texts ask the same, `bwise confirm {state.country}`; else give the heading its question, as above")
    steps += [f"in {where}, {step}" for step in open_texts.to_do(state.answers)]
    if state.options:
        steps.append(f"in {where}, under `options:`, say of each question `all_offered` (nobody ticked them) or `not_offered`")
    if state.differing:
        steps.append(f"in {where}, under `columns:`, `ignore` the joined column or those of the options, whichever is not to be believed")
    if state.corrections:
        steps.append(f"in {corrections_file(state.country, state.part)}, mend or take out the lines that cannot be made")
    if state.wises:
        steps.append(f"in {where}, mend or take out the lines under `wises:` that match nothing")
    if state.review:
        steps.append(f"look through what the new file changes, then `bwise accept {state.country}`; or put the accepted file back")
    steps.append(f"bwise check {state.country}")
    numbered = [f"    {n}. {step}" for n, step in enumerate(steps, 1)]
    book = f"    Or decide in a workbook with drop-downs: bwise resolve {state.country}"
    return ["  What to do next", *numbered, book, f"    What only the partner can tell, ask the partner: bwise feedback {state.country}"]


def _listed(lines: Iterable[str]) -> list[str]:
    return [f"               {line}" for line in lines]


def _indented(texts) -> list[str]:
    return [f"    {line}" for text in texts for line in text.splitlines()]


def _few(names: list[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _shorter(text: str) -> str:
    text = re.sub(r"\s+", " ", text) or "(no heading)"
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def _proposed(match: Match) -> str:
    if match.proposal:
        return f"{match.proposal} ({match.score:.0f} of 100)"
    if match.how == SECOND:
        return f"{match.why}; if both are parts of it, or it was reworded in the field, see `join` in params/README.md"
    if match.how == CONTRADICTION:
        return f"its code is that of {match.named}, but {match.why}"
    return f"like {match.named}, but {match.why or 'not like enough'}" if match.named else "no question like it"


def new_params(
    project: Project, country: str, files: list[str], questionnaire: str, partner: str = "", overrides: dict[str, str] | None = None
) -> tuple[Path, list[State]]:
    """Write `params/<CC>.yaml` for exports that were just put into `raw/<CC>/`, with proposals as comments to confirm.

    Args:
        files: relative to the project folder. partner: short name of the partner; `<CC>-1` when not given.
        overrides: what is not to be recognised: tool, encoding, delimiter, sheet; the same for all files.

    Returns:
        The file written, and how each delivery stands.

    Raises:
        ProblemsFound: there is a params file already, or an export cannot be read. Nothing is written then.
    """
    path = project.params / f"{country}.yaml"
    if path.exists():
        what, remedy = f"params/{country}.yaml is there already", f"add the delivery there by hand, then `bwise check {country}`"
        stop("Nothing was written.", Problem(what, why="what it says would be lost", remedy=remedy))
    deliveries = [Delivery(partner=partner or f"{country}-1", file=file, **(overrides or {})) for file in files]
    settings = CountrySettings(country=country, questionnaire=questionnaire, deliveries=deliveries)
    codebook = load_questionnaire(project.params / "questionnaires" / questionnaire)
    found = states(project, settings, codebook)
    stop("The export cannot be read. Nothing was written.", *[p for s in found for p in s.problems])
    text = f'country: "{country}"\nquestionnaire: {questionnaire}\ndeliveries:\n' + "".join(proposal(s, codebook) for s in found)
    write_text(path, text)
    return path, found


def without_settled(project: Project, settings: CountrySettings, text: str, before: list[State], after: list[State]) -> str:
    """Params without the comments of `bwise new` that ask for what is settled by now; all others, of whoever wrote them, stay.

    Args:
        text: of `params/<CC>.yaml`. before, after: the deliveries as they were when the comments were true, and as they are now.
    """
    lines = text.split("\n")
    content = YAML().load(text.removeprefix("\ufeff"))
    told = {}  # line of a delivery's `file:` -> its comments then, and now
    for part in settings.parts():
        questionnaire = load_questionnaire(project.params / "questionnaires" / part.questionnaire)
        of_part = ([s for s in states if s.part == part.part] for states in (before, after))
        deliveries = (content[part.part] if part.part else content)["deliveries"]
        for delivery, then, now in zip(deliveries, *of_part, strict=True):
            both = (_comments(s, questionnaire) for s in (then, now))
            told[delivery.lc.key("file")[0]] = tuple(both) if then.read and now.read else ({}, {})
    found = lines[: min(told)]
    for first, end in pairwise([*sorted(told), len(lines)]):
        then, now = told[first]
        for line in lines[first:end]:
            new = now.get(_kind(line), "") if line.strip() in then.values() else line.strip()
            found += [line.replace(line.strip(), new)] if new or not line.strip() else []
    return "\n".join(found)


def _comments(state: State, questionnaire: Questionnaire) -> dict[str, str]:
    """The comments that `bwise new` would write for a delivery, by what tells one from another."""
    lines = map(str.strip, proposal(state, questionnaire).splitlines())
    return {_kind(line): line for line in lines if line.startswith("#")}


def _kind(comment: str) -> str:
    """What a comment of `bwise new` is about; of those that tell a fact, whatever the fact is."""
    return next((begins for begins in (RECOGNISED, NOT_ASKED) if comment.strip().startswith(begins)), comment.strip())


def proposal(state: State, questionnaire: Questionnaire) -> str:
    """The lines of params to begin with for one delivery; what is to be confirmed, and what is known of it, stands in comments."""
    lines = [f"  - partner: {state.delivery.partner}", f"    file: {quoted(state.delivery.file.as_posix())}"]
    overrides = {key: getattr(state.delivery, key) for key in ("tool", "encoding", "delimiter", "sheet")}
    lines += [f"    {key}: {quoted(value)}" for key, value in overrides.items() if value]
    lines += [f"    {RECOGNISED} {state.read.recognised.describe()}"]
    lines += [f"    # {line}" for column in state.read.telling for line in column.as_params().splitlines()]
    if asked := _to_confirm(state):
        lines += ["    # To confirm: take `# ` away where the proposal is right.", *asked]
    if absent := not_asked(state.read, questionnaire):
        lines += [f"    {NOT_ASKED} {counted(len(absent), 'question')}: {_few(absent)}"]
    return "\n".join(lines) + "\n"


def _to_confirm(state: State) -> list[str]:
    """What is open in a delivery, as comments of params: with `# ` taken away, those that have a proposal are settled."""
    asked: list[str] = []
    open_else = [m for m in state.columns if m.how != WORDING]
    ready = [m for m in open_else if m.proposal and " or " not in m.proposal]
    if ready:
        asked += ["    # columns:"]
        asked += [f"    #   {quoted(m.column.heading)}: {m.proposal}   # {m.score:.0f} of 100" for m in ready]
    if left := [m for m in open_else if m not in ready]:
        asked += ["    # Still to be told under `columns:`, which question each of these is, or `ignore` where it is none:"]
        asked += [f"    # # {quoted(m.column.heading)}: {_proposed(m)}" for m in left]
    if state.reworded:
        what = f"headings that word their question otherwise: {len(state.reworded)}"
        asked += [f"    # {what}; compare the texts in `bwise check {state.country}`, then `bwise confirm {state.country}`"]
    for key, found in open_texts.as_params(state.answers, state.country).items():
        asked += [f"    # {key}:"]
        for question, told in found.items():
            if key == "answers":
                asked += [f"    #   {question}:"]
                asked += [f"    #     {quoted(text)}: {code}   # {near}" for text, (code, near) in told.items()]
            else:
                asked += [f"    #   {question}: {told}"]
    if state.options:
        asked += ["    # Still to be told under `options:`, `all_offered` (nobody ticked those without a column) or `not_offered`:"]
        asked += [f"    # # {question}: {', '.join(options)}" for question, options in state.options.items()]
    return asked
