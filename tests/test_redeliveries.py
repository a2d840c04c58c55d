"""A file that replaces an accepted one: what it changes is told to the cell, and nothing is used before somebody accepted it."""

import csv
import shutil

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bwise.checks import flag
from bwise.cleaning import apply_skip_logic, exclude, gather, record_change
from bwise.intake import page, states
from bwise.lineage import save
from bwise.matching import Part, read_deliveries, read_parts
from bwise.pooling import load_pool
from bwise.privacy import project_key, protect
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.redeliveries import LIST, accept, stop_if_waiting, to_accept, waiting
from bwise.settings import Project, load_country
from bwise.storage import read_csv
from tests.said import Said
from tests.test_cleaning import ROOT, WORKER, export, gathered, people, small_project
from tests.test_lineage import cleaned, run

ALL_KEPT = "exclude: []\n"
ROW = ["kind", "respondent", "old_row", "new_row", "question", "old", "new"]


def accepted(project: Project, country: str = "AT") -> Project:
    """The project with its files accepted and cleaned."""
    accept(project, country, to_accept(project, country))
    run(project, country)
    return project


def stopped(project: Project, country: str = "AT") -> str:
    """What the run says when it stops for the survey of the country."""
    survey = read_parts(project, load_country(project, country))[0]
    with pytest.raises(ProblemsFound) as found:
        stop_if_waiting(project, survey)
    return str(found.value)


def listed(project: Project, country: str = "AT") -> list[list[str]]:
    stopped(project, country)
    return read_csv(project.processed(country) / LIST)[ROW].to_numpy().tolist()


def resend(project: Project, rows: list[dict]) -> None:
    export(project.root / "raw/AT/answers.csv", *rows)


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
    export(
        project.root / "raw/AT/answers.csv",
        *people({"staff": "99", "s1": "2", "income_a": "100", "income_b": "0", "barriers": "none"}),
        *rows,
    )
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


def test_whoever_was_excluded_and_still_is_was_not_compared_and_is_not_listed(tmp_path):
    rows = people({"staff": "10"}, {"comments": "test", "staff": "20"})
    project = accepted(small_project(tmp_path, *rows))
    export(tmp_path / "raw/AT/answers.csv", rows[0] | {"staff": "11"}, rows[1])
    assert listed(project) == [["changed", "row 2", "2", "2", "staff", "10", "11"]]


@pytest.mark.parametrize("named", [True, False], ids=["with identifier", "without"])
def test_whoever_was_excluded_and_is_not_any_more_is_named(tmp_path, named):
    rows = people({"staff": "10"}, {"comments": "test", "staff": "20"})
    project = small_project(tmp_path, *rows)
    put = (
        (lambda *rows: send(project, list(enumerate(rows, 101)))) if named else lambda *rows: export(tmp_path / "raw/AT/answers.csv", *rows)
    )
    put(*rows)
    accepted(project)
    put(rows[0], rows[1] | {"comments": "testing is fun"})
    assert listed(project) == [["changed", "102" if named else "row 3", "3", "3", "", "excluded: test", "kept"]]


def test_a_respondent_whom_a_correction_left_out_is_no_change(tmp_path):
    rows = people({"staff": "10"}, {"staff": "20"}, {"staff": "30"})
    project = accepted(small_project(tmp_path, *rows))
    country = cleaned(project)
    country.exclusions = pd.DataFrame({"position": [1], "rule": ["correction"], "reason": ["asked to be left out"]})
    save(country, project)
    export(tmp_path / "raw/AT/answers.csv", rows[0] | {"staff": "11"}, *rows[1:])
    assert listed(project) == [["changed", "row 2", "2", "2", "staff", "10", "11"]]


def test_corrected_cells_are_compared_as_they_came_in(tmp_path):
    rows = people({"staff": "10"}, {"barriers": "cost"}, {"s1": ""})
    project = small_project(tmp_path, *rows)
    accept(project, "AT", to_accept(project, "AT"))
    country = gathered(project)
    for position, question, old, new in (
        (0, "staff", "10", 12.0),
        (1, "barriers/time", "False", True),
        (2, "s1", "", "2"),
        (2, "s2", "2", None),
    ):
        record_change(country, pd.Index([position]), question, old, "" if new is None else str(new), "correction", "by telephone")
        country.values.loc[position, question] = new
        country.reasons.loc[position, question] = "no_answer" if new is None else ""
    save(protect(flag(exclude(country)), project_key(project.root)), project)
    export(tmp_path / "raw/AT/answers.csv", rows[0] | {"comments": "new"}, *rows[1:])
    assert [row[1:5:3] for row in listed(project)] == [["row 2", "comments"]]


