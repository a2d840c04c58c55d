"""What a country notebook shows its analyst: small tables of counts, never an answer of one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import takewhile
from typing import Any

import pandas as pd
from IPython.display import display

from bwise.checks import FLAGS
from bwise.cleaning import MISSING_REASONS, Country, open_answers, question_reasons
from bwise.exports.table import Grid
from bwise.lineage import DEMONSTRATION, is_demonstration
from bwise.manifests import still_open
from bwise.matching import DeliveryRead, Part
from bwise.matching.dates import date_order, parse_date
from bwise.settings import CountrySettings, FocusGroupSettings, Project
from bwise.text import as_markdown, counted
from bwise.verification import prove_saved

COLUMNS, ANSWERS = "#Columns-to-settle", "#Answers-to-settle"  # headings of the notebook


@dataclass(frozen=True)
class Heading:
    """What the notebook is about, and how it stands, in Markdown."""

    about: str
    stands: str

    def _repr_markdown_(self) -> str:
        return f"**{as_markdown(self.about)}** {self.stands}"

    def __repr__(self) -> str:
        return f"{self.about} {self.stands}"


class Verdict:
    """On top of the notebook: what it is about, and, once the last cell has run (`tell`), what needs somebody."""

    def __init__(self, settings: CountrySettings):
        partners = ", ".join(dict.fromkeys(d.partner for d in settings.deliveries))
        note = f" {DEMONSTRATION}." if is_demonstration([d.file for d in settings.deliveries]) else ""
        self.about = f"{settings.country}: {partners}.{note}"
        self._shown = display(Heading(self.about, "Not every cell below has run: nothing is settled yet."), display_id=True)

    def tell(self, manifests: list[dict[str, Any]]) -> None:
        """Say what was kept and what is open, of each part saved (`bwise.lineage.save`)."""
        counts = "; ".join(f"{_part(m['part'])}: {_counted(m)}" for m in manifests)
        if self._shown:  # None where there is no notebook, as in a script
            self._shown.update(Heading(self.about, f"{counts}. {_open(manifests)}"))


def _counted(manifest: dict[str, Any]) -> str:
    rows = manifest["rows"]
    return f"{rows['received']} received, {sum(rows['excluded'].values())} excluded, {rows['kept']} kept"


def _open(manifests: list[dict[str, Any]]) -> str:
    """What waits for a decision, with the way to it."""
    columns, answers = still_open(manifests)
    waiting = [f"[{counted(n, what)}]({where})" for n, what, where in ((columns, "column", COLUMNS), (answers, "answer", ANSWERS)) if n]
    code = manifests[0]["country"]
    if not waiting:
        settled = "Nothing needs you: every column belongs to a question, and every answer could be read."
        return f"{settled} Next: look through what stands below, then `bwise run {code}` makes the European tables with it."
    how = f"in params/{code}.yaml (`bwise check {code}` says how), or in the workbook that `bwise resolve {code}` writes"
    return f"**Settle {' and '.join(waiting)}** {how}. Everything else is settled."


HEIGHTS = "▁▂▃▄▅▆▇█"  # bars in a line of text
MOST_WEEKS = 30
UNBROKEN = str.maketrans("- ", "\u2011\u00a0")
LEFT = ' style="text-align: left"'  # JupyterLab aligns cells to the right unless told


@dataclass(frozen=True)
class Summary:
    """A small table for a notebook; says so in words when it has no rows.

    `bars`: at the end of each row a bar from one per cent to another, or none; `bars_show`: what it stands for.
    """

    frame: pd.DataFrame
    empty: str = "Nothing to show."
    bars: tuple[tuple[float, float] | None, ...] = ()
    bars_show: str = ""

    def _repr_html_(self) -> str:
        return f"<p>{self.note}</p>" if self.note else self.table

    @property
    def note(self) -> str:
        """What is said in place of a table."""
        return escape(self.empty) if self.frame.empty else ""

    @property
    def table(self) -> str:
        """The table in HTML, nothing where it has no rows."""
        if self.frame.empty:
            return ""
        text = {c: "" if pd.api.types.is_numeric_dtype(self.frame[c]) else LEFT for c in self.frame.columns}
        names = [str(n or "") for n in self.frame.index.names] if self.frame.index.names != [None] else []
        head = "".join(f'<th scope="col"{LEFT}>{escape(n)}</th>' for n in names)
        head += "".join(f'<th scope="col"{text[c]}>{escape(str(c))}</th>' for c in self.frame.columns)
        head += f"<td{LEFT}>{escape(self.bars_show)}</td>" if self.bars else ""
        rows = []
        keys = [key if isinstance(key, tuple) else (key,) for key in self.frame.index] if names else [()] * len(self.frame)
        for number, row in enumerate(self.frame.itertuples(index=False)):
            cells = _row_heads(keys, number)
            cells += [f"<td{text[c]}>{escape(str(v))}</td>" for c, v in zip(self.frame.columns, row, strict=True)]
            cells += [_bar(self.bars[number])] if self.bars else []
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"

    def __repr__(self) -> str:
        return self.empty if self.frame.empty else self.frame.to_string(max_colwidth=100)


def _row_heads(keys: list[tuple], number: int) -> list[str]:
    """The names of a row; the first of several names is said once for all rows that have it."""
    here = keys[number]
    if len(here) < 2:
        return [f'<th scope="row"{LEFT}>{escape(str(key))}</th>' for key in here]
    again = number > 0 and keys[number - 1][0] == here[0]
    rows = sum(1 for _ in takewhile(lambda key: key[0] == here[0], keys[number:]))
    first = [] if again else [f'<th scope="rowgroup" rowspan="{rows}"{LEFT}>{escape(str(here[0]))}</th>']
    return first + [f'<th scope="row"{LEFT}>{escape(str(key))}</th>' for key in here[1:]]


def _bar(span: tuple[float, float] | None) -> str:
    """A bar on a line that stands for 0 to 100 %; what it shows is said in the row, too."""
    if span is None:
        return '<td aria-hidden="true"></td>'
    start, end = span
    style = f"margin-left: {start:.0f}%; width: {end - start:.0f}%; height: 0.8em; background: #7b8794"
    return f'<td aria-hidden="true" style="min-width: 9em; border-left: 1px solid"><div style="{style}"></div></td>'


@dataclass(frozen=True)
class PerPart:
    """The same summary of each part of a country, one below the other."""

    parts: list[tuple[str, Summary]]

    def _repr_html_(self) -> str:
        notes = {summary.note for _, summary in self.parts}
        if len(notes) == 1 and "" not in notes:  # nothing happened in any part: one line is enough
            return f"<p>{notes.pop()}</p>"
        return "".join(f"<p><b>{name}.</b> {summary.note}</p>{summary.table}" for name, summary in self.parts)

    def __repr__(self) -> str:
        return "\n\n".join(f"{name}. {summary!r}" for name, summary in self.parts)


def each(summary: Callable[..., Summary], parts: list, *more: Any) -> PerPart:
    """The summary of each part of a country, survey and focus group."""
    return PerPart([(_part(part.settings.part), summary(part, *more)) for part in parts])


def _part(part: str) -> str:
    return part.replace("_", " ").capitalize() or "Survey"


def received(part: Part) -> Summary:
    """What came in: one row per delivery, and how it was recognised."""
    rows = []
    for d in part.deliveries:
        grid, found = d.raw.grid, d.recognised
        rows.append(
            {
                "delivery": d.name,
                "tool": d.raw.tool,
                "file format": _file_format(grid),
                "headings": d.raw.headings,
                "language": found.language or "not told: codes only",
                "records": len(d.raw.cells),
                "submitted": _submitted(d),
                "columns": found.of_columns,
                "columns matched": found.columns,
                "answers read": f"{found.readable:.1%}",
                "personal columns dropped": ", ".join(c.heading for c in d.raw.columns if c.about == "person") or "none",
                "remarks": "; ".join(d.raw.notes),
            }
        )
    table = pd.DataFrame(rows).set_index("delivery")
    return Summary(table if table["remarks"].any() else table.drop(columns="remarks"))


def _submitted(delivery: DeliveryRead) -> str:
    """The first and the last day, and between them how many came by week (by month, where there are many): a dot for none."""
    told = delivery.raw.about("submitted")
    if told is None:
        return "not told"
    texts = told.fillna("").tolist()
    order = delivery.delivery.dates or date_order(texts)
    days = pd.Series(pd.to_datetime([day for text in texts if (day := parse_date(text, order))]))
    if days.empty:
        return "not told"
    first, last = days.min(), days.max()
    unit = "W" if (last - first).days < MOST_WEEKS * 7 else "M"
    counts = days.dt.to_period(unit).value_counts().reindex(pd.period_range(first, last, freq=unit), fill_value=0)
    heights = (counts / counts.max() * (len(HEIGHTS) - 1)).round().astype(int)
    drawn = "".join(HEIGHTS[height] if count else "·" for height, count in zip(heights, counts, strict=True))
    return f"{first:%Y-%m-%d} {drawn} {last:%Y-%m-%d}".translate(UNBROKEN)


def _file_format(grid: Grid) -> str:
    if grid.container == "text":
        return f"{grid.encoding}, delimiter {grid.delimiter!r}"
    return _sheet(grid) if grid.container == "workbook" else f"{grid.container}, {grid.encoding}"


def _sheet(grid: Grid) -> str:
    unread = f" (not read: {', '.join(grid.others)})" if grid.others else ""
    return f"workbook, sheet {grid.sheet}{unread}"


def open_columns(part: Part) -> Summary:
    """Columns no question was found for, with the nearest one: to confirm or to set to `ignore` under `columns:` in params."""
    rows = [
        {
            "delivery": d.name,
            "column": m.column.position + 1,
            "heading": m.column.heading[:120] or "(no heading)",
            "nearest question": m.proposal,
            "score": round(m.score),
        }
        for d in part.deliveries
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


def flags(country: Country) -> Summary:
    """Respondents per quality flag; a flag is a remark, the respondent is kept."""
    persons = country.flags.groupby("flag")["position"].nunique()
    frame = pd.DataFrame({"flag": FLAGS.keys(), "meaning": FLAGS.values(), "respondents": [int(persons.get(f, 0)) for f in FLAGS]})
    return Summary(frame[frame["respondents"] > 0].set_index("flag"), "Nothing is remarkable in any record.")


def missing(country: Country, minimum_persons: int) -> Summary:
    """Answers and missing answers by reason, by part of the questionnaire (respondents kept; multiple answers count once).

    Who was asked a follow-up tells what was answered before: counts below `minimum_persons` of params/consolidation.yaml are shown
    as less than it, and a second count of the row with them, so that the rest of the row does not give them away. The bar is the share
    answered of what was asked and shown, in rows where no count is hidden.
    """
    if country.kept.sum() < minimum_persons:
        return Summary(pd.DataFrame(), f"Fewer than {minimum_persons} records: what is missing of them is not counted here.")
    reasons = question_reasons(country, list(country.questionnaire.questions)).to_numpy()[country.kept]
    counts = {reason or "answered": (reasons == reason).sum(axis=0) for reason in ("", *MISSING_REASONS)}
    parts = [question.role or "other questions" for question in country.questionnaire.questions.values()]
    table = pd.DataFrame(counts).groupby(pd.Index(parts, name="part"), sort=False).sum().rename_axis(columns="reason")
    asked = table.drop(columns=["not_asked", "not_shown"]).sum(axis=1)
    answered = 100 * table["answered"] / asked.where(asked > 0)
    table = table.loc[:, (table != 0).any()].apply(_without_few, axis=1, minimum=minimum_persons)
    hidden = table.map(lambda cell: isinstance(cell, str)).any(axis=1) | answered.isna()
    bars = tuple(None if no else (0, share) for share, no in zip(answered, hidden, strict=True))
    return Summary(
        table.rename(index=lambda i: i.replace("_", " "), columns=lambda c: c.replace("_", " ")),
        bars=bars,
        bars_show="answered, of those asked",
    )


def _without_few(row: pd.Series, minimum: int) -> pd.Series:
    few = row.between(1, minimum - 1)
    others = row[~few & row.gt(0)]
    if few.sum() == 1 and len(others):
        few[others.idxmin()] = True
    return row.astype("object").where(~few, [f"<{minimum}" if n < minimum else "…" for n in row])


def discussed(countries: list[Country]) -> Summary:
    """What the focus groups returned, in counts by partner: WISE models discussed, and people who took part.

    Each record of a focus group says again how many took part: they count once.
    """
    returned = next((country for country in countries if country.settings.part == FocusGroupSettings.part), None)
    if returned is None:
        return Summary(pd.DataFrame(), "No focus group has returned anything.")
    code = returned.questionnaire.one("session")
    session = returned.values[code.name].fillna("") if code else returned.rows["delivery"]
    counts = returned.values[[q.name for q in returned.questionnaire.with_role("participants")]]
    people = counts.groupby([returned.rows["partner"], returned.rows["delivery"], session]).max().sum(axis=1)
    by_partner = {
        "focus groups": people.groupby("partner").size(),
        "models discussed": returned.rows.groupby("partner").size(),
        "participants": people.groupby("partner").sum().astype(int),
    }
    table = pd.DataFrame(by_partner)
    table.loc["all"] = table.sum()
    return Summary(table)


def proof(country: Country, project: Project) -> Summary:
    """The identities of a run, recomputed from what was saved (`bwise.verification.prove_saved`)."""
    return Summary(prove_saved(country, project).set_index("identity"))
