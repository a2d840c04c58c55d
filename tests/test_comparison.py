"""`bwise diff`: which figures moved between two consolidations, why, and the very cells behind it."""

import csv
import json
import shutil
from io import StringIO

import pandas as pd
import pytest

from bwise.comparison import compare_consolidations, for_machines, page
from bwise.matching import read_deliveries
from bwise.pooling import load_pool
from bwise.problems import ProblemsFound
from bwise.publication import write_record, write_tables
from bwise.questionnaire import load_questionnaire
from bwise.redeliveries import LIST, accept, review, to_accept
from bwise.settings import Project, load_country
from bwise.storage import read_csv, write_text
from bwise.tables import european_tables
from bwise.verification import verify
from tests.said import Said
from tests.test_cleaning import ROOT
from tests.test_lineage import answers_of, run

EXPORT = "raw/demo/AT/results-survey481516.csv"


def consolidate(project: Project) -> None:
    """Tables and record, as the consolidation notebook writes them."""
    pool = load_pool(project)
    tables = list(european_tables(pool).values())
    write_tables(tables, project)
    write_record(tables, pool)


def copied(project: Project, folder) -> Project:
    shutil.copytree(project.root, folder)
    return Project(folder)


def edited(project: Project, row: int, heading: str, new: str) -> str:
    """Change one cell of AT's export by hand; the text that stood there."""
    path = project.root / EXPORT
    rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    old, rows[row - 1][rows[0].index(heading)] = rows[row - 1][rows[0].index(heading)], new
    out = StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    return old


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """AT and LV of the demonstration, accepted, cleaned and consolidated. Nobody writes into it."""
    root = tmp_path_factory.mktemp("diff") / "before"
    shutil.copytree(ROOT / "params/questionnaires", root / "params/questionnaires")
    for file in ("consolidation.yaml", "tables.yaml"):
        shutil.copy(ROOT / "params" / file, root / "params")
    for country in ("AT", "LV"):
        shutil.copy(ROOT / f"params/{country}.yaml", root / "params")
        shutil.copytree(ROOT / f"raw/demo/{country}", root / f"raw/demo/{country}")
    project = Project(root)
    accept(project, "AT", to_accept(project, "AT"))
    for country in ("AT", "LV"):
        run(project, country)
    consolidate(project)
    return project


@pytest.fixture(scope="module")
def row(before):
    """Row in AT's export of the first enabler who says that pay follows a collective agreement."""
    answers = answers_of(before, "AT")
    return int(answers.loc[answers["remuneration"].eq("collective"), "source_row"].iloc[0])


@pytest.fixture(scope="module")
def after(before, row):
    """The same project after one cell of AT's export was changed, accepted and run; what `verify` said, and what waited for review."""
    project = copied(before, before.root.parent / "after")
    assert edited(project, row, "remuneration", "minim") == "colle"
    settings = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires/skills_survey")
    with pytest.raises(ProblemsFound) as unproved:
        verify(project, settings)
    review(project, settings, questionnaire, read_deliveries(project, settings, questionnaire))
    listed = read_csv(project.processed("AT") / LIST)
    accept(project, "AT", to_accept(project, "AT"))
    run(project, "AT")
    consolidate(project)
    return project, str(unproved.value), listed


@pytest.fixture(scope="module")
def found(before, after):
    return compare_consolidations(before.root, after[0].root)


def test_the_proof_of_what_was_cleaned_before_names_the_very_cell(before, after, row):
    heading = (before.root / EXPORT).read_text(encoding="utf-8-sig").splitlines()[0].split(";")
    column = [name.strip('"') for name in heading].index("remuneration") + 1
    assert (
        f"remuneration: 1 answer is not what raw cells, mapping and changes say\n   where:  AT-1, rows {row}, column {column}" in after[1]
    )
    assert after[1].count("answer is not what") == 1


def test_the_changes_to_review_name_the_very_cell(after, row):
    cells = after[2]
    assert cells.drop(columns="respondent").to_numpy().tolist() == [
        ["changed", "AT-1", str(row), str(row), "remuneration", "collective", "minimum"]
    ]


def test_the_comparison_names_the_very_cell_and_nothing_else(found, row):
    cells = found.cells.drop(columns="respondent")
    assert cells.to_numpy().tolist() == [["AT", "survey", "changed", "AT-1", str(row), str(row), "remuneration", "collective", "minimum"]]


