"""Where a figure comes from, down to the cells that partners sent: `bwise trace`.

What a trace holds is personal data. It is made from `processed/` and `raw/` on the coordinator's own computer and shown there;
in a notebook it shows counts only, and nothing of it is written to a file.

Raw cells are read from the very bytes that the country's run read: their hash is in its record, which was proved and is sealed. Which
column is which question, and what each raw text means, the record says too (`mapping.csv`), so that nothing is recognised and matched
again. Where what is read does not bear it out (another heading, two sheets that both fit, a text that is not on the list, since
`mapping.csv` masks what may name somebody), the export is read and matched as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from itertools import groupby

import numpy as np
import pandas as pd

from bwise.cleaning import as_texts
from bwise.exports import read_as
from bwise.exports.containers import content_of, grids
from bwise.exports.table import NOT_SHOWN, RawTable
from bwise.ledger import CONFIDENTIAL, Evidence, wises_of
from bwise.masking import mask
from bwise.matching import DeliveryRead, by_question, read_deliveries
from bwise.matching.rules import Rule
from bwise.pooling import Pool
from bwise.privacy import project_key, row_numbers
from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import CountrySettings, Delivery, load_country
from bwise.storage import read_csv
from bwise.tables import Table
from bwise.text import answer_key

WHO = ["country", "delivery", "source_row", "respondent"]
FILED = ["country", "delivery", "respondent"]  # as files in `processed/` have it, with `row` for the row in the export


@dataclass(frozen=True, eq=False)
class Trace:
    """One figure and what it is made of; each part is looked up when it is asked for.

    `table`, `figure`: the table, and the row of its data.
    """

    table: Table
    figure: dict
    parts: tuple[_Part, ...]

    @cached_property
    def respondents(self) -> pd.DataFrame:
        """One row per respondent: part (of a mean of countries: which of the figures it is the mean of), source (survey or focus_group),
        country, delivery, source_row, respondent (pseudonym), wise, adds (what she adds to the figure)."""
        of_pools = [list(parts) for _, parts in groupby((p for p in self.parts if len(p.values)), key=lambda p: id(p.pool))]
        return _stack([_respondents(parts) for parts in of_pools], RESPONDENT)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row per raw cell that her values were read from: who, question (or question/choice), answer (the one kept), raw, column,
        heading, code, rule and reason (of the mapping), change (correction or mask after matching)."""
        return _stack([p.cells for p in self.parts], CELL).drop_duplicates(ignore_index=True)

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """Records that the figure counts although they were left out: country, delivery, source_row, rule, reason."""
        return _stack([p.excluded for p in self.parts], [*WHO, "rule", "reason"])

    @cached_property
    def deliveries(self) -> pd.DataFrame:
        """The files behind it: country, delivery, partner, file, sha256, tool, encoding."""
        return _stack([p.deliveries for p in self.parts], DELIVERY).drop_duplicates(ignore_index=True)

    @cached_property
    def columns(self) -> pd.DataFrame:
        """Question and delivery: the column of the export it was read from, its heading, and how it was matched."""
        return _stack([p.columns for p in self.parts], COLUMN).drop_duplicates(ignore_index=True)

    def _repr_html_(self) -> str:
        """What may stand in an executed notebook: formula, base and countries; nothing of a hidden figure, nobody's answer."""
        if self.figure["conf_status"] == CONFIDENTIAL:
            return "<p>This figure is confidential: what it is made of is not shown in a notebook.</p>"
        countries = ", ".join(dict.fromkeys(self.deliveries["country"]))
        return f"<p>{escape(self.table.formula)}. Base: {escape(self.table.base)}. Countries: {countries}.</p>"


def find(table: Table, row: str, column: str = "") -> list[int]:
    """Figures of a table by their labels or codes as the table shows them, several dimensions with ` / ` between them.

    Returns:
        Positions in `table.data`; several where the labels leave it open.

    Raises:
        ProblemsFound: a label that the table does not have, or labels that no figure has together.
    """
    found = pd.Series(True, index=table.data.index)
    problems = []
    for dimensions, text in ((table.rows, row), (table.columns, column)):
        names = _labels(table, dimensions)
        for part in [text] if answer_key(text) in names else [p for p in text.split(" / ") if p.strip()]:
            if answer_key(part) not in names:
                problems.append(Problem(f"`{part}` is not in the table `{table.id}`", remedy=did_you_mean(part, set(names.values()))))
                continue
            here = [table.data[d].astype(str).map(answer_key).isin(_keys_of(table, d, part)) for d in dimensions]
            found &= pd.concat(here, axis=1).any(axis=1)
    stop("The figure was not found.", *problems)
    if not found.any():
        stop("The figure was not found.", Problem(f"`{row}` and `{column}` do not meet in the table `{table.id}`"))
    return list(table.data.index[found])


