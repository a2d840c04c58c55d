"""The European tables as a good analyst makes them by hand with pandas, who knows every file's layout beforehand.

python -m tests.benchmarks.by_hand LAYOUTS: reads each file by its known layout, maps labels by dictionary, and makes the tables by
group-by: pooled and as the mean of countries. Nothing is recognised, proved, protected, flagged or explained. It knows nothing of `bwise`.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pandas as pd


def read_file(layout: dict) -> pd.DataFrame:
    """The cells below the headings, as text."""
    how, path = layout["how"], Path(layout["file"])
    if "sheet" in how:
        cells = pd.read_excel(path, sheet_name=how["sheet"], header=None, dtype=str, na_filter=False, engine="calamine")
        return cells.iloc[layout["skip"] :].reset_index(drop=True)
    options = {"header": None, "skiprows": layout["skip"], "dtype": str, "na_filter": False} | how
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
            return pd.read_csv(file, **options)
    return pd.read_csv(path, **options)


def clean(layout: dict, tables: list[dict]) -> pd.DataFrame:
    """The answers of one delivery, as codes; multiple answers as 0 and 1, missing where nobody ticked anything."""
    raw = read_file(layout)
    raw = raw if layout["kept"] is None else raw.iloc[layout["kept"]]
    columns = {target: raw[position].map(codes) for position, target, codes in layout["columns"]}
    columns |= {target: pd.to_numeric(raw[position], errors="coerce") for position, target in layout["numbers"]}
    for table in (t for t in tables if t["kind"] == "ticks"):
        if table["question"] in columns:  # all that were ticked stand in one cell
            joined = ";" + columns.pop(table["question"]).astype("str") + ";"
            options = {c: joined.str.contains(f";{c.partition('/')[2]};", regex=False) for c in table["columns"]}
            ticked = pd.DataFrame(options).where(joined.notna())
        else:
            ticked = pd.DataFrame({c: columns.pop(c).notna() for c in table["columns"] if c in columns}, index=raw.index)
            ticked = ticked.where(ticked.any(axis=1))
        columns |= ticked.reindex(columns=table["columns"]).astype("float").to_dict("series")
    return pd.DataFrame(columns).assign(country=layout["country"])


def both_averages(figures: pd.DataFrame, groups: list[pd.Series], country: pd.Series) -> list[pd.DataFrame]:
    """Means of each group, pooled and as the mean of countries; and of all together."""
    by = groups[0]
    pooled = figures.groupby(by).agg(["mean", "count"])
    of_countries = figures.groupby([country, by]).mean().groupby(level=1).mean()
    return [pooled, of_countries, figures.agg(["mean", "count"]), figures.groupby(country).mean().mean().to_frame()]


def tables_of(answers: pd.DataFrame, tables: list[dict], breakdowns: dict[str, str]) -> list[pd.DataFrame]:
    country, found = answers["country"], []
    for table in tables:
        by = country if table["by"] == "country" else answers[breakdowns[table["by"]]]
        if table["kind"] == "shares":
            for column in table["columns"]:
                given = pd.get_dummies(answers[column], dtype="float").where(answers[column].notna())
                found += both_averages(given, [by], country)
        elif table["kind"] in ("ticks", "numbers"):
            figures = answers[table["columns"]]
            found += both_averages(figures, [by], country)
            if table["kind"] == "numbers":
                found.append(figures.groupby(by).median())
        else:
            for rated in table["rated"]:
                points = answers[list(rated.values())].apply(pd.to_numeric, errors="coerce").dropna()
                points.columns = list(rated)
                if {"relevance", "endowment"} <= set(rated):
                    points["gap"] = points["relevance"] - points["endowment"]
                    points["critical"] = ((points["relevance"] >= 4) & (points["endowment"] <= 2)) * 100.0
                if {"future", "endowment"} <= set(rated):
                    points["future gap"] = points["future"] - points["endowment"]
                found += both_averages(points, [by.loc[points.index]], country.loc[points.index])
    return found


def main() -> None:
    known = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = pd.concat([clean(layout, known["tables"]) for layout in known["deliveries"]], ignore_index=True)
    tables = tables_of(answers, known["tables"], known["breakdowns"])
    print(f"{len(answers)} respondents, {sum(t.size for t in tables)} figures")


if __name__ == "__main__":
    main()
