"""The record of a country run: what came in, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bwise import released_texts
from bwise.cleaning import MISSING_REASONS, Country, open_answers
from bwise.hashes import commit, program
from bwise.locks import writing
from bwise.masking import mask
from bwise.matching import DeliveryRead
from bwise.matching.columns import ACCEPTED
from bwise.matching.joins import SUM
from bwise.matching.rules import TYPED, made_by
from bwise.privacy import project_key
from bwise.problems import Problem, ProblemsFound, stop
from bwise.records import key_mark, outputs
from bwise.settings import MANIFEST, RECORD, CountrySettings, Delivery, Project
from bwise.storage import remove, write_csv, write_json, write_parquet, written_together
from bwise.text import CSV_RULE

REWORDED = ("declared", ACCEPTED)  # how a column was matched whose text is not the questionnaire's
ROW = ["partner", "delivery", "row"]  # where a record comes from; `row` stands for its row in the export (`bwise.privacy.row_ids`)
IDENTITY = ["respondent", "wise", *ROW]
DEMONSTRATION_EXPORTS = Path("raw/demo")
DEMONSTRATION = "Demonstration data: synthetic, not a finding"  # on every page, sheet and figure made of it


def nameless(inputs: dict[str, str]) -> dict[str, str]:
    """Inputs as they may be published: people chose the names of their exports, which are numbered instead."""
    exports = [path for path in inputs if not path.startswith("params/")]
    return {f"export {exports.index(path) + 1}" if path in exports else path: digest for path, digest in inputs.items()}


def is_demonstration(files: list[Path]) -> bool:
    """Whether any of these exports is synthetic: those below `raw/demo/` are."""
    return any(Path(f).as_posix().startswith(DEMONSTRATION_EXPORTS.as_posix() + "/") for f in files)


def save(country: Country, project: Project) -> dict[str, Any]:
    """Write `processed/<CC>/`, or the folder of the part below it, whole or not at all: a folder with a manifest is complete.

    Nobody uses it before it was proved (`bwise.verification.prove_saved`).

    Returns:
        The manifest.

    Raises:
        ProblemsFound: a run of the country is going on that this is no part of; a text is released that is not there; the disk refuses.
    """
    rows, stored, kept = country.rows, _stored(country), np.flatnonzero(country.kept)
    order = kept[_by_content(_taken(stored, kept), rows["row"].iloc[kept])]
    identity = rows[[name for name in (*IDENTITY, "weight") if name in rows]].iloc[order].reset_index(drop=True)
    answers, reasons = (_taken(columns, order) for columns in (stored, _as_categories(country.reasons)))
    manifest = _manifest(country, project)
    folder = project.processed(country.settings.country, country.settings.part)
    with writing(project, country.settings.country):
        texts = _texts(country, project)
        with written_together(folder, MANIFEST) as beside:
            write_parquet(beside / "answers.parquet", pd.concat([identity, answers], axis=1))
            write_parquet(beside / "missing.parquet", pd.concat([identity, reasons], axis=1))
            write_csv(beside / "mapping.csv", mapping_table(country))
            write_csv(beside / "changes.csv", _with_identity(country.changes, rows, ["question", "old", "new", "rule", "reason"]))
            write_csv(beside / released_texts.FILE, texts)
            write_csv(beside / "exclusions.csv", _with_identity(country.exclusions, rows, ["rule", "reason"]))
            write_csv(beside / "flags.csv", _with_identity(_without_places(country.flags, rows), rows, ["flag", "detail"]))
            manifest |= {"key": key_mark(project), "outputs": outputs(beside)}
            write_json(beside / MANIFEST, manifest)
    return manifest


def _texts(country: Country, project: Project) -> pd.DataFrame:
    """Texts to be read, with those released; where params release one that is not there, the list is written so that it can be read."""
    texts = released_texts.texts_of(country, project_key(project.root))
    try:
        return released_texts.released(texts, country)
    except ProblemsFound:
        write_csv(project.processed(country.settings.country, country.settings.part) / released_texts.FILE, texts)
        raise


def discard(project: Project, settings: CountrySettings) -> None:
    """Remove a record that must not be used, the manifest first."""
    for name in reversed(RECORD):
        remove(project.processed(settings.country, settings.part) / name)


def _taken(columns: dict[str, Any], rows: np.ndarray) -> pd.DataFrame:
    """These rows of the columns, as a table."""
    return pd.DataFrame({name: column.take(rows) for name, column in columns.items()}, copy=False)


def _by_content(answers: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    """An order that follows from the answers alone: that of the export would tell which row each is, whatever stands for its number."""
    content = pd.util.hash_pandas_object(answers, index=False)
    return np.lexsort((ids, content))


def _without_places(flags: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Flags that name another record of the delivery name it by what stands for its row."""
    ids = {(d, f"as row {n}"): f"as {row}" for d, n, row in rows[["delivery", "source_row", "row"]].itertuples(index=False)}
    told = zip(rows.loc[flags["position"].astype(int), "delivery"], flags["detail"], strict=True)
    return flags.assign(detail=[ids.get(key, key[1]) for key in told])


