"""Two states of what respondents said, side by side: who came, who went, and which answers changed.

Respondents are matched by pseudonym; where the tool gives no identifier, rows are matched by what they hold. Answers are compared
as they are stored, open ones after masking; of those it is only said that they changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bwise.cleaning import MISSING_REASONS, Country, as_texts
from bwise.masking import mask
from bwise.privacy import KEY_FILE, project_key, protect, pseudonym, row_numbers
from bwise.questionnaire import Questionnaire
from bwise.records import read_files, read_manifest
from bwise.settings import EXCLUSION_RULES, ROW_RULES, CountrySettings, Project
from bwise.storage import read_csv

COLUMNS = ["kind", "delivery", "respondent", "old_row", "new_row", "question", "old", "new"]
BLANK = ("no_answer", "not_shown", "not_asked")  # which of them a blank is follows from other answers
TEXT_CHANGED = "(the text changed)"
ALIKE = 0.5  # of the answers of either row must be equal before two rows count as one respondent who was edited


@dataclass(frozen=True, eq=False)
class Answers:
    """What respondents said, as text, and where they stand. The index of both is their pseudonym.

    `rows` has delivery, source_row, wise, excluded (rule, or empty), respondent (the tool's identifier, or `row N`) and named (whether
    the pseudonym stands for the tool's identifier, not for the row), for every record received. `answers` has one column per
    question, for the records whose answers are known: those of excluded ones are not kept.
    """

    rows: pd.DataFrame
    answers: pd.DataFrame

    def of(self, deliveries: list[str]) -> Answers:
        """The records of these deliveries only."""
        rows = self.rows[self.rows["delivery"].isin(deliveries)]
        return Answers(rows, self.answers[self.answers.index.isin(rows.index)])


# ------------------------------------------------------------------ what was said


def stored(project: Project, settings: CountrySettings, questionnaire: Questionnaire, corrected: bool = False) -> Answers | None:
    """The answers in `processed/<CC>/`, as they were before corrections unless `corrected`.

    None where the record is not whole, or the key is gone that tells whose they are.
    """
    folder = project.processed(settings.country, settings.part)
    if not (project.root / KEY_FILE).is_file():
        return None
    manifest, why = read_manifest(project, settings.country, settings.part)
    if why or read_files(project, settings.country, settings.part, manifest)[1]:
        return None
    values = pd.read_parquet(folder / "answers.parquet").set_index("respondent")
    reasons = pd.read_parquet(folder / "missing.parquet").set_index("respondent").astype("str")
    kept = values[["delivery", "row", "wise"]].assign(excluded="")
    left_out = read_csv(folder / "exclusions.csv").drop_duplicates("respondent").set_index("respondent")
    left_out = left_out.reindex(columns=["delivery", "row"]).assign(wise="", excluded=left_out["rule"])
    rows = pd.concat([kept, left_out])
    rows["source_row"] = row_numbers(rows, settings.country, settings.part, project_key(project.root)).fillna(0).astype("int64")
    rows = rows.drop(columns="row").sort_values(["delivery", "source_row"])
    rows["respondent"] = "row " + rows["source_row"].astype("str")
    rows["named"] = _named(rows, project, settings)
    if not corrected:
        rows["excluded"] = rows["excluded"].where(
            rows["excluded"].isin([*EXCLUSION_RULES, *ROW_RULES]), ""
        )  # a correction will exclude again
        _undo(read_csv(folder / "changes.csv"), values, reasons, settings.country)
    national = [c for c in values if c.endswith("@national")]
    new = [c for c in questionnaire.all_columns if c not in values]  # the questionnaire may have grown since
    values, reasons = values.assign(**dict.fromkeys(new, pd.NA)), reasons.assign(**dict.fromkeys(new, "not_asked"))
    return Answers(rows, _with_wise(said(values, reasons, values[national], questionnaire), values["wise"], questionnaire))


def _undo(changes: pd.DataFrame, values: pd.DataFrame, reasons: pd.DataFrame, country: str) -> None:
    """Put back, in place, what stood in each cell before the first correction. Masks stay: what they hide is not known."""
    first = changes[changes["rule"].ne("mask") & changes["respondent"].isin(values.index)].drop_duplicates(["respondent", "question"])
    for question, cells in first[first["question"].isin(reasons.columns)].groupby("question"):
        old = cells.set_index("respondent")["old"]
        why = old.isin(MISSING_REASONS)
        reasons.loc[old.index, question] = old.where(why, "")
        old = old.mask(why | old.eq(""))
        if pd.api.types.is_float_dtype(values[question]):
            values.loc[old.index, question] = pd.to_numeric(old)
            continue
        values[question] = values[question].astype("object")
        values.loc[old.index, question] = old.replace({"True": True, "False": False}).map(
            lambda v: mask(v, country) if isinstance(v, str) else v
        )


def received(project: Project, country: Country) -> Answers:
    """The records as they came in and as the rules left them (`bwise.cleaning.leave_out`), masked; nothing is corrected."""
    shown = country.rows["respondent_id"].fillna("")
    country = protect(country, project_key(project.root))
    rows = country.rows[["delivery", "source_row", "wise", "respondent"]].set_index("respondent")
    rows["excluded"] = rows["delivery"].map(lambda _: "")
    rule = country.exclusions.drop_duplicates("position")
    rows.iloc[rule["position"].astype(int), rows.columns.get_loc("excluded")] = rule["rule"]
    rows["named"] = shown.ne("").to_numpy()
    rows["respondent"] = shown.where(shown.ne(""), "row " + country.rows["source_row"].astype("str")).to_numpy()
    values, reasons, national = (f.set_axis(rows.index) for f in (country.values, country.reasons, country.national))
    answers = said(values, reasons, national.add_suffix("@national"), country.questionnaire)
    return Answers(rows, _with_wise(answers, rows["wise"], country.questionnaire))


def _with_wise(answers: pd.DataFrame, wise: pd.Series, questionnaire: Questionnaire) -> pd.DataFrame:
    """The enterprise's code is withheld; its pseudonym tells whether it is still the same."""
    question = questionnaire.one("wise")
    return answers if question is None else answers.assign(**{question.name: wise.reindex(answers.index)})


def said(values: pd.DataFrame, reasons: pd.DataFrame, national: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Question by question, as text: the code, number or text; codes joined by `;`; else why it is missing, empty for a blank.

    National categories stand in columns `<question>@national`.
    """
    found = {name: _as_text(name, values, reasons, questionnaire) for name in questionnaire.questions}
    found |= {name: _filled(column) for name, column in national.items()}
    return pd.DataFrame(found, index=values.index)


def _as_text(name: str, values: pd.DataFrame, reasons: pd.DataFrame, questionnaire: Questionnaire) -> pd.Series:
    columns, why = questionnaire.columns(name), pd.Series("", index=values.index)
    for column in columns:
        why = why.where(why.ne(""), reasons[column].astype("str").replace(dict.fromkeys(BLANK, "")))
    text = as_texts(values, name, questionnaire)
    return text.where(text.ne(""), why)


def _filled(column: pd.Series) -> pd.Series:
    return column.astype("str").fillna("")


# ------------------------------------------------------------------ who is who, and what differs


def differences(before: Answers, after: Answers, questionnaire: Questionnaire) -> pd.DataFrame:
    """One row per respondent added or removed, and per answer changed: columns of `changes_to_review.csv`.

    An open answer is only said to have changed. The order of rows in the file is no difference. Whoever is excluded on one side
    only is one row without question where her answers are not known.
    """
    columns = list(dict.fromkeys([*before.answers, *after.answers]))
    before, after = (Answers(a.rows, a.answers.reindex(columns=columns).fillna("")) for a in (before, after))
    pairs = _pairs(before, after)
    gone = before.rows.drop(index=pairs["old"])
    new = after.rows.drop(index=pairs["new"])
    found = [
        _rows("removed", gone.assign(old_row=gone["source_row"], new_row="")),
        _rows("added", new.assign(old_row="", new_row=new["source_row"])),
        _moved(before, after, pairs),
        _cells(before, after, pairs, questionnaire),
    ]
    table = pd.concat(found, ignore_index=True)
    place = pd.to_numeric(table["new_row"].where(table["new_row"].ne(""), table["old_row"]))
    order = table["question"].map({c: i for i, c in enumerate(columns)}).fillna(-1)
    return table.assign(_place=place, _order=order).sort_values(["delivery", "_place", "_order"], kind="stable")[COLUMNS]


def _rows(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    made = rows.assign(kind=kind)
    for column in ("question", "old", "new"):
        if column not in made:
            made[column] = ""
    return made[COLUMNS].astype("str").reset_index(drop=True)


def _paired(before: Answers, after: Answers, pairs: pd.DataFrame) -> pd.DataFrame:
    """Place of each pair in both files, named as the new file names the respondent."""
    rows = after.rows.loc[pairs["new"], ["delivery", "respondent", "source_row"]].rename(columns={"source_row": "new_row"})
    return rows.assign(old_row=before.rows.loc[pairs["old"], "source_row"].to_numpy())


def _moved(before: Answers, after: Answers, pairs: pd.DataFrame) -> pd.DataFrame:
    """Respondents who were let in, or excluded, and whose answers cannot be compared for that."""
    known = pairs["old"].isin(before.answers.index) & pairs["new"].isin(after.answers.index)
    fate = pd.DataFrame(
        {
            side: a.rows.loc[pairs[side], "excluded"].map(lambda rule: f"excluded: {rule}" if rule else "kept").to_numpy()
            for side, a in (("old", before), ("new", after))
        },
        index=pairs.index,
    )
    moved = ~known & fate["old"].ne(fate["new"])
    return _rows("changed", _paired(before, after, pairs[moved]).assign(old=fate.loc[moved, "old"].array, new=fate.loc[moved, "new"].array))


def _cells(before: Answers, after: Answers, pairs: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    pairs = pairs[pairs["old"].isin(before.answers.index) & pairs["new"].isin(after.answers.index)]
    old, new = before.answers.loc[pairs["old"]], after.answers.loc[pairs["new"]]
    person, question = np.nonzero(old.to_numpy(dtype=object) != new.to_numpy(dtype=object))
    names = old.columns[question]
    is_open = np.array([n in questionnaire.questions and questionnaire[n].kind == "text" for n in names], dtype=bool)
    cells = _paired(before, after, pairs.iloc[person]).assign(
        question=names,
        old=np.where(is_open, "", old.to_numpy(dtype=object)[person, question]),
        new=np.where(is_open, TEXT_CHANGED, new.to_numpy(dtype=object)[person, question]),
    )
    return _rows("changed", cells)


def _pairs(before: Answers, after: Answers) -> pd.DataFrame:
    """Which old and new record are of one respondent: columns old, new."""
    known = before.rows.index[before.rows["named"]].intersection(after.rows.index[after.rows["named"]], sort=False)
    pairs = [pd.DataFrame({"old": known, "new": known}, dtype="str")]
    left, right = before.rows[~before.rows["named"]], after.rows[~after.rows["named"]]
    for delivery in dict.fromkeys(left["delivery"]):
        pairs.append(_by_content(before, after, left[left["delivery"].eq(delivery)], right[right["delivery"].eq(delivery)]))
    return pd.concat(pairs, ignore_index=True)


def _named(rows: pd.DataFrame, project: Project, settings: CountrySettings) -> np.ndarray:
    """Whether a pseudonym stands for an identifier of the tool: it is none that the row's number gives."""
    key, who = project_key(project.root), settings.part or "respondent"
    places = zip(rows["delivery"], rows["source_row"], rows.index, strict=True)
    return np.array([pseudonym(key, who, settings.country, d, f"row {n}", "0") != p for d, n, p in places], dtype=bool)


def _by_content(before: Answers, after: Answers, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Equal rows first, then excluded ones by rule, then the most similar, then rows whose answers are not known, by their place.

    So a row put in at the top moves all others, and changes none.
    """
    pairs = []
    for match in (_equal, _excluded_alike, _most_similar, _same_place):
        found = match(before, after, left, right)
        left, right = left.drop(index=found["old"]), right.drop(index=found["new"])
        pairs.append(found)
    return pd.concat(pairs, ignore_index=True)


def _equal(before: Answers, after: Answers, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    keys = []
    for answers, rows in ((before.answers, left), (after.answers, right)):
        mine = answers[answers.index.isin(rows.index)]
        content = pd.util.hash_pandas_object(mine, index=False).to_numpy()
        keys.append(_numbered(pd.DataFrame({"who": mine.index, "key": content})))
    return _joined(*keys)


def _excluded_alike(before: Answers, after: Answers, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    unknown = left[~left.index.isin(before.answers.index)]
    out = right[right["excluded"].ne("")]
    return _joined(*(_numbered(pd.DataFrame({"who": r.index, "key": r["excluded"].to_numpy()})) for r in (unknown, out)))


def _numbered(keys: pd.DataFrame) -> pd.DataFrame:
    return keys.assign(nth=keys.groupby("key").cumcount())


def _joined(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    return left.merge(right, on=["key", "nth"], suffixes=("_old", "_new"))[["who_old", "who_new"]].set_axis(["old", "new"], axis=1)


def _most_similar(before: Answers, after: Answers, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """The pairs with most answers in common, best first; of equally good ones those that stand nearest."""
    old = before.answers.reindex(left.index[left.index.isin(before.answers.index)])
    right = right[right.index.isin(after.answers.index)]
    new = after.answers.loc[right.index]
    theirs = new.to_numpy(dtype=object)
    candidates = []
    for i, mine in enumerate(old.to_numpy(dtype=object)):
        told = (theirs != "") | (mine != "")
        score = ((theirs == mine) & told).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
        near = np.flatnonzero(score >= ALIKE)
        distance = np.abs(right["source_row"].to_numpy()[near] - left.loc[old.index[i], "source_row"])
        candidates += [(-s, d, i, j) for s, d, j in zip(score[near], distance, near, strict=True)]
    used_old, used_new, pairs = set(), set(), []
    for _, _, i, j in sorted(candidates):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((old.index[i], new.index[j]))
    return pd.DataFrame(pairs, columns=["old", "new"], dtype="str")


def _same_place(before: Answers, after: Answers, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    sides = [pd.DataFrame({"who": rows.index, "row": rows["source_row"].to_numpy()}) for rows in (left, right)]
    both = sides[0].merge(sides[1], on="row", suffixes=("_old", "_new"))
    known = both["who_old"].isin(before.answers.index) & both["who_new"].isin(after.answers.index)
    return both.loc[~known, ["who_old", "who_new"]].set_axis(["old", "new"], axis=1)
