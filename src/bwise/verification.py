"""The record of a country run, read back from its files and recomputed from the raw cells: `bwise verify`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from bwise.cleaning import Country, gather, whole
from bwise.hashes import changed_inputs, program
from bwise.identities import check_identities
from bwise.lineage import IDENTITY, ROW, discard, mapping_table
from bwise.locks import writing
from bwise.matching import DeliveryRead, read_deliveries
from bwise.privacy import project_key, row_ids
from bwise.problems import Problem, ProblemsFound, stop
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.records import NOT_PROVED, OTHER_KEY, is_sealed, read_files, read_manifest, seal
from bwise.settings import MANIFEST, CountrySettings, Project
from bwise.storage import codes_as_texts, read_csv, read_table

RUN = "run `bwise run {country}`"
UNDER_ANOTHER_KEY = "its pseudonyms belong to another `.pseudonym-key`: under the one that is here now, no row is found in the exports"
PUT_BACK = "put the old `.pseudonym-key` back, or run `bwise run {country}` under the one that is here now"
SHOWN = 5  # differences of one kind that are named one by one


def verify(project: Project, settings: CountrySettings) -> pd.DataFrame:
    """Prove the files in `processed/` of one part of a country: inputs unchanged, identities recomputed from files and raw cells.

    Returns:
        One row per identity, as `check_identities` gives it.

    Raises:
        ProblemsFound: with everything that does not hold, each naming the cells.
    """
    heading = f"{settings.country}: the record is not proved."
    folder = project.processed(settings.country, settings.part)
    shown = project.shown(folder)
    if not (folder / MANIFEST).is_file():
        what, remedy = "there is no record, or the run that wrote it did not end", f"run `bwise run {settings.country}`"
        stop(heading, Problem(what, shown, remedy=remedy))
    manifest, why = read_manifest(project, settings.country, settings.part)
    if why:
        cause, remedy = ("", RUN) if why != OTHER_KEY else (UNDER_ANOTHER_KEY, PUT_BACK)
        stop(heading, Problem(why, f"{shown}/{MANIFEST}", cause, remedy.format(country=settings.country)))
    problems = _outputs(project, settings, manifest) + _inputs(project, settings, manifest)
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    try:
        proof = _proof(project, settings, questionnaire, read_deliveries(project, settings, questionnaire))
    except ProblemsFound as found:
        problems += found.problems
    stop(heading, *problems)
    return proof


def prove_saved(country: Country, project: Project) -> pd.DataFrame:
    """What a run has just saved, read back from its files: the same identities once more. Then the record is sealed.

    Raises:
        ProblemsFound: the files do not prove the answers; they are removed, so that nobody uses them.
    """
    with writing(project, country.settings.country):
        try:
            proof = _proof(project, country.settings, country.questionnaire, country.deliveries)
        except ProblemsFound:
            discard(project, country.settings)
            raise
        seal(project, country.settings)
    return proof


def _proof(project: Project, settings: CountrySettings, questionnaire: Questionnaire, deliveries: list[DeliveryRead]) -> pd.DataFrame:
    """The identities from the files, with the mapping they state compared with that of the deliveries as read."""
    folder = project.processed(settings.country, settings.part)
    country = saved(project, settings, questionnaire, deliveries)
    problems = _mapping(country, read_csv(folder / "mapping.csv"), project.shown(folder))
    proof = pd.DataFrame()
    try:
        proof = check_identities(country)
    except ProblemsFound as found:
        problems += found.problems
    stop(f"{settings.country}: the record is not proved.", *problems)
    return proof


def _outputs(project: Project, settings: CountrySettings, manifest: dict) -> list[Problem]:
    """What is not as the run left it."""
    where = project.shown(project.processed(settings.country, settings.part))
    _, off = read_files(project, settings.country, settings.part, manifest)
    found = [] if is_sealed(manifest) else [NOT_PROVED]
    return [Problem(why, where, remedy=RUN.format(country=settings.country)) for why in [*found, *([off] if off else [])]]


def _inputs(project: Project, settings: CountrySettings, manifest: dict) -> list[Problem]:
    """What was changed since the record was written."""
    why, remedy = "the record proves what was there before", f"run `bwise run {settings.country}`, or put the old file back"
    changed = changed_inputs(project, settings.country, manifest, settings.part)
    problems = [Problem("changed since the country was cleaned", file, why, remedy) for file in changed]
    if manifest["program"] != program():
        problems.append(Problem("cleaned by another version of the program", "manifest.json", why, f"run `bwise run {settings.country}`"))
    return problems


def saved(project: Project, settings: CountrySettings, questionnaire: Questionnaire, deliveries: list[DeliveryRead]) -> Country:
    """The country as its files say, in the form the run had it: values and reasons of those kept, changes, exclusions.

    Raises:
        ProblemsFound: a file names a row that the exports do not have, or the same row twice.
    """
    folder = project.processed(settings.country, settings.part)
    country = gather(settings, questionnaire, deliveries)
    ids = row_ids(country.rows, settings.country, settings.part, project_key(project.root))
    places = pd.Series(country.rows.index, index=pd.MultiIndex.from_frame(country.rows.assign(row=ids)[ROW].astype(str)))
    answers, missing = (read_table(folder / f"{name}.parquet") for name in ("answers", "missing"))
    stands_for = [codes_as_texts(table.select(IDENTITY)).to_pandas() for table in (answers, missing)]
    changes, exclusions = (read_csv(folder / f"{name}.csv") for name in ("changes", "exclusions"))
    found = {name: _positions(frame, places) for name, frame in zip(FILES, (*stands_for, changes, exclusions), strict=True)}
    problems = [
        Problem(f"{int(at.isna().sum())} rows are not in the exports", f"{project.shown(folder)}/{name}")
        for name, at in found.items()
        if at.isna().any()
    ]
    twice = found["answers.parquet"].duplicated().sum()
    problems += [Problem(f"{twice} rows stand there twice", f"{project.shown(folder)}/answers.parquet")] if twice else []
    if not stands_for[0].equals(stands_for[1]):
        problems.append(Problem("answers.parquet and missing.parquet do not have the same rows", project.shown(folder)))
    stop(f"{settings.country}: the files in processed/ do not fit the exports.", *problems)
    at = found["answers.parquet"].to_numpy(dtype=int)
    line = np.full(len(country.rows), -1)  # of each record received, in the files
    line[at] = np.arange(len(at))
    values, reasons = (_in_rows(table.select(questionnaire.all_columns), line) for table in (answers, missing))
    return replace(
        country,
        values=values,
        reasons=whole(reasons),
        changes=changes.assign(position=found["changes.csv"].astype(int)),
        exclusions=exclusions.assign(position=found["exclusions.csv"].astype(int)),
    )


def _in_rows(table: pa.Table, line: np.ndarray) -> pd.DataFrame:
    """A row for each record received: that line of the table, codes as texts; nothing where the record is not in it (-1)."""
    return codes_as_texts(table).take(pa.array(line, mask=line < 0)).to_pandas()


FILES = ("answers.parquet", "missing.parquet", "changes.csv", "exclusions.csv")


def _positions(frame: pd.DataFrame, places: pd.Series) -> pd.Series:
    """Where each row stands among the records received; missing where no delivery has such a row."""
    return places.reindex(pd.MultiIndex.from_frame(frame[ROW].astype(str))).reset_index(drop=True)


def _mapping(country: Country, written: pd.DataFrame, shown: str) -> list[Problem]:
    """Lines of `mapping.csv` that are not what raw texts are mapped to now."""
    now = mapping_table(country).astype(str)
    both = written.merge(now, how="outer", indicator=True)
    off = both[both["_merge"].ne("both")].drop_duplicates(["delivery", "column", "question"])
    where = [f"{d}, column {c}, question {q}" for d, c, q in zip(off["delivery"], off["column"], off["question"], strict=True)]
    more = f" and {len(where) - SHOWN} more" if len(where) > SHOWN else ""
    what = "mapping.csv does not say what raw answers are mapped to: " + "; ".join(where[:SHOWN]) + more
    return [Problem(what, shown)] if where else []