def _labels(table: Table, dimensions: tuple[str, ...]) -> dict[str, str]:
    """Everything a figure may be called by in these dimensions: codes and labels, as compared and as shown."""
    codes = [str(c) for d in dimensions for c in dict.fromkeys(table.data[d])]
    labels = [str(table.codes.get(d, {}).get(c, c)) for d in dimensions for c in dict.fromkeys(table.data[d])]
    return {answer_key(name): name for name in [*codes, *labels]}


def _keys_of(table: Table, dimension: str, part: str) -> set[str]:
    """Codes of a dimension that a label or code stands for."""
    labels = table.codes.get(dimension, {})
    codes = dict.fromkeys(table.data[dimension].astype(str))
    return {answer_key(c) for c in codes if answer_key(part) in (answer_key(c), answer_key(str(labels.get(c, c))))}


def trace(table: Table, position: int) -> Trace:
    """The figure at this position of `table.data`, with everything behind it.

    What is looked up raises ProblemsFound where an export or params file behind it cannot be read any more.
    """
    evidence: tuple[Evidence, ...] = table.evidence.loc[position] if table.evidence is not None else ()
    return Trace(table, table.data.loc[position].to_dict(), tuple(_Part(number, e) for number, e in enumerate(evidence, 1)))


RESPONDENT = ["part", "source", *WHO, "wise", "adds"]
CELL = [*WHO, "question", "answer", "raw", "column", "heading", "code", "rule", "reason", "change"]
DELIVERY = ["country", "delivery", "partner", "file", "sha256", "tool", "encoding"]
COLUMN = ["question", "country", "delivery", "column", "heading", "matched_by"]