# ------------------------------------------------------------------ what becomes of it


def test_the_run_stops_with_counts_and_leaves_the_cleaned_answers_alone(three):
    project, (first, second, _) = three
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
    with pytest.raises(ProblemsFound, match=r"changed since it was cleaned: params/AT\.yaml, an export"):
        load_pool(project)
    run(project)
    assert sorted(load_pool(project).answers["staff"]) == [11, 20, 30]


def test_the_list_goes_when_nothing_waits_any_more(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first, second)
    stopped(project)
    export(project.root / "raw/AT/answers.csv", first, second, third)
    stop_if_waiting(project, *read_parts(project, load_country(project, "AT")))
    assert not (project.processed("AT") / LIST).exists()


def test_without_cleaned_answers_there_is_nothing_to_compare_with_and_the_file_waits_all_the_same(three):
    project, (first, second, _) = three
    shutil.rmtree(project.processed("AT"))
    export(project.root / "raw/AT/answers.csv", first, second)
    assert "there are no cleaned answers to compare it with" in stopped(project)
    assert not project.processed("AT").exists()


def test_check_shows_the_review_and_remarks_what_is_not_frozen(three, tmp_path_factory):
    project, (first, second, _) = three
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
        "params/AT.corrections.csv, line 2; staff, AT-1, row 2: the answer now is another one, not what `expected` says",
        "params/AT.corrections.csv, line 6; delivery AT-1: no record of this delivery has this id or row",
    ], "lines 3 and 5 are settled: the partner has made them at the source"


def test_a_return_of_the_focus_group_waits_by_itself_and_its_list_stands_in_its_own_folder(tmp_path):
    shutil.copytree(ROOT / "params/questionnaires", tmp_path / "params/questionnaires")
    shutil.copytree(ROOT / "raw/demo/BE", tmp_path / "raw/demo/BE")
    shutil.copy(ROOT / "params/BE.yaml", tmp_path / "params")
    project = Project(tmp_path)
    accept(project, "BE", to_accept(project, "BE"))
    params = load_country(project, "BE").for_focus_group()
    form = load_questionnaire(project.params / "questionnaires/focus_group")
    said = gather(params, form, read_deliveries(project, params, form))
    save(protect(flag(apply_skip_logic(said)), project_key(project.root)), project)
    path = tmp_path / "raw/demo/BE/focus_group_Wallonie.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\r\n").rpartition(b"\n")[0] + b"\n")  # without its last record
    with pytest.raises(ProblemsFound, match="processed/BE/focus_group/changes_to_review"):
        stop_if_waiting(project, Part(params, form, read_deliveries(project, params, form)))
    removed = read_csv(project.processed("BE", "focus_group") / LIST)
    assert removed[["kind", "delivery", "question"]].to_numpy().tolist() == [["removed", "BE-2", ""]]
    assert waiting(project, load_country(project, "BE")) == []


def test_of_two_deliveries_only_the_one_that_waits_is_compared(tmp_path):
    second = "  - partner: AT-2\n    file: raw/AT/more.csv\n"
    rows, more = people({"staff": "10"}, {"staff": "20"}), people({"staff": "30"}, {"staff": "40"})
    project = small_project(tmp_path, *rows, params=second)
    export(tmp_path / "raw/AT/more.csv", *more)
    accepted(project)
    export(tmp_path / "raw/AT/more.csv", more[0], more[1] | {"staff": "41"})
    assert listed(project) == [["changed", "row 3", "3", "3", "staff", "40", "41"]]
    assert "1. AT-2:" in stopped(project) and "2. " not in stopped(project)


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


def test_the_commands_say_what_waits_what_is_accepted_and_that_nothing_is_left_to_do(three):
    project, (first, second, third) = three
    export(project.root / "raw/AT/answers.csv", first | {"staff": "11"}, second, third)
    waits, taken = Said(project.root, "check", "at"), Said(project.root, "accept", "at", "--delivery", "AT-1")
    assert (waits.code, waits.err) == (1, "")
    assert "0 added, 0 removed, 1 changed (1 cell)" in waits.out and "bwise accept AT" in waits.out
    assert taken.well() and "in place of the file accepted before: respondents: 0 added, 0 removed, 1 changed" in taken.out
    assert Said(project.root, "accept", "AT").out.startswith("Every file is the accepted one")
    assert Said(project.root, "check", "AT").well()
    Said(project.root, "accept", "AT", "--delivery", "AT-9").refused("there is no delivery `AT-9`", "did you mean `AT-1`?")


