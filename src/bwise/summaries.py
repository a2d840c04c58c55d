"""What a country notebook shows its analyst: small tables of counts, never an answer of one person."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from bwise.checks import FLAGS
from bwise.cleaning import MISSING_REASONS, Country, open_answers, question_reasons
from bwise.exports.table import Grid
from bwise.lineage import DEMONSTRATION, is_demonstration
from bwise.matching import DeliveryRead
from bwise.questionnaire import Questionnaire
from bwise.settings import CountrySettings
from bwise.text import as_markdown


@dataclass(frozen=True)
class Heading:
    """What the notebook is about, and whether its data is synthetic."""

    text: str

    def _repr_markdown_(self) -> str:
        return f"**{as_markdown(self.text)}**"

    def __repr__(self) -> str:
        return self.text


LEFT = ' style="text-align: left"'  # JupyterLab aligns cells to the right unless told


@dataclass(frozen=True)
class Summary:
    """A small table for a notebook; says so in words when it has no rows."""

    frame: pd.DataFrame
    empty: str = "Nothing to show."

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f"<p>{escape(self.empty)}</p>"
        text = {c: "" if pd.api.types.is_numeric_dtype(self.frame[c]) else LEFT for c in self.frame.columns}
        names = [str(n or "") for n in self.frame.index.names] if self.frame.index.names != [None] else []
        head = "".join(f'<th scope="col"{LEFT}>{escape(n)}</th>' for n in names)
        head += "".join(f'<th scope="col"{text[c]}>{escape(str(c))}</th>' for c in self.frame.columns)
        rows = []
        for key, row in zip(self.frame.index, self.frame.itertuples(index=False), strict=True):
            keys = (key if isinstance(key, tuple) else (key,)) if names else ()
            cells = [f'<th scope="row"{LEFT}>{escape(str(k))}</th>' for k in keys]
            cells += [f"<td{text[c]}>{escape(str(v))}</td>" for c, v in zip(self.frame.columns, row, strict=True)]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"

    def __repr__(self) -> str:
        return self.empty if self.frame.empty else self.frame.to_string(max_colwidth=100)


def heading(settings: CountrySettings, questionnaire: Questionnaire) -> Heading:
    """Country, partners and questionnaire; demonstration data says so."""
    partners = ", ".join(dict.fromkeys(d.partner for d in settings.deliveries))
    note = f" {DEMONSTRATION}." if is_demonstration([d.file for d in settings.deliveries]) else ""
    return Heading(f"{settings.country}: {partners}. {questionnaire.title}.{note}")


def received(deliveries: list[DeliveryRead]) -> Summary:
    """What came in: one row per delivery, and how it was recognised."""
    if not deliveries:
        return Summary(pd.DataFrame(), "Nothing was sent: the settings name no file.")
    rows = []
    for d in deliveries:
        grid, found = d.raw.grid, d.recognised
        rows.append(
            {
                "delivery": d.name,
                "tool": d.raw.tool,
                "file format": _file_format(grid),
                "headings": d.raw.headings,
                "language": found.language or "not told: codes only",
                "records": len(d.raw.cells),
                "columns": found.of_columns,
                "columns matched": found.columns,
                "answers read": f"{found.readable:.1%}",
                "personal columns dropped": ", ".join(c.heading for c in d.raw.columns if c.about == "person") or "none",
                "remarks": "; ".join(d.raw.notes),
            }
        )
    table = pd.DataFrame(rows).set_index("delivery")
    return Summary(table if table["remarks"].any() else table.drop(columns="remarks"))


def _file_format(grid: Grid) -> str:
    if grid.container == "text":
        return f"{grid.encoding}, delimiter {grid.delimiter!r}"
    return _sheet(grid) if grid.container == "workbook" else f"{grid.container}, {grid.encoding}"


def _sheet(grid: Grid) -> str:
    unread = f" (not read: {', '.join(grid.others)})" if grid.others else ""
    return f"workbook, sheet {grid.sheet}{unread}"


def open_columns(deliveries: list[DeliveryRead]) -> Summary:
    """Columns no question was found for, with the nearest one: to confirm or to set to `ignore` under `columns:` in params."""
    rows = [
        {
            "delivery": d.name,
            "column": m.column.position + 1,
            "heading": m.column.heading[:120] or "(no heading)",
            "nearest question": m.proposal,
            "score": round(m.score),
        }
        for d in deliveries
        for m in d.recognised.matches
        if not m.settled
    ]
    frame = pd.DataFrame(rows, columns=["delivery", "column", "heading", "nearest question", "score"])
    return Summary(frame.set_index("delivery"), "Every column is matched.")


def not_asked(country: Country) -> Summary:
    """Questions that a delivery does not have."""
    rows = []
    for delivery in country.deliveries:
        mine = country.rows["delivery"].eq(delivery.name)
        reasons = question_reasons(country, list(country.questionnaire.questions))[mine]
        absent = list(reasons.columns[reasons.eq("not_asked").all()])
        rows.append(
            {
                "delivery": delivery.name,
                "questions not asked": len(absent),
                "which": ", ".join(absent[:12]) + (", …" if len(absent) > 12 else ""),
            }
        )
    frame = pd.DataFrame(rows).set_index("delivery")
    return Summary(frame[frame["questions not asked"] > 0], "Every question was asked in every delivery.")


def corrections(country: Country) -> Summary:
    """Corrections made, by kind and question; what was corrected stands in `changes.csv` and `exclusions.csv`."""
    table = country.corrections.replace({"question": ""}, "(whole record)").groupby(["kind", "question"]).size()
    return Summary(table.rename("corrections").to_frame(), "Nothing was corrected by hand.")


def unreadable(country: Country) -> Summary:
    """Answers that fit none of the known ones. The text itself is in `mapping.csv`, not here: people may have typed anything."""
    table = (
        open_answers(country)
        .groupby(["delivery", "question", "proposal"], sort=False)
        .agg(**{"different texts": ("raw", "nunique"), "answers": ("count", "sum")})
        .reset_index()
        .rename(columns={"proposal": "nearest answer (score)"})
        .set_index("delivery")
    )
    return Summary(table, "Every answer could be read.")


def balance(country: Country) -> Summary:
    """Records received, excluded by rule, kept: per delivery and in all; where params take part of a file only, its other rows, too."""
    rows = country.rows[["delivery"]].assign(outcome="kept")
    rule = country.exclusions.set_index("position")["rule"]
    rows.loc[rule.index.astype(int), "outcome"] = "excluded: " + rule.to_numpy()
    table = pd.crosstab(rows["delivery"], rows["outcome"])
    by_hand = [r for r in rule.unique() if r not in country.settings.exclude]
    excluded = [f"excluded: {r}" for r in (*by_hand, *country.settings.exclude)]
    table = table.reindex(columns=[*excluded, "kept"], fill_value=0)
    table.insert(0, "received", table.sum(axis=1))
    others = {d.name: d.raw.other_rows for d in country.deliveries if d.raw.other_rows}
    if others:
        table.insert(0, "of other countries or waves", pd.Series(others).reindex(table.index, fill_value=0))
        table.insert(0, "rows of the file", table["of other countries or waves"] + table["received"])
    table.loc["all"] = table.sum()
    return Summary(table.rename(columns=lambda c: c.replace("_", " ")))


def flags(country: Country, found: pd.DataFrame) -> Summary:
    """Respondents per quality flag; a flag is a remark, the respondent is kept."""
    persons = found.groupby("flag")["position"].nunique()
    frame = pd.DataFrame({"flag": FLAGS.keys(), "meaning": FLAGS.values(), "respondents": [int(persons.get(f, 0)) for f in FLAGS]})
    return Summary(frame.set_index("flag"))


def missing(country: Country, minimum_persons: int) -> Summary:
    """Answers and missing answers by reason, by part of the questionnaire (respondents kept; multiple answers count once).

    Who was asked a follow-up tells what was answered before: counts below `minimum_persons` of params/consolidation.yaml are shown
    as less than it, and a second count of the row with them, so that the rest of the row does not give them away.
    """
    reasons = question_reasons(country, list(country.questionnaire.questions)).to_numpy()[country.kept]
    counts = {reason or "answered": (reasons == reason).sum(axis=0) for reason in ("", *MISSING_REASONS)}
    parts = [question.role or "other questions" for question in country.questionnaire.questions.values()]
    table = pd.DataFrame(counts).groupby(pd.Index(parts, name="part"), sort=False).sum().rename_axis(columns="reason")
    table = table.loc[:, (table != 0).any()].apply(_without_few, axis=1, minimum=minimum_persons)
    return Summary(table.rename(index=lambda i: i.replace("_", " "), columns=lambda c: c.replace("_", " ")))


def _without_few(row: pd.Series, minimum: int) -> pd.Series:
    few = row.between(1, minimum - 1)
    others = row[~few & row.gt(0)]
    if few.sum() == 1 and len(others):
        few[others.idxmin()] = True
    return row.astype("object").where(~few, [f"<{minimum}" if n < minimum else "…" for n in row])


def discussed(country: Country) -> Summary:
    """What the focus groups returned, in counts by partner: WISE models discussed, and people who took part.

    Each record of a focus group says again how many took part: they count once.
    """
    code = country.questionnaire.one("session")
    session = country.values[code.name].fillna("") if code else country.rows["delivery"]
    counted = country.values[[q.name for q in country.questionnaire.with_role("participants")]]
    people = counted.groupby([country.rows["partner"], country.rows["delivery"], session]).max().sum(axis=1)
    by_partner = {
        "focus groups": people.groupby("partner").size(),
        "models discussed": country.rows.groupby("partner").size(),
        "participants": people.groupby("partner").sum().astype(int),
    }
    table = pd.DataFrame(by_partner)
    table.loc["all"] = table.sum()
    return Summary(table)


def proof(identities: pd.DataFrame) -> Summary:
    """The identities of a run, as `bwise.verification.prove_saved` recomputed them from what was saved."""
    return Summary(identities.set_index("identity"))
