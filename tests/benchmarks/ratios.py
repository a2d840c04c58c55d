"""Ratios and their bars, as a table; those of a whole run are written into the README."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
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


def write(found: list[Ratio], path: Path = README) -> None:
    """Put the table between its two marks, where the last one stood."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{shown(found)}\n{END}{after}", encoding="utf-8", newline="\n")
