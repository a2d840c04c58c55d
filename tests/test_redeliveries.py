"""A file that replaces an accepted one: what it changes is told to the cell, and nothing is used before somebody accepted it."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bwise.intake import page, states
from bwise.matching import read_deliveries
from bwise.pooling import load_pool
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.redeliveries import LIST, accept, stop_if_waiting, to_accept, waiting
from bwise.settings import Project, load_country
from bwise.storage import read_csv
from tests.test_cleaning import ROOT, export, people, small_project
from tests.test_lineage import run

ALL_KEPT = "exclude: []\n"
ROW = ["kind", "respondent", "old_row", "new_row", "question", "old", "new"]


def accepted(project: Project, country: str = "AT") -> Project:
    """The project with its files accepted and cleaned."""
    accept(project, country, to_accept(project, country))
    run(project, country)
    return project


def stopped(project: Project, country: str = "AT") -> str:
    """What the run says when it stops for the survey of the country."""
    params = load_country(project, country)
    questionnaire = load_questionnaire(project.params / "questionnaires" / params.questionnaire)
    deliveries = read_deliveries(project, params, questionnaire)
    with pytest.raises(ProblemsFound) as found:
        stop_if_waiting(project, params, questionnaire, deliveries)
    return str(found.value)


def listed(project: Project, country: str = "AT") -> list[list[str]]:
    stopped(project, country)
    return read_csv(project.processed(country) / LIST)[ROW].to_numpy().tolist()


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != LIST}


# ------------------------------------------------------------------ what changed


@pytest.fixture
def three(tmp_path):
    """Three workers, in a file without identifiers, accepted and cleaned."""
    rows = people({"staff": "10"}, {"staff": "20", "s1": "3"}, {"staff": "30", "barriers": "cost"})
    return accepted(small_project(tmp_path, *rows, params=ALL_KEPT)), rows


def test_a_file_is_used_as_it_is_while_none_is_accepted(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    run(project)
    export(tmp_path / "raw/AT/answers.csv", *people({}, {"staff": "11"}))
    assert waiting(project, load_country(project, "AT")) == []


def test_a_changed_cell_is_named_and_nothing_else(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first, second | {"staff": "21"}, third)
    assert listed(project) == [["changed", "row 3", "3", "3", "staff", "20", "21"]]


def test_a_row_put_in_at_the_top_is_one_added_respondent(three):
    project, rows = three
    export(project.root / "raw/AT/answers.csv", *people({"staff": "99", "s1": "2", "income_a": "100", "income_b": "0", "barriers": "none"}), *rows)
    assert listed(project) == [["added", "row 2", "", "2", "", "", ""]]


def test_a_multiple_answer_is_one_change_and_a_blank_is_empty(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first, second, third | {"barriers": "cost;time", "s1": ""})
    assert listed(project) == [
        ["changed", "row 4", "4", "4", "s1", "1", ""],
        ["changed", "row 4", "4", "4", "barriers", "cost", "cost;time"],
    ]


def test_of_an_open_answer_and_of_an_enterprise_it_is_only_said_that_they_changed(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first | {"comments": "CANARY", "wise_code": "SECRET"}, second, third)
    assert [row[4:] for row in listed(project)] == [["wise_code", "", "(the text changed)"], ["comments", "", "(the text changed)"]]
    assert "CANARY" not in (project.processed("AT") / LIST).read_text(encoding="utf-8-sig")


def test_masked_texts_are_compared_masked(tmp_path):
    rows = people({"comments": "ask a.b@example.org"}, {"staff": "20"})
    project = accepted(small_project(tmp_path, *rows))
    export(tmp_path / "raw/AT/answers.csv", rows[0], rows[1] | {"staff": "21"})
    assert [row[4] for row in listed(project)] == ["staff"]


def test_a_blank_that_follows_from_a_changed_answer_is_no_change_of_its_own(three):
    project, (first, second, third) = three
    empty = dict.fromkeys(["s1", "s2", "s3", "s4"], "")
    accepted_again = [first | empty, second, third]
    export(project.root / "raw/AT/answers.csv", *accepted_again)
    accepted(project)
    export(project.root / "raw/AT/answers.csv", first | empty | {"group": "enabler"}, second, third)
    assert listed(project) == [["changed", "row 2", "2", "2", "group", "wsn", "enabler"]]


def test_whoever_was_excluded_and_is_not_any_more_is_named(tmp_path):
    rows = people({"staff": "10"}, {"comments": "test", "staff": "20"})
    project = accepted(small_project(tmp_path, *rows))
    export(tmp_path / "raw/AT/answers.csv", rows[0] | {"staff": "11"}, rows[1])
    assert listed(project) == [["changed", "row 2", "2", "2", "staff", "10", "11"]]
    (project.params / "AT.yaml").write_text((project.params / "AT.yaml").read_text() + ALL_KEPT)
    assert "2 added" not in stopped(project)


# ------------------------------------------------------------------ what becomes of it


def test_the_run_stops_with_counts_and_leaves_the_cleaned_answers_alone(three):
    project, (first, second, third) = three
    before = contents(project.processed("AT"))
    export(project.root / "raw/AT/answers.csv", first | {"staff": "11", "s1": "2"}, second)
    said = stopped(project)
    assert "respondents: 0 added, 1 removed, 1 changed (2 cells); all of them in processed/AT/changes_to_review.csv" in said
    assert "raw/AT/answers.csv" in said and "bwise accept AT" in said
    assert contents(project.processed("AT")) == before


def test_the_pool_leaves_the_country_out_until_the_file_is_accepted_and_run(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first | {"staff": "11"}, second, third)
    with pytest.raises(ProblemsFound, match="a new delivery waits for review: bwise check AT"):
        load_pool(project)
    accept(project, "AT", to_accept(project, "AT"))
    with pytest.raises(ProblemsFound, match="changed since it was cleaned: params/AT.yaml, raw/AT/answers.csv"):
        load_pool(project)
    run(project)
    assert load_pool(project).answers["staff"].tolist() == [11, 20, 30]


def test_the_list_goes_when_nothing_waits_any_more(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first, second)
    stopped(project)
    export(project.root / "raw/AT/answers.csv", first, second, third)
    params = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    stop_if_waiting(project, params, questionnaire, read_deliveries(project, params, questionnaire))
    assert not (project.processed("AT") / LIST).exists()


def test_without_cleaned_answers_there_is_nothing_to_compare_with_and_the_file_waits_all_the_same(three):
    project, (first, second, _) = three
    shutil.rmtree(project.processed("AT"))
    export(project.root / "raw/AT/answers.csv", first, second)
    assert "there are no cleaned answers to compare it with" in stopped(project)
    assert not project.processed("AT").exists()


def test_check_shows_the_review_and_remarks_what_is_not_frozen(three, tmp_path_factory):
    project, (first, second, third) = three
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    (calm,) = states(project, load_country(project, "AT"), questionnaire)
    assert not calm.is_open and "not frozen" not in page(calm, questionnaire)
    export(project.root / "raw/AT/answers.csv", first, second)
    (state,) = states(project, load_country(project, "AT"), questionnaire)
    assert state.is_open
    assert "1 removed" in page(state, questionnaire) and "bwise accept AT" in page(state, questionnaire)
    other = small_project(tmp_path_factory.mktemp("other"), first, second)
    (loose,) = states(other, load_country(other, "AT"), questionnaire)
    assert not loose.is_open and "not frozen yet" in page(loose, questionnaire)


def test_corrections_that_no_longer_fit_are_named_by_row_and_without_values(three):
    project, (first, second, third) = three
    head = "kind,delivery,respondent,question,expected,new,reason,by,date"
    lines = [
        "set,AT-1,row 2,staff,10,12,x,y,2022-05-01",
        "set,,row 3,staff,20,21,x,y,2022-05-01",
        "set,,row 4,staff,30.0,31,x,y,2022-05-01",
        "blank,,row 4,s1,1,no_answer,x,y,2022-05-01",
        "exclude,,row 9,,,,x,y,2022-05-01",
        "set,,row 4,barriers,cost,cost;time,x,y,2022-05-01",
    ]
    (project.params / "AT.corrections.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8-sig")
    export(project.root / "raw/AT/answers.csv", first | {"staff": "11"}, second | {"staff": "21"}, third | {"s1": ""})
    told = [line.strip() for line in stopped(project).splitlines() if "corrections.csv" in line]
    assert told == [
        "params/AT.corrections.csv, row 2: no longer matches; the new file has another value than the one expected",
        "params/AT.corrections.csv, row 3: no longer needed; the new file says so itself",
        "params/AT.corrections.csv, row 5: no longer needed; the new file says so itself",
        "params/AT.corrections.csv, row 6: no longer matches; the respondent is not in the new file",
    ]


# ------------------------------------------------------------------ accepting


def test_accepting_adds_one_line_and_leaves_every_other_byte(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    text = (
        "\ufeff# who sent what\r\ncountry:  'AT'\r\nquestionnaire: small   # the small one\r\n"
        'deliveries:\r\n  - partner: AT-1\r\n    file:   "raw/AT/answers.csv"  # from Vienna\r\n    language: en\r\n'
    )
    (project.params / "AT.yaml").write_bytes(text.encode())
    (found,) = to_accept(project, "AT")
    assert str(found).startswith("AT-1: raw/AT/answers.csv, 2 records, sha256 ") and "for the first time" in str(found)
    accept(project, "AT", [found])
    written = (project.params / "AT.yaml").read_bytes().decode()
    line = f'    accepted: "{found.digest}"\r\n'
    assert written == text.replace("# from Vienna\r\n", "# from Vienna\r\n" + line)
    assert to_accept(project, "AT") == []
    export(tmp_path / "raw/AT/answers.csv", *people({}, {"staff": "11"}))
    (other,) = to_accept(project, "AT")
    accept(project, "AT", [other])
    assert (project.params / "AT.yaml").read_bytes().decode() == written.replace(found.digest, other.digest)


def test_a_file_that_ends_without_a_new_line_and_a_short_hash_with_a_remark_are_written_right(tmp_path):
    project = small_project(tmp_path, *people({}))
    path = project.params / "AT.yaml"
    text = "country: AT\nquestionnaire: small\ndeliveries:\n  - partner: AT-1\n    file: raw/AT/answers.csv"
    path.write_text(text)
    (found,) = to_accept(project, "AT")
    accept(project, "AT", [found])
    assert path.read_text() == f'{text}\n    accepted: "{found.digest}"'
    path.write_text(f"{text}\n    accepted: '{'a' * 12}'   # in May")
    accept(project, "AT", [found])
    assert path.read_text() == f'{text}\n    accepted: "{found.digest}"   # in May'


def test_a_delivery_on_one_line_is_left_alone_and_the_line_to_write_is_told(tmp_path):
    project = small_project(tmp_path, *people({}))
    path = project.params / "AT.yaml"
    text = "country: AT\nquestionnaire: small\ndeliveries:\n  - {partner: AT-1, file: raw/AT/answers.csv}\n"
    path.write_text(text)
    (found,) = to_accept(project, "AT")
    with pytest.raises(ProblemsFound, match=f'accepted: "{found.digest}"'):
        accept(project, "AT", [found])
    assert path.read_text() == text


def test_returns_of_the_focus_group_are_accepted_below_their_own_key(tmp_path):
    shutil.copytree(ROOT / "params/questionnaires", tmp_path / "params/questionnaires")
    shutil.copytree(ROOT / "raw/demo/BE", tmp_path / "raw/demo/BE")
    shutil.copy(ROOT / "params/BE.yaml", tmp_path / "params")
    project = Project(tmp_path)
    found = to_accept(project, "BE", "BE-2")
    assert [(a.name, a.part) for a in found] == [("BE-2", ""), ("BE-2", "focus_group")]
    accept(project, "BE", found)
    params = load_country(project, "BE")
    assert [d.accepted for d in params.deliveries] == [None, found[0].digest]
    assert [d.accepted for d in params.focus_group.deliveries] == [None, found[1].digest]
    before, after = ((where / "params/BE.yaml").read_text(encoding="utf-8") for where in (ROOT, tmp_path))
    assert [line for line in after.splitlines() if "accepted:" not in line] == before.splitlines()


def test_a_delivery_nobody_knows_and_a_file_that_cannot_be_read_are_not_accepted(tmp_path):
    project = small_project(tmp_path, *people({}))
    with pytest.raises(ProblemsFound, match="did you mean `AT-1`"):
        to_accept(project, "AT", "AT-2")
    (tmp_path / "raw/AT/answers.csv").write_bytes(b"")
    with pytest.raises(ProblemsFound, match="empty"):
        to_accept(project, "AT")


@pytest.mark.parametrize("digest", ["abc", '"123"', "XYZ123XYZ123", "123456789012"])
def test_a_hash_that_is_none_is_refused(tmp_path, digest):
    project = small_project(tmp_path, *people({}), params=f"    accepted: {digest}\n")
    with pytest.raises(ProblemsFound, match="accepted"):
        load_country(project, "AT")


# ------------------------------------------------------------------ any edits


HEAD = "Response ID;Date submitted;partner_code;wise_code;group;s1;s2;s3;s4;income_a;income_b;barriers;staff;comments"
CHANGES = st.dictionaries(st.sampled_from(["s1", "s2", "s3", "s4"]), st.sampled_from(["1", "2", "3", ""]), min_size=1)
