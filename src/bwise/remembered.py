"""What earlier releases showed and hid, and who counted in it: figures of today are protected together with theirs.

Two releases that differ by one respondent give her answers away, though each alone gives nobody away. So of each release is remembered:

- public, in `releases/<name>/`: its figures, the record of what they were made of, and the hashes of what is remembered elsewhere;
- private, in `processed/releases/<name>/`: who counted then. `people.parquet`: a respondent by her pseudonym, her enterprise's and her
  partner, and of each answer a mark, an HMAC under the project's key with her pseudonym in it: whether an answer is still the
  same can be asked, which one it was cannot be read. `cells.parquet`: the members of each base and group, and whether its figures
  were shown. No answer is in either, so nothing of a respondent who withdrew is kept but that she was counted.

What an attacker does not know are today's answers of everybody, those of respondents who left since, and, where an answer was
changed, by how much. Changes are looked at twice: as not known, and as known (a scale turned round for a whole country is no secret).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack, vstack

from bwise.cleaning import as_texts
from bwise.hashes import sha256
from bwise.pooling import Pool
from bwise.privacy import project_key, pseudonym
from bwise.problems import Problem, stop
from bwise.protection import Cells, People
from bwise.protection.arithmetic import SEED
from bwise.settings import KEY_FILE, RELEASES, Project
from bwise.storage import write_parquet

MANIFEST = "release.json"
PEOPLE, CELLS = "people.parquet", "cells.parquet"
WHO = ["respondent", "country", "partner", "wise", "content"]  # columns of people that are no marks


@dataclass(frozen=True, eq=False)
class Release:
    """What is remembered of a release.

    `people`: a row per respondent, columns `WHO` and one mark per question; `content`: of all her answers at once, without her pseudonym.
    `cells`: a row per base and group, with `questions` (of its family), `shown` and `members` (places in `people`).
    """

    name: str
    people: pd.DataFrame
    cells: pd.DataFrame

    @property
    def questions(self) -> list[str]:
        return [column for column in self.people if column not in WHO]


def folder_of(project: Project, name: str) -> Path:
    """Where a release is published."""
    return project.root / RELEASES / name


def private_folder(project: Project, name: str) -> Path:
    """Where is kept who counted in it."""
    return project.processed(RELEASES) / name


def key_mark(project: Project, name: str) -> str:
    """Tells whether a release was made under the project's key of today; without the key it tells nothing."""
    return pseudonym(project_key(project.root), "release", name)


def load_releases(project: Project) -> list[Release]:
    """What is remembered of all releases, the latest first.

    Raises:
        ProblemsFound: of a release is not remembered who counted in it, or under another key than today's. Figures that are protected
            without it could be subtracted from those that were released.
    """
    names = sorted({path.parent.name for path in _manifests(project)} | {path.name for path in project.processed(RELEASES).glob("[!.]*")})
    problems, found = [], []
    for name in names:
        problem, told = _manifest(project, name)
        problems += [problem] if problem else []
        found.append((told.get("date", ""), name))
    stop("Nothing can be published beside the earlier releases.", *problems)
    return [_read(project, name) for _, name in sorted(found, reverse=True)]


def _manifests(project: Project) -> list[Path]:
    return list((project.root / RELEASES).glob(f"[!.]*/{MANIFEST}"))


def _manifest(project: Project, name: str) -> tuple[Problem | None, dict]:
    """The manifest of a release, and what is wrong with what is remembered of it."""
    why = "figures of today, less those of the release, would show what single respondents answered"
    path = folder_of(project, name) / MANIFEST
    if not path.is_file():
        remedy = f"put {RELEASES}/{name}/ back as it was published; if it never was, delete processed/{RELEASES}/{name}/"
        return Problem(f"release {name} is gone", f"{RELEASES}/{name}/", why, remedy), {}
    told = json.loads(path.read_text(encoding="utf-8"))
    files = {private_folder(project, name) / file: digest for file, digest in told["private"].items()}
    if any(not file.is_file() or sha256(file) != digest for file, digest in files.items()):
        what, remedy = f"it is not known any more who counted in release {name}", "put the folder back as the release left it"
        return Problem(what, f"processed/{RELEASES}/{name}/", why, remedy), told
    if told["key"] != key_mark(project, name):
        what = f"release {name} was made under another key of pseudonyms"
        return Problem(what, KEY_FILE, why, "put back the key file of then"), told
    return None, told


