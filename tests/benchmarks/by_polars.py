"""What `tests.benchmarks.by_hand` does with pandas, done with polars, for files of which all are CSV: `by_polars LAYOUTS`.

Each file is read lazily by its known layout, mapped by dictionary and saved as Parquet; the tables are group-bys over all of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import polars as pl


def clean(layout: dict, tables: list[dict], folder: Path) -> Path:
    """The answers of one delivery as codes, saved; multiple answers as booleans, missing where nobody ticked anything."""
    how = layout["how"]
    raw = pl.scan_csv(
        layout["file"],
        separator=how["sep"],
        has_header=False,
        skip_rows=layout["skip"],
        infer_schema=False,
    )
    columns = {
        target: pl.col(f"column_{position}").replace_strict(codes, default=None, return_dtype=pl.String).cast(pl.Categorical)
        for position, target, codes in layout["columns"]
        if codes
    }
    numbers = {target: pl.col(f"column_{position}").cast(pl.Float64, strict=False) for position, target in layout["numbers"]}
    for table in (t for t in tables if t["kind"] == "ticks"):
        options = {c: columns.pop(c).is_not_null() for c in table["columns"] if c in columns}
        if options:
            given = pl.any_horizontal(*options.values())
            columns |= {c: pl.when(given).then(ticked) for c, ticked in options.items()}
    path = folder / f"{layout['country']}.parquet"
    raw.select(pl.lit(layout["country"]).alias("country"), **columns, **numbers).sink_parquet(path)
    return path


def both_averages(answers: pl.LazyFrame, figures: dict[str, pl.Expr], by: str) -> list[pl.LazyFrame]:
    """Means of each group, pooled and as the mean of countries; and of all together."""
    means = [f.mean().alias(name) for name, f in figures.items()]
    counts = [f.count().alias(f"n of {name}") for name, f in figures.items()]
    of_countries = answers.group_by("country", by) if by != "country" else answers.group_by("country")
    return [
        answers.group_by(by).agg(*means, *counts),
        of_countries.agg(means).group_by(by).agg(pl.col(*figures).mean()),
        answers.select(*means, *counts),
        answers.group_by("country").agg(means).select(pl.col(*figures).mean()),
    ]


def tables_of(answers: pl.LazyFrame, tables: list[dict], breakdowns: dict[str, str], options: dict[str, list[str]]) -> list[pl.LazyFrame]:
    found, there = [], set(answers.collect_schema().names())
    for table in tables:
        by = "country" if table["by"] == "country" else breakdowns[table["by"]]
        if table["kind"] == "pairs":
            for rated in (r for r in table["rated"] if set(r.values()) <= there):
                points = {m: pl.col(q).cast(pl.String).cast(pl.Float64, strict=False) for m, q in rated.items()}
                asked = answers.filter(pl.all_horizontal(p.is_not_null() for p in points.values()))
                if {"relevance", "endowment"} <= set(rated):
                    points["gap"] = points["relevance"] - points["endowment"]
                    points["critical"] = ((points["relevance"] >= 4) & (points["endowment"] <= 2)).cast(pl.Float64)
                if {"future", "endowment"} <= set(rated):
                    points["future gap"] = points["future"] - points["endowment"]
                found += both_averages(asked, points, by)
            continue
        asked = [c for c in table["columns"] if c in there]
        if table["kind"] == "shares":
            for column in asked:
                given = {o: (pl.col(column).cast(pl.String) == o).cast(pl.Float64) for o in options[column]}
                found += both_averages(answers, given, by)
        elif asked:
            figures = {c: pl.col(c).cast(pl.Float64) for c in asked}
            found += both_averages(answers, figures, by)
            if table["kind"] == "numbers":
                found.append(answers.group_by(by).agg(pl.col(asked).median()))
    return found


def main() -> None:
    known = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    options = {target: sorted(set(codes.values())) for layout in known["deliveries"] for _, target, codes in layout["columns"]}
    with tempfile.TemporaryDirectory() as folder:
        files = [clean(layout, known["tables"], Path(folder)) for layout in known["deliveries"]]
        answers = pl.scan_parquet(files)
        tables = pl.collect_all(tables_of(answers, known["tables"], known["breakdowns"], options))
    print(f"{sum(t.width * t.height for t in tables)} figures")


if __name__ == "__main__":
    main()
