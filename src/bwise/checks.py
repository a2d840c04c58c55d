"""Quality flags, defined once for all countries. A flag is a remark, never a deletion."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from bwise.cleaning import Country, hidden, question_reasons, share_answered
from bwise.logic import holds
from bwise.matching import by_question
from bwise.matching.dates import ORDERS, date_order, parse_date
from bwise.matching.joins import FIRST, contradictions, how_joined
from bwise.matching.rules import Rule, made_by
from bwise.settings import INCOME_TOLERANCE

PARTIAL_BELOW = 0.8
STRAIGHT_BY_CHANCE = 1 / 1000
"""Equal answers in a battery mean something where chance makes them rarer: points ^ (1 - rows answered), each point as likely as any."""
SPEEDER_BELOW = 1 / 3
"""Share of the country's median duration: Greszki, Meyer and Schoen (Public Opinion Quarterly 79, 2015) compare 30 to 50 %."""
ENOUGH_DURATIONS = 5
ALIKE_FROM = 0.95
"""Share of equal answers; Kuriakose and Robbins (Statistical Journal of the IAOS 32, 2016) look into 85 %, too often met by chance
where colleagues rate the same skills of the same enterprise."""
ENOUGH_ALIKE, ENOUGH_DIFFERENT = 20, 4  # answers of both, and different ones, before being alike means anything
CROWD = 20  # rows with the same part of the answers, from which only neighbours are compared
INCOME_SHARES = ("income", "income_share")  # roles: shares of one enterprise's income, of a WISE model's

FLAGS = {
    "partial": f"answered less than {PARTIAL_BELOW:.0%} of the questions shown, or never pressed submit",
    "speeder": f"took less than {SPEEDER_BELOW:.0%} of the country's median time, where the tool tells the time",
    "near_duplicate": f"at least {ALIKE_FROM:.0%} of the answers are those of another record of the same delivery",
    "straightlining": f"the same answer in all rows of a battery, which chance makes rarer than 1 in {1 / STRAIGHT_BY_CHANCE:.0f}",
    "income_sum": f"income shares do not sum to 100 (tolerance {INCOME_TOLERANCE:g})",
    "contradiction": "an exclusive option (none, prefer not to say) ticked with others, or two columns of one question that differ",
    "out_of_range": "a number outside the range the questionnaire allows",
    "approximate": "a range or open class, turned into a number by a rule that the settings declare",
    "not_shown_answered": "an answer to a question that should not have been shown",
    "out_of_frame": "of another partner by the code typed, or submitted outside the fieldwork that the settings state",
}


def flag(country: Country) -> Country:
    """The country with the flags of the respondents kept: one row per respondent and flag, detail names questions, never answers."""
    answers = _answers_as_numbers(country)
    found = [
        *_partial(country),
        *_speeders(country),
        *_near_duplicates(country, answers),
        *_straightlining(country, answers),
        *_income(country),
        *_contradictions(country),
        *_columns_that_contradict(country),
        *_ranges(country),
        *_approximate(country),
        *_answered_though_hidden(country),
        *_out_of_frame(country),
    ]
    kept = {*country.rows.index[country.kept]}
    return replace(country, flags=pd.DataFrame([flag for flag in found if flag[0] in kept], columns=list(country.flags)))


Flags = list[tuple[int, str, str]]
"""Position, flag and detail, for each respondent who has it."""


def _rows(mask: pd.Series, name: str, detail: str = "") -> Flags:
    return [(position, name, detail) for position in mask.index[mask.to_numpy(dtype=bool)]]


def _partial(country: Country) -> Flags:
    low = share_answered(country) < PARTIAL_BELOW
    told = country.rows["submitted"]
    per_delivery = told.fillna("").ne("").groupby(country.rows["delivery"]).transform("any")
    return _rows(low | (per_delivery & told.fillna("").eq("")), "partial")


def durations(country: Country) -> pd.Series:
    """Minutes from start to submission; missing where the tool does not tell both, or they are not of one day."""
    minutes = pd.Series(np.nan, index=country.rows.index)
    for _, rows in country.rows.groupby("delivery", sort=False):
        started, submitted = (pd.to_datetime(rows[c], errors="coerce", format="mixed", utc=True) for c in ("started", "submitted"))
        minutes[rows.index] = (submitted - started).dt.total_seconds() / 60
    return minutes.where(minutes.between(0, 24 * 60, inclusive="neither"))


