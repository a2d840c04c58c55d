"""A file that replaces an accepted one waits until somebody has seen what it changes.

The accepted answers are those in `processed/<CC>/`, with corrections undone: the old export is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bwise.cleaning import apply_skip_logic, gather, kept_without_need, leave_out
from bwise.corrections import load_corrections, misfits, to_keep
from bwise.differences import differences, received, stored
from bwise.hashes import sha256
from bwise.matching import DeliveryRead, Part, read_delivery
from bwise.params_lines import Setting, check_delivery, write_settings
from bwise.problems import Problem, ProblemsFound, stop
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import CountrySettings, Delivery, Project, load_country
from bwise.storage import remove, write_csv

LIST = "changes_to_review.csv"
NOTHING_ACCEPTED = "Nothing was accepted."
SHORT = 12  # digits of a hash that are shown


@dataclass(frozen=True, eq=False)
class Review:
    """What one new delivery would change, against what was cleaned last.

    `changes` has the columns of `changes_to_review.csv`, None where there are no cleaned answers to compare with. `corrections`
    says in words which lines of the corrections file no longer fit.
    """

    name: str
    file: str
    country: str
    part: str
    changes: pd.DataFrame | None
    corrections: tuple[str, ...]

    @property
    def counts(self) -> str:
        if self.changes is None:
            return "there are no cleaned answers to compare it with"
        kinds = self.changes["kind"]
        persons = self.changes[kinds.eq("changed")].drop_duplicates(["respondent", "new_row"])
        cells = int((kinds.eq("changed") & self.changes["question"].ne("")).sum())
        found = f"{kinds.eq('added').sum()} added, {kinds.eq('removed').sum()} removed, {len(persons)} changed"
        return f"respondents: {found} ({cells} cell{'s' * (cells != 1)})"

    @property
    def lines(self) -> list[str]:
        """Counts and places, never an answer."""
        listed = f"; all of them in {Path('processed', self.country, self.part, LIST).as_posix()}" if self.changes is not None else ""
        return ["the file is not the one that was accepted", f"{self.counts}{listed}", *self.corrections]

    @property
    def problem(self) -> Problem:
        """The review in words for the analyst."""
        first, *more = self.lines
        why = "figures would move without anybody having seen why; until then the accepted answers stay as they are"
        remedy = f"look through the list, then `bwise accept {self.country}`; or put the accepted file back"
        return Problem("\n   ".join([f"{self.name}: {first}", *more]), self.file, why, remedy)


def is_accepted(project: Project, delivery: Delivery) -> bool:
    """Whether the file is the accepted one; so is any file where params accept none."""
    try:
        path = project.file(delivery.file)
    except ProblemsFound:  # nothing outside the project is read: the run tells that
        return True
    return delivery.accepted is None or not path.is_file() or sha256(path).startswith(delivery.accepted)


def waiting(project: Project, settings: CountrySettings) -> list[str]:
    """Names of the deliveries whose file is another than the one accepted."""
    return [n for n, d in zip(settings.delivery_names(), settings.deliveries, strict=True) if not is_accepted(project, d)]


def stop_if_waiting(project: Project, *parts: Part) -> None:
    """Stop before anything is saved when a new delivery of any part waits for review; see `review`.

    Raises:
        ProblemsFound: a delivery waits; says how much it changes, where the list is, and how to accept it.
    """
    found = [each for part in parts for each in review(project, *part)]
    stop("A new delivery waits for review. The cleaned answers were not touched.", *(r.problem for r in found))


def review(project: Project, settings: CountrySettings, questionnaire: Questionnaire, deliveries: list[DeliveryRead]) -> list[Review]:
    """What the waiting ones among these deliveries would change; the cells are listed in `processed/<CC>/changes_to_review.csv`.

    The list is removed when nothing waits.
    """
    new = [d for d in deliveries if d.delivery.accepted and not d.sha256.startswith(d.delivery.accepted)]
    found = compare(project, settings, questionnaire, new)
    path = project.processed(settings.country, settings.part) / LIST
    lists = [r.changes for r in found if r.changes is not None]
    if lists:
        write_csv(path, pd.concat(lists, ignore_index=True))
    else:
        remove(path)
    return found


def compare(project: Project, settings: CountrySettings, questionnaire: Questionnaire, deliveries: list[DeliveryRead]) -> list[Review]:
    """What each of these deliveries, as it stands now, would change in the answers cleaned last."""
    if not deliveries:
        return []
    before = stored(project, settings, questionnaire)
    now = gather(settings, questionnaire, deliveries)
    corrections = load_corrections(project, settings, questionnaire)
    corrections = corrections[corrections["delivery"].isin(d.name for d in deliveries)]
    misfit = misfits(now, corrections)
    keep = to_keep(now, corrections)
    now = apply_skip_logic(now)
    now, spared = leave_out(now, keep["position"])
    misfit += kept_without_need(now, keep, spared)
    off: dict[str, list[str]] = {}
    for line, problem in sorted(misfit, key=lambda found: found[0]):
        off.setdefault(corrections.at[line, "delivery"], []).append(f"{problem.where}: {problem.what}")
    after = received(project, now)
    return [
        Review(
            d.name,
            d.delivery.file.as_posix(),
            settings.country,
            settings.part,
            None if before is None else differences(before.of([d.name]), after.of([d.name]), questionnaire),
            tuple(off.get(d.name, ())),
        )
        for d in deliveries
    ]


# ------------------------------------------------------------------ accepting


@dataclass(frozen=True, eq=False)
class Acceptance:
    """A file about to be accepted: which, how many records, and what it changes where another was accepted before."""

    name: str
    part: str
    file: str
    digest: str
    records: int
    review: Review | None

    def __str__(self) -> str:
        part = f" ({self.part.replace('_', ' ')})" if self.part else ""
        said = f"{self.name}{part}: {self.file}, {self.records} records, sha256 {self.digest[:SHORT]}"
        if self.review is None:
            return f"{said}\n   accepted for the first time"
        return "\n   ".join([said, f"in place of the file accepted before: {self.review.counts}", *self.review.corrections])


def to_accept(project: Project, country: str, delivery: str = "") -> list[Acceptance]:
    """The files of a country, of survey and focus group, that are not accepted as they stand; of one delivery, or of all.

    Raises:
        ProblemsFound: there is no such delivery, or a file cannot be read: what cannot be read is not accepted.
    """
    parts = load_country(project, country).parts()
    known = list(dict.fromkeys(name for part in parts for name in part.delivery_names()))
    check_delivery(delivery, known, country, NOTHING_ACCEPTED)
    return [acceptance for part in parts for acceptance in _to_accept(project, part, delivery)]


def _to_accept(project: Project, settings: CountrySettings, wanted: str) -> list[Acceptance]:
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    reads = []
    for name, delivery in zip(settings.delivery_names(), settings.deliveries, strict=True):
        if wanted in ("", name) and not (delivery.accepted and is_accepted(project, delivery)):
            path = project.file(delivery.file)
            reads.append(read_delivery(path, delivery.file.as_posix(), name, delivery, questionnaire, settings.country))
    replaced = [read for read in reads if read.delivery.accepted]
    reviews = {r.name: r for r in compare(project, settings, questionnaire, replaced)}
    return [Acceptance(r.name, settings.part, r.delivery.file.as_posix(), r.sha256, len(r.raw.cells), reviews.get(r.name)) for r in reads]


def accept(project: Project, country: str, acceptances: list[Acceptance]) -> None:
    """Write the hashes into `params/<CC>.yaml`: one line per delivery is added or changed, every other byte stays.

    `processed/` is not touched: it holds what the next run is compared with, until that run is done.

    Raises:
        ProblemsFound: a delivery is not written on lines of its own.
    """
    params = load_country(project, country)
    numbers = {(part.part, name): n for part in params.parts() for n, name in enumerate(part.delivery_names())}
    settings = [Setting(a.name, a.part, numbers[a.part, a.name], "accepted", a.digest) for a in acceptances]
    write_settings(project, params.country, settings, NOTHING_ACCEPTED)
