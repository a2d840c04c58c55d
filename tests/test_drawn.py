import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from bwise import figures
from bwise.drawn import draw
from bwise.publication import write_figures
from bwise.settings import Project

NAMES = ("ratings_work_relevance", "skills", "contracts")


@pytest.fixture(scope="module")
def tables(european):
    return {name: european[name] for name in NAMES}


@pytest.fixture(scope="module")
def drawn_once(tables, tmp_path_factory):
    """The folder of a project with its figures drawn and published."""
    project = Project(tmp_path_factory.mktemp("once"))
    write_figures(list(draw(tables, True, project).values()), project)
    return project.root


@pytest.fixture
def published(drawn_once, tmp_path):
    """A copy of it."""
    return Project(shutil.copytree(drawn_once, tmp_path, dirs_exist_ok=True))


@pytest.fixture
def drawn_anew(published, monkeypatch):
    """Ids of the tables whose figures are drawn from now on."""
    found = []

    def noting(tables, demonstration, draw=figures.draw):
        found.extend(tables)
        return draw(tables, demonstration)

    monkeypatch.setattr(figures, "draw", noting)
    return found


def content(drawings):
    return [(d.id, d.table, d.title, d.alternative, d.pictures, d._repr_html_()) for d in drawings.values()]


def test_what_was_published_is_what_drawing_it_again_would_make(tables, published, drawn_anew):
    again = draw(tables, True, published)
    assert drawn_anew == []
    published.processed("figures.json").unlink()
    assert content(again) == content(draw(tables, True, published))
    assert sorted(drawn_anew) == sorted(NAMES)
    assert list(again) == list(figures.draw(tables, True)), "in the order in which figures stand"


def test_only_the_figure_is_drawn_whose_table_has_changed(tables, published, drawn_anew):
    data = tables["contracts"].data.copy()
    data.loc[0, "value"] += 1e-9
    draw(tables | {"contracts": replace(tables["contracts"], data=data)}, True, published)
    assert drawn_anew == ["contracts"]


@pytest.mark.parametrize("field", ["title", "unit", "codes", "about"])
def test_it_is_drawn_whose_words_have_changed(tables, published, drawn_anew, field):
    table = tables["contracts"]
    codes = {dimension: {code: f"{label} " for code, label in labels.items()} for dimension, labels in table.codes.items()}
    about = table.about.model_copy(update={"figure": table.about.figure.model_copy(update={"unit": "shares"})})
    other = {"title": "Other", "unit": "per mille", "codes": codes, "about": about}
    draw(tables | {"contracts": replace(table, **{field: other[field]})}, True, published)
    assert drawn_anew == ["contracts"]


def test_all_are_drawn_for_other_answers_than_the_demonstrations(tables, published, drawn_anew):
    assert len(draw(tables, False, published)) == 1 + len(NAMES), "two of skills"
    assert sorted(drawn_anew) == sorted(NAMES)


def test_a_picture_that_is_not_what_was_drawn_is_drawn_again(tables, published, drawn_anew):
    folder = published.reports / "figures"
    (folder / "contracts.svg").write_text("<svg>not ours</svg>")
    (folder / "skills_gaps.png").unlink()
    drawings = draw(tables, True, published)
    assert sorted(drawn_anew) == ["contracts", "skills"]
    assert b"not ours" not in drawings["contracts"].pictures["svg"]


def test_what_is_remembered_holds_only_while_its_seal_does(tables, published, drawn_anew):
    path = published.processed("figures.json")
    remembered = json.loads(path.read_text(encoding="utf-8"))
    remembered["contracts"]["figures"][0]["alternative"] = "not ours"
    path.write_text(json.dumps(remembered), encoding="utf-8")
    assert draw(tables, True, published)["contracts"].alternative != "not ours"
    assert sorted(drawn_anew) == sorted(NAMES)


def test_what_is_drawn_no_more_is_forgotten(tables, published):
    draw({name: tables[name] for name in NAMES[:2]}, True, published)
    assert set(json.loads(published.processed("figures.json").read_text(encoding="utf-8"))) == {*NAMES[:2], "seal"}


def test_nothing_that_draws_is_imported_until_something_is_drawn():
    asked = "import sys, bwise.drawn, bwise.publication, bwise.tables; print([m for m in ('matplotlib', 'seaborn') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