def _speeders(country: Country) -> Flags:
    minutes = durations(country)[country.kept]
    enough = minutes.notna().sum() >= ENOUGH_DURATIONS
    return _rows((minutes < SPEEDER_BELOW * minutes.median()) & enough, "speeder")


def _near_duplicates(country: Country, answers: pd.DataFrame) -> Flags:
    """Kept records of one delivery whose answers are nearly the same; who they are and where they work does not count."""
    other: dict[int, int] = {}
    for one, two in sorted(pairs_alike(answers, country.rows.loc[answers.index, "delivery"])):
        other.setdefault(one, two)
        other.setdefault(two, one)
    alike = [position for position in answers.index if position in other]
    return [(position, "near_duplicate", f"as row {country.rows.at[other[position], 'source_row']}") for position in alike]


def pairs_alike(answers: pd.DataFrame, delivery: pd.Series) -> set[tuple[int, int]]:
    """Pairs of rows of one delivery with nearly the same answers, given as numbers, -1 for none.

    Records that differ in at most d questions agree wholly on one of d + 1 parts of the questions: only those are compared.
    """
    codes, found = dict(zip(answers.index, answers.to_numpy(), strict=True)), set()
    parts = int(answers.shape[1] * (1 - ALIKE_FROM) + 1e-9) + 1
    for part in range(parts):
        key = pd.util.hash_pandas_object(answers.iloc[:, part::parts], index=False)
        for rows in key.groupby([delivery, key], sort=False).groups.values():
            pairs = pairwise(rows) if len(rows) > CROWD else combinations(rows, 2)
            found.update(pair for pair in pairs if pair not in found and _alike(codes[pair[0]], codes[pair[1]]))
    return found


def _alike(one: np.ndarray, two: np.ndarray) -> bool:
    both, either = (one >= 0) & (two >= 0), (one >= 0) | (two >= 0)
    same = both & (one == two)
    return both.sum() >= ENOUGH_ALIKE and same.sum() >= ALIKE_FROM * either.sum() and len(set(one[same])) >= ENOUGH_DIFFERENT


def _answers_as_numbers(country: Country) -> pd.DataFrame:
    """Kept record x question: a number for each different answer, alike in all questions, -1 for none; texts, and who somebody is, are
    left out."""
    kept, found = np.flatnonzero(country.kept), {}
    values = {name: column.array.take(kept) for name, column in country.values.items()}
    number_of: dict[str, int] = {}
    for question in country.questionnaire.questions.values():
        if question.kind == "text" or question.role in ("partner", "wise", "group"):
            continue
        if question.kind == "select_multiple":
            codes, distinct = _ticks([values[name] for name in country.questionnaire.columns(question.name)])
        else:
            codes, distinct = pd.factorize(values[question.name])
        numbers = [number_of.setdefault(str(text), len(number_of)) for text in distinct]
        found[question.name] = np.array([*numbers, -1]).take(codes)  # -1, for none, takes the last
    return pd.DataFrame(found, index=country.values.index[kept])


def _ticks(columns: list[pd.arrays.BooleanArray]) -> tuple[np.ndarray, list[str]]:
    """Each respondent's ticks as one answer: codes, -1 where none is known, and the different answers, option by option."""
    states = np.column_stack([ticked.to_numpy(dtype=np.int8, na_value=-1) for ticked in columns])
    distinct, codes = np.unique(states, axis=0, return_inverse=True)
    known = (states >= 0).any(axis=1)
    return np.where(known, codes.ravel(), -1), ["ticks " + " ".join(map(str, row)) for row in distinct]


def _straightlining(country: Country, answers: pd.DataFrame) -> Flags:
    """Battery by battery; rows left open do not count."""
    found: Flags = []
    for battery, rows in country.questionnaire.batteries().items():
        names = [q.name for q in rows if q.kind == "select_one" and q.name in answers]
        if not names:
            continue
        points = sum(not c.missing for c in country.questionnaire.choices(names[0]).values())
        given = answers[names].to_numpy()
        highest = given.max(axis=1)
        same = (given < 0) | (given == highest[:, None])
        sure = points ** (1.0 - (given >= 0).sum(axis=1)) <= STRAIGHT_BY_CHANCE
        found += _rows(pd.Series(same.all(axis=1) & sure, index=answers.index), "straightlining", battery)
    return found


