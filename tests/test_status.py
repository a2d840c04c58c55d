"""Where countries stand: each state is made by hand, and what must be said of it is written here."""

import json
import shutil

import pytest

from bwise.settings import load_country
from bwise.staleness import CONSOLIDATION, begin, note, results
from bwise.status import stale_consolidation, standings, to_do, write_index
from bwise.workflow import template


def noted(project, *names):
    """What the runner notes when these have ended well."""
    for name in names:
        note(project, name, begin(project, name, template(project, name)), results(project, name))


@pytest.fixture
def project(copy_of, demonstration):
    """Two countries of the demonstration, both run and in the European tables."""
    made = copy_of("AT", "BE")
    made.reports.mkdir()
    shutil.copy(demonstration.reports / "consolidation.json", made.reports)
    noted(made, "AT", "BE", CONSOLIDATION)
    return made


def said(project):
    return to_do(standings(project), stale_consolidation(project))


def test_where_all_is_settled_nothing_is_to_be_done(project):
    austria, belgium = standings(project)
    assert austria.row[2:] == ("44", "41", "nothing", "3", "in")
    assert belgium.row[2:] == ("52", "47", "nothing", "4", "in")
    assert said(project) == []


def test_a_country_whose_settings_changed_is_to_be_run_and_so_are_the_tables(project):
    params = project.params / "AT.yaml"
    params.write_bytes(params.read_bytes() + b"\n")
    assert said(project) == [
        "AT: params/AT.yaml has changed; now: bwise run AT",
        "European tables: params/AT.yaml has changed; now: bwise run",
    ]


def test_one_reason_of_several_countries_is_one_line(project):
    tables = project.params / "tables.yaml"
    tables.write_bytes(tables.read_bytes() + b"\n")
    assert said(project)[0] == "AT, BE: params/tables.yaml has changed; now: bwise run AT BE"


def test_what_is_open_is_counted_with_the_command_that_lists_it(project):
    path = project.processed("AT") / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["deliveries"][0] |= {"columns_matched": manifest["deliveries"][0]["columns"] - 2, "unreadable_answers": 1}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    noted(project, "AT", CONSOLIDATION)
    assert standings(project)[0].open == "2 columns, 1 answer"
    assert said(project) == ["AT: 2 columns, 1 answer open; now: bwise check AT"]


def test_a_file_that_replaces_an_accepted_one_waits(project):
    export = project.root / load_country(project, "AT").deliveries[0].file
    export.write_bytes(export.read_bytes() + b"\n")
    assert said(project)[0] == "AT: a new file of AT-1 waits for review; now: bwise check AT"


def test_settings_that_cannot_be_used_are_said_and_the_others_go_on(project):
    (project.params / "AT.yaml").write_text("country: AT\ncolour: red\n")
    austria, belgium = standings(project)
    assert austria.next == ("its settings cannot be used", "bwise check") and belgium.next == ("", "")


def test_a_country_that_was_never_run_or_left_out_says_so(project):
    shutil.rmtree(project.processed("AT"))
    made = json.loads((project.reports / "consolidation.json").read_text(encoding="utf-8"))
    del made["countries"]["survey"]["AT"]
    made["left_out"]["survey"]["AT"] = "not cleaned yet"
    (project.reports / "consolidation.json").write_text(json.dumps(made), encoding="utf-8")
    assert standings(project)[0].row == ("AT", "never", "", "", "", "", "not cleaned yet")


def test_the_page_leads_to_each_country_and_is_not_for_publication(project):
    page = write_index(project, standings(project), stale_consolidation(project)).read_text(encoding="utf-8")
    assert '<a href="AT/country.html">AT</a>' in page and "Nothing is to be done" in page
    assert "not for publication" in page and "<script" not in page
