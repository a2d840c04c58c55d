"""`params/references.csv`: what others published stands beside the figure it is compared with, and nowhere else."""

import pytest

from bwise.problems import ProblemsFound
from bwise.references import load_references, with_references
from bwise.settings import Project
from bwise.storage import write_text
from tests.conftest import ROOT

HEAD = "table,item,subject,value,unit,source\n"


@pytest.fixture
def beside(european, tmp_path):
    """`beside(text)`: what the lines of such a file stand beside in the tables of the demonstration."""

    def beside(text):
        write_text(tmp_path / "params" / "references.csv", text)
        write_text(tmp_path / "params" / "tables.yaml", (ROOT / "params/tables.yaml").read_text(encoding="utf-8"))
        return load_references(Project(tmp_path), european)

    return beside


def test_a_figure_of_others_stands_beside_the_pooled_one_of_all_respondents_or_of_the_group_it_names(beside, european):
    found = beside(HEAD + 'measures,training,wsn,54.5,%,A\ntraining_funding,self,,"67,1",%,A\nincome,income_market,,40,% of income,B\n')
    (measure,), (funding,), (income,) = (found[id_] for id_ in ("measures", "training_funding", "income"))
    assert {d: measure.ours[d] for d in ("answer", "subject", "average", "statistic")} == {
        "answer": "training", "subject": "wsn", "average": "pooled", "statistic": "share",
    }  # fmt: skip
    assert (funding.ours["group"], funding.ours["average"], funding.value) == ("all", "pooled", 67.1)
    assert (income.ours["statistic"], income.source) == ("mean", "B")
    assert measure.label(european["measures"]) == "Training courses, Worker with support needs"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("measurs,training,wsn,1,%,A", "there is no table `measurs`"),
        ("measures,trainin,wsn,1,%,A", "`trainin` is not in the table `measures`"),
        ("measures,,wsn,1,%,A", "the answer is missing"),
        ("measures,training,all,1,%,A", "`all` is not in the table `measures`"),
        ("measures,training,,1,%,A", "several such figures, apart by `subject`"),
        ("training_funding,self,wsn,1,%,A", "has no dimension `subject`"),
        ("comparability,group,,1,%,A", "has no items"),
        ("measures,training,wsn,1,points,A", "the unit is `points`, that of the table is `%`"),
        ("measures,training,wsn,545,%,A", "545 is no percentage"),
        ("measures,training,wsn,54.5 %,%,A", "`54.5 %` is no number"),
        ("measures,training,wsn,nan,%,A", "`nan` is no number"),
        ("measures,training,wsn,1,%,", "the source is missing"),
        ("measures,training,wsn,1,%,A\nmeasures,training,wsn,2,%,A", "an earlier row"),
    ],
)
def test_a_line_that_can_stand_beside_nothing_is_refused_with_its_row(beside, line, told):
    with pytest.raises(ProblemsFound, match=r"params/references.csv, row \d") as refused:
        beside(HEAD + "training_funding,self,,67.1,%,A\n" + line + "\n")
    assert told in str(refused.value)


def test_all_faults_are_told_at_once_those_of_the_head_too(beside):
    with pytest.raises(ProblemsFound) as refused:
        beside("table,item,subjekt,value,unit,source\nx,y,,1,%,A\nmeasures,z,,1,%,A\n")
    assert len(refused.value.problems) == 3 and "`subjekt`" in str(refused.value)
    with pytest.raises(ProblemsFound, match="the column `source` is missing"):
        beside("table,item,value,unit\nmeasures,training,1,%\n")


def test_a_project_needs_no_such_file_and_lines_on_tables_that_these_answers_do_not_give_are_named(european, beside, tmp_path, capsys):
    assert with_references(european, Project(tmp_path)) == european
    beside(HEAD + "measures,training,wsn,54.5,%,A\n")
    few = {id_: table for id_, table in european.items() if id_ != "measures"}
    assert with_references(few, Project(tmp_path)) == few
    assert "no figures of ours stand beside row 2" in capsys.readouterr().out


def test_those_of_the_first_survey_are_printed_as_they_were_published_and_in_no_sentence(demonstration, european):
    found = load_references(demonstration, european)
    assert [r.value for r in found["training_funding"]] == [67.1, 55.2, 35.5, 9.2, 2.6, 2.6]
    assert [r.value for r in found["measures"]][:3] == [51.7, 65.2, 54.5] and len(found["measures"]) == 15
    page = (demonstration.reports / "index.html").read_text(encoding="utf-8")
    section = page.partition('<h3 id="training_funding">')[2].partition("</section>")[0]
    sentences, _, others = section.partition("Published elsewhere.")
    assert "<td>67.1</td>" in others and "no results of this survey" in others and "67.1" not in sentences
