"""The record of a country run: what came in, what became of it, and proof that nothing got lost on the way."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from bwise import __version__
from bwise.cleaning import MISSING_REASONS, ROW, Country
from bwise.exports.table import NOT_SHOWN
from bwise.matching import DeliveryRead, by_question
from bwise.privacy import mask
from bwise.problems import Problem, stop
from bwise.settings import Project, corrections_file
from bwise.storage import remove, write_csv, write_json, write_parquet
from bwise.text import tidy

REWORDED = ("declared", "code and similar text")  # how a column was matched whose text is not the questionnaire's
IDENTITY = ["respondent", "wise", *ROW]
DEMONSTRATION_EXPORTS = Path("raw/demo")
DEMONSTRATION = "Demonstration data: synthetic, not a finding"  # on every page, sheet and figure made of it


def sha256(path: Path) -> str:
    """Hash of a file, or of the sheets (CSV) of a folder by name."""
    if path.is_dir():
        parts = [f"{p.name} {sha256(p)}" for p in sorted(path.glob("*.csv"))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def program() -> str:
    """Version and hash of the package's own source: answers cleaned by another program are not current."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return f"{__version__}-{hashlib.sha256(b''.join(p.read_bytes() for p in sources)).hexdigest()[:12]}"


def inputs(project: Project, country: str, questionnaire: str, files: list[Path], part: str = "") -> dict[str, str]:
    """Path in the project -> sha256, of everything a country run depends on; corrections only where there are any."""
    params = [project.params / f"{country}.yaml", project.root / corrections_file(country, part)]
    paths = [*params, project.params / "questionnaires" / questionnaire, *(project.root / f for f in files)]
    return {project.shown(p): sha256(p) for p in paths if p.exists()}


def changed_inputs(project: Project, country: str, manifest: dict[str, Any], part: str = "") -> list[str]:
    """Inputs of a country run that are no longer what its manifest says, one that came or went since too."""
    then = manifest["inputs"]
    now = inputs(project, country, manifest["questionnaire"], [Path(f) for f in then if not f.startswith("params/")], part)
    return sorted(f for f in {*then, *now} if then.get(f) != now.get(f))


def is_demonstration(files: list[Path]) -> bool:
    """Whether any of these exports is synthetic: those below `raw/demo/` are."""
    return any(Path(f).as_posix().startswith(DEMONSTRATION_EXPORTS.as_posix() + "/") for f in files)


def check_identities(country: Country) -> pd.DataFrame:
    """Prove that the run lost nothing and invented nothing.

    Identities: rows in = kept + excluded by rule; for each question, respondents kept = answers + missing by reason; what the
    mapping says of each raw cell, plus recorded changes, is what the answers say.

    Returns:
        One row per identity, with both sides as counts.

    Raises:
        ProblemsFound: an identity does not hold; names delivery and question.
    """
    kept = country.kept
    excluded = country.exclusions["position"].nunique()
    sums = [("rows received = kept + excluded", len(country.rows), int(kept.sum()) + excluded)]
    answered = country.reasons[kept].eq("")
    missing = country.reasons[kept].isin(MISSING_REASONS)
    sums.append(("cells kept = answers + missing by reason", int(answered.size), int(answered.to_numpy().sum() + missing.to_numpy().sum())))
    held = country.values[kept].notna()
    sums.append(("answers by reason = answers held", int(answered.to_numpy().sum()), int((answered & held).to_numpy().sum())))
    sums.append(("missing by reason = cells without answer", int(missing.to_numpy().sum()), int((missing & ~held).to_numpy().sum())))
    mapped = sum(int(d.answers.mapping["count"].sum()) for d in country.deliveries)
    cells = sum(len(d.raw.cells) * len({m.target for m in d.recognised.matches if m.target}) for d in country.deliveries)
    sums.append(("raw cells of matched columns = cells mapped", cells, mapped))
    wrong = [Problem(f"{what}: {left} is not {right}", country.settings.country) for what, left, right in sums if left != right]
    for column in country.values.columns:
        off = int((answered[column] != held[column]).sum())
        if off:
            wrong.append(Problem(f"{column}: {off} cells are neither an answer nor missing for a reason", country.settings.country))
    recomputed = equal = 0
    for delivery in country.deliveries:
        cells, same, problems = _replay(country, delivery)
        recomputed += cells
        equal += same
        wrong += problems
    stop("The run is not accountable. Nothing was saved.", *wrong)
    sums.append(("clean = raw + mapping + changes (cells, equal cells)", recomputed, equal))
    return pd.DataFrame(sums, columns=["identity", "left", "right"])