def test_the_exports_of_austria_in_the_demonstration_are_the_accepted_ones():
    project = Project(ROOT)
    parts = load_country(project, "AT").parts()
    assert [d.accepted is not None for part in parts for d in part.deliveries] == [True, True]
    assert [waiting(project, part) for part in parts] == [[], []]


# ------------------------------------------------------------------ any edits


HEAD = ["id", "submitdate", "lastpage", "startlanguage", *WORKER]
BASE = people(*({"staff": str(10 + n), "s1": str(1 + n % 3)} for n in range(8)))


def send(project: Project, rows: list[tuple[int, dict]]) -> None:
    """LimeSurvey's export of these respondents: identifier, answers."""
    with (project.root / "raw/AT/answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=",", quoting=csv.QUOTE_ALL)
        writer.writerow(HEAD)
        writer.writerows([n, "2022-05-01 10:00:00", 3, "en", *row.values()] for n, row in rows)


@pytest.fixture(scope="module")
def with_ids(tmp_path_factory):
    """Eight workers with LimeSurvey's identifiers, accepted and cleaned."""
    project = small_project(tmp_path_factory.mktemp("ids"), params=ALL_KEPT)
    send(project, list(enumerate(BASE, 101)))
    return accepted(project)


EDITS = {
    "s1": st.sampled_from(["", "1", "2", "3", "dont_know"]),
    "staff": st.integers(1, 99).map(str),
    "barriers": st.sampled_from(["cost", "time", "cost;time", "none", ""]),
    "income_a": st.sampled_from(["60", "70.5", ""]),
    "comments": st.sampled_from(["", "fine", "so so"]),
}
CELLS = st.dictionaries(st.tuples(st.integers(0, 7), st.sampled_from(list(EDITS))), st.integers(0, 10**6), max_size=6)


@given(
    cells=CELLS,
    gone=st.sets(st.integers(0, 7), max_size=3),
    more=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
    data=st.data(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_changes_to_review_are_exactly_the_edits(with_ids, cells, gone, more, order, data):
    rows = {101 + n: dict(row) for n, row in enumerate(BASE)}
    for (n, question), _ in cells.items():
        rows[101 + n][question] = data.draw(EDITS[question])
    expected = {("changed", str(101 + n), q) for n, q in cells if n not in gone and rows[101 + n][q] != BASE[n][q]}
    expected |= {("removed", f"row {n + 2}", "") for n in gone}
    expected |= {("added", str(501 + n), "") for n in range(more)}
    sent = [(k, v) for k, v in rows.items() if k - 101 not in gone] + [(501 + n, dict(BASE[n])) for n in range(more)]
    order.shuffle(sent)
    send(with_ids, sent)
    if waiting(with_ids, load_country(with_ids, "AT")):
        found = listed(with_ids)
        assert {(r[0], r[1], r[4]) for r in found} == expected
        assert len(found) == len(expected)
        for kind, who, _, new_row, question, old, new in found:
            assert kind == "removed" or sent[int(new_row) - 2][0] == int(who)
            if kind == "changed" and question != "comments":
                assert (old, new) == (BASE[int(who) - 101][question], rows[int(who)][question])


@given(gone=st.sets(st.integers(0, 7), max_size=3), cell=st.none() | st.integers(0, 7), order=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_rows_without_identifier_are_told_apart_by_what_they_hold(without_ids, gone, cell, order):
    sent = [(n, row | {"s2": "3"} if n == cell else row) for n, row in enumerate(BASE) if n not in gone]
    order.shuffle(sent)
    export(without_ids.root / "raw/AT/answers.csv", *(row for _, row in sent))
    expected = {("removed", str(n + 2), "") for n in gone}
    expected |= {("changed", str(cell + 2), "s2")} if cell is not None and cell not in gone else set()
    if waiting(without_ids, load_country(without_ids, "AT")):
        assert {(r[0], r[2], r[4]) for r in listed(without_ids)} == expected


@pytest.fixture(scope="module")
def without_ids(tmp_path_factory):
    return accepted(small_project(tmp_path_factory.mktemp("no ids"), *BASE, params=ALL_KEPT))
