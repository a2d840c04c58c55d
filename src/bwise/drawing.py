"""How figures look: colours, shapes, text, and the sheet a figure is drawn on, wide for pages and narrow for telephones.

Colours are told apart by colour-blind readers, stand out from white (3:1 at least, WCAG 2.2, 1.4.11) and never say anything alone: every
colour has a shape of its own, and what rests on few persons is hollow.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.lines import Line2D

from bwise.lineage import DEMONSTRATION
from bwise.pages import picture

INK, DARK, FAINT, GRID, WARNING = "#222222", "#000000", "#5b6472", "#e6e6e6", "#a33333"
NEUTRAL = "#7b8794"  # bars of all respondents, marks without a colour of their own
POINTS = ("#6b2f00", "#c26e12", "#8e9399", "#4b8fc4", "#123f73")  # of a scale, the lowest first
ENDOWMENT, RELEVANCE, FUTURE = ("#c26e12", "s"), ("#4b8fc4", "o"), ("#123f73", "^")
PARTS = (("#8254c4", "o"), ("#c26e12", "s"), ("#659087", "^"), (NEUTRAL, "D"), (NEUTRAL, "v"), (NEUTRAL, "P"))
PEOPLE = (("#5782e0", "o"), ("#806b75", "s"), ("#de6c4d", "^"), (NEUTRAL, "D"))
"""Colour and shape of each part of a table in its order; of worker groups, others."""
STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "bwise",
    "svg.fonttype": "none",  # text stays text: a third of the size, and it can be searched and read out
    "text.parse_math": False,
    "text.hinting": "none",  # texts are as wide in every picture, whatever its resolution
}
BETWEEN = 0.12  # inches between panels
DPI = 120  # dots per inch of a PNG


@dataclass(frozen=True)
class Page:
    """What a figure is drawn for: `width` in inches, size of its text in points."""

    width: float
    text: float

    @property
    def line(self) -> float:
        """Height of a line of text, in inches."""
        return self.text * 1.35 / 72

    def characters(self, width: float) -> int:
        """How many of them fit into so many inches, with room for fonts that are wider than ours."""
        return max(int(width * 72 / (self.text * 0.6)), 8)

    def wrapped(self, text: str, width: float) -> list[str]:
        return textwrap.wrap(str(text), self.characters(width)) or [""]


WIDE, NARROW = Page(8.0, 9.0), Page(3.6, 8.0)
"""As wide as a page's text at 1:1; a telephone of 360 px, where 8 pt are 10.7 px."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what it needs to be published: a file name, its table, a title and words for those who cannot see it. `narrow`: the
    same for small screens."""

    id: str
    table: str
    title: str
    alternative: str
    figure: Figure
    narrow: Figure | None = None

    @cached_property
    def pictures(self) -> dict[str, bytes]:
        """The files `png`, `svg` and `narrow.svg`: each drawn once, the same bytes for the same figure."""
        png = BytesIO()
        quick = {"compress_level": 3}  # 4 % larger than the usual 6, in two thirds of the time
        with rc_context(STYLE):
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()
            imsave(png, canvas.buffer_rgba(), format="png", dpi=self.figure.dpi, metadata={"Software": None}, pil_kwargs=quick)
            FigureCanvasBase(self.figure)  # in the place of the one that holds every pixel
            narrow = {"narrow.svg": _svg(self.narrow, self.title)} if self.narrow else {}
            return {"png": png.getvalue(), "svg": _svg(self.figure, self.title)} | narrow

    def _repr_html_(self) -> str:
        """The picture as notebooks show it, with its words."""
        return picture(self.pictures["png"], self.alternative)


def _svg(figure: Figure, title: str) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Title": title})
    return file.getvalue()


@dataclass(frozen=True)
class Key:
    """One sign of the key: a mark of this shape, or a bar. Hollow stands for few persons."""

    label: str
    colour: str
    shape: str = "bar"
    hollow: bool = False


HOLLOW = Key("hollow: few persons (u)", INK, "o", hollow=True)


class Sheet:
    """A figure with a title, a key, panels in rows and columns, and what is said below them; everything placed in inches.

    `heights`: of each row of panels; `left`, `right`: room beside them; `heads`: lines of the titles of panels; `axis`: what the numbers
    below the last panel are. Panels (`axes`, rows x columns) have no axes of matplotlib, which take most of the time of a figure: names and
    numbers are texts, grids are lines.
    """

    def __init__(
        self,
        page: Page,
        title: str,
        foot: str,
        heights: Iterable[float],
        columns: int = 1,
        left: float = 0.1,
        key: Iterable[Key] = (),
        demonstration: bool = False,
        heads: int = 1,
        axis: str = "",
        right: float = 0.12,
        scale: bool = True,
    ):
        heights, key = list(heights), list(key)
        titles, feet = page.wrapped(title, (page.width - 0.2) / 1.15), page.wrapped(foot, page.width - 0.2)
        words = page.wrapped(axis, page.width - left - right) if axis else []
        below = page.line * (1.25 if scale else 0.3)  # numbers under each row of panels
        keys = self._lines_of(key, page)
        top = 0.08 + page.line * (1.15 * len(titles) + 1.2 * len(keys)) + 0.06
        head = page.line * heads + (0.06 if heads else 0.0)
        notes = page.line * (len(feet) + 0.3 + (1.3 if demonstration else 0)) + 0.08
        height = top + sum(head + one + below for one in heights) + page.line * len(words) + notes
        self.page, self.left, self.width = page, left, (page.width - left - right - BETWEEN * (columns - 1)) / columns
        self.figure = Figure(figsize=(page.width, height), dpi=DPI)
        rows, at = [], height - top
        for one in heights:
            at -= head + one
            rows.append([self._panel(left + n * (self.width + BETWEEN), at, self.width, one) for n in range(columns)])
            at -= below
        self.axes = np.array(rows, dtype=object)
        for n, line in enumerate(titles):
            self._say(line, height - 0.08 - page.line * (1.15 * n + 0.8), fontsize=page.text * 1.1, fontweight="bold")
        if keys:
            self._draw_key(keys, height - 0.08 - page.line * 1.15 * len(titles))
        for n, line in enumerate(words):
            self._say(line, at - page.line * (n + 0.8), left, fontsize=page.text)
        for n, line in enumerate(feet):
            self._say(line, notes - page.line * (n + 1.1), color=FAINT, fontsize=page.text)
        if demonstration:
            self.figure.supxlabel(
                DEMONSTRATION, fontsize=page.text, color=WARNING, x=0.1 / page.width, y=0.08 / height, ha="left", va="bottom"
            )

    def head(self, axis: Axes, text: str) -> None:
        """The title of a panel, if it has one."""
        text = "\n".join(line for part in text.split("\n") for line in self.page.wrapped(part, self.width / 1.1))
        axis.set_title(text, fontsize=self.page.text, loc="left", fontweight="bold", pad=4, y=1.0)

    def numbers(self, axis: Axes, at: Iterable[float], said: Iterable[str]) -> None:
        """Numbers of the scale below a panel, and lines up from them."""
        at = list(at)
        low, high = axis.get_ylim()
        axis.vlines(at, low, high, color=GRID, linewidth=0.8, zorder=0)
        for x, text in zip(at, said, strict=True):
            self._text(axis, x, -0.05, text, "x", ha="center", va="top")

    def names(self, axis: Axes, names: Iterable[str], room: float, above: float | None = None) -> None:
        """Names of the rows of a panel, which are numbered upwards from 0: to the left of it, or (`above`, in rows) above each."""
        for at, name in enumerate(names):
            text = "\n".join(self.page.wrapped(name, room))
            if above is None:
                self._text(axis, -0.06, at, text, "y", ha="right", va="center", gid="name")
            else:
                self._text(axis, 0.0, at + above, text, "y", ha="left", va="bottom", gid="name")

    def _text(self, axis: Axes, x: float, y: float, text: str, data: str, **how) -> None:
        """A text at a place of which one coordinate (`data`) is of the data, the other in inches from the panel's corner."""
        box, wide, high = axis.get_position(), *self.figure.get_size_inches()
        place = axis.get_xaxis_transform() if data == "x" else axis.get_yaxis_transform()
        x, y = (x, y / (box.height * high)) if data == "x" else (x / (box.width * wide), y)
        axis.text(x, y, text, transform=place, fontsize=self.page.text, **how)

    def _panel(self, x: float, y: float, wide: float, high: float) -> Axes:
        width, height = self.figure.get_size_inches()
        axis = self.figure.add_axes((x / width, y / height, wide / width, high / height))
        axis.set_axis_off()
        return axis

    def _say(self, text: str, y: float, x: float = 0.1, **how) -> None:
        width, height = self.figure.get_size_inches()
        self.figure.text(x / width, y / height, text, **how)

    @staticmethod
    def _lines_of(key: list[Key], page: Page) -> list[list[tuple[float, Key]]]:
        """The signs of the key in lines, each with its place from the left in inches."""
        lines: list[list[tuple[float, Key]]] = []
        end = page.width
        for sign in key:
            wide = 0.42 + len(sign.label) * page.text * 0.6 / 72
            if end + wide > page.width - 0.1:
                lines.append([])
                end = 0.1
            lines[-1].append((end, sign))
            end += wide
        return lines

    def _draw_key(self, lines: list[list[tuple[float, Key]]], top: float) -> None:
        page, (width, height) = self.page, self.figure.get_size_inches()
        for n, line in enumerate(lines):
            y = (top - page.line * (1.2 * n + 0.6)) / height
            for x, sign in line:
                face = "white" if sign.hollow else sign.colour
                size = 8 if sign.shape == "bar" else 6
                look = {"marker": "s" if sign.shape == "bar" else sign.shape, "markersize": size, "markeredgewidth": 1.3}
                mark = Line2D([(x + 0.08) / width], [y], markerfacecolor=face, markeredgecolor=sign.colour, linestyle="", **look)
                self.figure.add_artist(mark)
                self.figure.text((x + 0.2) / width, y, sign.label, va="center_baseline", fontsize=page.text, gid="key")


def readable_on(colour) -> str:
    """White or black, whichever stands out more: 4.58:1 or better on any colour (WCAG 2.2)."""
    light = luminance(colour)
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / (luminance(DARK) + 0.05) else DARK


def luminance(colour) -> float:
    """Relative luminance of a colour, 0 black to 1 white (WCAG 2.2)."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
