from pathlib import Path

import pytest

from bwise.problems import ProblemsFound
from bwise.settings import Project, find_project, load_country

ROOT = Path(__file__).parent.parent
GOOD = "country: AT\nquestionnaire: q\ndeliveries:\n  - partner: AT-1\n    file: raw/AT/x.csv\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params").mkdir()
    return Project(tmp_path)


def write(project: Project, text: str, name: str = "AT.yaml", encoding: str = "utf-8") -> Project:
    (project.params / name).write_bytes(text.encode(encoding))
    return project


def refused(project: Project, country: str = "AT", **overrides) -> str:
    with pytest.raises(ProblemsFound) as found:
        load_country(project, country, **overrides)
    return str(found.value)


def test_two_lines_and_a_delivery_are_enough(project):
    settings = load_country(write(project, GOOD), "AT")
    assert (settings.country, settings.questionnaire, settings.minimum_answered) == ("AT", "q", 0.2)
    assert settings.exclude == ["test", "duplicate", "too_few_answers", "heading_row", "summary_row"]
    assert [(d.partner, d.file) for d in settings.deliveries] == [("AT-1", Path("raw/AT/x.csv"))]


@pytest.mark.parametrize("path", sorted((ROOT / "params").glob("[A-Z][A-Z].yaml")), ids=lambda p: p.stem)
def test_the_settings_of_the_demonstration_are_valid_and_name_files_there_are(path):
    settings = load_country(Project(ROOT), path.stem)
    assert all((ROOT / d.file).is_file() for d in settings.deliveries)


