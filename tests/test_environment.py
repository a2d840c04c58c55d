import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
FROM_CONDA = {"python", "pip", "jupyterlab", "papermill", "pandas", "seaborn", "nbval"}
# Written so that these lines do not match themselves.
MACHINE = re.compile(r"(?<![\w.:])/(?:work|root|tmp/venv|home/\w+|Users/\w+)/")
INDEX = re.compile(r"(?:pypi|pythonhosted|anaconda|npmjs)\.(?:org|com)\b|(?:index|find)-(?:url|links)\s*[=\s]\s*\w", re.IGNORECASE)


def requirements(lines: list[str]) -> dict[str, SpecifierSet]:
    """Package -> versions."""
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wanted(project):
    """What pyproject.toml asks for, tests included."""
    return requirements([*project["project"]["dependencies"], *project["dependency-groups"]["test"]])


@pytest.fixture(scope="module")
def locked():
    """Package -> versions of requirements.lock, which may differ by Python version."""
    found: dict[str, list[tuple[Version, str]]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==([\w.!+-]+)\s*(?:;\s*(.*?))?\s*\\?$", line):
            found.setdefault(canonicalize_name(match[1]), []).append((Version(match[2]), match[3] or ""))
    return found


@pytest.fixture(scope="module")
def conda():
    return YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def by_conda(conda):
    return requirements([d for d in conda["dependencies"] if isinstance(d, str)])


@pytest.fixture(scope="module")
def by_pip(conda):
    lines = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    return requirements([line for line in lines if not line.startswith("-")])


def test_conda_takes_the_few_packages_it_is_for_from_conda_forge(conda, by_conda):
    assert conda["channels"][0] == "conda-forge" and "defaults" not in conda["channels"]
    assert set(by_conda) == FROM_CONDA


def test_the_environment_names_the_packages_of_pyproject_and_no_others(by_conda, by_pip, wanted):
    assert set(by_conda) & set(by_pip) == set()
    assert (set(by_conda) | set(by_pip)) - {"python", "pip"} == set(wanted)


def test_the_environment_asks_for_the_versions_of_pyproject(by_conda, by_pip, wanted, project):
    assert {n: s for n, s in (by_conda | by_pip).items() if n in wanted} == wanted
    assert by_conda["python"] == SpecifierSet(project["project"]["requires-python"])


def test_the_environment_installs_the_project_itself(conda):
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert [line for line in pip if line.startswith("-")] == ["--editable ."]


def test_the_lock_holds_every_package_in_versions_that_pyproject_allows(locked, wanted):
    assert [n for n in wanted if n not in locked] == []
    assert {n: v for n, s in wanted.items() for v, _ in locked[n] if v not in s} == {}


def test_a_package_is_locked_twice_only_for_different_pythons(locked):
    for name, versions in locked.items():
        markers = [m for _, m in versions]
        assert len(set(markers)) == len(markers), name


def test_every_locked_package_has_a_hash():
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    pinned = [b for b in blocks if "==" in b.partition("\n")[0] and not b.startswith("#")]
    assert [b.partition(" ")[0] for b in pinned if "--hash=sha256:" not in b] == []
    assert len(pinned) > 100


def tracked() -> list[Path]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", [MACHINE, INDEX], ids=["a path of a machine", "a package index"])
def test_no_tracked_file_names(pattern):
    found = {}
    for path in tracked():
        if match := pattern.search(path.read_bytes().decode("utf-8", errors="ignore")):
            found[path.relative_to(ROOT).as_posix()] = match[0]
    assert found == {}


def test_the_lock_does_not_tell_where_it_was_made():
    assert not re.search(r"(?:^|\s)/\w+/", (ROOT / "requirements.lock").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["see /wor" + "k/main", "'/roo" + "t/x'", "/tmp/ve" + "nv/bin"])
def test_a_path_of_a_machine_would_be_seen(text):
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["https://py" + "pi.org/simple", "files.python" + "hosted.org", "--index" + "-url x"])
def test_a_package_index_would_be_seen(text):
    assert INDEX.search(text)
