"""A European table is registered in `params/tables.yaml` and nowhere else."""

import ast
from pathlib import Path

import pytest

from bwise.settings import Project
from bwise.tables import load_tables
from bwise.tables.kinds import KINDS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/bwise"


def test_no_code_knows_a_table():
    """Names of kinds, roles, questions and lists may be the same."""
    own = {"skills"}  # the list `params/skills.csv` has the same name
    forms = [path.read_text(encoding="utf-8-sig") for path in (ROOT / "params/questionnaires").rglob("survey.csv")]
    words = {word for form in forms for word in form.replace("\n", ",").split(",")}
    ids = set(load_tables(Project(ROOT))) - set(KINDS) - words - own
    assert len(ids) > 10
    literals = [
        (path.name, node.value)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in ids
    ]
    assert literals == []


@pytest.mark.parametrize("package", ["tables", "figures.py", "publication.py", "ledger.py", "tracing.py", "pooling.py"])
def test_no_code_asks_which_table_it_has(package):
    paths = [SOURCE / package] if package.endswith(".py") else (SOURCE / package).rglob("*.py")
    asked = [
        (path.name, node.lineno)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "id"
        and any(isinstance(other, ast.Constant) for other in node.comparators)
    ]
    assert asked == []
