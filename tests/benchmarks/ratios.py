"""Ratios and their bars, as a table; those of a whole run are written into the README of this folder, the short list into the project's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LONG, SHORT = Path(__file__).with_name("README.md"), Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- ratios: `make benchmark` writes them -->", "<!-- end of the ratios -->"


@dataclass(frozen=True)
class Ratio:
    """Ours to another's, or a quantity with a limit; good where it is not above the bar."""

    what: str
    value: float
    bar: float
    unit: str = ""

    def line(self) -> str:
        held = "" if self.value <= self.bar else " (not held)"
        return f"| {self.what} | {self.value:.3g}{self.unit} | ≤ {self.bar:.3g}{self.unit}{held} |"


def shown(found: list[Ratio]) -> str:
    """A table in Markdown."""
    return "\n".join(["| what | measured | bar |", "|---|--:|---|", *(ratio.line() for ratio in found)])


def write(found: list[Ratio]) -> None:
    """Put the table between its two marks, where the last one stood: all of it, and without wall times, which repeat what CPU times say."""
    _put(found, LONG)
    _put([ratio for ratio in found if not ratio.what.endswith("wall time")], SHORT)


def _put(found: list[Ratio], path: Path) -> None:
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path.name} has not the two marks between which the ratios stand.")
    path.write_text(f"{before}{BEGIN}\n{shown(found)}\n{END}{after}", encoding="utf-8", newline="\n")