def _stack(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [f if list(f) == columns else f[columns] for f in frames if len(f)]
    if len(filled) == 1:
        return filled[0].reset_index(drop=True)
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


@dataclass(frozen=True, eq=False)
class _Part:
    """One piece of evidence, looked up."""

    number: int
    evidence: Evidence

    @property
    def pool(self) -> Pool:
        return self.evidence.pool

    @cached_property
    def values(self) -> pd.Series:
        return self.evidence.values()

    @cached_property
    def countries(self) -> list[str]:
        """Countries of the respondents behind it, or those it was made for."""
        behind = {*self.evidence.countries, *self.pool.answers["country"].loc[self.values.index].unique()}
        return [c for c in self.pool.countries if c in behind]

    @property
    def reads(self) -> list[tuple[str, DeliveryRead]]:
        return [(country, read) for country in self.countries for read in _read(self.pool, country)]

    @property
    def questions(self) -> list[str]:
        """Questions behind it, with the open texts of "other" that tick an answer of theirs."""
        known = self.pool.questionnaire.questions
        asked = dict.fromkeys([*self.evidence.questions, *self.evidence.groups, *self.evidence.of_wise])
        return [name for question in asked for name in (question, f"{question}_other") if name in known]

    @property
    def cells(self) -> pd.DataFrame:
        """Raw cells of everybody behind it; who answered for a WISE may be somebody else of it."""
        own = self.pool.answers.loc[self.values.index]
        wises = wises_of(self.pool)
        same = self.pool.answers[wises.isin(wises[own.index].dropna())]
        frames = []
        for question in self.questions:
            people = same if question.removesuffix("_other") in self.evidence.of_wise else own
            sources = [(country, source) for country in self.countries for source in _sources(self.pool, country)]
            frames += [_raw_cells(self.pool, country, source, people, question) for country, source in sources]
        return _stack(frames, CELL)

    @property
    def excluded(self) -> pd.DataFrame:
        frames = []
        for country in self.evidence.countries if self.evidence.excluded else ():
            found = read_csv(self.pool.project.processed(country, self.pool.part) / "exclusions.csv").assign(country=country)
            frames.append(_with_numbers(self.pool, found[found["rule"].isin(self.evidence.excluded)]))
        return _stack(frames, [*WHO, "rule", "reason"])

    @property
    def deliveries(self) -> pd.DataFrame:
        rows = []
        for country in self.countries:
            manifest, recognised = self.pool.manifests[country], _recognised(self.pool, country)
            for told, delivery in zip(manifest["deliveries"], recognised.deliveries, strict=True):
                file = delivery.file.as_posix()
                rows.append((country, told["name"], told["partner"], file, manifest["inputs"][file], told["tool"], told["encoding"]))
        return pd.DataFrame(rows, columns=DELIVERY)

    @property
    def columns(self) -> pd.DataFrame:
        rows = [
            (match.target, country, read.name, match.column.position + 1, match.column.heading, match.how)
            for country, read in self.reads
            for question in self.questions
            for match in by_question(read.recognised.matches).get(question, ())
        ]
        return pd.DataFrame(rows, columns=COLUMN)


@lru_cache(maxsize=64)
def _recognised(pool: Pool, country: str) -> CountrySettings:
    """The settings of a country, with the tool and the encoding that its run recognised, so that nothing else need be tried."""
    settings = next(s for s in load_country(pool.project, country).parts() if s.part == pool.part)
    recognised = {
        told["name"]: {"tool": told["tool"], "encoding": told["encoding"] or None} for told in pool.manifests[country]["deliveries"]
    }
    deliveries = zip(settings.delivery_names(), settings.deliveries, strict=True)
    return settings.model_copy(update={"deliveries": [d.model_copy(update=recognised[name]) for name, d in deliveries]})


@lru_cache(maxsize=64)
def _read(pool: Pool, country: str) -> tuple[DeliveryRead, ...]:
    """The deliveries of a country, read from `raw/` and matched as its run did it."""
    return tuple(read_deliveries(pool.project, _recognised(pool, country), pool.questionnaire))


SAID = ("code", "rule", "reason")  # of a raw text, by the mapping
Rules = dict[tuple[int, str], dict[str, tuple[str, ...]]]


@dataclass(frozen=True, eq=False)
class _Source:
    """What raw cells are looked up in: a delivery as its reader reads it, and what its columns and texts were taken for.

    `columns`: question -> position, heading and target (question or question/choice) of its columns, in the file's order.
    `rules`: (number of the column, target) -> raw text -> the code, rule and reason that the mapping has for it.
    """

    name: str
    raw: RawTable
    columns: dict[str, list[tuple[int, str, str]]]
    rules: Rules


@lru_cache(maxsize=64)
def _sources(pool: Pool, country: str) -> tuple[_Source, ...]:
    """The deliveries of a country, as its record tells them where that is enough."""
    settings = _recognised(pool, country)
    mapping = read_csv(pool.project.processed(country, pool.part) / "mapping.csv")
    mapping["column"] = mapping["column"].astype("int64")
    found = []
    for number, (name, delivery) in enumerate(zip(settings.delivery_names(), settings.deliveries, strict=True)):
        source = _as_recorded(pool, country, name, delivery, mapping[mapping["delivery"].eq(name)])
        found.append(source or _as_matched(_read(pool, country)[number]))
    return tuple(found)


def _as_recorded(pool: Pool, country: str, name: str, delivery: Delivery, mapping: pd.DataFrame) -> _Source | None:
    """A delivery by what the mapping of its record says; None where what is read there is not surely what the record is of."""
    file = delivery.file.as_posix()
    content = content_of(pool.project.file(delivery.file), file)
    if hashlib.sha256(content).hexdigest() != pool.manifests[country]["inputs"][file]:
        return None
    columns = mapping.drop_duplicates(["column", "question"]).sort_values("column", kind="stable")
    told = list(zip(columns["column"] - 1, columns["heading"], columns["question"], strict=True))
    fitting = [raw for raw in _tables(content, file, delivery) if _has_columns(raw, told, country)]
    if len(fitting) != 1:
        return None
    (raw,) = fitting
    heading_of = {column.position: column.heading for column in raw.columns}
    by_target = [(position, heading_of[position], target) for position, _, target in told]
    return _Source(name, raw, _of_questions(by_target), _rules(mapping))


def _tables(content: bytes, shown: str, delivery: Delivery) -> Iterator[RawTable]:
    """What its tool's reader makes of the file, of each of its sheets or with each sign between columns that it can be read by."""
    for grid in grids(content, shown, delivery.encoding, delivery.delimiter, delivery.sheet):
        yield from read_as(grid, delivery.tool)


def _has_columns(raw: RawTable, told: list[tuple[int, str, str]], country: str) -> bool:
    heading_of = {c.position: c.heading for c in raw.answer_columns}
    return all(position in heading_of and mask(heading_of[position], country) == heading for position, heading, _ in told)


def _as_matched(read: DeliveryRead) -> _Source:
    """A delivery as it was read and matched as a whole."""
    columns = [(m.column.position, m.column.heading, m.target) for m in read.recognised.matches if m.target]
    return _Source(read.name, read.raw, _of_questions(columns), _rules(read.answers.mapping))


def _of_questions(columns: list[tuple[int, str, str]]) -> dict[str, list[tuple[int, str, str]]]:
    found: dict[str, list[tuple[int, str, str]]] = {}
    for position, heading, target in columns:
        found.setdefault(target.partition("/")[0], []).append((position, heading, target))
    return found


def _rules(mapping: pd.DataFrame) -> Rules:
    """(Column, target) -> raw text -> code, rule and reason that the mapping has for it."""
    found: Rules = {}
    for column, target, raw, *said in zip(*(mapping[name] for name in ("column", "question", "raw", *SAID)), strict=True):
        found.setdefault((column, target), {}).setdefault(raw, tuple(said))
    return found


def _as_far_as_told(source: _Source, country: str, pool: Pool, rows: pd.Series, question: str) -> _Source:
    """The source; the delivery matched as a whole where its record does not have a text of these rows: `mapping.csv` masks some."""
    if pool.questionnaire[question].kind == "text":
        return source
    for position, _, target in source.columns.get(question, ()):
        if not set(source.raw.cells[position].loc[rows]) <= source.rules[position + 1, target].keys():
            return next(_as_matched(read) for read in _read(pool, country) if read.name == source.name)
    return source


@lru_cache(maxsize=64)
def _numbers(pool: Pool, country: str) -> dict[str, int]:
    """What stands for the rows of a country's exports in its files -> the rows."""
    folder = pool.project.processed(country, pool.part)
    kept = pool.answers.loc[pool.answers["country"].eq(country), ["delivery", "row"]]
    found = pd.concat([kept, *(read_csv(folder / name)[["delivery", "row"]] for name in ("exclusions.csv", "changes.csv"))])
    numbers = row_numbers(found.reset_index(drop=True), country, pool.part, project_key(pool.project.root))
    return dict(zip(found["row"], numbers, strict=True))


def _with_numbers(pool: Pool, found: pd.DataFrame) -> pd.DataFrame:
    """The rows in the exports, which only who has the key can tell."""
    told = found["country"].astype("str")
    numbers = [_numbers(pool, country)[row] for country, row in zip(told, found["row"], strict=True)]
    return found.assign(country=told, source_row=pd.Series(numbers, index=found.index, dtype="int64"))


@lru_cache(maxsize=8)
def _people(pool: Pool) -> pd.DataFrame:
    """The respondents in the order of `pool.answers`, and their WISEs."""
    return _with_numbers(pool, pool.answers[[*FILED, "row"]])[WHO].assign(wise=wises_of(pool).fillna(""))


def _respondents(parts: list[_Part]) -> pd.DataFrame:
    """Who is behind these parts, which are of one pool: a row for each respondent of each of them."""
    pool, people = parts[0].pool, _people(parts[0].pool)
    numbers, counts = [p.number for p in parts], [len(p.values) for p in parts]
    rows = np.concatenate([pool.answers.index.get_indexer(p.values.index) for p in parts])
    columns = {"part": np.repeat(numbers, counts), "source": pool.part or "survey"}
    columns |= {name: people[name].array.take(rows) for name in people}
    return pd.DataFrame({**columns, "adds": np.concatenate([p.values.to_numpy() for p in parts])})


@lru_cache(maxsize=64)
def _changes(pool: Pool, country: str) -> pd.DataFrame:
    found = _with_numbers(pool, read_csv(pool.project.processed(country, pool.part) / "changes.csv").assign(country=country))
    told = found["rule"] + ": " + found["old"] + " → " + found["new"] + " (" + found["reason"] + ")"
    question = found["question"].str.split("/").str[0]
    each = found[["delivery", "source_row"]].assign(asked=question, change=told)
    return each.groupby(["delivery", "source_row", "asked"], sort=False, as_index=False)["change"].agg("; ".join)


def _raw_cells(pool: Pool, country: str, source: _Source, people: pd.DataFrame, question: str) -> pd.DataFrame:
    """What these people's cells of one question hold in one delivery, and what became of it."""
    here = people[people["country"].eq(country) & people["delivery"].eq(source.name)]
    if not len(here):
        return pd.DataFrame(columns=CELL)
    asked = pool.questionnaire[question]
    who = _with_numbers(pool, here[[*FILED, "row"]])[WHO]
    source = _as_far_as_told(source, country, pool, who["source_row"], question)
    answers = as_texts(here, question, pool.questionnaire).to_numpy()
    frames = []
    for position, heading, target in source.columns.get(question, ()):
        frame = who.assign(question=target, column=position + 1, heading=heading)
        raw = source.raw.cells[position].loc[frame["source_row"]].astype("str")
        frame["raw"] = raw.replace(NOT_SHOWN, "").to_numpy()
        if asked.kind == "text":
            frame = frame.assign(code="", rule=str(Rule.TEXT), reason="")
        else:
            said = [source.rules[position + 1, target][text] for text in raw]
            frame = frame.assign(**{name: [each[n] for each in said] for n, name in enumerate(SAID)})
        frames.append(frame.assign(answer=answers, asked=question))
    if not frames:
        return pd.DataFrame(columns=CELL)
    cells = pd.concat(frames, ignore_index=True).merge(_changes(pool, country), how="left", on=["delivery", "source_row", "asked"])
    return cells.fillna({"change": ""})[CELL]


# ------------------------------------------------------------------ for the console


LISTED = 60  # cells that are listed one by one


def line(found: Trace) -> str:
    """A figure on one line: its labels, the figure, its base."""
    table, figure = found.table, found.figure
    names = [str(table.codes.get(d, {}).get(figure[d], figure[d])) for d in (*table.rows, *table.columns)]
    n = f"n = {figure['n']}, {figure['wises']} {table.organisation.many}" if not pd.isna(figure["n"]) else ""
    return "   ".join(part for part in (" / ".join(names), _value(found), n, figure["conf_status"], figure["obs_status"]) if part)


def _value(found: Trace) -> str:
    if found.figure.get("code"):
        return " ".join(found.table.symbols[found.figure["code"]]).strip()
    value = found.figure["value"]
    return f"{value:.10g}" if not pd.isna(value) else ":"


def page(found: Trace) -> str:
    """Everything about one figure on one page; figures are not rounded here."""
    table, people = found.table, found.respondents
    lines = [table.title, "  " + line(found), f"  formula      {table.formula}", f"  base         {table.base}; unit {table.unit}"]
    if found.figure["conf_status"] == CONFIDENTIAL:
        lines.append("  confidential the published tables do not show it; what follows must not leave this computer")
    lines += [f"  note         {note}" for note in table.notes]
    lines += ["", "  Deliveries"]
    counts = people.groupby("delivery").size()
    lines += [
        f"    {d.delivery:8} {d.file}  sha256 {d.sha256[:12]}  {d.tool}, {d.encoding}  {counts.get(d.delivery, 0)} respondents"
        for d in found.deliveries.itertuples()
    ]
    lines += ["", "  What respondents add"]
    for part, adds in people.groupby("part", sort=False)["adds"]:
        lines.append(f"    part {part}: {len(adds)} values, mean {adds.mean():.10g}, median {adds.median():.10g}, sum {adds.sum():g}")
    lines += [f"    left out: {e.delivery}, row {e.source_row}: {e.rule}, {e.reason}" for e in found.excluded.itertuples()]
    lines += ["", "  Raw cells" if len(found.cells) else "  Columns"]
    told = found.cells[found.cells["raw"].ne("") | found.cells["change"].ne("")]
    for c in told.head(LISTED).itertuples():
        how = f"{c.code or c.answer} ({c.rule or c.reason})" + (f"; {c.change}" if c.change else "")
        lines.append(
            f"    {c.delivery} row {c.source_row}, column {c.column} ({_short(c.heading)}): {_short(c.raw)!r} → {c.question} = {how}"
        )
    if len(told) > LISTED:
        lines.append(f"    … and {len(told) - LISTED} more; --csv gives all of them")
    if not len(found.cells):
        lines += [
            f"    {c.delivery}, column {c.column} ({_short(c.heading)}) → {c.question}, {c.matched_by}" for c in found.columns.itertuples()
        ]
    return "\n".join(lines)


def _short(text: str) -> str:
    text = " ".join(str(text).split())
    return text if len(text) <= 60 else text[:59] + "…"
