"""What an analyst who cleans the demonstration by hand knows beforehand: each file's layout, each label's code, each table's questions.

It is found out by `bwise`, before the clock runs, and written for `tests.benchmarks.by_hand`, which knows nothing of `bwise`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bwise.cleaning import exclude, gather
from bwise.matching import read_deliveries
from bwise.matching.recognition import DeliveryRead
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import Project, find_project, load_country
from bwise.tables import load_tables
from bwise.tables.kinds.paired_ratings import by_concept
from tests.benchmarks.by_hand import read_file


def layouts(project: Project, folder: Path) -> dict:
    """What is known of a project.

    Files that pandas does not read in one call are put into the folder as plain CSV, which is to its advantage.
    """
    found = []
    for country in project.countries():
        settings = load_country(project, country)
        questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
        deliveries = read_deliveries(project, settings, questionnaire)
        data = gather(settings, questionnaire, deliveries)
        data = exclude(data)
        kept = data.rows.loc[data.kept].groupby("delivery")["source_row"].agg(list)
        found += [_layout(project, country, d, kept.get(d.name, []), questionnaire, folder) for d in deliveries]
    there = {target for layout in found for _, target, *_ in layout["columns"] + layout["numbers"]}
    return {"deliveries": found, "tables": tables(project, questionnaire, there), "breakdowns": breakdowns(questionnaire)}


def _layout(project: Project, country: str, read: DeliveryRead, kept: list[int], questionnaire: Questionnaire, folder: Path) -> dict:
    raw, grid = read.raw, read.raw.grid
    path = project.root / read.delivery.file
    how = {"sheet": grid.sheet} if grid.container == "workbook" else {"sep": grid.delimiter, "encoding": grid.encoding}
    layout = {"country": country, "file": str(path), "how": how, "skip": raw.header_row}
    try:
        same = read_file(layout).shape == (len(grid.cells) - raw.header_row, grid.cells.shape[1])
    except Exception:  # whatever pandas cannot make of it
        same = False
    if not same:
        path = folder / f"{read.name}.csv"
        grid.cells.loc[raw.header_row + 1 :].to_csv(path, index=False, header=False)
        layout |= {"file": str(path), "how": {"sep": ",", "encoding": "utf-8"}, "skip": 0}
    first = grid.cells.index.get_loc(raw.header_row) + 1 if raw.header_row in grid.cells.index else 0
    places = {row: number - first for number, row in enumerate(grid.cells.index)}
    layout["kept"] = [places[row] for row in kept]
    numeric = {q.name for q in questionnaire.questions.values() if q.is_number}
    known = read.answers.mapping
    known = known[known["code"].ne("") & ~known["question"].isin(numeric)]
    layout["columns"] = [
        [position - 1, target, dict(zip(codes["raw"], codes["code"], strict=True))]
        for (position, target), codes in known.groupby(["column", "question"], sort=False)
    ]
    layout["numbers"] = [[m.column.position, m.target] for m in read.recognised.matches if m.target in numeric]
    return layout


def breakdowns(questionnaire: Questionnaire) -> dict[str, str]:
    """What groups of WISEs and of persons are told by: breakdown -> question."""
    return {name: questionnaire.one(role).name for name, role in (("model", "model"), ("worker group", "group"), ("size", "staff"))}


def tables(project: Project, questionnaire: Questionnaire, there: set[str]) -> list[dict]:
    """The tables that count respondents: kind and columns, as far as they are in the files.

    Those of focus groups, of names and of comparability are left out.
    """
    found = []
    for about in load_tables(project).values():
        role = getattr(about, "role", "")
        asked = questionnaire.with_role(role) if isinstance(role, str) and role else []
        names = [q.name for q in asked if q.name in there and q.measure in ("", getattr(about, "measure", q.measure))]
        by = "country" if about.id == "models" else "model"
        if about.kind in ("shares", "extents", "ratings") and names:
            found.append({"id": about.id, "kind": "shares", "columns": names, "by": by})
        elif about.kind == "multi_response":
            columns = {q.name: questionnaire.columns(q.name) for q in asked}
            found += [
                {"id": about.id, "kind": "ticks", "question": name, "columns": options, "by": by}
                for name, options in columns.items()
                if there & {name, *options}
            ]
        elif about.kind in ("mix", "numbers") and names:
            found.append({"id": about.id, "kind": "numbers", "columns": names, "by": by})
        elif about.kind == "paired_ratings":
            by = {"skills_by_country": "country", "skills": "worker group"}.get(about.id, "model")
            rated = [{m: q.name for m, q in questions.items()} for questions in by_concept_of(questionnaire, role).values()]
            found.append({"id": about.id, "kind": "pairs", "rated": [r for r in rated if there >= set(r.values())], "by": by})
    return found


def by_concept_of(questionnaire: Questionnaire, role: str) -> dict:
    class Asked:  # all that `by_concept` wants of a pool
        pass

    Asked.questionnaire = questionnaire
    return by_concept(Asked, role)


def main() -> None:
    project, target = find_project(sys.argv[1]), Path(sys.argv[2])
    target.write_text(json.dumps(layouts(project, target.parent)), encoding="utf-8")


if __name__ == "__main__":
    main()
