"""The questions to a partner: columns nobody knows, answers that fit no option, answers that contradict each other.

An `Ask` knows what each possible answer to it means. It is made anew from the data when a workbook comes back, so that nothing but
the partner's answers is taken from there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz import fuzz, process

from bwise.checks import INCOME_SHARES, flag
from bwise.cleaning import Country, apply_skip_logic, as_text, exclude, gather, question_reasons
from bwise.corrections import correct, load_corrections
from bwise.feedback.wording import Wording, languages
from bwise.lineage import is_demonstration
from bwise.masking import mask
from bwise.matching import DeliveryRead, by_question, read_deliveries
from bwise.matching.columns import IGNORE, Match
from bwise.matching.headings import heading_index
from bwise.matching.words import LANGUAGES_OF, NO
from bwise.problems import Problem, did_you_mean, stop
from bwise.questionnaire import Choice, Question, in_language, load_questionnaire
from bwise.sent_back import digest, key_of
from bwise.settings import EXCLUSION_RULES, CountrySettings, Project
from bwise.text import answer_key, rounded, tidy

SET, BLANK, RIGHT, COLUMN, REAL = "set", "blank", "right", "column", "real"
NUMBER, DATE, SEVERAL = "number", "date", "several"
DOUBTS = ("out_of_range", "not_shown_answered", "contradiction", "income_sum")  # the flags a partner can do something about
LONG = 500  # characters of a text that are shown
NEAREST = 3  # questions proposed for a column, from this likeness upwards
LIKE = 60
TOGETHER = 200  # respondents in one row of the workbook: a cell of Excel holds 32,767 characters
BOUNDS = re.compile(r"^\s*\.\s*>=\s*(?P<low>-?[\d.]+)(?:\s+and\s+\.\s*<=\s*(?P<high>-?[\d.]+))?\s*$")


@dataclass(frozen=True)
class Decision:
    """What an answer of the partner means: a correction (`set`, `blank`), a question for a column, or that all is right."""

    kind: str
    new: str = ""


@dataclass(frozen=True)
class Ask:
    """One question to the partner.

    Attributes:
        about: heading, unreadable, a flag of `DOUBTS`, or excluded.
        who: respondents as corrections name them, all of whom gave this answer; or the place of a column.
        question: as in survey.csv; for a column its heading, for a whole record empty.
        expected: the answer as it is stored now, the guard of a correction.
        asked, received, why: what the partner reads; personal data in it is masked.
        options: text in the partner's language -> what it means.
        write: what may be written instead: a number, a date, several of the options.
    """

    about: str
    who: tuple[str, ...]
    question: str
    expected: str
    asked: str
    received: str
    why: str
    options: dict[str, Decision]
    write: str = ""
    bounds: tuple[float | None, float | None] = (None, None)


@dataclass
class Dossier:
    """All there is to tell a partner about one delivery: how it was read, who was kept, what is asked."""

    country: Country
    read: DeliveryRead
    say: Wording
    asks: list[Ask] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.read.name

    @property
    def demonstration(self) -> bool:
        return is_demonstration([self.read.delivery.file])

    @property
    def respondents(self) -> pd.Series:
        """How corrections name each respondent of this delivery, by position."""
        return _who(self.country, self.mine)

    @property
    def mine(self) -> pd.Series:
        return self.country.rows["delivery"].eq(self.name)

    @property
    def excluded(self) -> dict[str, int]:
        """Rule -> records of this delivery it left out."""
        rules = self.country.exclusions.set_index("position")["rule"]
        return {rule: int(n) for rule, n in rules[rules.index.map(self.mine).astype(bool)].value_counts(sort=False).items()}

    def key(self, ask: Ask) -> str:
        """What a row of the workbook carries to be known again, with a digest that tells whether it was changed."""
        settings = self.country.settings
        question = digest(ask.question) if ask.about == "heading" else ask.question  # a heading may hold an address
        return key_of([settings.country, settings.part, self.name, list(ask.who), question, ask.about, ask.expected])


def choose(choice: Choice) -> Decision:
    """What it means that this answer of a list is the right one."""
    return Decision(BLANK, choice.missing) if choice.missing else Decision(SET, choice.name)


def dossiers(project: Project, parts: list[CountrySettings], language: str = "", only: str = "") -> list[Dossier]:
    """One dossier per delivery of what a country sent, or for the deliveries named `only`.

    Args:
        parts: survey and focus group (`CountrySettings.parts`).
        language: to write in; else that of the delivery, which params may name, else the country's first.

    Raises:
        ProblemsFound: a delivery is not known or cannot be read, or there are no sentences in this language.
    """
    known = list(dict.fromkeys(name for part in parts for name in part.delivery_names()))
    if only and only not in known:
        stop("There is no such delivery.", Problem(f"`{only}` is not a delivery", "--delivery", remedy=did_you_mean(only, known)))
    return [dossier for part in parts if only in ("", *part.delivery_names()) for dossier in _of_part(project, part, language, only)]


def _of_part(project: Project, settings: CountrySettings, language: str, only: str) -> list[Dossier]:
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    country = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    country = correct(country, load_corrections(project, settings, questionnaire))
    country = apply_skip_logic(country)
    country = flag(exclude(country))
    found = [
        Dossier(country, read, Wording(language or _language(project, read, country), project))
        for read in country.deliveries
        if only in ("", read.name)
    ]
    for dossier in found:
        dossier.asks = list(_Collector(dossier).all())
    return found


def _language(project: Project, read: DeliveryRead, country: Country) -> str:
    """The language that a partner is written to in: English where there are no sentences in the partner's own."""
    own = read.recognised.language or LANGUAGES_OF.get(country.settings.country, "en").split()[0]
    return own if own in languages(project) else "en"