def _replay(country: Country, delivery: DeliveryRead) -> tuple[int, int, list[Problem]]:
    """Recompute the answers of a delivery from raw cells, mapping and changes alone, and compare.

    Returns:
        Cells compared, cells found equal, and what is not.
    """
    rows = country.rows.index[country.rows["delivery"] == delivery.name]
    if len(rows) != len(delivery.raw.cells):
        return 0, 0, [Problem(f"{len(delivery.raw.cells)} records were read, {len(rows)} are there", delivery.name)]
    kept = rows[country.kept[rows]]
    expected = _expected(country, delivery).set_axis(rows).loc[kept]
    changes = country.changes[country.changes["position"].isin(kept) & country.changes["question"].isin(expected.columns)]
    for change in changes.itertuples():
        new = "" if change.new in MISSING_REASONS else change.new
        number = new and pd.api.types.is_float_dtype(country.values[change.question])
        expected.loc[change.position, change.question] = str(float(new)) if number else new
    clean = country.values.loc[kept, expected.columns].astype("object")
    off = expected.ne(clean.where(clean.notna(), "").map(str))
    places = {m.target: f", {m.column.place}" for m in delivery.recognised.matches}
    problems = [
        Problem(
            f"{column}: {off[column].sum()} answers are not what raw cells, mapping and changes say",
            f"{delivery.name}, rows {', '.join(map(str, country.rows.loc[off.index[off[column]], 'source_row'][:5]))}"
            + places.get(column, places.get(column.partition("/")[0], "")),
        )
        for column in off.columns[off.any()]
    ]
    return expected.size, int((~off).to_numpy().sum()), problems


def _expected(country: Country, delivery: DeliveryRead) -> pd.DataFrame:
    """What the answers must be, as text ("" for none): each raw cell looked up in the mapping."""
    mapping = {q: dict(zip(m["raw"], m["code"], strict=True)) for q, m in delivery.answers.mapping.groupby("question", sort=False)}
    found: dict[str, pd.Series] = {}
    for name, matches in by_question(delivery.recognised.matches).items():
        question = country.questionnaire[name]
        coded = {m.target: delivery.raw.cells[m.column.position].map(mapping[m.target]) for m in matches}
        if question.kind == "text":
            if question.role != "wise" and name not in delivery.delivery.answers:
                found[name] = delivery.raw.cells[matches[0].column.position].map(lambda text: "" if text == NOT_SHOWN else tidy(text))
        elif question.kind != "select_multiple":
            found[name] = coded[name]
        elif name in coded:
            for choice, column in zip(country.questionnaire.choices(name), country.questionnaire.columns(name), strict=True):
                found[column] = coded[name].map(lambda codes, c=choice: str(c in codes.split(";")) if codes else "")
        else:
            found |= _expected_options(country, delivery, name, coded)
    return pd.DataFrame(found)


