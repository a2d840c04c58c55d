"""Official classifications: versions of NACE told apart, and lists of occupations and competences that users edit."""

import csv
import json

import pytest

from bwise.cleaning import gather
from bwise.identities import check_identities
from bwise.lineage import _comparability as comparability
from bwise.problems import ProblemsFound
from bwise.publication import shown
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings
from bwise.tables.kinds.multi_response import MAPPED
from tests.conftest import ROOT, made

FINANCE = "Financial and insurance activities"


def one(send, *sectors, model="Productive model", question="main_sector", **params):
    """How these sectors are read where another question is answered by `model`: its label, or its code."""
    rows = [["model", question], *[[model, s] for s in sectors]]
    read = send(rows, **params).answers
    mapping = read.mapping[read.mapping["question"].eq(question)].set_index("raw")
    return {s: tuple(mapping.loc[s, ["code", "reason", "proposal"]]) for s in sectors}


def label(questionnaire, question, code, language="en"):
    return questionnaire.choices(question)[code].labels[language]


@pytest.fixture
def productive(questionnaire):
    return label(questionnaire, "model", "productive")


def test_the_questionnaires_say_which_version_of_nace_their_sectors_are_of(questionnaire, form):
    assert {q: questionnaire.classification(q) for q in ("sectors", "main_sector", "model")} == {
        "sectors": "NACE Rev. 2",
        "main_sector": "NACE Rev. 2",
        "model": "",
    }
    assert {form.classification(q) for q in ("main_sectors", "common_sectors")} == {"NACE Rev. 2"}


def test_a_letter_alone_from_k_on_is_refused_where_the_export_is_written_in_labels(send, productive):
    letters = "ABCDEFGHIJKLMNOPQRSTUV"
    found = one(send, *letters, model=productive)
    assert {s: found[s][:2] for s in "ABCDEFGHIJ"} == {s: (s, "") for s in "ABCDEFGHIJ"}
    assert {found[s][:2] for s in "KLMNOPQRSTUV"} == {("", "unreadable")}
    assert found["K"][2] == "K of NACE Rev. 2, or J where it is a letter of NACE Rev. 2.1; say so under `classifications`"
    assert found["V"][2].startswith("U where it is a letter of NACE Rev. 2.1")


def test_in_an_export_of_codes_a_letter_is_the_questionnaires_own(send):
    assert one(send, "K", "N", model="productive") == {"K": ("K", "", ""), "N": ("N", "", "")}


def test_a_letter_with_its_title_is_read_by_the_title_whichever_version_the_letter_is_from(send, questionnaire, productive):
    german = label(questionnaire, "main_sector", "K", "de")
    texts = [f"K {FINANCE}", f"K - {FINANCE}", f"k: {FINANCE.lower()}", f"L. {FINANCE}", f"K – {german}", FINANCE]
    assert {found[0] for found in one(send, *texts, model=productive).values()} == {"K"}
    wrong = one(send, f"A {FINANCE}", model=productive)
    assert wrong[f"A {FINANCE}"][1] == "unreadable", "a letter that contradicts the title"


def test_a_bare_letter_among_several_sectors_makes_the_answer_unreadable(send, productive):
    found = one(send, "C, E", "C, N", f"C, N {FINANCE}", question="sectors", model=productive)
    assert found["C, E"][:2] == ("C;E", "")
    assert found["C, N"][1] == "unreadable" and found["C, N"][2].startswith("N of NACE Rev. 2, or M ")


def test_a_delivery_in_the_other_version_is_converted_where_sections_correspond_one_to_one(send, questionnaire):
    declared = {"classifications": {"main_sector": "NACE Rev. 2.1"}}
    found = one(send, "L", "O", f"L {FINANCE}", FINANCE, "S Arts, sports and recreation", "C", "V", model="productive", **declared)
    assert {s: f[0] for s, f in found.items()} == {
        "L": "K",
        "O": "N",
        f"L {FINANCE}": "K",
        FINANCE: "K",
        "S Arts, sports and recreation": "R",
        "C": "C",
        "V": "U",
    }


