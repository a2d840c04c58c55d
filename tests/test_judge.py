"""Files changed so that their meaning stays are read the same or asked about; files whose meaning was destroyed are never accepted in
silence. `make test-long` tries every mutation on every delivery of the demonstration."""

from __future__ import annotations

import pytest

from bwise.demo import PARTNERS
from tests.judge import damage
from tests.judge.files import DELIVERIES, people_of, sheet, write
from tests.judge.mutations import EVERY, mutant
from tests.judge.verdicts import ASKED, SAME, WRONG, judged, judged_beside_itself, project_in, tally

SEED = 621509
QUICK = {
    "rows_in_another_order": "RO-2",
    "columns_in_another_order": "HR-1",
    "in_another_encoding": "IT-1",
    "with_other_quotes_and_delimiter": "SI-1",
    "saved_as_workbook": "IT-1",
    "with_labels_for_codes": "LV-1",
    "with_headings_in_capitals": "RO-1",
    "scale_shifted_by_one": "AT-1",
    "scale_stretched": "LV-1",
    "row_shifted_by_one_cell": "HR-2",
    "negation_added_to_an_answer": "BE-1",
    "part_of_a_joined_answer_renamed": "PL-1",
}
"""Mutation -> the delivery it is tried on in every run of the tests; all others in `make test-long`."""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return project_in(tmp_path_factory.mktemp("judge"))


@pytest.mark.parametrize(("kind", "name"), QUICK.items())
def test_a_changed_delivery_is_read_the_same_or_asked_about(kind, name, project):
    found = judged(kind, mutant(kind, sheet(DELIVERIES[name]), SEED), project)
    assert found.outcome != WRONG, found.why


SENT_AGAIN = ("rows_in_another_order", "saved_as_workbook", "with_labels_for_codes")


@pytest.mark.parametrize(("kind", "name"), [*zip(SENT_AGAIN, ["HR-1", "SI-1", "NL-1"], strict=True)])
def test_the_same_people_in_a_file_of_another_partner_are_told_of(kind, name, project):
    found = judged_beside_itself(mutant(kind, sheet(DELIVERIES[name]), SEED), project)
    assert found.outcome != WRONG, found.why


@pytest.mark.parametrize("name", ["NL-1", "HR-1", "ES-1", "BE-2"])
def test_a_delivery_cut_into_cells_and_written_again_is_the_same_delivery(name, project):
    kind = "rows_in_another_order"
    whole = mutant(kind, sheet(DELIVERIES[name]), SEED)
    assert sorted(whole.sheet.order) == list(range(len(people_of(DELIVERIES[name]))))
    assert judged(kind, whole, project).outcome == SAME


def test_the_judge_sees_a_wrong_cell(project):
    """Two respondents' answers exchanged behind its back are wrong, and so is a sheet whose change nobody could see."""
    kept = mutant("rows_in_another_order", sheet(DELIVERIES["AT-1"]), SEED)
    order = kept.sheet.order
    astray = kept.sheet.with_records(kept.sheet.records, [order[1], order[0], *order[2:]])
    assert judged("rows_in_another_order", type(kept)(astray), project).outcome == WRONG
    accepted = type(kept)(kept.sheet, frozenset(kept.sheet.answered[:1]))
    assert judged("scale_stretched", accepted, project).why.startswith("accepted in silence")


def test_the_same_seed_changes_a_file_in_the_same_way():
    one, two = (mutant("negation_added_to_a_heading", sheet(DELIVERIES["BE-1"]), SEED) for _ in range(2))
    assert one.bytes == two.bytes != write(sheet(DELIVERIES["BE-1"]))


@pytest.mark.long
@pytest.mark.parametrize("kind", EVERY)
def test_every_mutation_of_every_delivery(kind, project, capsys):
    changed = {name: m for name, partner in DELIVERIES.items() if (m := mutant(kind, sheet(partner), SEED))}
    assert changed
    verdicts = {name: judged(kind, m, project) for name, m in changed.items()}
    with capsys.disabled():
        print(kind, *(f"{outcome} {n}" for outcome, n in tally(list(verdicts.values())).items()))
    assert {name: v.why for name, v in verdicts.items() if v.outcome == WRONG} == {}


@pytest.mark.parametrize(("name", "kind"), [("RO-2", "saved_as_workbook"), ("LV-1", "with_labels_for_codes")])
def test_people_who_answer_alike_without_varying_are_known_by_their_submission(name, kind, project):
    """RO-2: a spreadsheet made numbers of ids that begin with zeros. LV-1: two people ticked the middle everywhere."""
    assert judged_beside_itself(mutant(kind, sheet(DELIVERIES[name]), SEED), project).outcome == ASKED


@pytest.mark.long
@pytest.mark.parametrize("name", [partner.name for partner in PARTNERS])
def test_the_same_people_are_told_of_in_every_form_of_every_delivery(name, project):
    again = [m for kind in SENT_AGAIN if (m := mutant(kind, sheet(DELIVERIES[name]), SEED))]
    assert again
    assert [found.why for m in again if (found := judged_beside_itself(m, project)).outcome == WRONG] == []


DAMAGED = ["AT-1", "FR-1", "HR-1", "LV-1", "ES-1", "AT-1 focus group", "NL-1"]


def test_a_damaged_delivery_is_right_refused_or_told(project, record_property):
    counts, bad = damage.tried(DAMAGED, range(2), project)
    record_property("tried", {"what": "deliveries", **counts})
    assert bad == []


@pytest.mark.long
@pytest.mark.parametrize("name", DELIVERIES)
def test_ten_thousand_damaged_deliveries_are_right_refused_or_told(name, project, record_property):
    counts, bad = damage.tried([name], range(2, 2 + 10_000 // len(DELIVERIES) + 1), project)
    record_property("tried", {"what": "deliveries", **counts})
    assert bad == []
