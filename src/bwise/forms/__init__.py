"""The questionnaire for those who ask it: XLSForm for KoBoToolbox and ODK, LimeSurvey, Word and PDF.

A form made here asks with the codes and texts that the readers know: what comes back is recognised without help.
One module per format, each with a function `(Form) -> bytes`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bwise.forms import document, limesurvey, xlsform
from bwise.forms.form import Form, load_form
from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import Project
from bwise.storage import write_whole

FORMATS: dict[str, tuple[str, Callable[[Form], bytes]]] = {
    "xlsform": (".xlsx", xlsform.workbook),
    "limesurvey": (".txt", limesurvey.survey),
    "docx": (".docx", document.word),
    "pdf": (".pdf", document.pdf),
}
"""Format -> ending of its files, and the function that makes one."""


def export_form(project: Project, name: str, to: str, languages: list[str] | None = None, path: Path | None = None) -> Path:
    """Write a questionnaire as a form.

    Args:
        name: its folder in params/questionnaires/. to: a key of `FORMATS`. languages: all of them when not given; the first is the
            base language, and the only one on paper. path: work/<name> with the format's ending when not given.

    Returns:
        The file that was written.

    Raises:
        ProblemsFound: no such questionnaire, format or language; the questionnaire has a fault.
    """
    home = project.params / "questionnaires"
    folders = sorted(folder.name for folder in home.iterdir() if folder.is_dir()) if home.is_dir() else []
    unknown = Problem(f"`{name}` is no questionnaire", "params/questionnaires/", remedy=did_you_mean(name, folders))
    faults = [] if name in folders else [unknown]
    faults += [] if to in FORMATS else [Problem(f"`{to}` is no format of a form", "--to", remedy=did_you_mean(to, FORMATS))]
    stop("No form was written.", *faults)
    ending, made = FORMATS[to]
    content = made(load_form(home / name, languages))
    path = path or project.root / "work" / f"{name}{ending}"
    write_whole(path, lambda part: part.write_bytes(content))
    return path
