"""What is installed: the package with its data, by a wheel and in editable mode, in environments of their own.

The builds run without isolation, so nothing is fetched; the [test] extra brings a setuptools that can do that.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
DATA = sorted(path.name for path in (ROOT / "problems").iterdir() if path.suffix in (".loops", ".toml"))
COMPONENTS = sorted(path.name for path in (ROOT / "symgrad" / "edf" / "components").iterdir())
PROBLEMS = sorted(path.stem for path in (ROOT / "problems").glob("*.toml"))

PROBE = """
import importlib.util
import json
from importlib.resources import files
import symgrad, symgrad.problems
names = sorted(f.name for f in files("symgrad.problems").iterdir() if f.name.endswith((".loops", ".toml")))
text = files("symgrad.problems").joinpath("softmax.loops").read_text(encoding="utf-8")
components = sorted(f.name for f in files("symgrad").joinpath("edf", "components").iterdir())
stray = importlib.util.find_spec("problems") is not None
print(json.dumps([symgrad.__file__, names, components, text, stray, files("symgrad").joinpath("py.typed").is_file()]))
"""

PROBLEM_NAMES = """
import json
import symgrad.course
print(json.dumps([symgrad.course.__file__, symgrad.course.problem_names()]))
"""


@pytest.fixture
def source_tree(tmp_path):
    """A copy of what a build needs, so that it leaves nothing behind in the working tree."""
    copy = tmp_path / "source"
    for name in ("symgrad", "problems"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


def built(hook: str, source: Path, folder: Path) -> Path:
    """The wheel that a hook of the build backend makes: build_wheel, or build_editable (PEP 660)."""
    if int(version("setuptools").split(".")[0]) < 71:
        pytest.skip("building without isolation needs a newer setuptools: install symgrad[test]")
    code = f"import setuptools.build_meta as backend; print(backend.{hook}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=source, timeout=120
    )
    return folder / done.stdout.splitlines()[-1]


def environment(where: Path) -> Path:
    """The interpreter of a new environment that holds no package."""
    venv.create(where, with_pip=False)
    return where / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installed(where: Path, wheel: Path) -> Path:
    """The interpreter of a new environment that holds the wheel and no other package."""
    python = environment(where)
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", python]
    subprocess.run([*command, "install", "--no-deps", "--no-index", wheel], check=True, timeout=120)
    return python


def probe(python: Path, elsewhere: Path, code: str = PROBE, **variables: str) -> list[Any]:
    """What the package says of itself, started from a folder that holds no sources."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True, cwd=elsewhere, env=known, timeout=60
    )
    return json.loads(done.stdout)


def test_a_wheel_brings_the_package_with_its_data(source_tree, tmp_path):
    wheel = built("build_wheel", source_tree, tmp_path)
    python = installed(tmp_path / "env", wheel)
    home, names, components, text, stray, typed = probe(python, tmp_path)
    assert home.startswith(str(tmp_path))
    assert names == DATA
    assert components == COMPONENTS
    assert text == (ROOT / "problems" / "softmax.loops").read_text(encoding="utf-8")
    assert typed
    assert not stray
    assert probe(python, tmp_path, PROBLEM_NAMES)[1] == PROBLEMS


def test_an_editable_install_reads_the_sources_in_place(source_tree, tmp_path):
    python = installed(tmp_path / "env", built("build_editable", source_tree, tmp_path))
    (source_tree / "problems" / "added.loops").write_text("c = 1\n", encoding="utf-8")
    home, names, _, _, stray, _ = probe(python, tmp_path)
    assert Path(home) == source_tree / "symgrad" / "__init__.py"
    assert names == sorted([*DATA, "added.loops"])
    assert not stray


def test_a_checkout_on_the_path_finds_its_problems(source_tree, tmp_path):
    home, names = probe(environment(tmp_path / "env"), tmp_path, PROBLEM_NAMES, PYTHONPATH=str(source_tree))
    assert Path(home).is_relative_to(source_tree)
    assert names == PROBLEMS


def test_the_stated_python_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"
    assert "python_requires = >=3.11" in (ROOT / "setup.cfg").read_text(encoding="utf-8")