def _read(project: Project, name: str) -> Release:
    folder = private_folder(project, name)
    return Release(name, pd.read_parquet(folder / PEOPLE), pd.read_parquet(folder / CELLS))


def remember(folder: Path, pool: Pool, wises: pd.Series, cells: pd.DataFrame) -> None:
    """Write who counts in what is released now: `cells` as in `Release`, members as places in `pool.answers`."""
    known = _known(pool, wises)
    write_parquet(folder / PEOPLE, known.people.assign(content=_contents(known.texts, known.key)))
    write_parquet(folder / CELLS, cells)


# ------------------------------------------------------------------ who is who


def _texts(pool: Pool) -> pd.DataFrame:
    """Respondents x questions with fixed answers or numbers: what was answered, as text."""
    names = [q.name for q in pool.questionnaire.questions.values() if q.kind != "text"]
    return pd.DataFrame({name: as_texts(pool.answers, name, pool.questionnaire).astype("str").fillna("") for name in names})


def _people(pool: Pool, wises: pd.Series, texts: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Who counts today, and a mark of each answer."""
    who = pool.answers[WHO[:3]].assign(wise=wises).astype("str").fillna("").assign(content="")
    return pd.concat([who, _marks(texts, who["respondent"], key)], axis=1).reset_index(drop=True)


def _contents(texts: pd.DataFrame, key: bytes) -> list[str]:
    return [_mark(key, *row) for row in texts.itertuples(index=False, name=None)]


def _marks(texts: pd.DataFrame, respondents: pd.Series, key: bytes) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [_mark(key, who, name, text) for who, text in zip(respondents, texts[name], strict=True)] for name in texts},
        index=texts.index,
    )


def _mark(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.blake2b).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class Aligned:
    """A release beside today's respondents. Per respondent then: `place`, her column now; `changed`: people x questions, mask."""

    release: Release
    place: np.ndarray
    changed: np.ndarray


@dataclass(eq=False)
class Known:
    """Everybody whose answers count today or counted once: today's respondents first, in their order.

    `people`: columns `WHO` and marks; `texts`: what those of today answered.
    """

    people: pd.DataFrame
    texts: pd.DataFrame
    key: bytes

    def align(self, release: Release) -> Aligned:
        """Find everybody who counted then, by her pseudonym and what she answered; who is not found is added.

        A pseudonym may stand for a row of an export without identifiers: rows that moved are found by what they hold.
        """
        then, questions = release.people, release.questions
        content = self.people["content"].to_numpy(copy=True)
        content[: len(self.texts)] = _contents(self.texts.reindex(columns=questions, fill_value=""), self.key)
        now = pd.DataFrame({"respondent": self.people["respondent"], "country": self.people["country"], "content": content})
        place = np.full(len(then), -1)
        for same in (["respondent", "content"], ["country", "content"], ["respondent"]):
            old, new = np.flatnonzero(place < 0), np.setdiff1d(np.arange(len(now)), place)
            found = _nth(then.iloc[old], same).merge(_nth(now.iloc[new], same), on=[*same, "nth"], suffixes=("_then", "_now"))
            place[old[found["at_then"]]] = new[found["at_now"]]
        changed = self._changed(then, place, same_content=content)
        gone = np.flatnonzero(place < 0)
        place[gone] = len(now) + np.arange(len(gone))
        self.people = pd.concat([self.people, then.iloc[gone]], ignore_index=True)
        return Aligned(release, place, changed)

    def _changed(self, then: pd.DataFrame, place: np.ndarray, same_content: np.ndarray) -> np.ndarray:
        """People x questions of the release: whether the mark of an answer is another one, of those who are the same and differ."""
        questions = [column for column in then if column not in WHO]
        changed = np.zeros((len(then), len(questions)), dtype=bool)
        differ = np.flatnonzero((place >= 0) & (then["content"].to_numpy() != same_content[place]))
        for number, question in enumerate(questions):
            if question in self.people and len(differ):
                old, new = then[question].iloc[differ].to_numpy(), self.people[question].iloc[place[differ]].to_numpy()
                changed[differ, number] = (old != new) & pd.notna(new)
        return changed


def _known(pool: Pool, wises: pd.Series) -> Known:
    """Today's respondents."""
    key, texts = project_key(pool.project.root), _texts(pool)
    return Known(_people(pool, wises, texts, key), texts, key)


def _nth(people: pd.DataFrame, same: list[str]) -> pd.DataFrame:
    """People by these columns, and which of those who are alike in them each is."""
    found = people[same].reset_index(drop=True).rename_axis("at").reset_index()
    return found.assign(nth=found.groupby(same).cumcount())


# ------------------------------------------------------------------ rows beside those of today


@dataclass(frozen=True, eq=False)
class Earlier:
    """Rows of earlier releases over today's respondents, respondents who left, and changes of answers.

    `members`: rows x respondents; `changes`: rows x changed answers; `family`, `shown` per row; `wise`, `partner`: per column of both,
    as names.
    """

    members: csr_array
    changes: csr_array
    family: np.ndarray
    shown: np.ndarray
    wise: np.ndarray
    partner: np.ndarray


def questions_of(releases: Iterable[Release]) -> list[tuple[str, ...]]:
    """The questions of each family there was in any release."""
    return list(dict.fromkeys(tuple(each) for release in releases for each in release.cells["questions"]))


def earlier(releases: list[Release], pool: Pool, wises: pd.Series, families: dict[str, int]) -> Earlier:
    """What the releases, the latest first, showed and hid, over people as they are now. `families`: question -> number of its family."""
    known = _known(pool, wises)
    aligned = [known.align(release) for release in releases]
    columns: dict[tuple, int] = {}  # respondent, family and what she had answered then -> number of the change
    members, changes, family, shown = [], [], [], []
    for each in aligned:
        by_family = {number: _versions(each, families, number) for number in set(families.values())}
        for cell in each.release.cells.itertuples():
            number = families[cell.questions[0]]
            members.append(each.place[cell.members])
            versions = [by_family[number][who] for who in cell.members if who in by_family[number]]
            changes.append([columns.setdefault((number, *version), len(columns)) for version in versions])
            family.append(number)
            shown.append(cell.shown)
    whose = [version[1] for version in columns]
    return Earlier(
        _rows(members, len(known.people)),
        _rows(changes, len(columns)),
        np.array(family, dtype=np.int64),
        np.array(shown, dtype=bool),
        *(np.append(known.people[name].to_numpy(), known.people[name].to_numpy()[whose]) for name in ("wise", "partner")),
    )


def respondents_since(release: Release, pool: Pool, wises: pd.Series) -> dict[str, list[str]]:
    """Country -> how many respondents came, went, or answer otherwise, since the release."""
    known = _known(pool, wises)
    each, today = known.align(release), len(known.texts)
    counts = {
        "added": known.people["country"].iloc[np.setdiff1d(np.arange(today), each.place)],
        "removed": known.people["country"].iloc[today:],
        "with other answers": release.people["country"][each.changed.any(axis=1)],
    }
    told: dict[str, list[str]] = {}
    for what, countries in counts.items():
        for country, number in countries.value_counts(sort=False).items():
            told.setdefault(country, []).append(f"survey: {number} respondents {what}")
    return told


def _versions(each: Aligned, families: dict[str, int], number: int) -> dict[int, tuple]:
    """Who had given other answers to the questions of a family -> her column and the marks of these answers."""
    mine = [n for n, question in enumerate(each.release.questions) if families.get(question) == number]
    marks = each.release.people[[each.release.questions[n] for n in mine]].to_numpy()
    return {int(who): (int(each.place[who]), *marks[who]) for who in np.flatnonzero(each.changed[:, mine].any(axis=1))}


def _rows(places: list, columns: int) -> csr_array:
    sizes = [len(found) for found in places]
    indices = np.concatenate([np.asarray(found, dtype=np.int64) for found in places] or [np.zeros(0, dtype=np.int64)])
    return csr_array((np.ones(len(indices)), indices, np.append(0, np.cumsum(sizes))), shape=(len(places), columns))


def beside(cells: Cells, people: People, names: tuple[np.ndarray, np.ndarray], before: Earlier) -> list[tuple[Cells, People]]:
    """Today's cells with the rows of earlier releases below them, first with changes of answers as known, then, where there are any, as
    not known. What is hidden in either is hidden.

    Args:
        names: WISE and partner per code of `people`.
    """
    wise, partner = (_codes(known, told) for known, told in zip(names, (before.wise, before.partner), strict=True))
    today, everybody = cells.members.shape[1], before.members.shape[1]
    wise[:today], partner[:today] = people.wise, people.partner
    found = [_together(cells, before.members, before, People(wise[:everybody], partner[:everybody]))]
    if before.changes.shape[1]:
        found.append(_together(cells, csr_array(hstack([before.members, before.changes], format="csr")), before, People(wise, partner)))
    return found


def _codes(known: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Codes of names: those known keep theirs, further ones follow; -1 for none."""
    code = {name: n for n, name in enumerate(dict.fromkeys([*known, *filter(None, told)]))}
    return np.array([code.get(name, -1) for name in told], dtype=np.int64)


def _together(cells: Cells, rows: csr_array, before: Earlier, people: People) -> tuple[Cells, People]:
    """Rows that are cells of today mark these; the others stand below them."""
    members = _wider(cells.members, rows.shape[1])
    here, there = _names(members, cells.family), _names(rows, before.family)
    shown, hidden = np.isin(here, there[before.shown]), np.isin(here, there[~before.shown])
    _, first = np.unique(there, return_index=True)
    others = np.setdiff1d(first, np.flatnonzero(np.isin(there, here)))
    was_shown = np.isin(there[others], there[before.shown])
    none, count = np.zeros(len(others), dtype=bool), len(others)
    return replace(
        cells,
        members=csr_array(vstack([members, rows[others]], format="csr")),
        family=np.append(cells.family, before.family[others]),
        order=np.append(cells.order, np.zeros(count, dtype=cells.order.dtype)),
        published=np.append(cells.published, was_shown),
        sensitive=np.append(cells.sensitive, none),
        magnitudes=np.append(cells.magnitudes, none),
        read=np.append(cells.read, none),
        parts=np.append(cells.parts, none),
        breakdown=np.append(cells.breakdown, np.full(count, -1)),
        base=np.full(len(cells.base) + count, -1),  # how far figures can move is decided for today's alone
        answers=(),
        adds=tuple(
            csr_array(vstack([_wider(adds, rows.shape[1]), csr_array((count, rows.shape[1]))], format="csr")) for adds in cells.adds
        ),
        shown_before=np.append(shown, was_shown),
        hidden_before=np.append(hidden & ~shown, ~was_shown),
    ), people


def _wider(matrix: csr_array, columns: int) -> csr_array:
    return csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], columns))


def _names(members: csr_array, family: np.ndarray) -> np.ndarray:
    """A number for each row: equal for the same people in the same family."""
    weights = np.random.default_rng(SEED).integers(1, 2**62, size=members.shape[1] + 1)
    return members.astype(np.int64) @ weights[1:] + family * weights[0]
