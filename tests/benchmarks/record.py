"""Verifying and tracing a large country, beside the run that made its record; and the size of the record: `make benchmark`.

What counts is the ratio, not the seconds: the run cleans, checks, protects and saves as the country notebook does.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bwise.checks import flag
from bwise.cleaning import apply_skip_logic, exclude, gather
from bwise.corrections import correct, load_corrections
from bwise.lineage import check_identities, save
from bwise.matching import read_deliveries
from bwise.pooling import country_pool
from bwise.privacy import project_key, protect
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.tables import models
from bwise.tracing import trace
from bwise.verification import prove_saved, verify
from tests.benchmarks.matching import COLUMNS, QUESTIONNAIRE, ROWS, large_export

PARAMS = """country: NL
questionnaire: skills_survey
exclude: []
deliveries:
  - partner: NL-1
    file: raw/NL/large.csv
"""


def large_project(folder: Path) -> Project:
    """A project whose only country sent the export of the other benchmark."""
    params = folder / "params"
    shutil.copytree(QUESTIONNAIRE, params / "questionnaires" / QUESTIONNAIRE.name)
    for file in (QUESTIONNAIRE.parents[1] / "consolidation.yaml", *QUESTIONNAIRE.parents[1].glob("*.csv")):
        if not file.name.endswith("corrections.csv"):
            shutil.copy(file, params)
    (params / "NL.yaml").write_text(PARAMS, encoding="utf-8")
    raw = folder / "raw" / "NL"
    raw.mkdir(parents=True)
    _shuffled(large_export(load_questionnaire(QUESTIONNAIRE), raw))
    (raw / "small.csv").unlink()
    return Project(folder)


def _shuffled(path: Path) -> None:
    """Each column in an order of its own: the same few people many times over would compress to nothing."""
    frame, order = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig"), np.random.default_rng(2022)
    for column in frame.columns[1:]:
        frame[column] = order.permutation(frame[column].to_numpy())
    frame.to_csv(path, sep=";", index=False, encoding="utf-8-sig")


def run(project: Project) -> None:
    """What the country notebook does, without the notebook."""
    settings = load_country(project, "NL")
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    data = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    correct(data, load_corrections(project, settings, questionnaire))
    apply_skip_logic(data)
    exclude(data)
    flags = flag(data)
    protect(data, project_key(project.root))
    check_identities(data)
    save(data, flags, project)
    prove_saved(data, project)


def timed(work) -> tuple[float, object]:
    """Seconds, and what the work returns."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = large_project(Path(folder))
        ran, _ = timed(lambda: run(project))
        verified, _ = timed(lambda: verify(project, load_country(project, "NL")))

        def traced():
            found = trace(models(country_pool(project, load_country(project, "NL"))), 0)
            return len(found.respondents), len(found.cells)

        seconds, (respondents, cells) = timed(traced)
        raw = len(gzip.compress((project.root / "raw/NL/large.csv").read_bytes()))
        record = sum(p.stat().st_size for p in project.processed("NL").iterdir())
    print(f"{ROWS} rows x {COLUMNS} columns")
    print(f"run {ran:.1f} s, verify {verified:.1f} s: ratio {verified / ran:.2f}")
    print(f"trace of one figure with its table {seconds:.1f} s ({respondents} respondents, {cells} cells): ratio {seconds / ran:.2f}")
    print(f"record {record / 1e6:.1f} MB, raw compressed {raw / 1e6:.1f} MB: ratio {record / raw:.2f}")


if __name__ == "__main__":
    main()
