"""Runs that are killed, disturbed or fed with damaged params: nothing is wrong, nothing lost, nothing crashes.

Each test counts what became of what it tried: right (as undisturbed), refused (in words), told (another outcome, which the record
explains), wrong, lost, crashed. The last three must be 0; a table of them stands at the end of what pytest prints.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from jupyter_client import KernelManager

from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import load_country
from bwise.storage import read_csv
from bwise.verification import verify
from tests.judge import OUTCOMES
from tests.judge.returned import Desk
from tests.test_cleaning import ENABLER, people, small_project
from tests.test_corrections import line, state
from tests.test_lineage import FILES, run

ROOT = Path(__file__).parents[1]
BAD = OUTCOMES[3:]
SEED = 20221126
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)  # of Debian's package libfaketime


@pytest.fixture
def told(record_property):
    """`told(what, counts)`: the counts go into the table at the end of the tests (`conftest`); none may be bad."""

    def told(what, counts):
        record_property("tried", {"what": what, **counts})
        assert [counts[name] for name in BAD] == [0, 0, 0]

    return told


def contents(root, *folders):
    """File below these folders -> its bytes, notes of runs among them; but for the page that says when each country was run."""
    found = [p for folder in folders for p in sorted((root / folder).rglob("*")) if p.is_file() and p != root / "processed/index.html"]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


class Bwise:
    """`bwise run …` in a process of its own."""

    def __init__(self, root, *words, environment=None, limit=None):
        limits = (lambda: _limit_files(limit)) if limit else None
        environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "300"} if environment is None else environment
        command = [sys.executable, "-m", "bwise.cli", "run", *words]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process = subprocess.Popen(command, cwd=root, env=environment, preexec_fn=limits, **streams)

    def said(self):
        try:
            text = self.process.communicate(timeout=900)[0].decode("utf-8", errors="replace")
        except subprocess.TimeoutExpired:
            self.kill()
            text = "Traceback: none, it did not end within a quarter of an hour"
        return self.process.returncode, text

    def kill(self):
        self.process.kill()
        self.process.communicate()


def _limit_files(largest):
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def crashed(text):
    return "Traceback" in text or "nobody foresaw" in text or "Unexpected error" in text


# ------------------------------------------------------------------ killed


def copied(root, folder):
    """The project without what was made in it, but with its key."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns("processed", "reports", ".locks"))
    return folder


def killed_and_run_again(root, seconds, *words, environment=None):
    """Kill a run after so many seconds; what the plain run after it says, and what is still half written after that."""
    first = Bwise(root, *words)
    try:
        first.process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        first.kill()
    code, text = Bwise(root, *words, environment=environment).said()
    left = [p for folder in ("processed", "reports") if (root / folder).is_dir() for p in (root / folder).rglob("*") if ".part" in p.name]
    return code, text, left


def outcome(code, text, left, now, wanted):
    if code or crashed(text):
        print(text)
    if crashed(text):
        return "crashed"
    if set(wanted) - set(now) or left:
        return "lost"
    return "right" if code == 0 and now == wanted else "wrong"


NO_NETWORK = """
import os, sys

ASKED = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}

def refuse(event, arguments):
    if event in ASKED and isinstance(arguments[ASKED[event]], tuple | str):  # bytes: a socket of this machine, as a path
        where = arguments[ASKED[event]]
        host = where[0] if isinstance(where, tuple) else where
        if host not in ("127.0.0.1", "::1", "localhost") and not str(host).startswith("/"):
            with open(os.environ["ASKED_FOR"], "a") as file:
                print(event, where, file=file)
            raise OSError("no network")

sys.addaudithook(refuse)
"""
"""A `sitecustomize` of every Python that is started: who asks for a host other than this machine is noted, and gets none."""


