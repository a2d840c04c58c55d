"""What a country notebook shows its analyst: small tables of counts, never an answer of one person."""

from __future__ import annotations

import pandas as pd

from bwise.checks import FLAGS
from bwise.cleaning import MISSING_REASONS, Country
from bwise.matching import DeliveryRead


def received(deliveries: list[DeliveryRead]) -> pd.DataFrame:
    """What came in: one row per delivery, and how it was recognised."""
    rows = []
    for d in deliveries:
        grid, found = d.raw.grid, d.recognised
        rows.append(
            {
                "delivery": d.name,
                "tool": d.raw.tool,
                "file format": f"{grid.encoding}, delimiter {grid.delimiter!r}" if grid.encoding else f"workbook, sheet {grid.sheet}",
                "headings": d.raw.headings,
                "language": found.language,
                "records": len(d.raw.cells),
                "columns": found.of_columns,
                "columns matched": found.columns,
                "answers read": f"{found.readable:.1%}",
                "personal columns dropped": sum(c.about == "person" for c in d.raw.columns),
            }
        )
    return pd.DataFrame(rows).set_index("delivery")


def open_columns(deliveries: list[DeliveryRead]) -> pd.DataFrame:
    """Columns no question was found for, with the nearest one: to confirm or to set to `ignore` under `columns:` in params."""
    rows = [
        {"delivery": d.name, "column": m.column.position + 1, "heading": m.column.heading[:120], "nearest question": m.proposal, "score": round(m.score)}
        for d in deliveries
        for m in d.recognised.matches
        if not m.settled
    ]
    return pd.DataFrame(rows, columns=["delivery", "column", "heading", "nearest question", "score"])


def not_asked(country: Country) -> pd.DataFrame:
    """Questions that a delivery does not have."""
    rows = []
    for delivery in country.deliveries:
        mine = country.rows["delivery"].eq(delivery.name)
        absent = [q for q in country.questionnaire.questions if country.reasons.loc[mine, country.questionnaire.columns(q)[0]].eq("not_asked").all()]
        rows.append({"delivery": delivery.name, "questions not asked": len(absent), "which": ", ".join(absent[:12]) + (", …" if len(absent) > 12 else "")})
    return pd.DataFrame(rows).set_index("delivery")


def unreadable(country: Country) -> pd.DataFrame:
    """Answers that fit none of the known ones. The text itself is in `mapping.csv`, not here: people may have typed anything."""
    frames = [d.answers.mapping.assign(delivery=d.name) for d in country.deliveries]
    mapping = pd.concat(frames, ignore_index=True)
    open_ones = mapping[mapping["reason"] == "unreadable"]
    return (
        open_ones.groupby(["delivery", "question", "proposal"], sort=False)
        .agg(**{"different texts": ("raw", "nunique"), "answers": ("count", "sum")})
        .reset_index()
        .rename(columns={"proposal": "nearest answer (score)"})
    )


def balance(country: Country) -> pd.DataFrame:
    """Records received, excluded by rule, kept: per delivery and in all."""
    rows = country.rows[["delivery"]].assign(outcome="kept")
    rule = country.exclusions.set_index("position")["rule"]
    rows.loc[rule.index.astype(int), "outcome"] = "excluded: " + rule.to_numpy()
    table = pd.crosstab(rows["delivery"], rows["outcome"])
    excluded = [f"excluded: {r}" for r in country.settings.exclude]
    table = table.reindex(columns=[*excluded, "kept"], fill_value=0)
    table.insert(0, "received", table.sum(axis=1))
    table.loc["all"] = table.sum()
    table.columns.name = None
    return table


def flags(country: Country, found: pd.DataFrame) -> pd.DataFrame:
    """Respondents per quality flag; a flag is a remark, the respondent is kept."""
    persons = found.groupby("flag")["position"].nunique()
    return pd.DataFrame({"flag": FLAGS.keys(), "meaning": FLAGS.values(), "respondents": [int(persons.get(f, 0)) for f in FLAGS]}).set_index("flag")


def missing(country: Country) -> pd.DataFrame:
    """Answers and missing answers by reason, by part of the questionnaire (respondents kept; multiple answers count once)."""
    kept = country.kept
    questions = country.questionnaire.questions.values()
    parts = pd.Series({country.questionnaire.columns(q.name)[0]: q.role or "other questions" for q in questions})
    reasons = country.reasons.loc[kept, parts.index].replace("", "answered")
    long = reasons.melt(var_name="column", value_name="reason")
    table = pd.crosstab(long["column"].map(parts).rename("part"), long["reason"])
    table = table.reindex(columns=["answered", *MISSING_REASONS], fill_value=0).reindex(parts.unique())
    table.loc["all"] = table.sum()
    table.columns.name = None
    return table.loc[:, (table != 0).any()]