@pytest.mark.parametrize(
    ("extra", "line", "nearest"),
    [
        ("minmum_answered: 0.5\n", 6, "minimum_answered"),
        ("    delimeter: ','\n", 6, "delimiter"),
        ("    tool: LimeSurvey\n    langauge: de\n", 7, "language"),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_nearest_key_and_its_line(project, extra, line, nearest):
    message = refused(write(project, GOOD + extra))
    assert f"params/AT.yaml, line {line}" in message
    assert f"did you mean `{nearest}`?" in message


def test_all_misspelt_settings_of_a_file_are_told_at_once(project):
    message = refused(write(project, GOOD + "    delimeter: ','\nminmum_answered: 0.5\nexclude: [tests]\n"))
    for part in ("`delimeter`", "line 6", "`minmum_answered`", "line 7", "`tests` is not a value of `exclude.0`", "line 8"):
        assert part in message


def test_a_misspelt_setting_of_the_consolidation_is_refused_with_the_nearest_key_and_its_line(project):
    write(project, "questionnaire: q\ncountries: [AT]\nminimum_wise: 3\n", "consolidation.yaml")
    with pytest.raises(ProblemsFound) as found:
        project.consolidation()
    message = str(found.value)
    assert "params/consolidation.yaml, line 3" in message and "did you mean `minimum_wises`?" in message


def test_a_missing_setting_is_named(project):
    message = refused(write(project, "country: AT\ndeliveries:\n  - partner: A\n"))
    assert "`questionnaire` is missing" in message
    assert "`deliveries.0.file` is missing" in message


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("minimum_answered: 7", "less than or equal to 1"),
        ("minimum_answered: few", "valid number"),
        ("exclude: all", "valid list"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_its_line(project, line, part):
    message = refused(write(project, GOOD + line + "\n"))
    assert part in message and "params/AT.yaml, line 6" in message


def test_a_country_without_deliveries_is_refused(project):
    assert "`deliveries`" in refused(write(project, "country: AT\nquestionnaire: q\ndeliveries: []\n"))


def test_a_file_that_says_another_country_than_its_name_is_refused(project):
    message = refused(write(project, GOOD.replace("AT", "BE")))
    assert "the file says country BE, its name says AT" in message


def test_an_unknown_country_is_refused_with_the_nearest_file(project):
    write(project, GOOD)
    assert "no file params/AZ.yaml" in refused(project, "AZ")


@pytest.mark.parametrize(("asked", "written"), [("GR", "EL"), ("EL", "GR"), ("gr", "GR"), ("el", "EL")])
def test_greece_is_el_whoever_writes_gr(project, asked, written):
    assert load_country(write(project, GOOD.replace("AT", written), "EL.yaml"), asked).country == "EL"


def test_no_is_a_word_and_not_false(project):
    text = GOOD.replace("country: AT", "country: NO") + "    answers:\n      works: {NO: no, yes: yes, 1: on}\n"
    settings = load_country(write(project, text, "NO.yaml"), "NO")
    assert settings.country == "NO"
    assert settings.deliveries[0].answers == {"works": {"NO": "no", "yes": "yes", "1": "on"}}


@pytest.mark.parametrize(
    ("text", "encoding", "part"),
    [
        (GOOD + "country: BE\n", "utf-8", 'duplicate key "country"'),
        (GOOD + "    partner: B\n", "utf-8", 'duplicate key "partner"'),
        (GOOD + "\tfile: x\n", "utf-8", "params/AT.yaml, line 6"),
        (GOOD + "# Ä\n", "cp1252", "not UTF-8"),
        (GOOD, "utf-16", "not UTF-8"),
        ("", "utf-8", "no `key: value` lines"),
        ("# nothing\n", "utf-8", "no `key: value` lines"),
        ("- AT\n", "utf-8", "no `key: value` lines"),
    ],
)
def test_a_file_that_is_no_settings_file_is_refused_in_plain_words(project, text, encoding, part):
    message = refused(write(project, text, encoding=encoding))
    assert part in message and "params/AT.yaml" in message


def test_a_byte_order_mark_does_no_harm(project):
    assert load_country(write(project, GOOD, encoding="utf-8-sig"), "AT").country == "AT"


def test_a_control_character_from_a_wrong_code_page_is_refused_in_plain_words(project):
    assert "params/AT.yaml" in refused(write(project, GOOD + "# Fran\x84ais\n"))


def test_an_override_with_a_wrong_value_is_refused(project):
    assert "`minimum_answered`" in refused(write(project, GOOD), minimum_answered=7)


def test_a_rating_may_be_written_without_quotes(project):
    settings = load_country(write(project, GOOD + "    answers:\n      s1: {sehr gut: 5}\n"), "AT")
    assert settings.deliveries[0].answers == {"s1": {"sehr gut": "5"}}


def test_deliveries_given_from_outside_replace_those_of_the_file(project):
    settings = load_country(write(project, GOOD), "AT", deliveries=[{"partner": "AT-9", "file": "raw/AT/y.csv"}], minimum_answered=0.5)
    assert [(d.partner, d.file.name) for d in settings.deliveries] == [("AT-9", "y.csv")]
    assert settings.minimum_answered == 0.5


def test_deliveries_given_from_outside_are_checked_like_those_of_the_file(project):
    assert "did you mean `partner`?" in refused(write(project, GOOD), deliveries=[{"partnr": "AT-9", "file": "y.csv"}])


def test_deliveries_are_named_by_partner_and_numbered_only_where_there_are_several(project):
    deliveries = [{"partner": p, "file": "x.csv"} for p in ("A", "B", "A")]
    assert load_country(write(project, GOOD), "AT", deliveries=deliveries).delivery_names() == ["A-1", "B", "A-2"]


def test_countries_stand_in_the_order_of_the_consolidation_then_of_the_alphabet(project):
    for country in ("AT", "BE", "EL", "BG"):
        write(project, "", f"{country}.yaml")
    write(project, "questionnaire: q\ncountries: [EL, AT]\n", "consolidation.yaml")
    assert project.countries() == ["EL", "AT", "BE", "BG"]


def test_the_project_is_found_from_any_folder_in_it(project, monkeypatch):
    (project.root / "notebooks/deep").mkdir(parents=True)
    monkeypatch.chdir(project.root / "notebooks/deep")
    assert find_project().root == project.root.resolve()


def test_a_misspelt_project_folder_is_never_another_project(project):
    with pytest.raises(ProblemsFound, match="no folder `params/` in it"):
        find_project(project.root / "notebooks/typo")


@pytest.mark.parametrize("day", ["2022-02-30", "2022-13-01", "2023-02-29"])
def test_a_day_that_does_not_exist_is_told_with_its_line(project, day):
    text = GOOD + f"# 2022-99-99 is a remark\nfieldwork: {{first: {day}, last: 2022-05-31}}\n"
    told = refused(write(project, text))
    assert f"`{day}` is no date" in told and "params/AT.yaml, line 7" in told and "2022-99-99" not in told


def test_every_day_that_does_not_exist_is_told_at_once(project):
    told = refused(write(project, GOOD + "fieldwork: {first: 2022-02-30,\n            last: 2022-06-31}\n"))
    assert "`2022-02-30`" in told and "`2022-06-31`" in told and "line 7" in told


@pytest.mark.parametrize("name", ["at.yaml", "BE.yml", "GR.yaml"])
def test_a_params_file_that_would_never_be_read_is_named(project, name):
    (project.root / "params" / name).write_text("country: AT\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match=name):
        project.countries()


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(ProblemsFound, match="no folder `params/`"):
        find_project(tmp_path)


def test_a_path_is_shown_without_the_folders_of_somebodys_computer(project):
    assert project.shown(project.root / "raw/AT/x.csv") == "raw/AT/x.csv"
    assert project.shown(Path("/elsewhere/x.csv")) == "x.csv"


def test_a_notebook_is_told_papermill_s_own_option_for_the_project(tmp_path, monkeypatch):
    with pytest.raises(ProblemsFound, match="or give --project DIR"):
        find_project(tmp_path)
    monkeypatch.setattr("builtins.get_ipython", lambda: None, raising=False)
    with pytest.raises(ProblemsFound, match=r"papermill: -p project DIR") as found:
        find_project(tmp_path)
    assert "--project" not in str(found.value)
