"""An analyst's hour in JupyterLab, in a real browser: run, another country, params that are broken and mended, the European tables.

Needs Chromium or Chrome on the PATH; the server listens on this computer only.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import expect, sync_playwright

from bwise.lab import FOLDER, working_copy

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH: JupyterLab cannot be looked at"),
    pytest.mark.long,
]
PATIENCE = 240  # seconds for a notebook to run on a machine that does other things, too


@pytest.fixture(scope="module")
def project(copy_of):
    return copy_of("AT", "BE")


@pytest.fixture(scope="module")
def address(project, tmp_path_factory):
    """Where JupyterLab listens, with settings and kernels of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=False"]
    options += ["--IdentityProvider.token=only-here", "--ServerApp.allow_root=True"]
    own = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "RUNTIME")} | {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    own |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    command = [sys.executable, "-m", "jupyter", "lab", *options]
    server = subprocess.Popen(command, cwd=project.root, env=os.environ | own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token=only-here")
        yield f"http://127.0.0.1:{port}/lab/tree/{FOLDER}/{{}}.ipynb?token=only-here"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address):
    for _ in range(PATIENCE * 4):
        try:
            return urllib.request.urlopen(address, timeout=5)
        except OSError:
            time.sleep(0.25)
    raise AssertionError("JupyterLab did not start")


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


class Notebook:
    """A notebook open in JupyterLab."""

    def __init__(self, page, address, path):
        self.page, self.path = page, path
        page.goto(address.format(path.stem))
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        self.panel.locator(".jp-Cell").first.wait_for()
        expect(self.status).to_contain_text("| Idle", timeout=PATIENCE * 1000)

    @property
    def status(self):
        """`Python 3 (ipykernel) | Idle`, at the bottom of the window."""
        return self.page.locator(".jp-StatusBar-Widget")

    def run_all(self):
        """Run All Cells by the menu, until the kernel rests; then the text of all outputs, as the notebook was saved."""
        first = self.executed()[0]
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        for _ in range(PATIENCE * 4):
            time.sleep(0.25)
            now = self.executed()
            if now[0] != first and "[*]:" not in now and "| Idle" in self.status.inner_text():
                return self.said()
        raise AssertionError("the notebook did not end")

    def executed(self):
        """The numbers beside the cells that are on the screen."""
        return self.panel.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()

    def said(self):
        self.panel.locator('.jp-NotebookPanel-toolbar [data-command="docmanager:save"]').click()
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)
        cells = [cell for cell in nbformat.read(self.path, as_version=4).cells if cell.cell_type == "code"]
        return "\n".join(_text(output) for cell in cells for output in cell.outputs)

    def write(self, number, text):
        """Type into the cell with this number, in place of what it holds."""
        self.panel.locator(".jp-Cell").nth(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)


def _text(output):
    if output.output_type == "error":
        return "\n".join([output.evalue, *output.traceback])
    return output.get("text") or output.data.get("text/html", output.data.get("text/plain", ""))


def test_an_analyst_runs_a_country_breaks_its_params_and_mends_them_and_the_projects_own_notebook_stays(page, address, project):
    own = (project.root / "notebooks/country.ipynb").read_bytes()
    notebook = Notebook(page, address, working_copy(project, "AT")[0])
    assert "received" in notebook.run_all()
    expect(page.locator(".jp-OutputArea-output").first).to_contain_text("received")
    notebook.write(1, 'country = "BE"')
    assert "BE-1" in notebook.run_all()
    params = project.root / "params/BE.yaml"
    good = params.read_bytes()
    params.write_bytes(good.replace(b"deliveries:", b"delivries:", 1))
    said = notebook.run_all()
    assert "`delivries` is not a setting" in said and "params/BE.yaml" in said
    assert "Traceback" not in said and 'File "' not in said
    params.write_bytes(good)
    said = notebook.run_all()
    assert "BE-1" in said and "delivries" not in said
    assert (project.root / "notebooks/country.ipynb").read_bytes() == own


def test_the_european_tables_run_in_jupyterlab(page, address, project):
    notebook = Notebook(page, address, working_copy(project, "consolidation")[0])
    said = notebook.run_all()
    assert "Traceback" not in said and "reports/countries/BE.html" in said
    assert (project.root / "reports/index.html").is_file()
