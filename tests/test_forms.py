"""Forms that are written come back: what a tool would export of them is recognised without help."""

import csv
import io
import random
import re

import docx
import pytest
from pypdf import PdfReader
from pyxform.xls2xform import convert

from bwise.demo.layouts import export
from bwise.demo.layouts.limesurvey import LIME_META
from bwise.demo.layouts.writer import NO, YES
from bwise.demo.simulation import Partner, _partner
from bwise.forms import FORMATS, export_form
from bwise.forms.document import items
from bwise.forms.form import load_form
from bwise.forms.limesurvey import RESERVED, survey
from bwise.forms.xlsform import workbook
from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery, find_project
from tests.conftest import ROOT

OURS = ROOT / "params/questionnaires"
OTHER = ROOT / "tests/rse2017/params/questionnaires/rse2017"
FOLDERS = [OURS / "skills_survey", OURS / "focus_group", OTHER]

SHEETS = {
    "survey": (
        "type,name,label::English (en),label::Suomi (fi),relevant,constraint,required\n"
        "note,hello,Welcome & {thanks},Tervetuloa,,,\n"
        "select_one yes_no,works,Do you work?,Oletko töissä?,,,yes\n"
        "integer,hours,Hours?,Tunnit?,\"${works} = 'definitely' and not(selected(${how}, 'never'))\",. > 0 and . <= 80,\n"
        "select_multiple way,how,How?,Miten?,count-selected(${how}) < 3 or ${hours} != 7,,\n"
        "begin_group,how_much,How much?,Kuinka paljon?,,,\n"
        "select_one yes_no,how_much_a,Coffee,Kahvi,,,yes\n"
        "select_one yes_no,how_much_b,Tea,Tee,,,\n"
        "end_group,,,,,,\n"
        "begin_group,mixed,Anything else?,Muuta?,,,\n"
        "text,mixed_text,In words,Sanoin,,,\n"
        "select_one way,mixed_way,One way,Yksi tapa,,,\n"
        "end_group,,,,,,\n"
    ),
    "choices": (
        "list_name,name,label::English (en),label::Suomi (fi)\n"
        "yes_no,definitely,Yes,Kyllä\nyes_no,no,No,Ei\n"
        "way,never,Never,En koskaan\nway,by_car,By car,Autolla\nway,time,Some time,Joskus\n"
    ),
    "settings": "form_title,version,default_language\nA form,3,English (en)\n",
}


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "params/questionnaires/small"
    folder.mkdir(parents=True)
    for name, text in SHEETS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def structure(form) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(survey(form).decode("utf-8-sig"), newline=""), delimiter="\t"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_xlsform_is_accepted_by_pyxform_and_is_the_same_questionnaire_again(folder, tmp_path):
    home = tmp_path / "params/questionnaires" / folder.name
    home.mkdir(parents=True)
    (home / "form.xlsx").write_bytes(workbook(load_form(folder)))
    before, after = load_questionnaire(folder), load_questionnaire(home)
    assert (after.questions, after.lists, after.languages, after.concepts, after.title) == (
        before.questions,
        before.lists,
        before.languages,
        before.concepts,
        before.title,
    )
    form = convert(home / "form.xlsx", validate=False).xform
    assert all(f"/{name}" in form for name in before.questions)


def test_an_xlsform_speaks_the_languages_asked_for_and_opens_in_the_first(tmp_path):
    (tmp_path / "form.xlsx").write_bytes(workbook(load_form(OURS / "skills_survey", ["el", "de"])))
    form = convert(tmp_path / "form.xlsx", validate=False)
    assert set(re.findall(r'<translation[^>]* lang="([^"]+)"', form.xform)) == {"Ελληνικά (el)", "Deutsch (de)"}
    assert re.search(r'<translation[^>]*default="true\(\)"[^>]* lang="Ελληνικά|lang="Ελληνικά \(el\)" default="true\(\)"', form.xform)


