import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src/bwise"
ORDER = (
    "text",
    "problems",
    "paths",
    "apart",
    "countries",
    "masking",
    "sheets",
    "questionnaire",
    "settings",
    "manifests",
    "parameters",
    "hashes",
    "classifications",
    "logic",
    "exports",
    "matching",
    "cleaning",
    "wises",
    "checks",
    "privacy",
    "corrections",
    "identities",
    "storage",
    "locks",
    "records",
    "params_lines",
    "released_texts",
    "lineage",
    "pages",
    "verification",
    "proofs",
    "differences",
    "redeliveries",
    "open_texts",
    "intake",
    "confirmation",
    "summaries",
    "pooling",
    "protection",
    "remembered",
    "ledger",
    "tables",
    "references",
    "data_package",
    "tracing",
    "drawing",
    "figures",
    "drawn",
    "phrases",
    "factsheets",
    "country_pages",
    "publication",
    "forms",
    "sent_back",
    "feedback",
    "decisions",
    "translation",
    "comparison",
    "demo",
    "warm",
    "kernels",
    "engine",
    "staleness",
    "cluster",
    "workflow",
    "status",
    "lab",
    "beginning",
    "releases",
    "unexpected",
    "cli",
)
"""The way of the data: a module imports only from modules that stand before it."""


def imported(module: str) -> set[str]:
    """Modules of ours that a module or package imports, at its top or inside a function."""
    path = SOURCE / module
    names: set[str] = set()
    for file in path.rglob("*.py") if path.is_dir() else [SOURCE / f"{module}.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {a.name for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file.name} imports with dots: write the whole name"
                names |= {f"{node.module}.{a.name}" for a in node.names} if node.module == "bwise" else {node.module}
    ours = {n.split(".")[1] for n in names if n.startswith("bwise.")}
    return {n for n in ours if not n.startswith("__")} - {module}


def modules() -> list[str]:
    files = [p for p in SOURCE.iterdir() if p.suffix == ".py" or (p.is_dir() and any(p.glob("*.py")))]
    return sorted(p.stem for p in files if not p.stem.startswith("__"))


def test_every_module_has_its_place_in_the_order():
    assert [m for m in modules() if m not in ORDER] == []
    assert len(set(ORDER)) == len(ORDER)


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_stands_before_it(module):
    before = ORDER[: ORDER.index(module)]
    assert sorted(imported(module) - set(before)) == []


@pytest.mark.parametrize("module", [m for m in modules() if m not in ("demo", "cli")])
def test_the_demonstration_is_known_to_the_command_line_only(module):
    assert "demo" not in imported(module)


def test_this_test_sees_imports():
    assert {"cleaning", "wises"} <= imported("privacy")
    assert {"exports", "text", "problems"} <= imported("matching")
