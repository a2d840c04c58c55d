"""Quality flags, defined once for all countries. A flag is a remark, never a deletion."""

from __future__ import annotations

import pandas as pd

from bwise.cleaning import Country, hidden, question_reasons, share_answered
from bwise.logic import holds

PARTIAL_BELOW = 0.8
STRAIGHT_ROWS = 4  # rows a battery needs before equal answers mean anything
INCOME_SHARES = ("income", "income_share")  # roles: shares of one enterprise's income, of a WISE model's
INCOME_TOLERANCE = 1.0  # percentage points

FLAGS = {
    "partial": f"answered less than {PARTIAL_BELOW:.0%} of the questions shown, or never pressed submit",
    "straightlining": f"the same answer in every row of every battery shown with at least {STRAIGHT_ROWS} rows",
    "income_sum": f"income shares do not sum to 100 (tolerance {INCOME_TOLERANCE:g})",
    "contradiction": "an exclusive option (none, prefer not to say) ticked together with others",
    "out_of_range": "a number outside the range the questionnaire allows",
    "approximate": "a range or open class, turned into a number by a rule that the settings declare",
    "not_shown_answered": "an answer to a question that should not have been shown",
    "other_partner": "the partner code typed is not that of the delivery",
}


def flag(country: Country) -> pd.DataFrame:
    """Flags of the respondents kept.

    Returns:
        One row per respondent and flag: position, flag, detail (question names, never answers).
    """
    found = [
        _partial(country),
        _straightlining(country),
        _income(country),
        _contradictions(country),
        _ranges(country),
        _approximate(country),
        _answered_though_hidden(country),
        _partner(country),
    ]
    flags = pd.concat(found, ignore_index=True)
    kept = country.kept
    return flags[flags["position"].map(kept).astype(bool)].reset_index(drop=True)


def _rows(mask: pd.Series, name: str, detail: str = "") -> pd.DataFrame:
    return pd.DataFrame({"position": mask.index[mask.astype(bool)], "flag": name, "detail": detail})


def _partial(country: Country) -> pd.DataFrame:
    low = share_answered(country) < PARTIAL_BELOW
    told = country.rows["submitted"]
    per_delivery = told.fillna("").ne("").groupby(country.rows["delivery"]).transform("any")
    return _rows(low | (per_delivery & told.fillna("").eq("")), "partial")


def _straightlining(country: Country) -> pd.DataFrame:
    same = pd.Series(True, index=country.values.index)
    seen = pd.Series(False, index=country.values.index)
    for rows in country.questionnaire.batteries().values():
        names = [q.name for q in rows if q.kind == "select_one"]
        if len(names) < STRAIGHT_ROWS:
            continue
        answers = country.values[names]
        full = answers.notna().all(axis=1)
        seen |= full
        same &= ~full | answers.eq(answers.iloc[:, 0], axis=0).all(axis=1)
    return _rows(seen & same, "straightlining")


def _income(country: Country) -> pd.DataFrame:
    names = [q.name for role in INCOME_SHARES for q in country.questionnaire.with_role(role)]
    if not names:
        return _rows(pd.Series(dtype=bool), "income_sum")
    shares = country.values[names]
    wrong = shares.notna().any(axis=1) & ((shares.sum(axis=1) - 100).abs() > INCOME_TOLERANCE)
    return _rows(wrong, "income_sum", "income")


def _contradictions(country: Country) -> pd.DataFrame:
    found = []
    for question in country.questionnaire.questions.values():
        exclusive = [c.name for c in country.questionnaire.choices(question.name).values() if c.exclusive]
        if question.kind != "select_multiple" or not exclusive:
            continue
        ticked = country.values[country.questionnaire.columns(question.name)].fillna(False).astype(bool)
        alone = ticked[[f"{question.name}/{c}" for c in exclusive]].any(axis=1)
        found.append(_rows(alone & (ticked.sum(axis=1) > 1), "contradiction", question.name))
    return pd.concat(found, ignore_index=True) if found else _rows(pd.Series(dtype=bool), "contradiction")


def _ranges(country: Country) -> pd.DataFrame:
    found = [_rows(pd.Series(dtype=bool), "out_of_range")]
    for question in country.questionnaire.questions.values():
        if question.constraint and question.is_number:
            column = country.values[question.name]
            inside = holds(question.constraint, country.values, country.questionnaire, this=column)
            found.append(_rows(column.notna() & ~inside, "out_of_range", question.name))
    return pd.concat(found, ignore_index=True)


def _approximate(country: Country) -> pd.DataFrame:
    found = [pd.DataFrame(columns=["position", "flag", "detail"])]
    for delivery in country.deliveries:
        mine = country.rows.index[country.rows["delivery"].eq(delivery.name)]
        mapping = delivery.answers.mapping
        for (column, question), texts in mapping[mapping["rule"].str.startswith("range, ")].groupby(["column", "question"])["raw"]:
            ranges = delivery.raw.cells[column - 1].isin(texts).set_axis(mine)
            corrected = country.changes.loc[country.changes["question"].eq(question), "position"]
            found.append(_rows(ranges & ~mine.isin(corrected), "approximate", question))
    return pd.concat(found, ignore_index=True)


def _answered_though_hidden(country: Country) -> pd.DataFrame:
    found = [_rows(pd.Series(dtype=bool), "not_shown_answered")]
    for question in country.questionnaire.questions.values():
        if question.relevant:
            answered = question_reasons(country, [question.name])[question.name].eq("")
            found.append(_rows(answered & hidden(country, question.name), "not_shown_answered", question.name))
    return pd.concat(found, ignore_index=True)


def _partner(country: Country) -> pd.DataFrame:
    question = country.questionnaire.one("partner")
    if question is None:
        return _rows(pd.Series(dtype=bool), "other_partner")
    typed = country.values[question.name].fillna("").str.strip().str.casefold()
    return _rows(typed.ne("") & typed.ne(country.rows["partner"].str.casefold()), "other_partner", question.name)