@pytest.mark.parametrize(
    ("answer", "proposal"),
    [
        ("K", "J of NACE Rev. 2: NACE Rev. 2.1 cuts K, “Telecommunication, computer programming, "),
        ("G Wholesale and retail trade", "G of NACE Rev. 2: NACE Rev. 2.1 cuts G, "),
        ("T", "G or S of NACE Rev. 2: NACE Rev. 2.1 cuts T, “Other service activities”, otherwise"),
    ],
)
def test_a_section_that_has_no_counterpart_of_its_own_is_unreadable_and_named(send, answer, proposal):
    code, reason, said = one(send, answer, model="productive", classifications={"main_sector": "NACE Rev. 2.1"})[answer]
    assert (code, reason) == ("", "unreadable")
    assert said.startswith(proposal)


def test_a_letter_alone_is_read_where_params_state_the_questionnaires_own_version(send, productive):
    assert one(send, "K", model=productive, classifications={"main_sector": "NACE Rev. 2"}) == {"K": ("K", "", "")}


def test_a_column_per_section_is_headed_by_it_and_holds_no_letter_alone(send, productive):
    read = send([["model", "sectors/C", "sectors/K"], [productive, "C", ""], [productive, "", "K"]])
    assert read.answers.values["sectors/K"].tolist() == [False, True]


def test_a_list_of_two_versions_is_no_list(tmp_path):
    sheets = {
        "survey": "type,name,label\nselect_one sector,sector,Sector\n",
        "choices": "list_name,name,label,classification\nsector,A,Farming,NACE Rev. 2\nsector,K,Telecommunication,NACE Rev. 2.1\n",
        "settings": "form_title\nBy hand\n",
    }
    for name, text in sheets.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"mixes NACE Rev\. 2 and NACE Rev\. 2\.1"):
        load_questionnaire(tmp_path)


def test_params_decide_on_a_letter_that_was_refused(send, productive):
    found = one(send, "K", "T", model=productive, answers={"main_sector": {"K": "J", "T": "S"}})
    assert {s: f[:2] for s, f in found.items()} == {"K": ("J", ""), "T": ("S", "")}


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"main_sector": "NACE Rev 2.1"}, "`NACE Rev 2.1` is not in params/nace.csv"),
        ({"model": "NACE Rev. 2.1"}, "of no classification"),
        ({"main_sectr": "NACE Rev. 2.1"}, "main_sector"),
    ],
)
def test_a_classification_that_cannot_be_is_refused(send, declared, told):
    with pytest.raises(ProblemsFound, match=told):
        one(send, "K", model="productive", classifications=declared)


def test_columns_of_sections_in_the_other_version_wait_for_params(send):
    rows = [["model", "sectors/A", "sectors/L"], ["productive", "1", "0"]]
    with pytest.raises(ProblemsFound, match="one column per section"):
        send(rows, classifications={"sectors": "NACE Rev. 2.1"})
    read = send(rows, classifications={"sectors": "NACE Rev. 2.1"}, columns={"sectors/A": "sectors/A", "sectors/L": "sectors/K"})
    assert read.answers.values["sectors/K"].tolist() == [False]


# ------------------------------------------------------------------ what is kept of it


