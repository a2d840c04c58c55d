"""Figures, each beside the table it is drawn from. How they look is said in one place, `bwise.drawing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from seaborn import color_palette

from bwise.drawing import (
    DARK,
    ENDOWMENT,
    FAINT,
    FUTURE,
    HOLLOW,
    INK,
    NARROW,
    NEUTRAL,
    PARTS,
    PEOPLE,
    POINTS,
    RELEVANCE,
    STYLE,
    WIDE,
    Drawing,
    Key,
    Page,
    Sheet,
    readable_on,
)
from bwise.ledger import CONFIDENTIAL, MEAN_OF_COUNTRIES, POOLED, UNRELIABLE
from bwise.tables import ALL, SELF, Table, headline, led_by
from bwise.tables.cells import COUNTS_BELOW
from bwise.text import rounded

NOT_SHOWN, NOT_AVAILABLE = "not shown", ":"
SIGNS = " Colon: not shown or not available; u: few persons."  # in the cells of a heat map


# ------------------------------------------------------------------ what all figures share


def _foot(table: Table, data: pd.DataFrame, unit: str = "") -> str:
    """Unit, base and how many persons stand behind the figures drawn."""
    n = data["n"].dropna()
    persons = "" if n.empty else f", n = {n.min()}" if n.min() == n.max() else f", n = {n.min()} to {n.max()}"
    return f"{_in_words(unit or table.unit).capitalize()}. Base: {_plain(table.base)}{persons}."


def _in_words(unit: str) -> str:
    return f"per cent{unit[1:]}" if unit.startswith("%") else unit


def _plain(text: str) -> str:
    return text if len(text) < 160 else text[:157] + "…"


def _places(page: Page, names: list[str], mark: float, wide_room: float) -> tuple[float, float, float, float]:
    """Of a panel with a row for each name: room for names, height of a row, where in a row its marks are, and how much of it they take.

    Rows reach from -0.5 to 0.5 of their number, upwards.
    """
    room = min(wide_room, 0.15 + max(len(n) for n in names) * page.text * 0.6 / 72) if page is WIDE else page.width - 0.25
    lines = max(len(page.wrapped(name, room)) for name in names)
    if page is WIDE:
        height = max(mark + 0.1, lines * page.line + 0.05)
        return room, height, 0.0, mark / height
    height = lines * page.line + mark + 0.14
    return room, height, (mark / 2 + 0.06) / height - 0.5, mark / height


def _mark(axis, x, y, style: tuple[str, str], hollow, size: float = 38, **more) -> None:
    """Marks in the colour of the part, hollow where the figure rests on few persons."""
    colour, shape = style
    faces = ["white" if h else colour for h in hollow]
    axis.scatter(x, y, marker=shape, s=size, facecolors=faces, edgecolors=colour, linewidths=1.3, zorder=3, **more)


def _few(flags: pd.Series | pd.DataFrame):
    return flags.eq(UNRELIABLE)


def _scale(sheet: Sheet, axis, low: float, high: float, shown: Iterable[float]) -> None:
    """From low to high, with numbers and lines at some of them."""
    axis.set_xlim(low, high)
    shown = [x for x in shown if low <= x <= high]
    sheet.numbers(axis, shown, [rounded(x, 0 if float(x).is_integer() else 1) for x in shown])


def _steps(most: float) -> np.ndarray:
    """Round numbers from 0 up to the most, four to seven of them."""
    step = next(s * 10**e for e in range(-2, 4) for s in (1, 2, 5) if most <= 6 * s * 10**e)
    return np.arange(0, most + step / 2, step)


# ------------------------------------------------------------------ spread of answers


def likert(table: Table, demonstration: bool) -> Drawing | None:
    """Diverging stacked bars (Heiberger and Robbins 2014): answers above the middle to the right, below it to the left."""
    shares = table.data.pivot(index="skill", columns="answer", values="value")
    points = [c for c in table.codes["answer"] if c in shares.columns]
    shares = shares[points].dropna()
    if shares.empty:
        return None
    persons = table.data.groupby("skill")["n"].first()[shares.index]
    middle = len(points) // 2
    start = -(shares.iloc[:, :middle].sum(axis=1) + (shares.iloc[:, middle] / 2 if len(points) % 2 else 0))
    top = shares.iloc[:, -2:].sum(axis=1)
    order = top.sort_values(kind="stable").index
    names = [f"{table.codes['skill'].get(s, s)} (n\u00a0=\u00a0{persons[s]})" for s in order]

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.26, 3.4)
        scale = color_palette("BrBG", as_cmap=True)
        colours = POINTS if len(points) == len(POINTS) else [scale(n / max(len(points) - 1, 1)) for n in range(len(points))]
        key = [Key(table.codes["answer"][p], c) for p, c in zip(points, colours, strict=True)]
        foot = _foot(table, table.data, "per cent of respondents")
        beside = room if page is WIDE else 0.12
        sheet = Sheet(
            page, table.title, foot, [height * len(order)], 1, beside, key, demonstration, heads=0, axis="per cent of respondents"
        )
        axis = sheet.axes[0, 0]
        at, left = np.arange(len(order)) + centre, start[order]
        for point, colour in zip(points, colours, strict=True):
            widths = shares.loc[order, point]
            axis.barh(at, widths, left=left, color=colour, height=thick, edgecolor="white", linewidth=1.5)
            for y, begin, width in zip(at, left, widths, strict=True):
                if width >= (6 if page is WIDE else 9):
                    text = rounded(width, 0)
                    axis.text(begin + width / 2, y, text, ha="center", va="center", fontsize=page.text, color=readable_on(colour))
            left = left + widths
        axis.set_ylim(-0.5, len(order) - 0.5)
        axis.vlines(0, -0.5, len(order) - 0.5, color=FAINT, linewidth=1, zorder=0)
        least, most = start.min(), (start + shares.sum(axis=1)).max()
        axis.set_xlim(least * 1.02, most * 1.02)
        at = np.arange(-100, 101, 25)
        at = at[(at >= least) & (at <= most)]
        sheet.numbers(axis, at, [f"{abs(x)}" for x in at])
        _name_rows(sheet, axis, names, room, height, thick)
        return sheet.figure

    best, worst = order[-1], order[0]
    words = (
        f"Diverging stacked bars of {len(order)} skills. The two highest answers are given most often for "
        f"“{table.codes['skill'].get(best, best)}” ({rounded(top[best], 0)} %), "
        f"least often for “{table.codes['skill'].get(worst, worst)}” ({rounded(top[worst], 0)} %)."
    )
    return Drawing(table.id, table.id, table.title, words, on(WIDE), on(NARROW))


# ------------------------------------------------------------------ ratings beside each other


def gaps(table: Table, demonstration: bool) -> Drawing | None:
    """Dumbbells: pooled relevance and endowment of each skill that everybody rated, by worker group, sorted by the gap."""
    data = table.data[
        table.data["domain"].isin(asked_of_all(table)) & table.data["average"].eq(POOLED) & table.data["answered_by"].eq(SELF)
    ]
    wide = data.pivot(index=["worker_group", "skill"], columns="statistic", values="value").dropna(subset=["relevance", "endowment"])
    if wide.empty:
        return None
    flags = data.pivot(index=["worker_group", "skill"], columns="statistic", values="obs_status")
    groups = [g for g in table.codes["worker_group"] if g in wide.index.get_level_values(0) and g not in (ALL, SELF)]
    order = list(wide.loc[groups]["gap"].groupby("skill").mean().sort_values(kind="stable").index)
    title = "Relevance and endowment of skills by worker group"
    names = [table.codes["skill"].get(s, s) for s in order]

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.2, 2.9)
        key = [Key("endowment", *ENDOWMENT), Key("relevance", *RELEVANCE)]
        key += [HOLLOW] if _few(flags[["relevance", "endowment"]]).any(axis=None) else []
        drawn = data[data["worker_group"].isin(groups)]
        sheet = _panels(
            page, title, _foot(table, drawn, "scale points, 1 to 5"), len(groups), height * len(order), room, key, demonstration
        )
        for axis, group in zip(sheet.axes.ravel(), groups, strict=True):
            rows, few = wide.loc[group].reindex(order), _few(flags.loc[group].reindex(order))
            at = np.arange(len(order)) + centre
            axis.hlines(at, rows["endowment"], rows["relevance"], color=FAINT, linewidth=2, zorder=1)
            _mark(axis, rows["endowment"], at, ENDOWMENT, few["endowment"], label="endowment")
            _mark(axis, rows["relevance"], at, RELEVANCE, few["relevance"], label="relevance")
            sheet.head(axis, table.codes["worker_group"][group])
            axis.set_ylim(-0.5, len(order) - 0.5)
            _scale(sheet, axis, 0.8, 5.2, range(1, 6))
            _name_rows(sheet, axis, names, room, height, thick)
        return sheet.figure

    pooled = wide.loc[groups, "gap"]
    group, skill = pooled.idxmax()
    words = (
        f"Dot plot of relevance and endowment of {len(order)} skills for {len(groups)} worker groups. "
        f"The widest gap, {rounded(pooled.max(), 2)} points, is that in "
        f"“{table.codes['worker_group'][group]}” for “{table.codes['skill'].get(skill, skill)}”."
    )
    return Drawing(f"{table.id}_gaps", table.id, title, words, on(WIDE), on(NARROW))


def _panels(
    page: Page, title: str, foot: str, number: int, height: float, room: float, key: list[Key], demonstration: bool, **more
) -> Sheet:
    """Panels beside each other with the names of rows left of the first; on narrow pages one below the other."""
    if page is WIDE:
        return Sheet(page, title, foot, [height], number, room, key, demonstration, **more)
    return Sheet(page, title, foot, [height] * number, 1, 0.12, key, demonstration, **more)


def _name_rows(sheet: Sheet, axis, names: list[str], room: float, height: float, thick: float) -> None:
    """Names beside the first panel of a row; on narrow pages above the marks of each row (`thick` of its `height`)."""
    if axis in sheet.axes[:, 0]:
        axis.set_zorder(1)  # a name above marks reaches over the next panel, whose lines pass behind it
        sheet.names(axis, names, room, thick - 0.5 + 0.1 / height if sheet.page is NARROW else None)


def asked_of_all(table: Table) -> tuple[str, ...]:
    """The domains of skills that all worker groups rated."""
    return tuple(dict.fromkeys(table.data.loc[table.data["worker_group"].eq(ALL), "domain"]))


def proxies(table: Table, demonstration: bool) -> Drawing | None:
    """Dumbbells: how a worker group rates its own skills, and how others rate them, in every statistic that both give."""
    data = table.data[table.data["average"].eq(POOLED)]
    others = data[data["answered_by"].ne(SELF) & data["value"].notna()]
    if others.empty:
        return None
    group, other = others[["worker_group", "answered_by"]].iloc[0]
    data = data[data["worker_group"].eq(group) & data["answered_by"].isin([SELF, other]) & data["skill"].isin(others["skill"])]
    wide = data.pivot(index="skill", columns=["statistic", "answered_by"], values="value")
    flags = data.pivot(index="skill", columns=["statistic", "answered_by"], values="obs_status")
    shown = [s for s in ("relevance", "endowment", "gap") if (s, SELF) in wide and (s, other) in wide]
    if not shown:
        return None
    apart = wide[shown[-1]][other] - wide[shown[-1]][SELF]
    order = list(apart.sort_values(kind="stable").index)
    names = [table.codes["skill"].get(s, s) for s in order]
    who, says = table.codes["worker_group"][group], {SELF: "about themselves", other: table.codes["answered_by"][other]}
    title = f"Skills of the group “{who}”: as they see them, and as others do ({says[other]})"
    styles = {SELF: PEOPLE[2], other: PEOPLE[1]}
    key = [Key(f"{who}, {says[SELF]}", *styles[SELF]), Key(f"{says[other]}, about them", *styles[other])]
    key += [HOLLOW] if _few(flags).any(axis=None) else []

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.2, 2.9)
        foot = _foot(table, data[data["statistic"].isin(shown)], "scale points, 1 to 5; gaps: points")
        foot += " Neither view is the true one."
        foot += f" Not only {table.organisation.many} of which both answered: that would tell what the few others said."
        sheet = _panels(page, title, foot, len(shown), height * len(order), room, key, demonstration)
        for axis, statistic in zip(sheet.axes.ravel(), shown, strict=True):
            rows, few = wide[statistic].reindex(order), _few(flags[statistic].reindex(order))
            at = np.arange(len(order)) + centre
            axis.hlines(at, rows[SELF], rows[other], color=FAINT, linewidth=2, zorder=1)
            for by in (SELF, other):
                _mark(axis, rows[by], at, styles[by], few[by], label=by)
            sheet.head(axis, statistic.capitalize())
            axis.set_ylim(-0.5, len(order) - 0.5)
            if statistic == "gap":
                low, high = np.floor(np.nanmin(rows.to_numpy())), np.ceil(np.nanmax(rows.to_numpy()))
                low, high = min(low, 0), max(high, 0)
                _scale(sheet, axis, low - 0.2, high + 0.2, np.arange(low, high + 1))
                axis.vlines(0, -0.5, len(order) - 0.5, color=FAINT, linewidth=1, zorder=0)
            else:
                _scale(sheet, axis, 0.8, 5.2, range(1, 6))
            _name_rows(sheet, axis, names, room, height, thick)
        return sheet.figure

    furthest = apart.abs().idxmax()
    higher = says[other] if apart[furthest] > 0 else who
    words = (
        f"Dumbbells of {len(order)} skills: {', '.join(shown)} as two groups see them. The {shown[-1]} differs most for "
        f"“{table.codes['skill'].get(furthest, furthest)}”: by {rounded(abs(apart[furthest]), 2)} points, higher by “{higher}”."
    )
    return Drawing(f"{table.id}_proxies", table.id, title, words, on(WIDE), on(NARROW))


def by_model(table: Table, demonstration: bool) -> list[Drawing]:
    """Of each domain, a panel per group of WISEs and worker group: endowment, relevance today and in future of each skill, and the
    critical share in figures; and one heat map of the gaps."""
    found = [_levels(table, domain, demonstration) for domain in dict.fromkeys(table.data["domain"])]
    return [drawing for drawing in (*found, _gaps_by_model(table, demonstration)) if drawing]


def _levels(table: Table, domain: str, demonstration: bool) -> Drawing | None:
    data = table.data[table.data["domain"].eq(domain)]
    wide = data.pivot(index=["worker_group", "group", "skill"], columns="statistic", values="value")
    few = _few(data.pivot(index=["worker_group", "group", "skill"], columns="statistic", values="obs_status"))
    persons = data.groupby(["worker_group", "group", "skill"])["n"].first()
    if "gap" not in wide or wide["gap"].isna().all():
        return None
    order = list(wide["gap"].groupby("skill").mean().sort_values(kind="stable").index)
    people = [g for g in table.codes["worker_group"] if g in wide.index.get_level_values(0)]
    models = [m for m in table.codes["group"] if m in wide.index.get_level_values(1)]
    names = [table.codes["skill"].get(s, s) for s in order]
    title = f"{table.codes['domain'].get(domain, domain)} by model and worker group, today and in future"

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.3, 2.5)
        key = [Key("endowment today", *ENDOWMENT), Key("relevance today", *RELEVANCE)]
        key += [Key("relevance in future", *FUTURE)] if "future" in wide else []
        key += [HOLLOW] if few.any(axis=None) else []
        foot = _foot(table, data, "scale points, 1 to 5")
        foot += " Upper line: gap today; lower line: gap in future. Per cent: critical share, relevant (4 or 5) and hardly there (1 or 2)."
        columns, left = (len(models), room) if page is WIDE else (2, 0.12)  # one below the other they would be yards long
        lines = [(p, models[n : n + columns]) for p in people for n in range(0, len(models), columns)]
        sheet = Sheet(page, title, foot, [height * len(order)] * len(lines), columns, left, key, demonstration, heads=4)
        panels = [(axis, p, m) for row, (p, some) in enumerate(lines) for axis, m in zip(sheet.axes[row], some, strict=False)]
        up = thick / 4
        for axis, person, model in panels:
            sheet.head(axis, f"{table.codes['worker_group'].get(person, person)}\n{table.codes['group'].get(model, model)}")
            axis.set_ylim(-0.5, len(order) - 0.5)
            _scale(sheet, axis, 0.8, 7.0, range(1, 6))
            _name_rows(sheet, axis, names, room, height, thick)
            rows, hollow = _of(wide, person, model, order), _of(few, person, model, order).eq(True)
            at = np.arange(len(order)) + centre
            ratings = [("relevance", RELEVANCE, up), *([("future", FUTURE, -up)] if "future" in wide else [])]
            for statistic, style, shift in ratings:
                axis.hlines(at + shift, rows["endowment"], rows[statistic], color=FAINT, linewidth=1.4, zorder=1)
                _mark(axis, rows[statistic], at + shift, style, hollow[statistic], 24, label=statistic)
            _mark(
                axis,
                np.repeat(rows["endowment"].to_numpy(), 2),
                np.repeat(at, 2) + np.tile([up, -up], len(order)),
                ENDOWMENT,
                np.repeat(hollow["endowment"], 2),
                20,
                label="endowment",
            )
            for y, skill in zip(at, order, strict=True):
                if np.isnan(rows.loc[skill, "gap"]):
                    axis.text(1, y, NOT_SHOWN, va="center", fontsize=page.text, color=FAINT)
                elif "critical gap" in rows:
                    text = _share(rows.loc[skill, "critical gap"], persons.get((person, model, skill)))
                    axis.text(6.95, y, text, va="center", ha="right", fontsize=page.text, color=INK)
        return sheet.figure

    widest = wide["gap"].idxmax()
    words = (
        f"Small multiples: endowment and relevance of {len(order)} skills, {len(people)} worker groups, {len(models)} groups "
        f"of {table.organisation.many}. "
        f"The widest gap today, {rounded(wide.loc[widest, 'gap'], 2)} points, is that of “{table.codes['worker_group'][widest[0]]}” in "
        f"“{table.codes['group'].get(widest[1], widest[1])}” for “{table.codes['skill'].get(widest[2], widest[2])}”."
    )
    return Drawing(f"{table.id}_{domain}", table.id, title, words, on(WIDE), on(NARROW))


def _share(value: float, n: int) -> str:
    """A share in per cent, of few persons as a count."""
    return f"{value * n / 100:.0f} of {n}" if n < COUNTS_BELOW else f"{rounded(value, 0)} %"


def _of(wide: pd.DataFrame, person: str, model: str, order: list[str]) -> pd.DataFrame:
    """The figures of one worker group in one group of WISEs, empty where they may not be shown."""
    there = (person, model) in wide.index.droplevel("skill")
    return wide.loc[(person, model)].reindex(order) if there else pd.DataFrame(np.nan, index=order, columns=wide.columns)


def _gaps_by_model(table: Table, demonstration: bool) -> Drawing | None:
    data = table.data[table.data["statistic"].eq("gap")]
    if data["value"].isna().all():
        return None
    people = [g for g in table.codes["worker_group"] if g in set(data["worker_group"])]
    models = [m for m in table.codes["group"] if m in set(data["group"])]
    skills = list(dict.fromkeys(data["skill"]))
    title = "Gap of each skill by worker group and model"
    names = [table.codes["skill"].get(s, s) for s in skills]
    cells = {p: data[data["worker_group"].eq(p)].set_index(["skill", "group"]) for p in people}
    blocks = [(table.codes["worker_group"][p], cells[p], models, [table.codes["group"].get(m, m) for m in models]) for p in people]
    foot = _foot(table, data, "gap, scale points") + SIGNS

    def on(page: Page) -> Figure:
        return _heat_maps(page, title, foot, blocks, skills, names, demonstration).figure

    top = data.loc[data["value"].idxmax()]
    words = (
        f"Heat map of the gap of {len(skills)} skills in {len(models)} models for {len(people)} worker groups. It is widest for "
        f"“{table.codes['skill'].get(top['skill'], top['skill'])}” ({rounded(top['value'], 2)} points; "
        f"{table.codes['worker_group'][top['worker_group']]}, {table.codes['group'].get(top['group'], top['group'])})."
    )
    return Drawing(f"{table.id}_heat_map", table.id, title, words, on(WIDE), on(NARROW))


# ------------------------------------------------------------------ heat maps


def _heat_maps(page: Page, title: str, foot: str, blocks: list, rows: list[str], names: list[str], demonstration: bool) -> Sheet:
    """Cells with their figure, a block for each of `blocks` (head, figures by row and column, columns, their names): beside each other,
    on narrow pages one below the other. Grey with a colon where there is no figure."""
    wide = page is WIDE
    blocks = [part for block in blocks for part in _split(block, 15 if wide else 6)]
    room, height, _, thick = _places(page, names, 2 * page.line if wide else 0.22, 2.4)
    number = sum(len(columns) for *_, columns, _ in blocks) if wide else max(len(columns) for *_, columns, _ in blocks)
    cell = (page.width - (room + 0.12 * len(blocks) if wide else 0.24)) / number
    between = " " if len("−0.0 u") * page.text * 0.6 / 72 < cell else "\n"  # the flag stands below a figure in a narrow cell
    longest = max(len(word) for *_, said in blocks for name in said for word in name.split())
    turned = longest > page.characters(cell)  # names of columns that do not fit are read from below
    heads = [[page.wrapped(name, 1.3 if turned else cell) for name in said] for *_, said in blocks]
    lines = (
        max(len(line) for head in heads for name in head for line in name) * 0.6 / 1.35 if turned else max(len(n) for h in heads for n in h)
    )
    above = page.line * lines + 0.08
    numbers = np.concatenate([figures["value"].to_numpy(dtype="float64") for _, figures, _, _ in blocks])
    limit = np.nanmax(np.abs(numbers)) or 1.0
    titled = any(head for head, *_ in blocks)
    places = ([height * len(rows) + above], len(blocks), room) if wide else ([height * len(rows) + above] * len(blocks), 1, 0.12)
    sheet = Sheet(page, title, foot, *places, (), demonstration, heads=(2 if wide else 1) if titled else 0, scale=False)
    low = 0.0 if wide else 1 - thick - 0.06 / height  # names stand above cells that are lower than their row
    for axis, (head, figures, columns, _), said in zip(sheet.axes.ravel(), blocks, heads, strict=True):
        axis.set_xlim(0, len(columns))
        axis.set_ylim(-0.5, len(rows) - 0.5 + above / height)
        sheet.head(axis, head)
        for x, name in enumerate(said):
            how = {"ha": "center", "va": "bottom", "rotation": 90 if turned else 0, "gid": "column"}
            axis.text(x + 0.5, len(rows) - 0.42, "\n".join(name), fontsize=page.text, **how)
        _name_rows(sheet, axis, names[::-1], room, height, thick)
        _cells(axis, figures.reindex(pd.MultiIndex.from_product([rows, columns])), len(columns), limit, low, page, between)
    return sheet


def _cells(axis, figures: pd.DataFrame, columns: int, limit: float, low: float, page: Page, between: str) -> None:
    """A box for each figure, row by row from above, in a colour between those of minus and plus `limit`, with the figure in it and
    its flag, `between` them a space or the end of the line."""
    rows = len(figures) // columns
    shades = color_palette("PuOr_r", as_cmap=True)((figures["value"].to_numpy(dtype="float64") / limit + 1) / 2)
    boxes, colours = [], []
    for n, (value, flag, shade) in enumerate(zip(figures["value"], figures["obs_status"], shades, strict=True)):
        left, foot = n % columns, rows - 1.5 - n // columns
        right, top, colour = left + 0.98, foot + 0.98 - low, "#d9d9d9" if pd.isna(value) else tuple(shade)
        boxes.append([(left + 0.02, foot + 0.02), (right, foot + 0.02), (right, top), (left + 0.02, top)])
        colours.append(colour)
        text = NOT_AVAILABLE if pd.isna(value) else between.join(filter(None, (rounded(value, 1), flag)))
        middle = {"ha": "center", "va": "center", "fontsize": page.text, "gid": "figure"}
        axis.text(left + 0.5, (foot + 0.02 + top) / 2, text, color=readable_on(colour), **middle)
    axis.add_collection(PolyCollection(boxes, facecolors=colours, edgecolors="none"), autolim=False)


def _split(block: tuple, most: int) -> list[tuple]:
    """A block in parts of at most so many columns, of about the same size."""
    head, figures, columns, names = block
    parts = -(-len(columns) // most)
    each = -(-len(columns) // parts)
    return [(head, figures, columns[n : n + each], names[n : n + each]) for n in range(0, len(columns), each)]


def heat_map(table: Table, demonstration: bool, statistic: str = "gap") -> Drawing | None:
    """Skill x country of the skills that everybody rated, with the figure in each cell; grey with a colon where it is not available or
    confidential."""
    data = table.data[table.data["domain"].isin(asked_of_all(table)) & table.data["statistic"].eq(statistic)]
    pooled = data[data["country"].eq(POOLED)].set_index("skill")["value"]
    if pooled.isna().all():
        return None
    last = [c for c in (POOLED, MEAN_OF_COUNTRIES) if c in set(data["country"])]
    columns = [*[c for c in dict.fromkeys(data["country"]) if c not in last], *last]
    order = list(pooled.sort_values(ascending=False, kind="stable").index)
    names = [table.codes["skill"].get(s, s) for s in order]
    title = f"{statistic.capitalize()} of skills by country"
    foot = _foot(table, data[data["country"].ne(MEAN_OF_COUNTRIES)], f"{statistic}, scale points") + SIGNS
    blocks = [("", data.set_index(["skill", "country"]), columns, [table.codes["country"].get(c, c) for c in columns])]

    def on(page: Page) -> Figure:
        return _heat_maps(page, title, foot, blocks, order, names, demonstration).figure

    skill = order[0]
    text = (
        f"Heat map of the {statistic} of {len(order)} skills in {len(columns) - len(last)} countries. The pooled {statistic} is widest for "
        f"“{table.codes['skill'].get(skill, skill)}” ({rounded(pooled[skill], 2)} points)."
    )
    return Drawing(f"{table.id}_heat_map", table.id, title, text, on(WIDE), on(NARROW))


# ------------------------------------------------------------------ bars and marks


def _bars_and_marks(table: Table) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """What `dots` draws, by item: the figures of all respondents, and one column per part with a mark, and their flags. Where the former
    is not shown, the item stands where the mean of its marks is."""
    apart, item = table.about.figure.marks, table.about.item
    data = led_by(table, table.data)
    data = data[data["average"].eq(POOLED)] if "average" in data else data
    if apart == "group":
        whole, parts = data[data["breakdown"].eq("all")], data[data["breakdown"].eq("model")]
    elif apart == "country":
        whole, parts = data[data["country"].eq(POOLED)], data[data["country"].eq(MEAN_OF_COUNTRIES)]
    else:
        whole, parts = data[data[apart].eq(ALL)], data[data[apart].ne(ALL)]
    items = dict.fromkeys(data[item])
    marks = parts.pivot(index=item, columns=apart, values="value").reindex(items)
    flags = parts.assign(flag=parts["obs_status"] + parts["conf_status"]).pivot(index=item, columns=apart, values="flag")
    bars = whole.set_index(item)["value"].reindex(items)
    named = bars.gt(0) | marks.gt(0).any(axis=1)  # what nobody named stands in the table only
    order = bars.fillna(marks.mean(axis=1))[named].sort_values(kind="stable").index
    return bars[order], marks.reindex(order), flags.reindex(order)


def dots(table: Table, demonstration: bool) -> Drawing | None:
    """Bars (on a scale: strokes) for all respondents, pooled, and below each other a mark of its own shape and colour for each part shown:
    WISE models, worker groups, what is to be done, or the mean of countries."""
    drawn, item = table.about.figure, table.about.item
    bars, marks, flags = _bars_and_marks(table)
    if not len(bars):
        return None
    labels = table.codes[drawn.marks]
    marked = [m for m in labels if m in marks.columns and marks[m].notna().any()]
    styles = PEOPLE if drawn.marks in ("worker_group", "subject") else PARTS
    names = [table.codes.get(item, {}).get(i, i) for i in bars.index]

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.13 * max(len(marked), 2) + 0.06, 3.2)
        whole = Key("all, pooled", NEUTRAL, "|" if drawn.scale else "bar")
        key = [whole] if bars.notna().any() else []
        key += [Key(labels[part], *style) for part, style in zip(marked, styles, strict=False)]
        key += [HOLLOW] if _few(flags).any(axis=None) else []
        sheet = Sheet(
            page,
            table.title,
            _foot(table, led_by(table, table.data)),
            [height * len(bars)],
            1,
            room if page is WIDE else 0.12,
            key,
            demonstration,
            heads=0,
            axis=_in_words(drawn.unit or table.unit),
            right=0.2,
        )
        axis, at = sheet.axes[0, 0], np.arange(len(bars)) + centre
        if drawn.scale:  # it begins at 1: a bar would have no foot
            axis.vlines(bars, at - thick / 2, at + thick / 2, color=NEUTRAL, linewidth=3)
        elif bars.notna().any():
            axis.barh(at, bars, color=NEUTRAL, alpha=0.45, height=thick, edgecolor=NEUTRAL, linewidth=1)
        for n, (part, style) in enumerate(zip(marked, styles, strict=False)):
            level = at + thick * (0.5 - (n + 0.5) / max(len(marked), 2)) if len(marked) > 1 else at
            _mark(axis, marks[part], level, style, _few(flags[part]), 30, label=labels[part])
            for y, flag in zip(level, flags[part], strict=True):
                if flag == CONFIDENTIAL:
                    axis.text(
                        0.01,
                        y,
                        f"{labels[part]}: {NOT_SHOWN}",
                        transform=axis.get_yaxis_transform(),
                        va="center",
                        fontsize=page.text * 0.94,
                    )
        axis.set_ylim(-0.5, len(bars) - 0.5)
        most = np.nanmax([bars.max(), *marks.max()])  # there may be no marks, as of one country alone
        if drawn.scale:
            _scale(sheet, axis, 0.9, 5.1, range(1, 6))
        else:
            _scale(sheet, axis, 0, most * 1.04, _steps(most))
        _name_rows(sheet, axis, names, room, height, thick)
        return sheet.figure

    return Drawing(
        table.id, table.id, table.title, f"Bars and marks, one for each part of the table. {_longest(bars, table)}", on(WIDE), on(NARROW)
    )


def _longest(bars: pd.Series, table: Table) -> str:
    """The words for what is seen first: the longest bar, not that its item leads clearly."""
    if bars.isna().all():
        return "No figures of all respondents."
    item, kind = bars.idxmax(), "mark" if table.about.figure.scale else "bar"
    name = table.codes.get(table.about.item, {}).get(item, item)
    return f"Furthest to the right of {len(bars)} ends the {kind} of all respondents for “{name}” ({rounded(bars[item], table.decimals)})."


def index(table: Table, demonstration: bool) -> Drawing | None:
    """A panel per group of WISEs: the index of each type as a full bar, its instruments below it as lighter ones."""
    data = table.data[table.data["average"].eq(POOLED)]
    groups = [g for g in table.codes["group"] if g in set(data["group"])]
    places = list(dict.fromkeys(zip(data["domain"], data["instrument"], strict=True)))[::-1]
    if data["value"].isna().all():
        return None
    names = [table.codes["domain"].get(d, d) if i == ALL else table.codes["instrument"].get(i, i) for d, i in places]
    names = [n if i == ALL else f"– {n}" for n, (_, i) in zip(names, places, strict=True)]

    def on(page: Page) -> Figure:
        room, height, centre, thick = _places(page, names, 0.17, 2.3)
        few = data["obs_status"].eq(UNRELIABLE).any()
        key = [Key("type", PARTS[0][0]), Key("instrument", NEUTRAL), *([Key("few persons (u)", INK, "s", hollow=True)] if few else [])]
        heads = 3 if page is WIDE else 1
        sheet = _panels(page, table.title, _foot(table, data), len(groups), height * len(places), room, key, demonstration, heads=heads)
        for axis, group in zip(sheet.axes.ravel(), groups, strict=True):
            rows = data[data["group"].eq(group)].set_index(["domain", "instrument"]).reindex(places)
            at = np.arange(len(places)) + centre
            colours = [PARTS[0][0] if i == ALL else NEUTRAL for _, i in places]
            faces = ["white" if flag == UNRELIABLE else colour for flag, colour in zip(rows["obs_status"], colours, strict=True)]
            axis.barh(at, rows["value"], height=thick, color=faces, edgecolor=colours, linewidth=1.2)
            for y, value in zip(at, rows["value"], strict=True):
                text = NOT_SHOWN if pd.isna(value) else rounded(value, 0)
                axis.text((0 if pd.isna(value) else value) + 3, y, text, va="center", fontsize=page.text)
            sheet.head(axis, table.codes["group"].get(group, group))
            axis.set_ylim(-0.5, len(places) - 0.5)
            _scale(sheet, axis, 0, 118, (0, 50, 100))
            _name_rows(sheet, axis, names, room, height, thick)
        return sheet.figure

    return Drawing(
        table.id,
        table.id,
        table.title,
        f"Bars, a panel for each group of {table.organisation.many}. {headline(table)}",
        on(WIDE),
        on(NARROW),
    )


# ------------------------------------------------------------------ a map of tiles

TILES = {
    "LV": (5, 0), "NL": (2, 1), "PL": (4, 1), "BE": (2, 2), "AT": (3, 2), "RO": (5, 2), "FR": (1, 3),
    "SI": (3, 3), "HR": (4, 3), "BG": (5, 3), "ES": (0, 4), "IT": (3, 4), "EL": (5, 4),
}  # fmt: skip
"""Column and row of each country: of pairs not in one line, west and east are right for all, north and south for 62 of 64."""
JUDGED = {"fully": "#4b8fc4", "partly": "#c6dcef", "not": "#ffffff"}
OTHER = "#f0f0f0"  # not known, not discussed, two groups that differ


def tiles(table: Table, demonstration: bool) -> Drawing | None:
    """A map of tiles per model: what the focus group of each country says; both words where two groups of a country differ."""
    data = table.data[table.data["statistic"].eq("recognised")]
    models = [m for m in table.codes["model"] if m in set(data["model"])]
    if not models:
        return None
    countries = list(dict.fromkeys(data["country"]))
    others = [c for c in countries if c not in TILES]
    places = {c: TILES[c] for c in countries if c in TILES} | {c: (n % 6, 5 + n // 6) for n, c in enumerate(others)}
    wide, high = 1 + max(x for x, _ in places.values()), 1 + max(y for _, y in places.values())
    said = {
        m: data[data["model"].eq(m)].groupby("country", sort=False)["code"].agg(lambda codes: list(dict.fromkeys(codes))) for m in models
    }

    def on(page: Page) -> Figure:
        columns = 2 if page is WIDE else 1
        size = ((page.width - 0.36) / columns) / wide

        def words(codes: list[str]) -> list[str]:
            return [line for c in codes for line in page.wrapped(" ".join(table.symbols[c]), size * 1.1)] or ["–"]

        lines = 1 + max(len(words(codes)) for told in said.values() for codes in told)
        tall = page.line * lines + 0.1
        foot = "As the national focus groups say; two words where two groups of a country differ; – not discussed. "
        foot += "The position is only roughly geographic."
        sheet = Sheet(page, table.title, foot, [high * tall] * -(-len(models) // columns), columns, 0.12, (), demonstration, scale=False)
        for axis, model in zip(sheet.axes.ravel(), models, strict=False):
            axis.set_xlim(0, wide)
            axis.set_ylim(high, 0)
            sheet.head(axis, table.codes["model"][model])
            for country, (x, y) in places.items():
                codes = said[model].get(country, [])
                face = JUDGED.get(codes[0], OTHER) if len(codes) == 1 else OTHER
                axis.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor=face, edgecolor=NEUTRAL, linewidth=1))
                axis.text(x + 0.5, y + 0.08, country, ha="center", va="top", fontsize=page.text, fontweight="bold", color=DARK)
                text = "\n".join(words(codes))
                axis.text(
                    x + 0.5, y + 0.54 + 0.5 / lines / 2, text, ha="center", va="center", fontsize=page.text, color=DARK, linespacing=1.05
                )
        return sheet.figure

    counts = {m: sum(codes == ["fully"] for codes in told) for m, told in said.items()}
    told = "; ".join(f"{table.codes['model'][m]} {n}" for m, n in counts.items())
    words = f"Map of tiles, one per country, for {len(models)} models. Countries whose focus groups fully recognise it: {told}."
    return Drawing(table.id, table.id, table.title, words, on(WIDE), on(NARROW))


Draws = Callable[..., "Drawing | list[Drawing] | None"]
KINDS: dict[str, tuple[Draws, ...]] = {
    "tiles": (tiles,),
    "dots": (dots,),
    "index": (index,),
    "likert": (likert,),
    "gaps": (gaps, proxies),
    "by model": (by_model,),
    "heat map": (heat_map,),
}
"""Kind of a figure, as `params/tables.yaml` says it, and what draws it; in the order in which figures stand."""


def draw(tables: dict[str, Table], demonstration: bool) -> dict[str, Drawing]:
    """The figures of the report, as far as the tables for them exist."""
    wanted = [(kind, table) for kind in KINDS for table in tables.values() if table.about.figure and table.about.figure.kind == kind]
    with rc_context(STYLE):
        found = [drawing for kind, table in wanted for draws in KINDS[kind] for drawing in _listed(draws(table, demonstration))]
    return {drawing.id: drawing for drawing in found}


def _listed(drawn: Drawing | Iterable[Drawing] | None) -> list[Drawing]:
    return [] if drawn is None else [drawn] if isinstance(drawn, Drawing) else list(drawn)