def test_only_figures_made_of_that_answer_moved_and_they_are_owed_to_the_country(found):
    assert set(found.figures["table"]) == {"remuneration"}
    assert set(found.figures["countries"]) == {"AT"}
    moved = found.figures[found.figures["table"].eq("remuneration")]
    assert set(moved["kind"]) == {"moved"}
    parts = {part.strip() for words in moved["figure"] for part in words.split(",")}
    assert {part for part in parts if part.startswith("answer ")} == {"answer collective", "answer minimum"}
    assert found.causes == {"AT": ["settings params/AT.yaml", "survey: export 1"]}


def test_the_amounts_are_those_of_the_tables(before, after, found):
    tables = [pd.read_csv(p.reports / "tables/remuneration.csv", dtype={"conf_status": "str"}) for p in (before, after[0])]
    keys = [c for c in tables[0] if c not in ("value", "n", "wises", "countries", "obs_status", "conf_status")]
    both = tables[0].merge(tables[1], on=keys)
    moved = both[both["value_x"].ne(both["value_y"]) & both[["value_x", "value_y"]].notna().all(axis=1)]
    told = found.figures[found.figures["change"].ne("")]
    assert len(moved) == len(told) > 0
    assert sorted((moved["value_y"] - moved["value_x"]).round(4)) == sorted(told["change"].astype(float).round(4))


def test_the_page_says_it_in_words(found, row):
    said = page(found)
    assert "tables" in said.splitlines()[0]
    assert f"AT, survey, AT-1, row {row}: remuneration: collective → minimum" in said
    assert "[AT]" in said


def test_the_same_input_twice_moves_nothing(before, tmp_path):
    again = copied(before, tmp_path / "again")
    run(again, "AT")
    consolidate(again)
    for file in ["consolidation.json", *(f"tables/{p.name}" for p in (before.reports / "tables").iterdir())]:
        assert (again.reports / file).read_bytes() == (before.reports / file).read_bytes(), file
    found = compare_consolidations(before.root, again.root)
    assert found.figures.empty and found.cells.empty and found.causes == {} and found.remarks == ()
    assert page(found) == "No figure moved."


def test_two_reports_folders_name_figures_and_causes_but_no_cell(before, after, found):
    reports = compare_consolidations(before.reports, after[0].reports)
    pd.testing.assert_frame_equal(reports.figures, found.figures)
    assert reports.causes == found.causes and reports.cells.empty
    assert reports.remarks == ("cells can be named between two project folders only: reports and releases keep no answers",)


# ------------------------------------------------------------------ tables made by hand


def by_hand(folder, *rows: str, **record) -> Project:
    """A project folder with one table by country, and a record that this adds to."""
    head = "table,country,answer,answer_label,statistic,value,n,wises,countries,obs_status,conf_status"
    write_text(folder / "reports/tables/pay.csv", "\n".join([head, *rows]) + "\n")
    made = {"program": "1", "settings": {}, "lists": {}, "countries": {"survey": {}}, "left_out": {}, "tables": {"pay": ""}} | record
    write_text(folder / "reports/consolidation.json", json.dumps(made))
    return Project(folder)


def survey(**exports: str) -> dict:
    """Country -> hash of its export, as a record has it."""
    return {"survey": {c: {"program": "1", "inputs": {f"raw/{c}/x.csv": digest}} for c, digest in exports.items()}}


def test_a_value_that_either_side_withholds_is_nowhere(tmp_path):
    a = by_hand(tmp_path / "a", "pay,AT,x,X,share,12.5,8,4,1,u,", "pay,BE,x,X,share,,,,1,,C", "pay,FR,x,X,share,,,,1,,C")
    b = by_hand(tmp_path / "b", "pay,AT,x,X,share,,,,1,,C", "pay,BE,x,X,share,31.25,16,9,1,u,", "pay,FR,x,X,share,,,,1,,C")
    found = compare_consolidations(a.root, b.root)
    assert found.figures[["old", "new", "change", "old_n", "new_n"]].to_numpy().tolist() == [
        ["shown", "withheld", "", "", ""],
        ["withheld", "shown", "", "", ""],
    ]
    said = page(found) + for_machines(found).to_csv()
    assert "12.5" not in said and "31.25" not in said


