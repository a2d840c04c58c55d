from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pyxform.xls2xform import convert

from bwise.logic import holds
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.storage import read_csv
from bwise.text import answer_key

HERE = Path(__file__).parent
FOLDERS = [HERE.parent / "params/questionnaires/skills_survey", HERE / "rse2017/params/questionnaires/rse2017"]
LANGUAGES = ["en", "de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es"]

SURVEY = "type,name,label,relevant\nselect_one yes_no,works,Do you work?,\ninteger,hours,Hours?,${works} = 'yes'\n"
CHOICES = "list_name,name,label\nyes_no,yes,Yes\nyes_no,no,No\n"


def written(folder: Path, survey: str = SURVEY, choices: str = CHOICES, settings: str = "form_title\nA form\n", encoding="utf-8-sig"):
    for sheet, text in (("survey", survey), ("choices", choices), ("settings", settings)):
        (folder / f"{sheet}.csv").write_bytes(text.encode(encoding))
    return folder


def faults(folder: Path) -> str:
    with pytest.raises(ProblemsFound) as found:
        load_questionnaire(folder)
    return str(found.value)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_pyxform_accepts_the_sheets_as_an_xlsform(folder, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in ("survey", "choices", "settings"):
        frame = read_csv(folder / f"{sheet}.csv")
        page = book.create_sheet(sheet)
        for row in [list(frame.columns), *frame.to_numpy().tolist()]:
            page.append([cell or None for cell in row])
    book.save(tmp_path / "form.xlsx")
    form = convert(tmp_path / "form.xlsx", validate=False).xform
    assert all(f"/{name}" in form for name in load_questionnaire(folder).questions)


def test_the_skills_survey_speaks_english_and_the_languages_of_the_partners(questionnaire):
    assert list(questionnaire.languages) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_battery_and_answer_has_a_label_in_every_language(questionnaire, language):
    questions = questionnaire.questions.values()
    empty = [q.name for q in questions if not q.labels.get(language) or (q.battery and not q.battery_labels.get(language))]
    empty += [f"{n}/{c.name}" for n, answers in questionnaire.lists.items() for c in answers.values() if not c.labels.get(language)]
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_answers_of_a_list_look_the_same(questionnaire, language):
    for name, answers in questionnaire.lists.items():
        keys = [answer_key(c.labels[language]) for c in answers.values()]
        assert len(set(keys)) == len(keys), name
        assert "" not in keys, name


def test_every_condition_and_constraint_names_questions_there_are(questionnaire):
    columns = {c: questionnaire[q] for q in questionnaire.questions for c in questionnaire.columns(q)}
    kinds = {"select_multiple": "boolean", "integer": "float64", "decimal": "float64"}
    empty = pd.DataFrame({c: pd.Series([None], dtype=kinds.get(q.kind, "str")) for c, q in columns.items()})
    for question in questionnaire.questions.values():
        for condition in question.relevant:
            assert len(holds(condition, empty, questionnaire)) == 1
        if question.constraint:
            assert len(holds(question.constraint, empty, questionnaire, this=empty[question.name])) == 1


def test_a_small_questionnaire_is_read_as_it_stands(tmp_path):
    form = load_questionnaire(written(tmp_path))
    assert (form.name, form.title, form.languages) == (tmp_path.name, "A form", ("en",))
    assert list(form.questions) == form.all_columns == ["works", "hours"]
    assert form["hours"].relevant == ("${works} = 'yes'",)
    assert form["hours"].is_number
    assert [c.labels["en"] for c in form.choices("works").values()] == ["Yes", "No"]


def test_a_group_gives_its_rows_a_battery_and_its_condition(tmp_path):
    survey = (
        "type,name,label,relevant,role\nbegin_group,outer,,${works} = 'yes',\nbegin_group,skills,How good?,,\n"
        "select_one yes_no,s1,Reading,,skill\nend_group,,,,\nend_group,,,,\nselect_one yes_no,works,Work?,,\n"
    )
    form = load_questionnaire(written(tmp_path, survey))
    assert (form["s1"].battery, form["s1"].battery_labels, form["s1"].relevant) == ("skills", {"en": "How good?"}, ("${works} = 'yes'",))
    assert [q.name for q in form.batteries()["skills"]] == ["s1"]
    assert form["works"].relevant == ()
    assert form.one("skill").name == "s1"
    assert form.one("wise") is None


def test_a_scale_is_numeric_only_when_all_its_answers_are(tmp_path):
    choices = "list_name,name,label,missing\nr,1,Low,\nr,2,High,\nr,dk,Don't know,dont_know\nyes_no,yes,Yes,\n"
    form = load_questionnaire(written(tmp_path, "type,name,label\nselect_one r,a,A\nselect_one yes_no,b,B\n", choices))
    assert form.scale("a") == {"1": 1.0, "2": 2.0}
    assert form.scale("b") == {}
    assert form.scale("b", "r") == {"1": 1.0, "2": 2.0}


def test_a_multiple_choice_has_one_column_per_answer(tmp_path):
    form = load_questionnaire(written(tmp_path, "type,name,label\nselect_multiple yes_no,both,Both?\n"))
    assert form.all_columns == ["both/yes", "both/no"]


def test_a_misspelt_question_is_refused_with_the_nearest_name(tmp_path):
    form = load_questionnaire(written(tmp_path))
    with pytest.raises(ProblemsFound, match="did you mean `hours`"):
        form["huors"]


def test_missing_sheets_are_named_all_at_once(tmp_path):
    (tmp_path / "survey.csv").write_text(SURVEY)
    message = faults(tmp_path)
    assert "choices.csv is missing" in message and "settings.csv is missing" in message


def test_missing_columns_are_named_all_at_once(tmp_path):
    message = faults(written(tmp_path, "typ,name\ntext,a\n", "list,name\nx,a\n"))
    assert "`type` is missing" in message and "`list_name` is missing" in message


def test_all_faults_of_both_sheets_are_told_with_row_and_remedy(tmp_path):
    survey = "type,name,label\ninteger,a,A\ntext,a,A again\nselect_one yes_on,b,B\ninteegr,c,C\n"
    choices = "list_name,name,label,missing\nyes_no,yes,Yes,\nyes_no,yes,Yes again,\nyes_no,dk,?,dont_kow\n"
    message = faults(written(tmp_path, survey, choices))
    for part in (
        "`yes` stands twice in the list `yes_no`\n   where:  choices.csv, row 3",
        "`dont_kow` is not a missing reason\n   where:  choices.csv, row 4\n   do:     did you mean `dont_know`?",
        "the question `a` stands twice\n   where:  survey.csv, row 3",
        "no answers are defined for the list `yes_on`\n   where:  survey.csv, row 4\n   do:     did you mean `yes_no`?",
        "`inteegr` is not a type of question we read\n   where:  survey.csv, row 5\n   do:     did you mean `integer`?",
    ):
        assert part in message
    assert "6. " not in message


def test_an_end_without_a_group_is_refused(tmp_path):
    assert "end_group" in faults(written(tmp_path, "type,name,label\ntext,a,A\nend_group,,\n"))


def test_a_group_without_an_end_is_refused(tmp_path):
    assert "begin_group" in faults(written(tmp_path, "type,name,label\nbegin_group,g,G\ntext,a,A\n"))


def test_a_question_without_a_name_is_refused(tmp_path):
    assert "row 2" in faults(written(tmp_path, "type,name,label\ntext,,A\n"))


def test_a_sheet_that_excel_saved_in_a_windows_code_page_is_refused_by_name(tmp_path):
    assert "survey.csv" in faults(written(tmp_path, "type,name,label\ntext,a,Größe\n", encoding="cp1252"))


def test_an_empty_sheet_is_refused_by_name(tmp_path):
    assert "survey.csv" in faults(written(tmp_path, survey=""))


def test_a_fault_of_the_sheets_does_not_tell_where_the_computer_keeps_them(tmp_path):
    assert str(tmp_path.parent) not in faults(written(tmp_path, survey="name\na\n"))
    form = load_questionnaire(written(tmp_path))
    with pytest.raises(ProblemsFound) as found:
        form["huors"]
    assert str(tmp_path.parent) not in str(found.value)


def test_concepts_are_read_where_there_is_a_sheet_of_them(tmp_path):
    assert load_questionnaire(written(tmp_path)).concepts == {}
    (tmp_path / "concepts.csv").write_text("concept,label,domain,domain_label,source\nd/1,Reading,d,Digital,A book\n", encoding="utf-8")
    concept = load_questionnaire(tmp_path).concepts["d/1"]
    assert (concept.label, concept.domain, concept.domain_label, concept.source) == ("Reading", "d", "Digital", "A book")


def test_every_concept_a_question_names_is_in_the_sheet_of_concepts(questionnaire):
    named = {q.concept for q in questionnaire.questions.values() if q.concept}
    assert named and named == set(questionnaire.concepts)


RATINGS = "type,name,label,role,concept,measure,subject\n" + "".join(
    f"select_one yes_no,{name},Q {name},skill,{concept},{measure},{subject}\n"
    for name, concept, measure, subject in (
        ("a", "digcomp/1.1", "relevance", "wsn"),
        ("b", "digcomp/1.1", "relevance", "enabler"),
        ("c", "digcomp/1.1", "endowment", "wsn"),
        ("d", "digcomp/1.2", "relevance", "wsn"),
    )
)


def test_two_questions_for_one_rating_of_the_same_people_are_refused(tmp_path):
    assert list(load_questionnaire(written(tmp_path, RATINGS)).questions) == ["a", "b", "c", "d"]
    twice = RATINGS + "select_one yes_no,e,Q e,skill,digcomp/1.1,endowment,wsn\n"
    assert "`c` and `e` ask for the same measure of digcomp/1.1" in faults(written(tmp_path, twice))


def test_a_folder_that_does_not_exist_is_one_fault_with_the_path_tried_and_the_nearest(tmp_path):
    (tmp_path / "questionnaires/garden_survey").mkdir(parents=True)
    with pytest.raises(ProblemsFound) as found:
        load_questionnaire(tmp_path / "questionnaires/gardn_survey")
    (problem,) = found.value.problems
    assert (problem.where, problem.remedy) == ("params/questionnaires/gardn_survey/", "did you mean `garden_survey`?")
