import os
import re
import stat
from pathlib import Path

import pandas as pd
import pytest

from bwise.cleaning import exclude
from bwise.privacy import KEY_FILE, project_key, protect, pseudonym
from tests.test_cleaning import WORKER, gathered, people, small_project
from tests.test_lineage import answers_of

KEY, OTHER_KEY = b"a" * 64, b"b" * 64


def test_the_key_is_made_once(tmp_path):
    first = project_key(tmp_path)
    assert len(first) == 64 and project_key(tmp_path) == first


def test_two_projects_have_two_keys(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert project_key(tmp_path / "a") != project_key(tmp_path / "b")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_only_its_owner_may_read_the_key(tmp_path):
    project_key(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_is_not_written_yet_is_never_used(tmp_path):
    (tmp_path / KEY_FILE).touch()
    try:
        key = project_key(tmp_path)
    except Exception:
        return
    assert key != b""


def test_the_key_is_never_committed():
    assert KEY_FILE in (Path(__file__).parent.parent / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_pseudonym_is_stable_under_its_key_and_another_under_another():
    assert pseudonym(KEY, "respondent", "AT", "1") == pseudonym(KEY, "respondent", "AT", "1")
    assert pseudonym(KEY, "respondent", "AT", "1") != pseudonym(OTHER_KEY, "respondent", "AT", "1")
    assert re.fullmatch("[0-9a-f]{16}", pseudonym(KEY, "respondent", "AT", "1"))


def test_the_parts_of_a_pseudonym_do_not_run_together():
    assert pseudonym(KEY, "AT", "11") != pseudonym(KEY, "AT1", "1")


def protected(folder, *rows, key=KEY, **more):
    country = gathered(small_project(folder, *rows, **more))
    return protect(exclude(country), key)


def test_respondents_get_pseudonyms_of_their_own_that_change_with_the_key(tmp_path):
    rows = people({}, {}, {})
    first, again, other = (protected(tmp_path, *rows, key=k).rows["respondent"] for k in (KEY, KEY, OTHER_KEY))
    assert first.is_unique
    assert first.equals(again)
    assert not set(first) & set(other)


def test_the_identifier_of_the_tool_is_gone(tmp_path):
    assert "respondent_id" not in protected(tmp_path, WORKER, WORKER).rows


def test_one_enterprise_has_one_pseudonym_however_its_code_is_typed(tmp_path):
    codes = ["W-07", "w 07", "W07", "w_07 ", "W08", ""]
    country = protected(tmp_path, *(WORKER | {"wise_code": c} for c in codes))
    assert country.rows["wise"].nunique() == 3
    assert country.rows["wise"][:4].nunique() == 1
    assert country.rows["wise"].iloc[-1] == ""


def test_the_same_code_of_two_partners_is_two_enterprises(tmp_path):
    project = small_project(tmp_path, WORKER, params="  - partner: AT-2\n    file: raw/AT/answers.csv\n")
    country = gathered(project)
    country = protect(country, KEY)
    assert country.rows["wise"].nunique() == 2


def test_the_code_of_the_enterprise_is_withheld_where_one_was_typed(tmp_path):
    country = protected(tmp_path, *people({}, {"wise_code": ""}))
    assert country.values["wise_code"].isna().all()
    assert country.reasons["wise_code"].tolist() == ["withheld", "no_answer"]


def test_an_open_answer_is_masked_and_the_change_recorded_without_the_old_text(tmp_path):
    country = protected(tmp_path, *people({"comments": "write to a.b@example.org"}, {"comments": "all well"}))
    assert country.values["comments"].tolist() == ["write to [e-mail]", "all well"]
    assert country.changes[["position", "question", "old", "new", "rule"]].to_numpy().tolist() == [
        [0, "comments", "(withheld)", "write to [e-mail]", "mask"]
    ]


def test_respondents_of_all_countries_have_pseudonyms_of_their_own(demonstration):
    respondents = pd.concat([answers_of(demonstration, c)["respondent"] for c in demonstration.countries()])
    assert respondents.is_unique and len(respondents) > 400
