"""Where every country stands: what was sent, what is open, whether its last run holds, and whether it is in the European tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bwise import staleness
from bwise.manifests import still_open
from bwise.paths import json_of
from bwise.problems import ProblemsFound
from bwise.redeliveries import waiting
from bwise.settings import MANIFEST, Project, load_country
from bwise.staleness import CONSOLIDATION
from bwise.storage import write_text
from bwise.text import counted
from bwise.workflow import WORKING_MATERIAL, consolidated, template

HEADINGS = ("country", "last run", "received", "kept", "open", "flags", "European tables")
NUMBERS = ("received", "kept", "flags")
INDEX = "index.html"  # in processed/
SETTINGS_WRONG = "its settings cannot be used"


@dataclass(frozen=True)
class Standing:
    """How one country stands.

    Attributes:
        manifests: of each part that was cleaned, survey first; empty where nothing was.
        stale: why it has to be run, "" while its last run holds.
        waiting: deliveries whose file replaces an accepted one that nobody has looked at yet.
        pooled: whether its answers are in the European tables: `in`, or why they are not.
    """

    country: str
    manifests: list[dict[str, Any]] = field(default_factory=list)
    last_run: datetime | None = None
    stale: str = ""
    waiting: tuple[str, ...] = ()
    pooled: str = ""

    @property
    def open(self) -> str:
        """Columns and answers that wait for a decision, as its last run left them."""
        columns, answers = still_open(self.manifests)
        return ", ".join(counted(number, what) for number, what in ((columns, "column"), (answers, "answer")) if number)

    @property
    def row(self) -> tuple[str, ...]:
        """A cell for each of `HEADINGS`: counts are those of the survey."""
        if not self.manifests:
            return (self.country, "never", "", "", "", "", self.pooled)
        survey = self.manifests[0]
        rows, flags = survey["rows"], sum(survey["flags"].values())
        return (
            self.country,
            f"{self.last_run:%Y-%m-%d}",
            str(rows["received"]),
            str(rows["kept"]),
            self.open or "nothing",
            str(flags),
            self.pooled,
        )

    @property
    def next(self) -> tuple[str, str]:
        """Why something is to be done, and the command that does it or says how; both "" where nothing is."""
        if self.waiting:
            return f"a new file of {' and '.join(self.waiting)} waits for review", "bwise check"
        if self.stale and self.stale != SETTINGS_WRONG:
            return self.stale, "bwise run"
        why = self.stale or (f"{self.open} open" if self.open else "")
        return why, "bwise check" if why else ""


def standings(project: Project) -> list[Standing]:
    """Every country that has params, in the order of the consolidation; nothing is read but params, manifests and hashes."""
    made = _consolidated(project)
    return [_standing(project, country, made) for country in project.countries()]


def to_do(found: list[Standing], stale: str) -> list[str]:
    """One line for each thing that is to be done, `stale` among them: why the European tables have to be made again, "" while they hold."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        why, command = each.next
        alone = each.country if command == "bwise check" else ""  # it takes one country
        lines.setdefault((why, command, alone), []).append(each.country)
    told = [f"{', '.join(them)}: {why}; now: {command} {' '.join(them)}" for (why, command, _), them in lines.items() if why]
    return [*told, f"European tables: {stale}; now: bwise run"] if stale else told


def stale_consolidation(project: Project) -> str:
    """Why the European tables have to be made again, "" while they hold."""
    return staleness.why_stale(project, CONSOLIDATION, template(project, CONSOLIDATION))


def _standing(project: Project, country: str, made: dict[str, Any]) -> Standing:
    pooled = "in" if country in made["countries"] else made["left_out"].get(country, "not in")
    try:
        parts = load_country(project, country).parts()
    except ProblemsFound:
        return Standing(country, stale=SETTINGS_WRONG, pooled=pooled)
    paths = [project.processed(country, part.part) / MANIFEST for part in parts]
    manifests = {path: told for path in paths if "rows" in (told := json_of(path))}  # a damaged one says nothing
    return Standing(
        country,
        list(manifests.values()),
        _written(next(iter(manifests))) if manifests else None,
        staleness.why_stale(project, country, template(project, country)),
        tuple(name for part in parts for name in waiting(project, part)),
        pooled,
    )


def _written(path: Path) -> datetime:
    """When a file was written, in the time of this computer."""
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone()


def _consolidated(project: Project) -> dict[str, Any]:
    """Countries of the survey in the European tables as they were made last, and why others were left out."""
    made = consolidated(project)
    return {what: made.get(what, {}).get("survey", {}) for what in ("countries", "left_out")}


def write_index(project: Project, found: list[Standing], stale: str) -> Path:
    """`processed/index.html`: the same on a page of the analyst's own, with the way to the page of each country."""
    from bwise.pages import page_template  # slow to import, and not needed in the terminal

    path = project.root / "processed" / INDEX
    told = {
        "headings": HEADINGS,
        "numbers": NUMBERS,
        "standings": found,
        "pages": [each.country for each in found if (project.processed(each.country) / "country.html").is_file()],
        "to_do": to_do(found, stale),
        "note": WORKING_MATERIAL,
    }
    path.parent.mkdir(exist_ok=True)
    write_text(path, page_template("status.html.j2").render(told))
    return path
