"""The examples in the documents are true: programs read, commands print what is shown, Python shows what happens.

The commands of a page run one after the other in one folder that holds `problems/`. A command is `symgrad ...`, with or
without `> FILE` behind it, or `cat > FILE <<'END'`, which writes the lines up to END to a file.
"""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from symgrad import cli
from symgrad.calculus import vjp
from symgrad.evaluate import check_gradients
from symgrad.language.read import read_program

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
HERE = re.compile(r"cat > (?P<file>[\w.-]+) <<'(?P<end>\w+)'")


def blocks(text: str, kind: str) -> Iterator[tuple[str, int]]:
    """The blocks of a kind in a page, each with the number of its line."""
    for found in BLOCK.finditer(text):
        if found[1] == kind:
            yield found[2], text.count("\n", 0, found.start()) + 1


PROGRAMS = [
    pytest.param(text, id=f"{page}:{line}")
    for page, content in TEXTS.items()
    for text, line in blocks(content, "loops")
]
WITH_COMMANDS = [page for page, content in TEXTS.items() if any(blocks(content, "console"))]
WITH_PYTHON = [page for page, content in TEXTS.items() if any(blocks(content, "python"))]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder: one with the problems alone, so that what examples write stays out of the sources."""
    shutil.copytree(ROOT / "problems", tmp_path / "problems", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def without_measurements(output: str) -> str:
    """The output without what differs from machine to machine: rounding errors, times, points looked at in a time."""
    output = re.sub(r"\d(\.\d)?e[-+]\d+", "#", output)
    lines = re.sub(r"\bat \d+ (exact )?points", r"at # \1points", output).strip().splitlines()
    return "\n".join(re.sub(r"  (#|-) +\d+\.\d\d$", r"  \1 #", line.rstrip()) for line in lines)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with the lines below it, up to the next one."""
    for piece in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, below = piece.partition("\n")
        yield command, below


@pytest.mark.parametrize("text", PROGRAMS)
def test_programs_can_be_derived(text):
    forward = read_program(text)
    assert check_gradients(forward, vjp(forward)).ok


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_print_what_is_shown(page, folder, capsys):
    for block, line in blocks(TEXTS[page], "console"):
        for command, below in commands(block):
            here = HERE.fullmatch(command)
            if here is not None:
                content, end, rest = below.rpartition(f"{here['end']}\n")
                assert end, f"{page}:{line}: {command} has no end"
                assert not rest
                (folder / here["file"]).write_text(content, encoding="utf-8")
                continue
            words = shlex.split(command)
            assert words[0] == "symgrad", f"{page}:{line}: {command}"
            target = words[-1] if words[-2] == ">" else None
            cli.main(words[1:-2] if target else words[1:])
            printed, errors = capsys.readouterr()
            if target is not None:
                (folder / target).write_text(printed, encoding="utf-8")
                printed = ""
            assert without_measurements(printed + errors) == without_measurements(below), f"{page}:{line}: {command}"


class Checker(doctest.OutputChecker):
    """Compares what is shown with what is printed, but for measurements."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(without_measurements(want) + "\n", without_measurements(got) + "\n", optionflags)


@pytest.mark.parametrize("page", WITH_PYTHON)
def test_python_sessions_show_what_happens(page, folder):
    examples = doctest.DocTestParser().get_doctest(TEXTS[page], {}, page, page, 0)
    assert len(examples.examples) == sum(text.count(">>> ") for text, _ in blocks(TEXTS[page], "python"))
    done = doctest.DocTestRunner(Checker()).run(examples)
    assert done.attempted > 0
    assert done.failed == 0


def test_links_between_the_documents_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", TEXTS[page.name]):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_has_an_example_of_each_kind():
    for kind in ("loops", "console", "python"):
        assert any(blocks(TEXTS["README.md"], kind)), kind


def test_the_demonstration_succeeds(folder, capsys, monkeypatch):
    monkeypatch.setattr("symgrad.course.problem_names", lambda *_: ("softmax", "diamond"))  # all: tests/course
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", makefile, re.M)
    assert recipe is not None
    for line in recipe[1].splitlines():
        program, *words = shlex.split(line)
        assert program == "$(BIN)/symgrad"
        assert cli.main(words) == 0, line
    assert "proved" in capsys.readouterr().out


def test_every_command_is_on_its_page(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    listed = re.search(r"^ +COMMAND\n((?: {4,}\w.*\n| {20,}.*\n)+)", capsys.readouterr().out, re.M)
    assert listed is not None
    names = re.findall(r"^ {4}(\w+)", listed[1], re.M)
    assert len(names) > 3
    for name in names:
        assert f"symgrad {name}" in TEXTS["README.md"]
        with pytest.raises(SystemExit):
            cli.main([name, "--help"])
        options = re.findall(r"--[a-z]+", capsys.readouterr().out)
        section = re.search(rf"^## symgrad {name}\n(.*?)(?=^## |\Z)", TEXTS["commands.md"], re.M | re.S)
        assert section is not None, f"commands.md has no section on {name}"
        for option in {*options} - {"--help", "--json"}:
            assert option in section[1], f"commands.md: symgrad {name} {option}"


def test_the_map_of_the_house_shows_every_module():
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", TEXTS["architecture.md"], re.M | re.S))
    for room in sorted(path for path in (ROOT / "symgrad").iterdir() if (path / "__init__.py").exists()):
        names = re.findall(r"`([\w*]+)(?:\.py)?`", sections.get(room.name, ""))
        for module in sorted(path.stem for path in room.glob("*.py") if not path.stem.startswith("__")):
            shown = any(fnmatch(module, name) for name in names)
            assert shown, f"docs/architecture.md, section {room.name}, does not tell what {module}.py is for"
