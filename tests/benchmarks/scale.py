"""Many respondents: 13 countries of one layout, 100 columns, beside pipelines written by hand that know it: `make benchmark`.

python -m tests.benchmarks.scale RESPONDENTS [pandas | polars]: cells of the notebooks without figures, in one process, against pandas
or polars by hand (read by the known layout, map by dictionary, save Parquet, tables by group-by). CPU time, wall time, peak memory.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from bwise.pooling import load_focus_groups, load_pool
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, find_project
from bwise.tables import european_tables
from tests.benchmarks.bare_cells import run_cells
from tests.benchmarks.layouts import layouts
from tests.benchmarks.matching import QUESTIONNAIRE, large_export
from tests.benchmarks.processes import Cost, cost
from tests.benchmarks.ratios import Ratio, shown

COUNTRIES = ["AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES"]
ROOT = Path(__file__).parents[2]
PARAMS = """country: {0}
questionnaire: skills_survey
exclude: []
deliveries:
  - partner: {0}-1
    file: raw/{0}/large.csv
    language: nl
"""


def project_of(folder: Path, respondents: int) -> Project:
    """A project whose countries share the respondents; each sent the same file, in which they differ by their number alone."""
    params = folder / "params"
    shutil.copytree(QUESTIONNAIRE, params / "questionnaires" / QUESTIONNAIRE.name)
    for name in ("consolidation.yaml", "tables.yaml", "nace.csv", "skills.csv", "profiles.csv"):
        shutil.copy(QUESTIONNAIRE.parents[1] / name, params)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    first = folder / "raw" / COUNTRIES[0]
    first.mkdir(parents=True)
    large_export(load_questionnaire(QUESTIONNAIRE), first, -(-respondents // len(COUNTRIES)))
    (first / "small.csv").unlink()
    for country in COUNTRIES:
        (params / f"{country}.yaml").write_text(PARAMS.format(country), encoding="utf-8")
        if country != COUNTRIES[0]:
            shutil.copytree(first, folder / "raw" / country)
    return Project(folder)


def cells(project: Project) -> None:
    """The cells of the country notebook for each country, one after another, then those of the consolidation that make the tables."""
    for country in project.countries():
        run_cells(project.root, "country", country)
    european_tables(load_pool(project), load_focus_groups(project))


def costs(respondents: int, by_hand: str) -> tuple[Cost, Cost]:
    """Ours, and that of the pipeline by hand."""
    python = [sys.executable, "-m"]
    with tempfile.TemporaryDirectory() as folder:
        small, large = project_of(Path(folder) / "small", 1300), project_of(Path(folder) / "large", respondents)
        known = layouts(small, Path(folder))
        for layout in known["deliveries"]:
            layout["file"] = str(large.root / Path(layout["file"]).relative_to(small.root))
            layout["kept"] = None
        path = Path(folder) / "layouts.json"
        path.write_text(json.dumps(known), encoding="utf-8")
        theirs = cost([*python, {"pandas": "tests.benchmarks.by_hand", "polars": "tests.benchmarks.by_polars"}[by_hand], str(path)], ROOT)
        ours = cost([*python, "tests.benchmarks.scale", "cells", str(large.root)], ROOT)
    for name, one in (("bwise", ours), (by_hand, theirs)):
        print(f"{respondents} respondents, {name}: {one.wall:.1f} s, {one.cpu:.1f} CPU s, peak {one.peak:.2f} GiB", flush=True)
    return ours, theirs


def measure(respondents: int, by_hand: str, bar: float = 2.5) -> list[Ratio]:
    ours, theirs = costs(respondents, by_hand)
    what = f"{respondents:,} respondents, cells without figures / {by_hand} by hand"
    return [
        Ratio(f"{what}, CPU time", ours.cpu / theirs.cpu, bar),
        Ratio(f"{what}, wall time", ours.wall / theirs.wall, bar),
        Ratio(f"{respondents:,} respondents, peak memory", ours.peak, 4, " GiB"),
    ]


def growth(few: int, many: int) -> list[Ratio]:
    """Time of many respondents beside that of few, each respondent's share."""
    with tempfile.TemporaryDirectory() as folder:
        python = [sys.executable, "-m", "tests.benchmarks.scale", "cells"]
        taken = {}
        for number in (few, many):
            project = project_of(Path(folder) / str(number), number)
            taken[number] = cost([*python, str(project.root)], ROOT).cpu
            shutil.rmtree(project.root)
    return [Ratio(f"{few:,} to {many:,} respondents: growth of CPU time, linear = 1", taken[many] / taken[few] * few / many, 1.1)]


def main() -> None:
    if sys.argv[1] == "cells":
        cells(find_project(sys.argv[2]))
    else:
        print(shown(measure(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "pandas")))


if __name__ == "__main__":
    main()