def test_a_killed_run_that_is_run_again_without_network_in_another_environment_gives_the_same_bytes(tmp_path, told):
    """Another locale, time zone and hash seed, and no home; what kernels talk over are sockets of this machine."""
    root, wanted, seconds = run_once(small_survey(tmp_path / "small", "AT"))
    project, asked = copied(root, tmp_path / "killed"), tmp_path / "asked"
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    elsewhere = hostile()["no home"] | {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "12345"}
    elsewhere |= {"PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), elsewhere["PYTHONPATH"]]), "ASKED_FOR": str(asked)}
    tried = "import socket; socket.create_connection(('192.0.2.1', 9))"  # the address is that of no machine (RFC 5737)
    assert b"no network" in subprocess.run([sys.executable, "-c", tried], env=elsewhere, capture_output=True, check=False).stderr
    asked.unlink()
    code, text, left = killed_and_run_again(project, 0.6 * seconds, environment=elsewhere)
    told("killed", Counter([outcome(code, text, left, contents(project, "processed", "reports"), wanted)]))
    assert not asked.exists() and KernelManager().ip == "127.0.0.1"


def run_once(root):
    """The project as a run leaves it: its folder, what was made, and how long it took."""
    started = time.monotonic()
    code, text = Bwise(root).said()
    assert code == 0, text
    return root, contents(root, "processed", "reports"), time.monotonic() - started


@pytest.fixture(scope="module")
def pair(copy_of):
    """Two countries of the demonstration and their consolidation, run once."""
    root = copy_of("AT", "LV").root
    shutil.rmtree(root / "processed")
    return run_once(root)


def small_survey(root, *countries):
    """Countries with a small survey, and the tables of the demonstration that it has questions for: a run takes seconds."""
    for country in countries:
        sent = people(*({"partner_code": f"{country}-1", "s1": str(1 + n % 3)} for n in range(12)))
        small_project(root, *sent, country=country, file=f"raw/{country}/answers.csv")
    (root / "params/consolidation.yaml").write_text(f"questionnaire: small\ncountries: [{', '.join(countries)}]\n", encoding="utf-8")
    shutil.copy(ROOT / "params/tables.yaml", root / "params")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


@pytest.fixture(scope="module")
def small_pair(tmp_path_factory):
    """Two small countries and their consolidation, run once."""
    return run_once(small_survey(tmp_path_factory.mktemp("small"), "AT", "LV"))


@pytest.mark.long
def test_a_hundred_runs_that_were_killed_anywhere_and_are_run_again_give_the_same_bytes(small_pair, tmp_path, told):
    """Each second one over the results of other answers, which must not be mixed with those of today."""
    root, wanted, seconds = small_pair
    before = shutil.copytree(root, tmp_path / "before")
    sent = before / "raw/AT/answers.csv"
    now = sent.read_bytes()
    sent.write_bytes(now.replace(b";60;40;", b";50;50;"))
    assert sent.read_bytes() != now and Bwise(before).said()[0] == 0
    sent.write_bytes(now)
    counts, moments = Counter(), random.Random(SEED)
    for number in range(100):
        project = copied(root, tmp_path / str(number)) if number % 2 else shutil.copytree(before, tmp_path / str(number))
        code, text, left = killed_and_run_again(project, moments.uniform(0.2, seconds))
        counts[outcome(code, text, left, contents(project, "processed", "reports"), wanted)] += 1
        shutil.rmtree(project)
    told("killed", counts)


@pytest.mark.long
def test_runs_of_the_demonstration_that_were_killed_give_the_same_bytes_too(pair, tmp_path, told):
    root, wanted, seconds = pair
    counts, moments = Counter(), random.Random(SEED)
    for number in range(5):
        project = copied(root, tmp_path / str(number))
        code, text, left = killed_and_run_again(project, moments.uniform(0.2, seconds))
        counts[outcome(code, text, left, contents(project, "processed", "reports"), wanted)] += 1
        shutil.rmtree(project)
    told("killed, demonstration", counts)


# ------------------------------------------------------------------ disturbed


@pytest.mark.long
def test_two_runs_at_once_give_the_same_bytes_when_one_waits_and_are_told_when_it_does_not(small_pair, tmp_path, told):
    root, wanted, _ = small_pair
    counts = Counter()
    for wait in (["--wait"], []):
        project = copied(root, tmp_path / f"project{len(wait)}")
        both = [Bwise(project), Bwise(project, *wait)]
        said = [each.said() for each in both]
        if any(crashed(text) for _, text in said):
            counts["crashed"] += 1
        elif not wait and any(code for code, _ in said):
            counts["refused" if any("is being run already" in text for _, text in said) else "wrong"] += 1
            Bwise(project).said()
        now = contents(project, "processed", "reports")
        counts["lost" if set(wanted) - set(now) else "right" if now == wanted else "wrong"] += 1
    told("two at once", counts)


def hostile():
    """What a run finds elsewhere: name -> the environment."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    plain = given | {"COLUMNS": "300", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    without_home = {name: value for name, value in plain.items() if name not in ("HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR")}
    return {
        "locale C": plain | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "Turkish": plain | {"LC_ALL": "tr_TR.UTF-8"},
        "far time zone": plain | {"TZ": "Pacific/Kiritimati"},
        "hash seed": plain | {"PYTHONHASHSEED": "12345"},
        "no home": without_home,
        "a home that is none": plain | {"HOME": "/nonexistent"},
        "warnings are errors for nobody": plain | {"PYTHONWARNINGS": "default"},
    }


@pytest.mark.long
def test_every_hostile_environment_gives_the_same_bytes(pair, tmp_path, told):
    root, wanted, _ = pair
    counts = Counter()
    for number, environment in enumerate(hostile().values()):
        project = copied(root, tmp_path / str(number))
        code, text = Bwise(project, environment=environment).said()
        counts[outcome(code, text, [], contents(project, "processed", "reports"), wanted)] += 1
    told("environments", counts)


@pytest.mark.long
def test_a_clock_that_was_set_back_changes_nothing(small_pair, tmp_path, told):
    """Every file seems to come from the future; where libfaketime is installed, the run itself is two years behind, too."""
    root, wanted, _ = small_pair
    project = copied(root, tmp_path / "project")
    Bwise(project, "AT", "--only").said()
    for path in project.rglob("*"):
        os.utime(path, (4102444800, 4102444800))
    behind = os.environ | {"COLUMNS": "300"} | ({"LD_PRELOAD": str(FAKETIME), "FAKETIME": "-730d"} if FAKETIME else {})
    year = subprocess.run([sys.executable, "-c", "import time; print(time.gmtime().tm_year)"], env=behind, capture_output=True, check=True)
    assert not FAKETIME or int(year.stdout) <= datetime.now().year - 1
    code, text = Bwise(project, environment=behind).said()
    told("clock set back", Counter([outcome(code, text, [], contents(project, "processed", "reports"), wanted)]))


@pytest.mark.long
def test_a_disk_that_takes_no_large_file_is_told_in_words_and_what_was_there_stays(pair, tmp_path, told):
    root, wanted, _ = pair
    counts = Counter()
    for limit in (2_000, 20_000, 60_000, 200_000, 1_000_000):
        project = tmp_path / str(limit)
        shutil.copytree(root, project)
        code, text = Bwise(project, "--force", limit=limit).said()
        now = contents(project, "reports")
        counts["crashed" if crashed(text) else "refused" if code == 1 and "larger than this computer allows" in text else "wrong"] += 1
        counts["lost" if set(now) != {name for name in wanted if name.startswith("reports/")} else "right"] += 1
        code, text = Bwise(project).said()
        counts[outcome(code, text, [], contents(project, "processed", "reports"), wanted)] += 1
        shutil.rmtree(project)
    told("limits", counts)


@pytest.mark.long
def test_a_disk_that_is_full_is_told_in_words_and_with_room_again_all_is_well(small_pair, tmp_path, told):
    root, wanted, _ = small_pair
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here: this needs the rights of root")
    try:
        counts = Counter()
        for room in (0, 20_000, 100_000, 300_000):
            project = copied(root, disk / str(room))
            free = os.statvfs(disk)
            (disk / "filler").write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - room))
            code, text = Bwise(project).said()
            counts["crashed" if crashed(text) else "refused" if code == 1 and "the disk is full" in text else "wrong"] += 1
            (disk / "filler").unlink()
            code, text = Bwise(project).said()
            counts[outcome(code, text, [], contents(project, "processed", "reports"), wanted)] += 1
            shutil.rmtree(project)
        told("full disk", counts)
    finally:
        subprocess.run(["umount", disk], check=True)


# ------------------------------------------------------------------ damaged params

MUTATED = ["params/AT.yaml", "params/AT.corrections.csv", *(f"params/questionnaires/small/{name}.csv" for name in ("survey", "choices"))]
SPLICES = ["\0", '"', "'", "\n", "\r", "\t", "- ", ": ", "{", "]", "&a ", "*a", "!!x ", "<<: ", "2022-02-30", "=1+1", "1e999", "../"]
SPLICES += [",", ";", "é", "\u202e", "\ufeff", "\udcff", "|", "yes", "no", "~", "#", "%"]


def mutated(content, chance):
    """One fault of the kind that editors, sheets and people make."""
    at, to = sorted(chance.choices(range(len(content) + 1), k=2))
    lines = content.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    splice = chance.choice(SPLICES).encode(errors="surrogateescape")
    kinds = {
        "cut": content[:at],
        "gone": content[:at] + content[min(to, at + 9) :],
        "spliced": content[:at] + splice + content[at:],
        "line twice": b"".join([*lines[: one + 1], *lines[one:]]),
        "line gone": b"".join([*lines[:one], *lines[one + 1 :]]),
        "lines swapped": b"".join([lines[other] if n == one else lines[one] if n == other else text for n, text in enumerate(lines)]),
        "bit": content[: max(0, at - 1)] + bytes([content[at - 1] ^ (1 << chance.randrange(8))]) + content[at:] if content else b"",
        "UTF-16": content.decode(errors="replace").encode("utf-16"),
        "sheet's sign": content.replace(b",", b";"),
        "tabs": content.replace(b"  ", b"\t"),
    }
    return kinds[chance.choice(list(kinds))]


def understood(project):
    """What the program takes params to say, to tell a fault that changes nothing from one that does."""
    settings = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    return settings.stated(), repr((questionnaire.questions, questionnaire.lists))


def answers(project):
    """What a run wrote but for the manifest, in which the hash of the params stands; and the counts of the manifest."""
    found = {name: (project.processed("AT") / name).read_bytes() for name in FILES if name != "manifest.json"}
    return found, json.loads((project.processed("AT") / "manifest.json").read_bytes())["rows"]


def judged(project, name, before, wanted):
    """What became of a run with the fault in one of its params."""
    try:
        run(project)
        proof = verify(project, load_country(project, "AT"))
    except ProblemsFound as found:
        return "refused" if found.problems and all(str(problem).strip() for problem in found.problems) else "wrong"
    except Exception:
        return "crashed"
    files, rows = answers(project)
    if rows["received"] != sum(rows["excluded"].values()) + rows["kept"] or not (proof["left"] == proof["right"]).all():
        return "lost"
    if (files, rows) == wanted:
        return "right"
    if name.endswith("corrections.csv"):
        corrected = read_csv(project.processed("AT") / "changes.csv")["rule"].str.startswith("correction")
        return "told" if corrected.sum() != 2 or files["changes.csv"] != wanted[0]["changes.csv"] or rows != wanted[1] else "wrong"
    return "told" if understood(project) != before else "wrong"


def judge_params(folder, times, told):
    project = small_project(folder, *people({"staff": "10"}, {"s1": "2"}, {"comments": "fine"}), ENABLER)
    state(project, line("set", "row 2", "staff", "10", "11"), line("blank", "row 3", "s1", "2", "no_answer"))
    run(project)
    before, wanted = understood(project), answers(project)
    counts, chance = Counter(), random.Random(SEED)
    for number in range(times):
        name = MUTATED[number % len(MUTATED)]
        path = project.root / name
        good = path.read_bytes()
        path.write_bytes(mutated(good, chance))
        found = judged(project, name, before, wanted)
        if found in BAD:
            shutil.copy(path, folder / f"{found}-{number}-{path.name}")
            print(found, number, name)
        counts[found] += 1
        path.write_bytes(good)
    told("params", counts)


def judge_returned(folder, times, told):
    desk, counts, chance = Desk(folder), Counter(), random.Random(SEED)
    for number in range(times):
        ended, why = desk.judged(number, chance)
        counts[ended] += 1
        if ended in BAD:
            print(ended, number, why)
    told("returned workbooks", counts)


def test_damaged_params_corrections_and_questionnaires_are_refused_or_told(tmp_path, told):
    judge_params(tmp_path, 12, told)


def test_damaged_and_changed_workbooks_of_partners_are_refused_or_told(tmp_path, told):
    judge_returned(tmp_path, 12, told)


@pytest.mark.long
def test_a_thousand_damaged_params_corrections_and_questionnaires_are_refused_or_told(tmp_path, told):
    judge_params(tmp_path, 1000, told)


@pytest.mark.long
def test_a_thousand_damaged_and_changed_workbooks_of_partners_are_refused_or_told(tmp_path, told):
    judge_returned(tmp_path, 1000, told)
