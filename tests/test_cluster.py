"""Countries on the workers of a Dask scheduler: real processes on the loopback interface, one of which is killed."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bwise import cluster, workflow
from bwise.cluster import workers
from bwise.problems import ProblemsFound
from bwise.settings import Project
from bwise.workflow import run_countries, update
from tests.test_workflow import SAVE, own_template

distributed = pytest.importorskip("distributed", reason="the extra bwise[cluster] is not installed")
COUNTRIES = ["AT", "LV"]


def contents(folder):
    """File below the folder -> its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def until(holds, seconds=240):
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    assert found, "it did not come about"
    return found


@pytest.fixture
def small(tmp_path):
    """A project of one country, whose notebook only says that it has run."""
    return own_template(tmp_path, ['country = "AT"', "parameters"], ["saved = country" + SAVE])


@pytest.fixture
def dask(tmp_path):
    """`dask("scheduler", …)` starts a process of Dask on the loopback interface, which ends with the test."""
    started = []

    def dask(what, *words, **environment):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", "--no-dashboard", *words]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=os.environ | environment, **quiet))
        return started[-1]

    yield dask
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(dask, tmp_path):
    """Address of a scheduler that has no worker yet."""
    told = tmp_path / "scheduler.json"
    dask("scheduler", "--port", "0", "--scheduler-file", str(told), DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT="10s")
    until(lambda: told.is_file() and told.stat().st_size)
    with distributed.Client(scheduler_file=str(told), set_as_default=False) as client:
        return client.scheduler.address


def worker(dask, scheduler, **environment):
    return dask("worker", scheduler, "--no-nanny", "--nthreads", "1", **environment)


def test_a_worker_is_killed_in_mid_run_and_every_byte_is_the_same(dask, scheduler, copy_of, demonstration):
    project = copy_of(*COUNTRIES)
    for country in COUNTRIES:
        shutil.rmtree(project.processed(country))
    mortal, survivor = worker(dask, scheduler), worker(dask, scheduler)
    with distributed.Client(scheduler, set_as_default=False) as watcher, ThreadPoolExecutor() as beside:
        watcher.wait_for_workers(2, timeout=240)
        address = next(a for a, pid in watcher.run(os.getpid).items() if pid == mortal.pid)
        running = beside.submit(lambda: list(update(project, COUNTRIES, consolidate=False, scheduler=scheduler)))
        until(lambda: watcher.processing()[address] and any(project.processed("").glob("*/.country.part.ipynb")))
        mortal.kill()
        outcomes = running.result()
    assert survivor.poll() is None
    assert [(o.name, o.message) for o in outcomes if not o.ok] == []
    assert sorted(o.name for o in outcomes) == COUNTRIES
    for country in COUNTRIES:
        assert contents(project.processed(country)) == contents(demonstration.processed(country))
    assert {o.why for o in update(project, COUNTRIES, consolidate=False)} == {""}, "here, they would be run once more"


def test_a_worker_under_a_nanny_runs_a_country_too(dask, scheduler, small):
    """It may fork no kernels: they start cold there."""
    dask("worker", scheduler, "--nthreads", "1")
    [outcome] = _of(small, "AT", scheduler)
    assert outcome.ok, outcome.message


def test_a_worker_that_does_not_see_the_project_says_so(dask, scheduler, tmp_path):
    worker(dask, scheduler)
    (tmp_path / "params").mkdir()
    [outcome] = _of(Project(tmp_path), "AT", scheduler)
    assert (outcome.name, outcome.ok, outcome.message) == ("AT", False, workflow.NOT_SEEN_THERE)


def test_a_worker_with_another_program_says_so(dask, scheduler, small, monkeypatch):
    worker(dask, scheduler)
    monkeypatch.setattr("bwise.staleness.program", lambda: "newer than that of the worker")
    [outcome] = _of(small, "AT", scheduler)
    assert (outcome.ok, outcome.message) == (False, workflow.OTHER_PROGRAM)


def _of(project, country, scheduler):
    with workers(scheduler) as executor:
        return list(run_countries(project, [country], executor))


def test_workers_without_the_program_are_told_before_they_get_work(dask, scheduler, tmp_path):
    """A release of long ago hides ours from the worker."""
    package = tmp_path / "hidden" / "bwise"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    release = package.with_name("bwise-0.0.1.dist-info")
    release.mkdir()
    (release / "METADATA").write_text("Metadata-Version: 2.1\nName: bwise\nVersion: 0.0.1\n", encoding="utf-8")
    worker(dask, scheduler, PYTHONPATH=str(tmp_path / "hidden"))
    with pytest.raises(ProblemsFound, match="1 workers do not have bwise"), workers(scheduler):
        pytest.fail("the worker cannot run countries")


def test_where_all_workers_are_lost_the_country_is_told_as_lost(dask, scheduler, small):
    """As soon as the scheduler has waited for others long enough."""
    only = worker(dask, scheduler)
    path = small.root / "notebooks" / "country.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("saved = country", "import time; time.sleep(300)"), encoding="utf-8")
    with ThreadPoolExecutor() as beside:
        running = beside.submit(_of, small, "AT", scheduler)
        until(lambda: (small.processed("AT") / ".country.part.ipynb").is_file())
        only.kill()
        [outcome] = running.result()
    assert (outcome.name, outcome.ok) == ("AT", False)
    assert outcome.message.startswith("The cluster did not finish this country (NoWorkerError)")


@pytest.mark.parametrize(
    ("address", "what"),
    [("tcp://127.0.0.1:9", "no Dask scheduler answers: tcp://127.0.0.1:9"), ("nonsense://x", "this is no address of a Dask scheduler")],
)
def test_an_address_where_no_scheduler_is_runs_nothing(address, what):
    with pytest.raises(ProblemsFound, match=what) as told, workers(address, patience=1):
        pytest.fail("there is nobody to send countries to")
    assert "start one (`dask scheduler`)" in str(told.value)


def test_a_scheduler_without_workers_is_told(scheduler):
    with pytest.raises(ProblemsFound, match="has no worker") as told, workers(scheduler, patience=1):
        pytest.fail("there is nobody to send countries to")
    assert f"dask worker {scheduler} --no-nanny" in str(told.value)


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ProblemsFound, match=r'pip install "bwise\[cluster\]"'), workers("tcp://127.0.0.1:8786"):
        pytest.fail("there is nobody to send countries to")


def test_an_error_of_the_program_is_not_laid_on_the_cluster():
    future = Future()
    future.set_exception(KeyError("a fault of ours"))
    assert not cluster.lost(future.exception())
    with pytest.raises(KeyError):
        workflow._outcome(future, "AT")