def test_a_converted_delivery_is_recoded_and_the_versions_are_kept_in_the_manifest(demonstration, send, questionnaire):
    manifest = json.loads((demonstration.processed("AT") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["classifications"] == {"sectors": "NACE Rev. 2", "main_sector": "NACE Rev. 2"}
    group = json.loads((demonstration.processed("AT", "focus_group") / "manifest.json").read_text(encoding="utf-8"))
    assert group["classifications"] == {"main_sectors": "NACE Rev. 2", "common_sectors": "NACE Rev. 2"}
    assert "recoded" not in manifest["comparability"]
    rows, declared = [["model", "main_sector"], ["productive", "L"]], {"main_sector": "NACE Rev. 2.1"}
    for used, recoded in (("NACE Rev. 2.1", ["main_sector"]), ("NACE Rev. 2", [])):
        read = send(rows, classifications=declared | {"main_sector": used})
        country = gather(CountrySettings(country="XX", questionnaire="skills_survey", deliveries=[read.delivery]), questionnaire, [read])
        assert comparability(country).get("recoded", []) == recoded
        assert country.settings.stated()["deliveries"][0]["classifications"] == {"main_sector": used}
        assert check_identities(country)["left"].tolist() == check_identities(country)["right"].tolist()


def test_sectors_carry_their_version_in_every_label(european, demonstration_pool, questionnaire):
    for id_ in ("sectors", "sectors_by_source"):
        labels = european[id_].codes["sector"]
        assert labels["C"] == "C Manufacturing (NACE Rev. 2)"
        assert all(label.startswith(f"{code} ") and label.endswith(" (NACE Rev. 2)") for code, label in labels.items())
        assert "Sectors are sections of NACE Rev. 2." in european[id_].notes


# ------------------------------------------------------------------ lists that users edit


def rows_of(name):
    with (ROOT / "params" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "key"),
    [("nace", ("version", "section")), ("skills", ("framework", "version", "code")), ("profiles", ("profile",))],
)
def test_no_code_stands_twice_in_a_list_and_each_has_a_source(name, key):
    rows = rows_of(name)
    assert len({tuple(r[k] for k in key) for r in rows}) == len(rows)
    assert [r for r in rows if not r["source"].strip()] == []


def test_every_profile_of_the_list_is_an_answer_and_every_group_is_one_of_isco(questionnaire, form):
    profiles = {r["profile"] for r in rows_of("profiles")}
    for known in (questionnaire, form):
        assert profiles <= set(known.lists["profile"])
    assert all(len(r["isco08"]) == 4 and r["isco08"].isdigit() and r["isco08_title"] for r in rows_of("profiles") if r["isco08"])


def test_every_skill_of_a_framework_is_in_the_list_under_the_name_that_was_asked(questionnaire):
    titles = {f"{r['framework']}-{r['version']}/{r['code']}".casefold(): r["title"] for r in rows_of("skills")}
    asked = {c.name: c.label for c in questionnaire.concepts.values() if c.name.startswith(("digcomp", "greencomp"))}
    assert len(asked) == 13
    assert asked == {name: titles[name] for name in asked}
    numbers = [
        {r["code"] for r in rows_of("skills") if (r["framework"], r["version"]) == v} for v in (("DigComp", "2.2"), ("DigComp", "3.0"))
    ]
    assert numbers[0] == numbers[1], "the same competence has the same number in both versions"


def test_profiles_show_their_group_of_isco_where_the_list_has_one(european):
    expected = {r["profile"]: f"{r['label']} (ISCO-08 {r['isco08']})" for r in rows_of("profiles")}
    for id_ in ("profiles", "profiles_by_source"):
        assert european[id_].codes["answer"] == expected | {"none": "None of these"}
        assert MAPPED in european[id_].notes


PROFILES = "type,name,label,role,measure\nselect_multiple profile,old,Profiles to revise,profiles,revise\n"
JOBS = "list_name,name,label\nprofile,coach,Job coach\nprofile,tutor,Tutor\n"


def test_the_mapping_of_profiles_follows_the_list_that_users_edit(pool_of, tmp_path):
    pool = pool_of(PROFILES, JOBS, {"AT": [{"old/coach": True, "old/tutor": False}]}, minimum_persons=1, minimum_wises=1)
    assert made("profiles")(pool).codes["answer"] == {"coach": "Job coach", "tutor": "Tutor"}, "no list, no codes"
    (tmp_path / "params" / "profiles.csv").write_text("profile,isco08\ncoach,2423\ntutor,\nother,1111\n", encoding="utf-8")
    table = made("profiles")(pool)
    assert table.codes["answer"] == {"coach": "Job coach (ISCO-08 2423)", "tutor": "Tutor"}
    assert MAPPED in table.notes


def test_names_of_skills_stand_side_by_side_in_the_versions_of_their_framework(european, questionnaire):
    table = european["skill_names"]
    found = {(r["skill"], r["statistic"]): shown(r, table) for r in table.data.to_dict("records")}
    expected = {}
    for row in rows_of("skills"):
        for version in ("digcomp-2.2", "greencomp-2022"):
            skill = f"{version}/{row['code']}"
            if skill in questionnaire.concepts and version.startswith(row["framework"].casefold()):
                expected[skill, f"{row['framework']} {row['version']}"] = f"{row['code']} {row['title']}"
    assert found == expected
    assert len(found) == 8 * 2 + 5
    assert found["digcomp-2.2/5.1", "DigComp 3.0"] == "5.1 Identifying and solving technical problems"
    assert "JRC144121" in table.notes[0] and "EUR 30955 EN" in table.notes[0]