def _income(country: Country) -> Flags:
    names = [q.name for role in INCOME_SHARES for q in country.questionnaire.with_role(role)]
    if not names:
        return []
    shares, known = country.values[names], country.reasons[names].ne("unreadable").all(axis=1)
    wrong = shares.notna().any(axis=1) & known & ((shares.sum(axis=1) - 100).abs() > INCOME_TOLERANCE)
    return _rows(wrong, "income_sum", "income")


def _contradictions(country: Country) -> Flags:
    found: Flags = []
    for question in country.questionnaire.questions.values():
        exclusive = [c.name for c in country.questionnaire.choices(question.name).values() if c.exclusive]
        if question.kind != "select_multiple" or not exclusive:
            continue
        options = country.questionnaire.columns(question.name)
        ticked = np.column_stack([country.values[option].to_numpy(dtype=bool, na_value=False) for option in options])
        alone = ticked[:, [options.index(f"{question.name}/{c}") for c in exclusive]].any(axis=1)
        found += _rows(pd.Series(alone & (ticked.sum(axis=1) > 1), index=country.values.index), "contradiction", question.name)
    return found


def _columns_that_contradict(country: Country) -> Flags:
    """Two filled columns of one question, joined by params or one of them set aside, that hold different answers."""
    found: Flags = []
    for read in country.deliveries:
        mine = country.rows.index[country.rows["delivery"].eq(read.name)]
        for name, matches in by_question(read.recognised.matches).items():
            if len(matches) > 1 and how_joined(read.delivery, name) == FIRST:
                off = contradictions(read.raw.cells, read.answers.mapping, matches, country.questionnaire[name])
                found += _rows(off.set_axis(mine), "contradiction", name)
        for name, rows in read.differing.items():
            found += _rows(pd.Series(read.answers.values.index.isin(rows), index=mine), "contradiction", name)
    return found


def _ranges(country: Country) -> Flags:
    found: Flags = []
    for question in country.questionnaire.questions.values():
        if question.constraint and question.is_number:
            column = country.values[question.name]
            inside = holds(question.constraint, country.values, country.questionnaire, this=column)
            found += _rows(column.notna() & ~inside, "out_of_range", question.name)
    return found


def _approximate(country: Country) -> Flags:
    found: Flags = []
    for delivery in country.deliveries:
        mine = country.rows.index[country.rows["delivery"].eq(delivery.name)]
        mapping = delivery.answers.mapping
        for (column, question), texts in mapping[made_by(mapping["rule"], Rule.RANGE)].groupby(["column", "question"])["raw"]:
            ranges = delivery.raw.cells[column - 1].isin(texts).set_axis(mine)
            corrected = country.changes.loc[country.changes["question"].eq(question), "position"]
            found += _rows(ranges & ~mine.isin(corrected), "approximate", question)
    return found


def _answered_though_hidden(country: Country) -> Flags:
    passed = hidden(country)
    if not passed:
        return []
    answered = question_reasons(country, list(passed)).eq("").to_numpy()
    questions, rows = np.nonzero((answered & np.column_stack(list(passed.values()))).T)  # question by question
    names, positions = list(passed), country.reasons.index
    return [(positions[row], "not_shown_answered", names[question]) for question, row in zip(questions, rows, strict=True)]


def _out_of_frame(country: Country) -> Flags:
    """Who belongs to another partner's survey, or answered at another time."""
    found = _outside_fieldwork(country)
    if question := country.questionnaire.one("partner"):
        typed = country.values[question.name].fillna("").str.strip().str.casefold()
        found += _rows(typed.ne("") & typed.ne(country.rows["partner"].str.casefold()), "out_of_frame", question.name)
    return found


def _outside_fieldwork(country: Country) -> Flags:
    """Submitted on a day outside, in whichever order day and month may be read; without a day nobody is."""
    outside = pd.Series(False, index=country.rows.index)
    if fieldwork := country.settings.fieldwork:
        for delivery in country.deliveries:
            submitted = country.rows.loc[country.rows["delivery"].eq(delivery.name), "submitted"].fillna("")
            order = delivery.delivery.dates or date_order(submitted)
            for position, text in submitted.items():
                days = {day for each in ([order] if order else ORDERS) if (day := parse_date(text, each))}
                outside[position] = bool(days) and not any(fieldwork.first <= day <= fieldwork.last for day in days)
    return _rows(outside, "out_of_frame", "submitted")
