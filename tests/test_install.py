"""`install.py` stands outside the package: it runs before anything is installed, by whatever Python there is."""

import ast
import importlib.util
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
LOCK = ["--require-hashes", "--no-deps", "-r", "requirements.lock"]
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "windows", "macos")  # macOS on Apple silicon: older ones get no wheels
Version = namedtuple("Version", "major minor micro")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def calls(script, monkeypatch, tmp_path):
    """`calls(*failing)`: what the script calls in the new environment, where the modules or programs named fail."""

    def calls(*failing):
        found = []

        def call(words, cwd):
            assert (words[0], cwd) == (str(script.PYTHON), str(ROOT))
            found.append(words[2:])
            return int(any(name in words for name in failing))

        monkeypatch.setattr(script, "PLACE", tmp_path)
        monkeypatch.setattr(script, "environment", lambda: None)
        monkeypatch.setattr(script.subprocess, "call", call)
        script.main()
        return found

    return calls


@pytest.fixture
def place(script, monkeypatch, tmp_path):
    """Where the script makes its environment, with nothing there yet."""
    monkeypatch.setattr(script, "PLACE", tmp_path / "env")
    monkeypatch.setattr(script, "PYTHON", tmp_path / "env" / "bin" / "python")
    return tmp_path / "env"


def test_an_environment_of_this_python_is_kept_and_one_of_another_is_made_anew(script, place, monkeypatch):
    made = []
    monkeypatch.setattr(script.venv, "create", lambda where, **how: made.append(how["clear"]))
    place.joinpath("bin").mkdir(parents=True)
    script.PYTHON.symlink_to(sys.executable)
    script.environment()
    assert made == []
    script.PYTHON.unlink()
    script.PYTHON.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    script.PYTHON.chmod(0o755)
    script.environment()
    assert made == [True]


def test_an_environment_that_cannot_be_made_is_told_in_a_line(script, place, monkeypatch):
    def locked(*_, **__):
        raise PermissionError("in use")

    monkeypatch.setattr(script.venv, "create", locked)
    with pytest.raises(SystemExit) as told:
        script.environment()
    assert str(told.value).startswith("The folder .venv could not be made (PermissionError). Delete it")


def test_it_can_be_read_by_pythons_that_are_too_old():
    ast.parse((ROOT / "install.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_python_that_is_too_old_is_told_before_anything_is_installed(script, monkeypatch):
    monkeypatch.setattr(script.sys, "version_info", Version(3, 10, 13))
    monkeypatch.setattr(script.venv, "create", lambda *_, **__: pytest.fail("it began"))
    with pytest.raises(SystemExit) as told:
        script.main()
    assert str(told.value).startswith("B-WISE needs Python 3.11 or later, and this is 3.10. Nothing was installed.")
    assert "make report PYTHON=" in str(told.value)


def test_uv_installs_what_the_lock_names_by_hash_and_nothing_else(calls, script, capsys, tmp_path):
    by_uv = ["uv", "pip", "install", "--quiet", "--python", str(script.PYTHON)]
    made = calls()
    assert made[0][:2] == ["pip", "install"] and made[0][-4:] == [*LOCK[:3], "requirements-uv.lock"]
    assert made[1] == [*by_uv, "--compile-bytecode", *LOCK]
    assert made[2] == [*by_uv, "--no-deps", "--no-build-isolation", "--editable", "."]
    assert [line[:6] for line in capsys.readouterr().out.splitlines()] == ["1 of 4", "2 of 4", "3 of 4", "4 of 4", "ready "]
    assert (tmp_path / "ready").exists()


@pytest.mark.parametrize("failing", ["uv", "requirements-uv.lock"], ids=["uv fails", "uv cannot be had"])
def test_pip_installs_the_same_where_uv_does_not(calls, failing, capsys):
    made = [words for words in calls(failing) if words[0] == "pip"]
    assert [words[-4:] for words in made if "requirements.lock" in words] == [LOCK]
    assert made[-1][-2:] == ["--editable", "."]
    assert "pip" in capsys.readouterr().out


def test_an_installation_that_fails_ends_so(calls, tmp_path):
    with pytest.raises(SystemExit) as told:
        calls("requirements.lock")
    assert "could not be installed" in str(told.value)
    assert not (tmp_path / "ready").exists()


def test_the_oldest_python_is_that_of_pyproject_and_ci_runs_it(script):
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    oldest = "{}.{}".format(*script.OLDEST)
    assert wanted == f">={oldest}"
    workflow = YAML(typ="safe").load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions[0] == oldest and all(version in SpecifierSet(wanted) for version in versions)


@pytest.mark.long
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_every_package_of_the_lock_has_a_wheel(python, platform, tmp_path):
    """Asks the package index; nothing is downloaded."""
    target = ["--dry-run", "--target", str(tmp_path), "--python-version", python, "--python-platform", platform, "--only-binary", ":all:"]
    done = subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--quiet", *target, *LOCK], cwd=ROOT, capture_output=True)
    if b"No module named uv" in done.stderr:
        pytest.skip("uv is not here")
    assert done.returncode == 0, done.stderr.decode()