@pytest.mark.parametrize("layout", ["kobo_labels", "odk"])
def test_what_kobo_and_odk_collect_with_the_xlsform_is_recognised_without_help(layout, tmp_path):
    home = tmp_path / "params/questionnaires/skills_survey"
    home.mkdir(parents=True)
    (home / "form.xlsx").write_bytes(workbook(load_form(OURS / "skills_survey", ["lv", "en"])))
    people = _partner(Partner("LV", "LV-1", "lv", layout, "answers", 4), load_questionnaire(home), random.Random(5))
    (tmp_path / "answers").write_bytes(export(layout, people, load_questionnaire(home)))
    questionnaire = load_questionnaire(OURS / "skills_survey")
    read = read_delivery(tmp_path / "answers", "answers", "LV-1", Delivery(partner="LV-1", file="answers"), questionnaire, "LV")
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    found = read.answers.values.astype(object).where(read.answers.values.notna(), None)
    assert {c: found[c].tolist() for c in questionnaire.all_columns} == {c: [p.sent(c) for p in people] for c in questionnaire.all_columns}


@pytest.mark.parametrize("language", ["fr", "bg"])
def test_what_limesurvey_collects_with_its_structure_is_recognised_without_help(language, tmp_path):
    """The responses are written from the structure alone, as LimeSurvey exports them with code and text and full answers."""
    questionnaire = load_questionnaire(OURS / "skills_survey")
    form = load_form(OURS / "skills_survey", [language, "en"])
    columns, truth = _responses([row for row in structure(form) if row["language"] == language], form, language)
    meta = [f"{code}. {text}" for code, text in zip(LIME_META["code"], LIME_META["en"], strict=True)]
    times = ["2022-05-02 10:00:00"] * 3
    with open(tmp_path / "answers", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*meta, *columns])
        for n, cells in enumerate(zip(*columns.values(), strict=True), 1):
            writer.writerow([n, times[0], 9, language, n, "", *times[1:], "", "", *cells])
    read = read_delivery(tmp_path / "answers", "answers", "XX-1", Delivery(partner="XX-1", file="answers"), questionnaire)
    assert read.raw.tool == "LimeSurvey"
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert read.answers.mapping["open"].astype(bool).sum() == 0
    for column, expected in truth.items():
        cells = read.answers.values[column].astype(object)
        assert cells.where(cells.notna(), None).tolist() == expected, column


def _responses(rows, form, language, people=6):
    """Heading -> cells, and column of ours -> codes: the n-th answer of a question stands for the n-th code of its list (None: a kind of
    non-answer)."""
    questions = [part for part in form.parts if part.questions]
    heads = [n for n, row in enumerate(rows) if row["class"] == "Q" and row["type/scale"] != "X"]
    columns, truth = {}, {}
    for part, start in zip(questions, heads, strict=True):
        head = rows[start]
        below = rows[start + 1 :]
        end = next((n for n, row in enumerate(below) if row["class"] not in ("SQ", "A")), len(below))
        parts, answers = ([row for row in below[:end] if row["class"] == kind] for kind in ("SQ", "A"))
        for place, row in enumerate(parts or [None]):
            heading = f"{head['name']}[{row['name']}]. {head['text']} [{row['text']}]" if row else f"{head['name']}. {head['text']}"
            question = part.questions[place if part.is_battery else 0]
            codes = list(form.questionnaire.choices(question.name))
            drawn = [(place + 3 * n + len(columns)) % max(1, len(codes)) for n in range(people)]
            if head["type/scale"] == "M":
                ticked = [(n + place) % 2 == 0 and codes[place] not in ("none", "dont_know", "refused") for n in range(people)]
                columns[heading] = [YES[language] if tick else NO[language] for tick in ticked]
            elif answers:
                columns[heading] = [answers[d]["text"] for d in drawn]
                choices = form.questionnaire.choices(question.name)
                truth[question.name] = [None if choices[codes[d]].missing else codes[d] for d in drawn]
            elif question.is_number:
                columns[heading] = [str(1990 + n) if question.unit == "year" else str(10 + n) for n in range(people)]
            else:
                columns[heading] = [f"{language} {n}" for n in range(people)]
    return columns, truth


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_limesurvey_structure_keeps_the_rules_of_its_codes_and_repeats_its_rows_in_every_language(folder):
    form = load_form(folder)
    rows = [row for row in structure(form) if row["class"] in ("G", "Q", "SQ", "A")]
    by_language = [[(r["class"], r["type/scale"], r["name"], r["relevance"]) for r in rows if r["language"] == x] for x in form.languages]
    assert all(each == by_language[0] for each in by_language)
    codes = [name for kind, _, name, _ in by_language[0] if kind == "Q"]
    assert len({code.casefold() for code in codes}) == len(codes)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", code) and code.lower() not in RESERVED for code in codes)
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,5}", name) for kind, _, name, _ in by_language[0] if kind == "A")
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,20}", name) and name != "time" for kind, _, name, _ in by_language[0] if kind == "SQ")


