"""Pages of `templates/`, and executed notebooks as HTML. Without what draws and computes: the runner needs no more than this."""

from __future__ import annotations

import base64
import re
import threading
import uuid
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from bwise.lineage import DEMONSTRATION
from bwise.storage import write_text

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

_ONE_AT_A_TIME = threading.Lock()


def picture(png: bytes, alternative: str) -> str:
    """A picture as notebooks show it, with words for those who cannot see it."""
    data = base64.b64encode(png).decode()
    return f'<img alt="{escape(alternative)}" src="data:image/png;base64,{data}" style="max-width: 60em">'


@lru_cache(maxsize=8)
def page_template(name: str) -> Template:
    """A page of `templates/`: what is put into it is escaped, and nothing may be left out."""
    environment = Environment(
        loader=PackageLoader("bwise"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


@lru_cache(maxsize=1)
def _exporter() -> HTMLExporter:
    """Made once: its templates are compiled on first use."""
    from nbconvert import HTMLExporter  # slow to import, and kernels that publish have no use for it

    return HTMLExporter(template_name="basic", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True)


def notebook_to_html(path: Path, title: str, demonstration: bool, private: str = "") -> None:
    """The executed notebook beside itself as HTML: results and words first, the code left in the notebook.

    `private`: why it must not be published, where it must not.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    mark, taken = uuid.uuid4().hex, _html_outputs(notebook)
    for number, (data, _) in enumerate(taken):
        data["text/html"] = f"{mark}-{number}-"
    with _ONE_AT_A_TIME:  # an exporter knows the notebook it is at
        body, _ = _exporter().from_notebook_node(notebook)
    body = re.sub(f"{mark}-([0-9]+)-", lambda found: f'<div class="scroll" tabindex="0">{taken[int(found[1])][1]}</div>', body)
    notes = [note for note in (private, DEMONSTRATION if demonstration else "") if note]
    page = page_template("notebook.html.j2").render(title=title, body=Markup(body), demonstration=demonstration, notes=notes)
    write_text(path.with_suffix(".html"), page)


def _html_outputs(notebook: NotebookNode) -> list[tuple[NotebookNode, str]]:
    """Each output that is HTML, with that HTML: it goes into the page as it is. The exporter would take all of it apart and put it
    together again, which takes longer than everything else it does."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [(output.data, output.data["text/html"]) for output in outputs if "text/html" in output.get("data", {})]
