"""The examples in the documents are true: programs read, commands print what is shown."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from symgrad import cli
from symgrad.calculus import vjp
from symgrad.evaluate import check_gradients
from symgrad.language.read import read_program

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)

EXAMPLES = [
    pytest.param(kind, text, id=f"{page.name}:{page.read_text(encoding='utf-8').count(chr(10), 0, found.start()) + 1}")
    for page in PAGES
    for found in BLOCK.finditer(page.read_text(encoding="utf-8"))
    for kind, text in [found.groups()]
]


def of_kind(kind: str) -> list[object]:
    return [example for example in EXAMPLES if example.values[0] == kind]


def without_errors(output: str) -> str:
    """The output without the sizes of rounding errors, which differ from machine to machine."""
    return re.sub(r"\d\.\de[-+]\d+", "#", output).strip()


@pytest.mark.parametrize(("kind", "text"), of_kind("loops"))
def test_programs_can_be_derived(kind, text):
    forward = read_program(text)
    assert check_gradients(forward, vjp(forward)).ok


@pytest.mark.parametrize(("kind", "text"), of_kind("console"))
def test_commands_print_what_is_shown(kind, text, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    command, _, shown = text.removeprefix("$ ").partition("\n")
    words = shlex.split(command)
    assert words[0] == "symgrad"
    cli.main(words[1:])
    assert without_errors(capsys.readouterr().out) == without_errors(shown)


def test_python_sessions_show_what_happens(monkeypatch):
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert done.attempted > 5
    assert done.failed == 0


def test_links_between_the_documents_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_has_an_example_of_each_kind():
    kinds = {kind for kind, _ in (example.values for example in EXAMPLES)}
    assert {"loops", "console"} <= kinds
