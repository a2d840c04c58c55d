"""Texts that people typed: all are listed to be read, and only those leave `processed/` that somebody released by name."""

import pytest

from bwise.lineage import mapping_table
from bwise.pooling import country_pool
from bwise.problems import ProblemsFound
from bwise.publication import write_texts
from bwise.released_texts import FILE, published_texts
from bwise.settings import load_country
from bwise.storage import read_csv
from tests.test_cleaning import people, small_project
from tests.test_lineage import cleaned, run

SAID, MAIL = "My boss Ana Kovač never pays", "write to ana.kovac@example.org"


def sent(folder, params="", comments=(SAID, MAIL)):
    """Three workers: two with a comment, one with an answer that nobody understands."""
    rows = people({"comments": comments[0]}, {"comments": comments[1]}, {"group": "the one of Ana Kovač"})
    return small_project(folder, *rows, params=params)


def texts(project):
    return read_csv(project.processed("AT") / FILE).set_index("text")


def released(found, *which):
    return "released_texts:\n" + "".join(f"  {found.loc[text, 'id']}: {found.loc[text, 'mark']}\n" for text in which)


def test_every_text_that_somebody_typed_is_listed_masked_with_what_it_is(tmp_path):
    project = sent(tmp_path)
    run(project)
    found = texts(project)
    assert found["kind"].to_dict() == {SAID: "open answer", "write to [e-mail]": "open answer", "the one of Ana Kovač": "unreadable answer"}
    assert set(found["question"]) == {"comments", "group"} and set(found["released"]) == {"no"}
    assert found["id"].str.fullmatch(r"[0-9a-f]{16}/(comments|group)").all() and found["mark"].str.fullmatch("t[0-9a-f]{8}").all()


def test_a_text_of_a_record_that_is_left_out_is_not_listed(tmp_path):
    project = small_project(tmp_path, *people({"comments": SAID}, {"comments": SAID} | dict.fromkeys(("s1", "s2", "s3", "s4"), "")))
    run(project)
    assert len(texts(project)) == len(read_csv(project.processed("AT") / FILE)) <= 2


def test_only_a_text_that_was_released_is_published(tmp_path):
    project = sent(tmp_path)
    run(project)
    found = texts(project)
    assert published_texts({"AT": found.reset_index()}).empty
    sent(tmp_path, released(found, SAID))
    run(project)
    assert texts(project)["released"].to_dict() == {SAID: "yes", "write to [e-mail]": "no", "the one of Ana Kovač": "no"}
    (project.params / "consolidation.yaml").write_text("questionnaire: small\ncountries: [AT]\n", encoding="utf-8")
    pool = country_pool(project, load_country(project, "AT"))
    assert write_texts([pool], project) == ["reports/texts.csv"]
    assert read_csv(project.reports / "texts.csv").to_dict("records") == [{"country": "AT", "question": "comments", "text": SAID}]
    sent(tmp_path)
    run(project)
    assert write_texts([country_pool(project, load_country(project, "AT"))], project) == []
    assert not (project.reports / "texts.csv").exists(), "what is not released any more goes"


def test_a_release_of_a_text_that_changed_or_never_was_stops_the_run_with_both_told_and_the_new_text_to_be_read(tmp_path):
    project = sent(tmp_path)
    run(project)
    wanted = released(texts(project), SAID) + "  0000000000000000/comments: t00000000\n"
    sent(tmp_path, wanted, comments=("My boss Eva never pays", MAIL))
    with pytest.raises(ProblemsFound) as stopped:
        run(project)
    assert "there is no text `0000000000000000/comments`" in str(stopped.value) and "is not the one that was read" in str(stopped.value)
    assert "params/AT.yaml, released_texts" in str(stopped.value)
    assert "Ana" not in str(stopped.value) and "Eva" not in str(stopped.value)
    found = texts(project)
    assert "My boss Eva never pays" in found.index and found.loc["My boss Eva never pays", "mark"] in str(stopped.value)


@pytest.mark.parametrize("mark", ["yes", "12345678", "t1"])
def test_a_mark_that_is_none_is_refused(tmp_path, mark):
    project = sent(tmp_path, f"released_texts:\n  3f0c9d2e81ab4c55/comments: {mark}\n")
    with pytest.raises(ProblemsFound, match="released_texts"):
        load_country(project, "AT")


def test_headings_that_people_chose_are_masked_in_the_mapping(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    path = tmp_path / "raw/AT/answers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("staff", "staff (ask ana.kovac@example.org)", 1), encoding="utf-8")
    params = tmp_path / "params/AT.yaml"
    params.write_text(
        params.read_text(encoding="utf-8") + '    columns:\n      "staff (ask ana.kovac@example.org)": staff\n', encoding="utf-8"
    )
    country = cleaned(project)
    told = mapping_table(country)
    assert set(told.loc[told["question"].eq("staff"), "heading"]) == {"staff (ask [e-mail])"}