def test_figures_that_appear_or_vanish_are_told(tmp_path):
    a = by_hand(tmp_path / "a", "pay,AT,x,X,share,12.5,8,4,1,u,", "pay,AT,y,Y,share,50,8,4,1,u,")
    b = by_hand(tmp_path / "b", "pay,AT,y,Y,share,50,8,4,1,u,", "pay,AT,z,Z,share,25,8,4,1,u,")
    found = compare_consolidations(a.root, b.root).figures
    assert found[["figure", "kind", "old", "new"]].to_numpy().tolist() == [
        ["country AT, answer x, share", "vanished", "12.5", "–"],
        ["country AT, answer z, share", "appeared", "–", "25"],
    ]


def test_averages_are_owed_to_all_countries_that_changed_and_a_country_to_itself(tmp_path):
    old = ["pay,AT,x,X,share,1,8,4,1,,", "pay,BE,x,X,share,1,8,4,1,,", "pay,pooled,x,X,share,1,24,12,3,,"]
    new = ["pay,AT,x,X,share,2,8,4,1,,", "pay,BE,x,X,share,2,8,4,1,,", "pay,pooled,x,X,share,2,24,12,3,,"]
    a = by_hand(tmp_path / "a", *old, countries=survey(AT="1", BE="1", FR="1"))
    b = by_hand(tmp_path / "b", *new, countries=survey(AT="2", BE="2", FR="1"))
    figures = compare_consolidations(a.root, b.root).figures
    assert figures["countries"].tolist() == ["AT", "BE", "AT, BE"]
    assert figures["reasons"].tolist()[0] == "AT: survey: raw/AT/x.csv"


def test_countries_that_came_or_were_left_out_settings_and_program_are_causes(tmp_path):
    a = by_hand(tmp_path / "a", countries=survey(AT="1", BE="1"), settings={"minimum_persons": 5})
    left_out = {"survey": {"BE": "a new delivery waits for review: bwise check BE"}}
    b = by_hand(tmp_path / "b", countries=survey(AT="1", FR="1"), settings={"minimum_persons": 3}, left_out=left_out, program="2")
    found = compare_consolidations(a.root, b.root)
    assert found.causes == {
        "all": ["the program is another version", "setting `minimum_persons` of the consolidation: 5 → 3"],
        "BE": ["survey: left out now: a new delivery waits for review: bwise check BE"],
        "FR": ["survey: was not in the consolidation before"],
    }
    assert found.figures.empty and page(found).startswith("No figure moved.")


def test_a_folder_without_tables_is_refused_and_one_without_record_is_compared_with_a_remark(tmp_path):
    a = by_hand(tmp_path / "a", "pay,AT,x,X,share,1,8,4,1,,")
    b = by_hand(tmp_path / "b", "pay,AT,x,X,share,2,8,4,1,,")
    (b.reports / "consolidation.json").unlink()
    found = compare_consolidations(a.root, b.root)
    assert found.figures["change"].tolist() == ["+1"] and found.causes == {}
    assert any("b: no reports/consolidation.json" in r for r in found.remarks)
    (tmp_path / "c").mkdir()
    with pytest.raises(ProblemsFound, match="no folder `reports/tables/`"):
        compare_consolidations(a.root, tmp_path / "c")


def test_the_command_exits_with_one_when_a_figure_moved_and_with_zero_when_none_did(tmp_path):
    a = by_hand(tmp_path / "a", "pay,AT,x,X,share,1,8,4,1,,")
    b = by_hand(tmp_path / "b", "pay,AT,x,X,share,2,8,4,1,,")
    same, other = Said(tmp_path, "diff", a.root, a.root), Said(tmp_path, "diff", a.root, b.root, "--csv")
    assert same.well() and same.out.startswith("No figure moved.")
    assert (other.code, other.err) == (1, "")
    (figure,) = csv.DictReader(other.out.splitlines())
    assert (figure["what"], figure["table"], figure["old"], figure["new"], figure["change"]) == ("figure", "pay", "1", "2", "+1")
    Said(tmp_path, "diff", a.root, tmp_path / "nowhere").refused("nothing to compare", "nowhere")
