"""Verifying and tracing a large country, beside the run that made its record; and the size of the record: `make benchmark`.

What counts is the ratio, not the seconds: the run cleans, checks, protects and saves as the country notebook does.
"""

from __future__ import annotations

import gzip
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bwise.checks import flag
from bwise.cleaning import apply_skip_logic, exclude, gather
from bwise.corrections import correct, load_corrections
from bwise.demo.layouts import export
from bwise.demo.simulation import Partner
from bwise.demo.simulation import _partner as respondents_of
from bwise.lineage import save
from bwise.matching import read_deliveries
from bwise.pooling import country_pool
from bwise.privacy import project_key, protect
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.tables import european_tables, load_tables
from bwise.tracing import trace
from bwise.verification import prove_saved, verify
from tests.benchmarks.matching import COLUMNS, QUESTIONNAIRE, ROWS, large_export

DISTINCT = 20_000
PARAMS = """country: NL
questionnaire: skills_survey
exclude: []
deliveries:
  - partner: NL-1
    file: raw/NL/large.csv
"""


def repeated(raw: Path) -> None:
    """The export of the other benchmark: the same people many times over, which compress to nothing."""
    large_export(load_questionnaire(QUESTIONNAIRE), raw)
    (raw / "small.csv").unlink()


def distinct(raw: Path) -> None:
    """An export of people who are all different, in all columns."""
    partner = Partner("NL", "NL-1", "nl", "limesurvey_code_and_text", "large.csv", DISTINCT // 5)
    questionnaire = load_questionnaire(QUESTIONNAIRE)
    people = respondents_of(partner, questionnaire, random.Random("record"))
    (raw / "large.csv").write_bytes(export(partner.layout, people, questionnaire))


def large_project(folder: Path, write: Callable[[Path], None]) -> Project:
    """A project whose only country sent what `write` puts into `raw/NL/`."""
    params = folder / "params"
    shutil.copytree(QUESTIONNAIRE, params / "questionnaires" / QUESTIONNAIRE.name)
    for file in (
        *(QUESTIONNAIRE.parents[1] / name for name in ("consolidation.yaml", "tables.yaml")),
        *QUESTIONNAIRE.parents[1].glob("*.csv"),
    ):
        if not file.name.endswith("corrections.csv"):
            shutil.copy(file, params)
    (params / "NL.yaml").write_text(PARAMS, encoding="utf-8")
    raw = folder / "raw" / "NL"
    raw.mkdir(parents=True)
    write(raw)
    return Project(folder)


def run(project: Project) -> None:
    """What the country notebook does, without the notebook."""
    settings = load_country(project, "NL")
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    data = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    data = correct(data, load_corrections(project, settings, questionnaire))
    data = apply_skip_logic(data)
    data = exclude(data)
    data = flag(data)
    data = protect(data, project_key(project.root))
    save(data, project)
    prove_saved(data, project)


def timed(work) -> tuple[float, object]:
    """Seconds, and what the work returns."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def traced(project: Project) -> tuple[int, int]:
    """Respondents and raw cells behind the first figure of a table, which is made first."""
    pool = country_pool(project, load_country(project, "NL"))
    found = trace(european_tables(pool, described=load_tables(project).only("models"))["models"], 0)
    return len(found.respondents), len(found.cells)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = large_project(Path(folder), repeated)
        ran, _ = timed(lambda: run(project))
        verified, _ = timed(lambda: verify(project, load_country(project, "NL")))
        seconds, (respondents, cells) = timed(lambda: traced(project))
    print(f"{ROWS} rows x {COLUMNS} columns: run {ran:.1f} s, verify {verified:.1f} s: ratio {verified / ran:.2f}")
    print(f"trace of one figure, with its table {seconds:.1f} s ({respondents} respondents, {cells} cells): ratio {seconds / ran:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        project = large_project(Path(folder), distinct)
        run(project)
        raw = len(gzip.compress((project.root / "raw/NL/large.csv").read_bytes()))
        files = {p.name: p.stat().st_size for p in project.processed("NL").iterdir()}
    record = sum(files.values())
    print(f"{DISTINCT} different people: record {record / 1e6:.2f} MB, raw compressed {raw / 1e6:.2f} MB: ratio {record / raw:.2f}")
    print(", ".join(f"{name} {size / raw:.2f}" for name, size in sorted(files.items())))


if __name__ == "__main__":
    main()
