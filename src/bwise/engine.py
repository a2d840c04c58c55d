"""The engine by which the runner has papermill execute a notebook."""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

SAVED_AT_THE_END = "saved at the end"


class SavedAtTheEnd(NBClientEngine):
    """Papermill's own engine, which writes the notebook twice for every cell: here it is written when it has ended, well or not."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any) -> None:
        path, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            nb_man.output_path = path


papermill_engines.register(SAVED_AT_THE_END, SavedAtTheEnd)
