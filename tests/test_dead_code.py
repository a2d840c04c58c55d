import json
from pathlib import Path

import pytest
from vulture import Vulture

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CALLED_BY = ("@app.command", "@forms_app.command", "@field_validator", "@model_validator")
"""What typer and pydantic decorate, they call."""
LET_PASS = {
    "_repr_markdown_": "IPython shows a value by it",
    "_render_traceback_": "IPython shows an error by it",
    "model_config": "pydantic reads it",
    "cls": "pydantic hands it to every validator",
    "pgid": "jupyter_client sends signals to it",
    "cwd": "jupyter_client asks where a kernel works",
    "poll": "jupyter_client asks by it whether a kernel lives",
    "send_signal": "jupyter_client interrupts a kernel by it",
    "default_style": "ruamel.yaml reads it",
    "allow_unicode": "ruamel.yaml reads it",
    "create_system": "zipfile writes it into the archive",
    "footer": "fpdf2 calls it at the end of each page",
    **dict.fromkeys(
        [
            "orientation",
            "top_margin",
            "bottom_margin",
            "italic",
            "rgb",
            "author",
            "created",
            "modified",
            "autofit",
            "keep_with_next",
            "space_after",
        ],
        "python-docx writes it into the document",
    ),
    **dict.fromkeys(
        ["disjunction", "conjunction", "negate", "comparison", "selected", "true", "false"],
        "`bwise.logic` calls it by a name of its grammar",
    ),
}
"""What looks unused -> why it is not."""


def unused(folder: Path, notebooks: list[Path]) -> dict[str, str]:
    """What neither the folder nor the notebooks use -> where it stands. Tests are no use."""
    scan = Vulture(ignore_decorators=list(CALLED_BY))
    scan.scavenge([str(folder)])
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        scan.scan("\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code"), filename=path)
    return {item.name: f"{Path(item.filename).name}, line {item.first_lineno}" for item in scan.get_unused_code()}


@pytest.fixture(scope="module")
def found():
    return unused(ROOT / "src", NOTEBOOKS)


def test_nothing_in_src_is_unused(found):
    assert {name: place for name, place in found.items() if name not in LET_PASS} == {}


def test_what_is_let_pass_is_still_there_and_still_looks_unused(found):
    assert sorted(set(LET_PASS) - set(found)) == []


def test_dead_code_would_be_seen(tmp_path):
    (tmp_path / "module.py").write_text("def used():\n    return 1\n\n\ndef dead():\n    return used()\n", encoding="utf-8")
    assert unused(tmp_path, []) == {"dead": "module.py, line 5"}