def _expected_options(country: Country, delivery: DeliveryRead, name: str, coded: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """One column per option: ticked where its cell says so; nothing where the respondent ticked nothing readable."""
    choices = country.questionnaire.choices(name)
    columns = dict(zip(choices, country.questionnaire.columns(name), strict=True))
    ticked = pd.DataFrame({c: coded[column].ne("") for c, column in columns.items() if column in coded})
    rows = country.rows.index[country.rows["delivery"] == delivery.name]
    if "other" in choices and "other" not in ticked and f"{name}_other" in country.values:
        ticked["other"] = _typed(country, rows, f"{name}_other").to_numpy()
    unread = delivery.answers.mapping[
        delivery.answers.mapping["reason"].eq("unreadable") & delivery.answers.mapping["question"].isin(coded)
    ]
    given = ticked[[c for c in ticked if not choices[c].missing]].any(axis=1)
    for target, raw in zip(unread["question"], unread["raw"], strict=True):
        position = next(m.column.position for m in delivery.recognised.matches if m.target == target)
        given &= delivery.raw.cells[position].ne(raw)
    return {column: ticked[c].map(str).where(given, "") if c in ticked else given.map(lambda _: "") for c, column in columns.items()}


def _typed(country: Country, rows: pd.Index, question: str) -> pd.Series:
    """Whether each respondent had typed a text, before any change."""
    typed = country.values.loc[rows, question].notna()
    first = country.changes[country.changes["question"].eq(question)].drop_duplicates("position").set_index("position")["old"]
    return (~first.isin(MISSING_REASONS)).reindex(rows).fillna(typed).astype(bool)


def save(country: Country, flags: pd.DataFrame, project: Project) -> dict[str, Any]:
    """Write `processed/<CC>/`, or the folder of the part below it; the manifest comes last: a folder with a manifest is complete.

    Returns:
        The manifest.
    """
    folder = project.processed(country.settings.country, country.settings.part)
    remove(folder / "manifest.json")
    rows, kept = country.rows, country.kept
    identity = rows.loc[kept, IDENTITY]
    write_parquet(folder / "answers.parquet", pd.concat([identity, _stored(country)[kept]], axis=1))
    write_parquet(
        folder / "missing.parquet", pd.concat([identity, country.reasons[kept].astype(pd.CategoricalDtype(["", *MISSING_REASONS]))], axis=1)
    )
    write_csv(folder / "mapping.csv", mapping_table(country))
    write_csv(folder / "changes.csv", _with_identity(country.changes, rows, ["question", "old", "new", "rule", "reason"]))
    write_csv(folder / "exclusions.csv", _with_identity(country.exclusions, rows, ["rule", "reason"]))
    write_csv(folder / "flags.csv", _with_identity(flags, rows, ["flag", "detail"]))
    manifest = _manifest(country, flags, project)
    write_json(folder / "manifest.json", manifest)
    return manifest


def mapping_table(country: Country) -> pd.DataFrame:
    """Every distinct raw answer of every question: delivery, column (number and heading), code, rule, reason, count.

    Raw text of open answers is not in it, and personal data in "other" texts is masked.
    """
    frames = []
    for delivery in country.deliveries:
        headings = {c.position + 1: c.heading for c in delivery.raw.columns}
        frame = delivery.answers.mapping.copy()
        frame.insert(0, "delivery", delivery.name)
        frame.insert(2, "heading", frame["column"].map(headings))
        loose = frame["reason"].eq("unreadable") | frame["rule"].str.contains("text of other")
        for name in ("raw", "code"):
            frame.loc[loose, name] = frame.loc[loose, name].map(lambda t: mask(t, country.settings.country))
        frames.append(frame)
    told = pd.concat(frames, ignore_index=True)
    # open answers are not written down: of a question there is one line for all of them
    return told.groupby([c for c in told.columns if c != "count"], sort=False, dropna=False, as_index=False)["count"].sum()[told.columns]


def _stored(country: Country) -> pd.DataFrame:
    """Choices as categories in the questionnaire's order: small, and nothing can be added by mistake.

    A national category that params map to a common code stands in a column of its own, `<question>@national`.
    """
    stored = country.values.copy()
    for question in country.questionnaire.questions.values():
        if question.kind == "select_one":
            known = list(_all_choices(country, question.name))
            unknown = set(stored[question.name].dropna()) - set(known)
            if unknown:
                stop("An answer has a code that no list has. Nothing was saved.", Problem(f"{question.name}: {', '.join(sorted(unknown))}"))
            stored[question.name] = pd.Categorical(stored[question.name], categories=known)
    return pd.concat([stored, country.national.astype("category").add_suffix("@national")], axis=1)


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


def _manifest(country: Country, flags: pd.DataFrame, project: Project) -> dict[str, Any]:
    files = [d.delivery.file for d in country.deliveries]
    kept = country.kept
    return {
        "country": country.settings.country,
        "questionnaire": country.questionnaire.name,
        "demonstration": is_demonstration(files),
        "program": program(),
        "settings": country.settings.stated(),
        "inputs": inputs(project, country.settings.country, country.questionnaire.name, files, country.settings.part),
        "deliveries": [_delivery(d, country) for d in country.deliveries],
        "rows": {
            "received": len(country.rows),
            "excluded": {k: int(v) for k, v in country.exclusions["rule"].value_counts(sort=False).items()},
            "kept": int(kept.sum()),
        },
        "corrections": {k: int(v) for k, v in country.corrections["kind"].value_counts().sort_index().items()},
        "wises": int(country.rows.loc[kept, "wise"].replace("", pd.NA).nunique()),
        "flags": {k: int(v) for k, v in flags.groupby("flag")["position"].nunique().items()},
        "missing": {k: int(v) for k, v in country.reasons[kept].stack().value_counts().sort_index().items() if k},
        "comparability": _comparability(country),
        "classifications": {q: c for q in country.questionnaire.questions if (c := country.questionnaire.classification(q))},
    }


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
            "recoded": {*delivery.national, *delivery.rescale, *delivery.units, *delivery.ranges, *other_version},
            "different wording": {m.question for m in matches if m.target and m.column.text and m.how in REWORDED},
            "pending": {t.partition("/")[0] for m in matches if not m.settled for t in m.proposal.split(" or ") if t},
        }
        for status, questions in here.items():
            found.setdefault(status, set()).update(questions)
    return {status: sorted(questions) for status, questions in found.items() if questions}


def _delivery(read: DeliveryRead, country: Country) -> dict[str, Any]:
    grid = read.raw.grid
    return {
        "name": read.name,
        "partner": read.delivery.partner,
        "tool": read.raw.tool,
        "encoding": grid.encoding or grid.container,
        "language": read.recognised.language,
        "columns": read.recognised.of_columns,
        "columns_matched": read.recognised.columns,
        "records": len(read.raw.cells),
        "kept": int((country.kept & country.rows["delivery"].eq(read.name)).sum()),
        "unreadable_answers": int(read.answers.mapping.loc[read.answers.mapping["reason"] == "unreadable", "count"].sum()),
    }
