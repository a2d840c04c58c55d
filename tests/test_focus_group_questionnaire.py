from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from pyxform.xls2xform import convert

from bwise.logic import check_conditions
from bwise.storage import read_csv
from bwise.text import answer_key, code_key, heading_key

PARAMS = Path(__file__).parents[1] / "params"
FOLDER = PARAMS / "questionnaires/focus_group"
LANGUAGES = ["en", "de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es"]
COUNTRIES = {"AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES"}
SHARED = ["model", "nace_rev2", "pathway", "contract", "remuneration", "extent", "profile"]


def test_pyxform_accepts_the_sheets_as_an_xlsform(form, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in ("survey", "choices", "settings"):
        frame = read_csv(FOLDER / f"{sheet}.csv")
        page = book.create_sheet(sheet)
        for row in [list(frame.columns), *frame.to_numpy().tolist()]:
            page.append([cell or None for cell in row])
    book.save(tmp_path / "form.xlsx")
    xform = convert(tmp_path / "form.xlsx", validate=False).xform
    assert all(f"/{name}" in xform for name in form.questions)


def test_the_columns_are_those_of_the_skills_survey_and_the_concept_of_a_choice():
    for sheet, more in (("survey", []), ("choices", ["concept"]), ("settings", []), ("concepts", [])):
        expected = [*read_csv(PARAMS / f"questionnaires/skills_survey/{sheet}.csv").columns, *more]
        assert list(read_csv(FOLDER / f"{sheet}.csv").columns) == expected


def test_every_condition_names_questions_and_answers_there_are(form):
    check_conditions(form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_battery_and_answer_has_a_label_in_every_language(form, language):
    assert list(form.languages) == LANGUAGES
    empty = [q.name for q in form.questions.values() if not q.labels.get(language) or (q.battery and not q.battery_labels.get(language))]
    empty += [f"{n}/{c.name}" for n, answers in form.lists.items() for c in answers.values() if not c.labels.get(language)]
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_questions_have_the_same_heading(form, language):
    headings = Counter(heading_key(q.battery_labels.get(language, "") + q.labels[language]) for q in form.questions.values())
    assert [h for h, n in headings.items() if n > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_answers_of_a_list_look_the_same(form, language):
    for name, answers in form.lists.items():
        keys = Counter(answer_key(c.labels[language]) for c in answers.values())
        assert max(keys.values()) == 1 and "" not in keys, name


def test_an_answer_looks_in_no_language_like_another_answer_of_its_list(form):
    for name, answers in form.lists.items():
        meant: dict[str, set[str]] = {}
        for choice in answers.values():
            for label in choice.labels.values():
                meant.setdefault(answer_key(label), set()).add(choice.name)
        assert {k: v for k, v in meant.items() if len(v) > 1} == {}, name


@pytest.mark.parametrize("name", SHARED)
def test_shared_lists_are_those_of_the_skills_survey(form, questionnaire, name):
    assert form.lists[name] == questionnaire.lists[name]


def test_items_asked_in_both_questionnaires_have_the_same_labels(form, questionnaire):
    asked = {q.concept: q.labels for q in questionnaire.questions.values() if q.role in ("technology", "support")}
    again = {q.concept: q.labels for q in form.questions.values() if q.role in ("technology", "support")}
    assert again == asked


def test_the_skills_to_choose_from_are_the_digital_and_green_ones_of_the_skills_survey(form, questionnaire):
    rated = {q.concept: q.labels for q in questionnaire.questions.values() if q.concept.startswith(("digcomp-2.2/", "greencomp-2022/"))}
    choices = read_csv(FOLDER / "choices.csv").query("list_name == 'skill' and name != 'none'")
    assert {concept: form.lists["skill"][name].labels for name, concept in zip(choices.name, choices.concept, strict=True)} == rated


def test_every_concept_a_question_or_an_answer_names_is_in_the_sheet_of_concepts(form):
    named = {q.concept for q in form.questions.values()} | set(read_csv(FOLDER / "choices.csv").concept)
    assert named - {""} == set(form.concepts)


def test_priorities_are_three_ranks_for_each_group_now_and_in_future(form):
    asked = {(q.subject, q.measure, q.unit) for q in form.with_role("priority")}
    assert len(form.with_role("priority")) == len(asked) == 18
    assert {unit for _, _, unit in asked} == {"rank 1", "rank 2", "rank 3"}


def test_national_forms_are_keyed_by_country_and_code(form):
    forms = form.lists["national_form"]
    keyed = [name.partition("_") for name in forms if name not in ("none", "other")]
    assert {country for country, _, _ in keyed} == COUNTRIES
    assert all(code for _, _, code in keyed)
    assert len({code_key(name) for name in forms}) == len(forms)
    assert forms["none"].exclusive


def test_the_ei_of_france_belgium_and_spain_are_three_forms(form):
    forms = form.lists["national_form"]
    three = [name for name in forms if name.endswith("_EI")]
    assert sorted(three) == ["BE_EI", "ES_EI", "FR_EI"]
    for language in LANGUAGES:
        assert len({answer_key(forms[name].labels[language]) for name in three}) == 3


def test_the_name_of_a_national_form_is_not_translated(form):
    for name, choice in form.lists["national_form"].items():
        if name not in ("none", "other"):
            assert len({label.rpartition(" (")[0] for label in choice.labels.values()}) == 1, name


def test_a_letter_from_k_on_means_another_section_in_the_other_version_of_nace():
    nace = read_csv(PARAMS / "nace.csv")
    titles = {v: dict(zip(rows.section, rows.title, strict=True)) for v, rows in nace.groupby("version")}
    assert "".join(titles["Rev. 2"]) == "ABCDEFGHIJKLMNOPQRSTU"
    assert "".join(titles["Rev. 2.1"]) == "ABCDEFGHIJKLMNOPQRSTUV"
    assert all(titles["Rev. 2"][s] != titles["Rev. 2.1"][s] for s in "KLMNOPQRSTU")


def test_sections_of_both_versions_of_nace_point_to_each_other(form):
    nace = read_csv(PARAMS / "nace.csv")
    there = {(r.section, s) for r in nace[nace.version == "Rev. 2"].itertuples() for s in r.other_version_sections.split()}
    back = {(s, r.section) for r in nace[nace.version == "Rev. 2.1"].itertuples() for s in r.other_version_sections.split()}
    assert there == back
    alone = {pair for pair in there if Counter(a for a, _ in there)[pair[0]] == Counter(b for _, b in there)[pair[1]] == 1}
    assert set(nace[(nace.version == "Rev. 2") & (nace.one_to_one == "yes")].section) == {a for a, _ in alone}
    assert set(nace[(nace.version == "Rev. 2.1") & (nace.one_to_one == "yes")].section) == {b for _, b in alone}
    labels = {c.name: c.labels["en"] for c in form.lists["nace_rev2"].values()}
    assert dict(nace[nace.version == "Rev. 2"][["section", "title"]].to_numpy()) == labels


def test_each_profile_has_its_line_in_the_mapping_to_isco(form):
    profiles = read_csv(PARAMS / "profiles.csv")
    assert dict(profiles[["profile", "label"]].to_numpy()) == {
        c.name: c.labels["en"] for c in form.lists["profile"].values() if c.name != "none"
    }
    assert profiles.isco08.str.fullmatch(r"\d{4}").all()


def test_skills_have_all_competences_of_each_framework_and_the_titles_of_the_concepts(form):
    skills = read_csv(PARAMS / "skills.csv")
    assert Counter(skills.framework + " " + skills.version) == {"DigComp 2.2": 21, "DigComp 3.0": 21, "GreenComp 2022": 12}
    assert set(skills.checked) == {"yes", "no"}
    titles = {f"{r.framework.lower()}-{r.version}/{r.code}": r.title for r in skills.itertuples()}
    assert all(titles[c.name] == c.label for c in form.concepts.values() if c.domain in ("digital", "green"))