def mapping_table(country: Country) -> pd.DataFrame:
    """Every distinct raw answer of every question: delivery, column (number and heading), code, rule, reason, count.

    Raw text of open answers is not in it; personal data in headings, which people choose, and in "other" texts is masked.
    """
    frames = []
    for delivery in country.deliveries:
        headings = {c.position + 1: mask(c.heading, country.settings.country) for c in delivery.raw.columns}
        frame = delivery.answers.mapping.copy()
        frame.insert(0, "delivery", delivery.name)
        frame.insert(2, "heading", frame["column"].map(headings))
        loose = frame["reason"].eq("unreadable") | made_by(frame["rule"], *TYPED)
        for name in ("raw", "code", "open"):
            frame.loc[loose, name] = frame.loc[loose, name].map(lambda t: mask(t, country.settings.country))
        frames.append(frame)
    told = pd.concat(frames, ignore_index=True)
    # open answers are not written down: of a question there is one line for all of them
    return told.groupby([c for c in told.columns if c != "count"], sort=False, dropna=False, as_index=False)["count"].sum()[told.columns]


def _stored(country: Country) -> dict[str, Any]:
    """Choices as categories in the questionnaire's order: small, and nothing can be added by mistake.

    A national category that params map to a common code stands in a column of its own, `<question>@national`.
    """
    stored = {name: column.array for name, column in country.values.items()}
    dtypes: dict[tuple[str, ...], pd.CategoricalDtype] = {}
    for question in country.questionnaire.questions.values():
        if question.kind == "select_one":
            known = tuple(_all_choices(country, question.name))
            codes, given = pd.factorize(stored[question.name])
            if unknown := set(given) - set(known):
                stop("An answer has a code that no list has. Nothing was saved.", Problem(f"{question.name}: {', '.join(sorted(unknown))}"))
            dtype = dtypes.get(known) or dtypes.setdefault(known, pd.CategoricalDtype(list(known)))
            places = np.array([*map(known.index, given), -1])  # -1, for none, takes the last
            stored[question.name] = pd.Categorical.from_codes(places.take(codes), dtype=dtype, validate=False)
    return stored | {f"{name}@national": column.astype("category").array for name, column in country.national.items()}


def _as_categories(reasons: pd.DataFrame) -> dict[str, pd.Categorical]:
    """Why answers are missing, column by column; "" where they are not."""
    dtype = pd.CategoricalDtype(["", *MISSING_REASONS])
    codes, given = pd.factorize(reasons.to_numpy(dtype=object).ravel())
    places = dtype.categories.get_indexer(given).astype(np.int8).take(codes).reshape(reasons.shape)
    return {
        name: pd.Categorical.from_codes(column, dtype=dtype, validate=False) for name, column in zip(reasons.columns, places.T, strict=True)
    }


def _all_choices(country: Country, question: str) -> dict[str, None]:
    """Codes of the question's own list, then of lists that deliveries used instead."""
    own = country.questionnaire.choices(question)
    other = [country.questionnaire.lists[d.delivery.scales[question]] for d in country.deliveries if question in d.delivery.scales]
    return dict.fromkeys(code for answers in (own, *other) for code in answers)


