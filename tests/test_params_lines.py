"""Lines that commands write into params: what they add stands there, and every other byte stays."""

import pytest

from bwise.params_lines import add_country
from bwise.settings import Project

HEAD = "# ours\r\nquestionnaire: small   # a comment\r\n"


def consolidation(folder, text):
    path = folder / "params" / "consolidation.yaml"
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8"))
    return Project(folder), path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("countries: [AT, BE]   # A to Z\r\n", "countries: [AT, BE, FI]   # A to Z\r\n"),
        ("countries: [ AT ]\n", "countries: [ AT, FI]\n"),
        ("countries: []\n", "countries: [FI]\n"),
        ("countries:\n  - AT\n  - BE  # last\nminimum_persons: 5\n", "countries:\n  - AT\n  - BE  # last\n  - FI\nminimum_persons: 5\n"),
        ("countries:\r\n- AT\r\n", "countries:\r\n- AT\r\n- FI\r\n"),
    ],
)
def test_a_new_country_stands_last_and_nothing_else_changes(tmp_path, before, after):
    project, path = consolidation(tmp_path, "\ufeff" + HEAD + before)
    assert add_country(project, "FI")
    assert path.read_bytes().decode("utf-8") == "\ufeff" + HEAD + after
    assert project.consolidation().countries[-1] == "FI"
    assert not add_country(project, "FI"), "it is there already"


@pytest.mark.parametrize("text", ["countries: [AT,\n  BE]\n", "countries: &all [AT]\nsize_classes: [10]\ncountry_groups: {all: *all}\n"])
def test_a_list_that_is_not_safe_to_change_stays_as_it_is(tmp_path, text):
    project, path = consolidation(tmp_path, HEAD + text)
    assert not add_country(project, "FI")
    assert path.read_bytes().decode("utf-8") == HEAD + text