class _Collector:
    """Collects what is to be asked about one delivery."""

    def __init__(self, dossier: Dossier):
        self.dossier, self.read, self.say, self.country = dossier, dossier.read, dossier.say, dossier.country
        self.delivery, self.questionnaire = dossier.read.delivery, dossier.country.questionnaire
        mine = dossier.mine
        self.kept = mine.index[mine & self.country.kept]
        flags = self.country.flags
        self.flags = flags[flags["position"].isin(mine.index[mine]) & flags["flag"].isin(DOUBTS)]
        self.who = dossier.respondents
        self.cells = self.read.raw.cells.set_axis(mine.index[mine])
        self.matches = by_question(self.read.recognised.matches)

    def all(self) -> Iterator[Ask]:
        """Columns, answers not understood, doubts by respondent, records left out. No answer is asked about twice."""
        yield from self.headings()
        yield from self.unreadable()
        asked = set()
        for ask in self.doubts():
            if (ask.who, ask.question) not in asked:
                asked.add((ask.who, ask.question))
                yield ask
        yield from self.left_out()

    # ---------------------------------------------------------------- columns

    def headings(self) -> Iterator[Ask]:
        matches = self.read.recognised.matches
        taken = {m.target for m in matches} | {m.question for m in matches}
        free = [name for name in self.questionnaire.questions if name not in taken]
        for match in matches:
            if not match.settled:
                targets = [t for t in dict.fromkeys([*self._nearest(match), *free]) if t not in taken]
                options = self._distinct({t: (self._target(t), Decision(COLUMN, t)) for t in targets})
                options[self.say("ignore")] = Decision(COLUMN, IGNORE)
                column, why = match.column, self.say("why_heading")
                shown = self._shown(column.heading)
                yield Ask("heading", (column.place,), column.heading, "", self.say("whole_column"), shown, why, options)

    def _nearest(self, match: Match) -> list[str]:
        texts = heading_index(self.questionnaire).texts
        found = process.extract(match.column.key, texts.keys(), scorer=fuzz.ratio, score_cutoff=LIKE, limit=NEAREST)
        return [t for t in match.proposal.split(" or ") if t] + [target for key, *_ in found for target in sorted(texts[key])[:NEAREST]]

    def _target(self, target: str) -> str:
        name, _, choice = target.partition("/")
        option = self.questionnaire.choices(name).get(choice) if choice else None
        return self._asked(self.questionnaire[name]) + (f" – {self._label(option)}" if option else "")

    # ---------------------------------------------------------------- answers

    def unreadable(self) -> Iterator[Ask]:
        """One question per text, however many gave it."""
        reasons = question_reasons(self.country, list(self.matches)).loc[self.kept]
        for name in [n for n in self.questionnaire.questions if n in reasons and reasons[n].eq("unreadable").any()]:
            question = self.questionnaire[name]
            rows = reasons.index[reasons[name].eq("unreadable")]
            texts, why = pd.Series(self._sent(question, rows), index=rows), self._why_unreadable(question)
            for text, group in texts.groupby(texts, sort=False):
                for start in range(0, len(group), TOGETHER):
                    who = tuple(self.who[group.index[start : start + TOGETHER]])
                    yield self._ask("unreadable", who, question, "unreadable", text, why, self._answers(question))

    def _why_unreadable(self, question: Question) -> str:
        return self.say({"date": "why_date"}.get(question.kind, "why_number" if question.is_number else "why_unreadable"))

    def doubts(self) -> Iterator[Ask]:
        order = {name: n for n, name in enumerate(DOUBTS)}
        shares = self._shares()
        for found in self.flags.sort_values(["position", "flag"], key=lambda s: s.map(order) if s.name == "flag" else s).itertuples():
            if found.flag == "income_sum":
                yield from self._income(found.position, shares)
            elif (question := self.questionnaire[found.detail]).kind != "text":  # a guard would carry an open answer into params
                yield self._doubt(found.flag, question, found.position)

    def _shares(self) -> list[Question]:
        """Shares of income that were asked; none while an open column may be one more of them: no sum is right before that."""
        shares = [q for role in INCOME_SHARES for q in self.questionnaire.with_role(role)]
        asked = [q for q in shares if q.name in self.matches]
        return asked if len(asked) == len(shares) or all(m.settled for m in self.read.recognised.matches) else []

    def _income(self, position: int, shares: list[Question]) -> Iterator[Ask]:
        names = [q.name for q in shares]
        if self.country.reasons.loc[position, names].eq("unreadable").any():
            return  # asked about already
        total = rounded(self.country.values.loc[position, names].astype(float).sum(), 1).removesuffix(".0")
        why = self.say("why_income", total=self.say.decimal(total))
        for question in shares:
            yield self._about("income_sum", question, position, why, self._keep_or_drop())

    def _doubt(self, what: str, question: Question, position: int) -> Ask:
        if what == "contradiction":
            ticked = self._ticked(question, position)
            alone = [c for c in ticked if c.exclusive]
            why = self.say("why_contradiction", option=self._label(alone[0]))
            return self._about(what, question, position, why, self._only_one_side(ticked) | self._keep_or_drop())
        if what == "out_of_range":
            bounds = bounds_of(question.constraint)
            known = {k: as_text(v) for k, v in zip(("low", "high"), bounds, strict=True)}
            why = self.say("why_range", **known) if all(known.values()) else self.say("why_range_other")
            return self._about(what, question, position, why, self._keep_or_drop())
        return self._about(what, question, position, self.say("why_hidden"), self._keep_or_drop())

    def _about(self, what: str, question: Question, position: int, why: str, options: dict[str, Decision]) -> Ask:
        (text,) = self._sent(question, pd.Index([position]))
        return self._ask(what, (self.who[position],), question, self._stored(question, position), text, why, options)

    def _ask(self, what: str, who: tuple[str, ...], question: Question, expected: str, text: str, why: str, options: dict) -> Ask:
        write = NUMBER if question.is_number else question.kind if question.kind == DATE else ""
        if what == "not_shown_answered":
            write = ""
        elif what == "unreadable" and question.kind == "select_multiple":
            write = SEVERAL
        bounds = (None, None) if question.name in self.delivery.units else bounds_of(question.constraint)
        return Ask(what, who, question.name, expected, self._asked(question), self._shown(text), why, options, write, bounds)

    def _answers(self, question: Question) -> dict[str, Decision]:
        """The question's own answers as this delivery offered them, then "no answer"."""
        name = question.name
        list_name = "" if name in self.delivery.rescale else self.delivery.scales.get(name, "")
        choices = self.questionnaire.choices(name, list_name)
        if question.kind == "select_multiple":  # an option without a column was not offered
            choices = {code: c for code, c in choices.items() if self._offered(f"{name}/{code}")}
        options = self._distinct({code: (self._label(c), choose(c)) for code, c in choices.items()})
        options.setdefault(self.say("no_answer"), Decision(BLANK, "no_answer"))
        return options

    def _keep_or_drop(self) -> dict[str, Decision]:
        return {self.say("keep"): Decision(RIGHT), self.say("no_answer"): Decision(BLANK, "no_answer")}

    def _only_one_side(self, ticked: list[Choice]) -> dict[str, Decision]:
        """An option that excludes all others, alone; or the others without it."""
        alone, others = [c for c in ticked if c.exclusive], [c for c in ticked if not c.exclusive]
        options = {self.say("only", option=self._label(c)): choose(c) for c in alone}
        if others:
            without = self.say("without", option=", ".join(map(self._label, alone)))
            options[without] = Decision(SET, ";".join(c.name for c in others))
        return options

    def _offered(self, column: str) -> bool:
        return bool(self.read.answers.reasons[column].ne("not_asked").any())

    def _distinct(self, texts: dict[str, tuple[str, Decision]]) -> dict[str, Decision]:
        """Text -> decision; texts that two of them share are told apart by their code."""
        count = Counter(answer_key(text) for text, _ in texts.values())
        return {text if count[answer_key(text)] == 1 else f"{text} ({code})": decision for code, (text, decision) in texts.items()}

    # ---------------------------------------------------------------- records

    def left_out(self) -> Iterator[Ask]:
        options = {self.say("leave_out"): Decision(RIGHT), self.say("real"): Decision(REAL)}
        for position, rule in self.country.exclusions[["position", "rule"]].itertuples(index=False):
            if position in self.cells.index and rule in EXCLUSION_RULES:
                yield Ask("excluded", (self.who[position],), "", rule, self.say("whole_record"), "", self.say(f"why_{rule}"), options)

    # ---------------------------------------------------------------- texts

    def _sent(self, question: Question, rows: pd.Index) -> list[str]:
        """What these respondents answered, as they sent it; several answers as options ticked, or as the cells that say more than no."""
        matches = self.matches.get(question.name, [])
        if question.kind != "select_multiple":
            if not matches:
                return self.country.values.loc[rows, question.name].fillna("").map(str).tolist()
            sent = self.cells.loc[rows, [m.column.position for m in matches]].fillna("").to_numpy().tolist()
            return [" / ".join(filter(None, cells)) for cells in sent]  # several where params join columns
        return [self._several(question, matches, position) for position in rows]

    def _several(self, question: Question, matches: list[Match], position: int) -> str:
        if ticked := self._ticked(question, position):
            return "; ".join(map(self._label, ticked))
        cells = [(m.target.partition("/")[2], tidy(self.cells.at[position, m.column.position])) for m in matches]
        choices = self.questionnaire.choices(question.name)
        return "; ".join(f"{self._label(choices[c])}: {text}" if c else text for c, text in cells if text and answer_key(text) not in NO)

    def _ticked(self, question: Question, position: int) -> list[Choice]:
        values = self.country.values.loc[position, self.questionnaire.columns(question.name)].fillna(False).astype(bool)
        return [c for c, ticked in zip(self.questionnaire.choices(question.name).values(), values, strict=True) if ticked]

    def _stored(self, question: Question, position: int) -> str:
        if question.kind == "select_multiple":
            return ";".join(c.name for c in self._ticked(question, position))
        return as_text(self.country.values.at[position, question.name])

    def _asked(self, question: Question) -> str:
        battery = question.battery_labels.get(self.say.language, "")
        return f"{battery} – {question.label(self.say.language)}" if battery else question.label(self.say.language)

    def _label(self, choice: Choice) -> str:
        return in_language(choice.labels, self.say.language, choice.name)

    def _shown(self, text: str) -> str:
        """A text without addresses, links and telephone numbers, shortened; never in the midst of what is to be masked."""
        text = tidy(text)
        if len(text) > 4 * LONG:
            text = text[: 4 * LONG].rpartition(" ")[0] + "…"
        text = mask(text, self.country.settings.country)
        return text if len(text) <= LONG else text[: LONG - 1] + "…"


def _who(country: Country, mine: pd.Series) -> pd.Series:
    """Respondents as corrections name them: the tool's own id, or the row in the file where there is no id that is one's own.

    An id that is an address or a telephone number is nobody's to pass on.
    """
    rows = country.rows[mine]
    ids = rows["respondent_id"].fillna("").map(tidy)
    told = ids.ne("") & ~ids.duplicated(keep=False) & ids.map(lambda i: mask(i, country.settings.country) == i)
    return ids.where(told, "row " + rows["source_row"].astype(str))


def bounds_of(constraint: str) -> tuple[float | None, float | None]:
    """Lowest and highest number a constraint such as `. >= 0 and . <= 100` allows; None where it says nothing that simple."""
    found = BOUNDS.match(constraint)
    return (float(found["low"]), float(found["high"]) if found["high"] else None) if found else (None, None)