def test_conditions_texts_and_codes_of_a_small_form_are_those_of_limesurvey(small):
    rows = {row["name"]: row for row in structure(load_form(small)) if row["language"] == "en" and row["class"] == "Q"}
    assert rows["hello"]["text"] == "Welcome &amp; &#123;thanks}"
    assert rows["works"]["mandatory"] == "Y"
    assert rows["hours"]["relevance"] == '((works.NAOK == "A1") and (!(how_never.NAOK == "Y")))'
    assert rows["hours"]["em_validation_q"] == "is_empty(self.NAOK) or ((self.NAOK > 0) and (self.NAOK <= 80))"
    assert rows["how"]["relevance"] == "((count(how_never.NAOK, how_bycar.NAOK, how_SQ3.NAOK) < 3) or (hours.NAOK != 7))"
    assert (rows["howmuch"]["type/scale"], rows["howmuch"]["mandatory"]) == ("F", "N")
    assert [rows[name]["type/scale"] for name in ("mixed", "mixedtext", "mixedway")] == ["X", "S", "L"]


def test_paper_says_of_whom_a_question_is_asked_by_number_and_answer(small):
    paper = {item.code: item for item in items(load_form(small, ["fi"]))}
    assert paper["hours"].only == "1 = “Kyllä” + ≠ (3 = “En koskaan”)"
    assert paper["how"].lines == ("☐ En koskaan", "☐ Autolla", "☐ Joskus")
    assert paper["how_much"].table() == [["", "Kyllä", "Ei"], ["Kahvi", "○", "○"], ["Tee", "○", "○"]]
    assert paper["mixed"].table() == [["Sanoin", "_" * 24], ["Yksi tapa", "○ En koskaan ○ Autolla ○ Joskus"]]


def test_word_and_pdf_hold_every_question_answer_and_row_in_the_language_of_the_form():
    form = load_form(OURS / "skills_survey", ["el"])
    document = docx.Document(io.BytesIO(FORMATS["docx"][1](form)))
    word = "\n".join([p.text for p in document.paragraphs] + [cell.text for table in document.tables for cell in table._cells])
    pdf = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(FORMATS["pdf"][1](form))).pages)
    squeezed = re.sub(r"\s", "", pdf)
    for question in form.questionnaire.questions.values():
        texts = [question.label("el"), question.battery_labels.get("el", "")]
        texts += [choice.labels["el"] for choice in form.questionnaire.choices(question.name).values()]
        for text in filter(None, texts):
            assert text in word
            assert re.sub(r"\s", "", text) in squeezed


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_form_is_the_same_bytes(to, small):
    form = load_form(small)
    assert FORMATS[to][1](form) == FORMATS[to][1](form)


def test_a_form_is_written_to_work_and_what_does_not_fit_is_told_at_once(small):
    project = find_project(small.parents[2])
    assert export_form(project, "small", "limesurvey") == small.parents[2] / "work/small.txt"
    assert (small.parents[2] / "work/small.txt").read_bytes() == survey(load_form(small))
    with pytest.raises(ProblemsFound) as found:
        export_form(project, "smal", "exel")
    assert "did you mean `small`" in str(found.value) and "`exel` is no format" in str(found.value)
    with pytest.raises(ProblemsFound, match="`sv` is no language of the questionnaire"):
        export_form(project, "small", "pdf", ["sv"])
