"""Figures, each beside the table it is drawn from. Colours are told apart by colour-blind readers and never say anything alone."""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
import pandas as pd
import seaborn as sns
from markupsafe import escape
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bwise.ledger import MEAN_OF_COUNTRIES, POOLED
from bwise.lineage import DEMONSTRATION
from bwise.tables import ALL, SELF, Table, headline, led_by
from bwise.text import rounded

RELEVANCE, ENDOWMENT = "#0072B2", "#D55E00"  # Okabe and Ito's palette
INK, FAINT = "#222222", "#8a8a8a"
DPI = 150  # dots per inch of a PNG
MARGIN = 0.1  # inches


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what it needs to be published: a file name, its table, a title and words for those who cannot see it."""

    id: str
    table: str
    title: str
    alternative: str
    figure: Figure

    @cached_property
    def pictures(self) -> dict[str, bytes]:
        """The files `png` and `svg`: laid out once, each drawn once, the same bytes for the same figure."""
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()  # this lays out, too; measured texts are not measured again
        self.figure.set_layout_engine(None)
        FigureCanvasBase(self.figure)  # in the place of the one that holds every pixel
        png, svg = BytesIO(), BytesIO()
        quick = {"compress_level": 3}  # 4 % larger than the usual 6, in two thirds of the time
        imsave(png, canvas.buffer_rgba(), format="png", dpi=self.figure.dpi, metadata={"Software": None}, pil_kwargs=quick)
        self.figure.savefig(svg, format="svg", metadata={"Date": None})
        return {"png": png.getvalue(), "svg": svg.getvalue()}

    def _repr_html_(self) -> str:
        """The picture as notebooks show it, with its words."""
        data = base64.b64encode(self.pictures["png"]).decode()
        return f'<img alt="{escape(self.alternative)}" src="data:image/png;base64,{data}" style="max-width: 60em">'


def _canvas(rows: int, columns: int, width: float, height: float, demonstration: bool, **more) -> tuple[Figure, np.ndarray]:
    sns.set_theme(
        style="white",
        rc={
            "font.family": "DejaVu Sans",
            "text.color": INK,
            "axes.edgecolor": FAINT,
            "svg.hashsalt": "bwise",
            "svg.fonttype": "path",
            "text.parse_math": False,
            "text.hinting": "none",  # texts are as wide in every picture, whatever its resolution
        },
    )
    figure = Figure(figsize=(width, height), dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN))
    axes = figure.subplots(rows, columns, squeeze=False, **more)
    if demonstration:
        figure.supxlabel(DEMONSTRATION, fontsize=9, color="#a33", x=0.01, ha="left")
    return figure, axes


def _wrapped(labels, width: int = 38) -> list[str]:
    return [textwrap.fill(str(label), width) for label in labels]


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
    order = (shares.iloc[:, -2:].sum(axis=1)).sort_values().index
    figure, axes = _canvas(1, 1, 10, 1.6 + 0.62 * len(order), demonstration)
    axis, left = axes[0, 0], start[order]
    names = _wrapped([f"{table.codes['skill'].get(s, s)} (n\u00a0=\u00a0{persons[s]})" for s in order], 44)
    for point, colour in zip(points, sns.color_palette("BrBG", len(points)), strict=True):
        widths = shares.loc[order, point]
        axis.barh(names, widths, left=left, color=colour, height=0.72, label=table.codes["answer"][point], edgecolor="white", linewidth=0.8)
        for y, (at, width) in enumerate(zip(left, widths, strict=True)):
            if width >= 6:
                dark = sum(colour[:3]) < 1.35
                axis.text(at + width / 2, y, rounded(width, 0), ha="center", va="center", fontsize=9, color="white" if dark else INK)
        left = left + widths
    axis.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    axis.set_xlabel("per cent of respondents", fontsize=9)
    axis.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    axis.tick_params(labelsize=9, length=0)
    axis.legend(
        ncols=len(points), loc="lower center", bbox_to_anchor=(0.4, 1.0), frameon=False, fontsize=9, columnspacing=1.0, handlelength=1.2
    )
    sns.despine(ax=axis, left=True)
    best, worst = order[-1], order[0]
    top = shares.iloc[:, -2:].sum(axis=1)
    words = (
        f"Diverging stacked bars of {len(order)} skills. The two highest answers are given most often for "
        f"“{table.codes['skill'].get(best, best)}” ({rounded(top[best], 0)} %), "
        f"least often for “{table.codes['skill'].get(worst, worst)}” ({rounded(top[worst], 0)} %)."
    )
    return Drawing(table.id, table.id, table.title, words, figure)


def gaps(table: Table, demonstration: bool) -> Drawing | None:
    """Dumbbells: pooled relevance and endowment of each skill that everybody rated, by worker group, sorted by the gap."""
    data = table.data[
        table.data["domain"].isin(asked_of_all(table)) & table.data["average"].eq(POOLED) & table.data["answered_by"].eq(SELF)
    ]
    wide = data.pivot(index=["worker_group", "skill"], columns="statistic", values="value").dropna(subset=["relevance", "endowment"])
    if wide.empty:
        return None
    groups = [g for g in table.codes["worker_group"] if g in wide.index.get_level_values(0) and g not in (ALL, SELF)]
    order = wide.loc[groups]["gap"].groupby("skill").mean().sort_values().index
    figure, axes = _canvas(1, len(groups), 3.2 + 2.9 * len(groups), 1.7 + 0.42 * len(order), demonstration, sharey=True, sharex=True)
    for axis, group in zip(axes[0], groups, strict=True):
        rows = wide.loc[group].reindex(order)
        at = np.arange(len(order))
        axis.hlines(at, rows["endowment"], rows["relevance"], color=FAINT, linewidth=2, zorder=1)
        axis.scatter(rows["endowment"], at, color=ENDOWMENT, marker="s", s=42, zorder=2, label="endowment")
        axis.scatter(rows["relevance"], at, color=RELEVANCE, marker="o", s=46, zorder=3, label="relevance")
        axis.set_title(table.codes["worker_group"][group], fontsize=10, loc="left")
        axis.set_yticks(at, _wrapped([table.codes["skill"].get(s, s) for s in order], 42), fontsize=9)
        axis.set_xlim(1, 5)
        axis.set_xticks(range(1, 6))
        axis.grid(axis="x", color="#e6e6e6")
        axis.tick_params(labelsize=9, length=0)
        sns.despine(ax=axis, left=True, bottom=True)
    axes[0, 0].legend(loc="lower left", bbox_to_anchor=(-0.02, 1.06), ncols=2, frameon=False, fontsize=9)
    pooled = wide.loc[groups, "gap"]
    group, skill = pooled.idxmax()
    words = (
        f"Dot plot of relevance and endowment of {len(order)} skills for {len(groups)} worker groups. "
        f"The widest gap, {rounded(pooled.max(), 2)} points, is that in "
        f"“{table.codes['worker_group'][group]}” for “{table.codes['skill'].get(skill, skill)}”."
    )
    return Drawing(f"{table.id}_gaps", table.id, "Relevance and endowment of skills by worker group", words, figure)


def asked_of_all(table: Table) -> tuple[str, ...]:
    """The domains of skills that all worker groups rated."""
    return tuple(dict.fromkeys(table.data.loc[table.data["worker_group"].eq(ALL), "domain"]))


def heat_map(table: Table, demonstration: bool, statistic: str = "gap") -> Drawing | None:
    """Skill x country of the skills that everybody rated, with the figure in each cell; grey with a colon where it is not available or
    confidential."""
    data = table.data[table.data["domain"].isin(asked_of_all(table)) & table.data["statistic"].eq(statistic)]
    wide = data.pivot(index="skill", columns="country", values="value")
    flags = data.pivot(index="skill", columns="country", values="obs_status").reindex_like(wide).fillna("")
    last = [c for c in (POOLED, MEAN_OF_COUNTRIES) if c in wide]
    columns = [*[c for c in dict.fromkeys(data["country"]) if c not in last], *last]
    wide, flags = wide[columns], flags[columns]
    if POOLED not in wide or wide[POOLED].isna().all():
        return None
    order = wide[POOLED].sort_values(ascending=False).index
    words = wide.loc[order].map(lambda v: ":" if pd.isna(v) else rounded(v, 1))
    words = words + flags.loc[order].map(lambda f: f" {f}" if f else "")
    figure, axes = _canvas(1, 1, 4.6 + 0.62 * len(columns), 1.5 + 0.42 * len(order), demonstration)
    axis = axes[0, 0]
    limit = float(np.nanmax(np.abs(wide.to_numpy()))) or 1.0
    axis.set_facecolor("#d9d9d9")
    sns.heatmap(
        wide.loc[order],
        annot=words,
        fmt="",
        cmap="PuOr_r",
        center=0,
        vmin=-limit,
        vmax=limit,
        linewidths=1,
        linecolor="white",
        ax=axis,
        annot_kws={"fontsize": 8.5},
        cbar_kws={"label": f"{statistic}, scale points", "shrink": 0.7, "aspect": 24},
    )
    for y, x in np.argwhere(wide.loc[order].isna().to_numpy()):  # seaborn writes nothing into cells without a number
        axis.text(x + 0.5, y + 0.5, ":", ha="center", va="center", fontsize=8.5, color=INK)
    names = [table.codes["country"].get(c, c) for c in columns]
    axis.set_xticks(np.arange(len(columns)) + 0.5, _wrapped(names, 10), fontsize=9, rotation=0)
    axis.set_yticks(np.arange(len(order)) + 0.5, _wrapped([table.codes["skill"].get(s, s) for s in order], 42), fontsize=9, rotation=0)
    axis.set(xlabel="", ylabel="")
    axis.tick_params(length=0)
    skill = order[0]
    text = (
        f"Heat map of the {statistic} of {len(order)} skills in {len(columns) - len(last)} countries. The pooled {statistic} is widest for "
        f"“{table.codes['skill'].get(skill, skill)}” ({rounded(wide.loc[skill, POOLED], 2)} points)."
    )
    return Drawing(f"{table.id}_heat_map", table.id, f"{statistic.capitalize()} of skills by country", text, figure)


MODEL_MARKS = ("o", "s", "^", "D", "v", "P")


def _bars_and_marks(table: Table) -> tuple[pd.Series, pd.DataFrame]:
    """What `dots` draws, by item: the figures of all respondents, and one column per part with a mark. Where the former is not shown,
    the item stands where the mean of its marks is."""
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
    bars = whole.set_index(item)["value"].reindex(items)
    named = bars.gt(0) | marks.gt(0).any(axis=1)  # what nobody named stands in the table only
    order = bars.fillna(marks.mean(axis=1))[named].sort_values().index
    return bars[order], marks.reindex(order)


def dots(table: Table, demonstration: bool) -> Drawing | None:
    """Bars (on a scale: strokes) for all respondents, pooled, and a mark of its own shape and colour for each part shown: WISE models,
    worker groups, what is to be done, or the mean of countries."""
    drawn, item = table.about.figure, table.about.item
    bars, marks = _bars_and_marks(table)
    if not len(bars):
        return None
    figure, axes = _canvas(1, 1, 10, 2.0 + 0.5 * len(bars), demonstration)
    axis, at = axes[0, 0], np.arange(len(bars))
    if drawn.scale:  # it begins at 1: a bar would have no foot
        axis.scatter(bars, at, marker="|", s=520, color=FAINT, linewidth=3, label="all, pooled")
    elif bars.notna().any():
        axis.barh(at, bars, color="#c9d6e2", height=0.62, label="all, pooled")
    labels = table.codes[drawn.marks]
    marked = [m for m in labels if m in marks.columns and marks[m].notna().any()]
    for part, mark, colour in zip(marked, MODEL_MARKS, sns.color_palette("colorblind", len(marked)), strict=False):
        axis.scatter(marks[part], at, marker=mark, s=44, color=colour, edgecolor="white", zorder=3, label=labels[part])
    names = table.codes.get(item, {})
    axis.set_yticks(at, _wrapped([names.get(i, i) for i in bars.index], 46), fontsize=9)
    axis.set_xlabel(drawn.unit or table.unit, fontsize=9)
    axis.set_xlim(left=1 if drawn.scale else 0)
    axis.tick_params(labelsize=9, length=0)
    axis.grid(axis="x", color="#e6e6e6")
    axis.set_axisbelow(True)
    axis.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False, fontsize=9)
    sns.despine(ax=axis, left=True, bottom=True)
    return Drawing(table.id, table.id, table.title, f"Bars and marks, one for each part of the table. {headline(table)}", figure)


KINDS = {"dots": dots, "likert": likert, "gaps": gaps, "heat map": heat_map}
"""Kind of a figure, as `params/tables.yaml` says it, and what draws it; in the order in which figures stand."""


def draw(tables: dict[str, Table], demonstration: bool) -> dict[str, Drawing]:
    """The figures of the report, as far as the tables for them exist."""
    wanted = [(kind, table) for kind in KINDS for table in tables.values() if table.about.figure and table.about.figure.kind == kind]
    made = [KINDS[kind](table, demonstration) for kind, table in wanted]
    return {drawing.id: drawing for drawing in made if drawing}
