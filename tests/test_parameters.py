"""What the country notebook takes for its parameters, whatever else its kernel holds."""

import ast
import base64
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from papermill.cli import papermill
from papermill.translators import PythonTranslator

from bwise.parameters import notebook_settings
from bwise.problems import ProblemsFound
from tests.test_cleaning import WORKER, small_project

ROOT = Path(__file__).parents[1]
PARAMETERS = 'country = "AT"  # the settings are in params/AT.yaml\nproject = None'
SETTINGS = "project, settings = notebook_settings(globals())"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small_project(tmp_path, WORKER)


def settings_after(*cells: str, **names):
    """The settings in a kernel that has run these cells, whose sources IPython keeps, and holds these names besides."""
    return notebook_settings(names | {"In": ["", *cells, SETTINGS]})[1]


def refusal_after(*cells: str) -> str:
    with pytest.raises(ProblemsFound) as found:
        settings_after(*cells)
    return str(found.value)


def test_a_misspelt_parameter_is_refused(project):
    refusal = refusal_after(PARAMETERS, '# Parameters\ncontry = "BE"')
    assert "`contry` is not a parameter" in refusal and "did you mean `country`?" in refusal


def test_it_is_refused_in_a_kernel_that_has_run_before_too(project):
    assert "`contry` is not a parameter" in refusal_after(PARAMETERS, SETTINGS, PARAMETERS, 'contry = "BE"')


def test_every_key_of_a_params_file_may_be_given_and_wins(project):
    given = "\n".join(
        [
            'country = "AT"',
            'questionnaire = "other"',
            'deliveries = [{"partner": "AT-9", "file": "raw/AT/y.csv"}]',
            'exclude = ["test"]',
            "minimum_answered = 0.4",
        ]
    )
    settings = settings_after(PARAMETERS, f"# Parameters\n{given}\n")
    assert (settings.questionnaire, settings.exclude, settings.minimum_answered) == ("other", ["test"], 0.4)
    assert [delivery.partner for delivery in settings.deliveries] == ["AT-9"]


def test_the_project_may_be_told(project, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert settings_after(f'country = "AT"\nproject = {str(project.root)!r}').country == "AT"


@pytest.mark.parametrize("mine", ["deliveries = []", 'exclude = ["test"]', "focus_group = None", "wises = 3"])
def test_what_an_analyst_or_the_notebook_calls_like_a_setting_is_none(project, mine):
    name, _, value = mine.partition(" = ")
    settings = settings_after(PARAMETERS, SETTINGS, "from bwise import summaries", mine, **{name: eval(value)})
    assert settings == settings_after(PARAMETERS)


def test_the_country_of_the_cell_run_last_is_meant(project):
    (project.params / "BE.yaml").write_text((project.params / "AT.yaml").read_text().replace("country: AT", "country: BE"))
    first = [PARAMETERS, SETTINGS, "parts = read_parts(project, settings)"]
    assert settings_after(*first, PARAMETERS.replace("AT", "BE"), country="AT").country == "BE"
    assert settings_after(*first, 'country = "BE"').country == "BE", "typed into a cell of her own"
    assert settings_after(*first, 'country = "BE"', SETTINGS, PARAMETERS, country="BE").country == "AT"


def test_without_the_cell_of_parameters_nothing_is_run(project):
    assert "no cell that states `country` was run" in refusal_after("from bwise import summaries")


def test_a_parameter_that_is_no_plain_value_is_not_run(project):
    assert "no cell that states `country` was run" in refusal_after('country = input("Which?")')


def test_outside_of_a_notebook_names_are_what_is_given(project):
    assert notebook_settings({"country": "AT", "__name__": "x", "print": print})[1].country == "AT"
    with pytest.raises(ProblemsFound, match="`contry` is not a parameter"):
        notebook_settings({"country": "AT", "contry": "BE"})


def test_in_a_kernel_that_keeps_no_cells_names_are_what_is_given(project):
    """As under nbval, which runs cells without a history."""
    assert notebook_settings({"In": [""], "Out": {}, "country": "AT", "project": None})[1].country == "AT"


HOSTILE = ("__import__('os').system('touch owned')", "AT'\nopen('owned', 'w')\n'", "../AT", "AT/../../AT", "/etc/passwd", "C:\\AT", "A\0T")


@pytest.mark.parametrize("given", HOSTILE)
def test_code_and_paths_in_parameters_of_papermill_are_texts_and_no_country(given, project):
    (project.root / "AT.yaml").write_text("country: AT\n", encoding="utf-8")  # what `../AT` would lead to
    cell = PythonTranslator.codify({"country": given})
    exec(cell)
    assert "is no code of a country" in refusal_after(PARAMETERS, cell)
    assert not Path("owned").exists()


def test_raw_parameters_of_papermill_are_texts_too(project):
    """`-r`, which takes what is given as it is: the cell that papermill writes holds one text, and nothing that runs."""
    for given in HOSTILE:
        words = ["-r", "country", given, "--prepare-only", "--log-level", "ERROR"]
        assert CliRunner().invoke(papermill, [str(ROOT / "notebooks/country.ipynb"), "out.ipynb", *words]).exit_code == 0
        cells = nbformat.read("out.ipynb", 4).cells
        (injected,) = [cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
        (assigned,) = ast.parse(injected).body
        assert ast.literal_eval(assigned.value) == given
    assert not Path("owned").exists()


@pytest.mark.parametrize("way", ["-y", "-b", "-f"])
def test_objects_in_the_yaml_of_papermill_are_refused(way, project):
    yaml = "country: !!python/object/apply:os.system ['touch owned']"
    path = project.root / "given.yaml"
    path.write_text(yaml, encoding="utf-8")
    value = {"-y": yaml, "-b": base64.b64encode(yaml.encode()).decode(), "-f": str(path)}[way]
    done = CliRunner().invoke(papermill, [str(ROOT / "notebooks/country.ipynb"), "out.ipynb", way, value, "--prepare-only"])
    assert "could not determine a constructor" in str(done.exception) and not Path("owned").exists() and not Path("out.ipynb").exists()