def _with_identity(frame: pd.DataFrame, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    if not len(frame):
        return pd.DataFrame(columns=[*IDENTITY[:1], *ROW, *columns])
    known = rows.loc[frame["position"].astype(int), ["respondent", *ROW]].reset_index(drop=True)
    joined = pd.concat([known, frame[columns].reset_index(drop=True)], axis=1)
    return joined.sort_values([*ROW, *columns[:1]], kind="stable")


def _manifest(country: Country, project: Project) -> dict[str, Any]:
    files = [d.delivery.file for d in country.deliveries]
    kept, waiting = country.kept, open_answers(country)
    return {
        "country": country.settings.country,
        "part": country.settings.part,
        "questionnaire": country.questionnaire.name,
        "demonstration": is_demonstration(files),
        "program": program(),
        "commit": commit(),
        "settings": country.settings.stated(),
        "inputs": _params_first(country.inputs),
        "deliveries": [_delivery(d, country, waiting) for d in country.deliveries],
        "rows": {
            "received": len(country.rows),
            "excluded": {k: int(v) for k, v in country.exclusions["rule"].value_counts(sort=False).items()},
            "kept": int(kept.sum()),
        },
        "corrections": {k: int(v) for k, v in country.corrections["kind"].value_counts().sort_index().items()},
        "wises": int(country.rows.loc[kept, "wise"].replace("", pd.NA).nunique()),
        "flags": {k: int(v) for k, v in country.flags.groupby("flag")["position"].nunique().items()},
        "missing": {k: int(v) for k, v in country.reasons[kept].stack().value_counts().sort_index().items() if k},
        "comparability": _comparability(country),
        "csv": CSV_RULE,
        "classifications": {q: c for q in country.questionnaire.questions if (c := country.questionnaire.classification(q))},
    }


def _params_first(inputs: dict[str, str]) -> dict[str, str]:
    params = {path: inputs[path] for path in sorted(inputs) if path.startswith("params/")}
    return params | inputs  # exports in the order of the deliveries


def _comparability(country: Country) -> dict[str, list[str]]:
    """Status -> questions that are not simply asked alike, from the settings and from how columns were matched.

    Statuses as in `bwise.pooling`; a country is as comparable as its least comparable delivery.
    """
    found: dict[str, set[str]] = {}
    for read in country.deliveries:
        delivery, matches = read.delivery, read.recognised.matches
        own = {q for q, name in delivery.scales.items() if name == country.questionnaire[q].list_name}
        other_version = {q for q, name in delivery.classifications.items() if name != country.questionnaire.classification(q)}
        common = {q: list(codes.values()) for q, codes in delivery.national.items()}
        here = {
            "different scale": set(delivery.scales) - own - set(delivery.rescale),
            "coarser": {q for q, codes in common.items() if len(set(codes)) < len(codes)},
            "recoded": {*_added_up(delivery), *delivery.national, *delivery.rescale, *delivery.units, *delivery.ranges, *other_version},
            "different wording": {m.question for m in matches if m.target and m.column.text and m.how in REWORDED},
            "pending": {t.partition("/")[0] for m in matches if not m.settled for t in (m.proposal or m.named).split(" or ") if t},
        }
        for status, questions in here.items():
            found.setdefault(status, set()).update(questions)
    return {status: sorted(questions) for status, questions in found.items() if questions}


def _added_up(delivery: Delivery) -> list[str]:
    """Questions whose columns params add up."""
    return [] if isinstance(delivery.join, str) else [name for name, how in delivery.join.items() if how == SUM]


def _options_without_column(read: DeliveryRead) -> dict[str, dict[str, list[str]]]:
    """What became of options that have no column -> question -> options: `all_offered` (nobody ticked them), else not asked:
    `not_offered` as params say, or `open`."""
    found: dict[str, dict[str, list[str]]] = {}
    for question, options in read.answers.absent.items():
        found.setdefault(read.delivery.options.get(question, "open"), {})[question] = list(options)
    return found


def _delivery(read: DeliveryRead, country: Country, waiting: pd.DataFrame) -> dict[str, Any]:
    grid = read.raw.grid
    return {
        "name": read.name,
        "partner": read.delivery.partner,
        "tool": read.raw.tool,
        "encoding": grid.encoding or grid.container,
        "language": read.recognised.language,
        "columns": read.recognised.of_columns,
        "columns_matched": read.recognised.columns,
        "options_without_column": _options_without_column(read),
        "records": len(read.raw.cells),
        "other_rows": read.raw.other_rows,
        "weight": read.delivery.weight or "",
        "kept": int((country.kept & country.rows["delivery"].eq(read.name)).sum()),
        "unreadable_answers": int(waiting.loc[waiting["delivery"].eq(read.name), "count"].sum()),
    }
