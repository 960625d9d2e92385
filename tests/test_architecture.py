"""The house's plan, read off the sources: which room imports which, what no code may call or name."""

from __future__ import annotations

import ast
import configparser
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import symgrad

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "symgrad"

FLOORS = [
    "errors",
    "clock",
    "language",
    "cost",
    "evaluate",
    "algebra",
    "calculus",
    "evidence",
    "optimise",
    "files",
    "construct",
    "edf",
    "course",
    "commands",
    "cli",
]
"""The rooms of symgrad/, ground floor first: each may import those before it. See docs/architecture.md."""

FORBIDDEN_CALLS = {
    "__import__",
    "compile",
    "eval",
    "exec",
    "execfile",
    "lambdify",
    "parse_expr",
    "parse_latex",
    "sympify",
}
FORBIDDEN_IMPORTS = {"code", "ctypes", "dill", "marshal", "pickle", "shelve", "subprocess"}
LAYERS = re.compile(r"softmax|batch_?norm|layer_?norm|ugrnn|attention|lstm|\bgru\b|convolution|relu_layer", re.I)


@dataclass(frozen=True)
class Import:
    """One import statement: the module it names, its line, and whether it runs when its module is imported."""

    module: str
    line: int
    eager: bool


def imports_of(tree: ast.AST) -> list[Import]:
    """Every import of a module's tree, those inside functions and under TYPE_CHECKING too."""
    return list(_imports(tree, eager=True))


def _imports(node: ast.AST, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inner = eager and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inner = False
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, eager) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from _from_imports(child, eager)
        yield from _imports(child, inner)


def _from_imports(node: ast.ImportFrom, eager: bool) -> Iterator[Import]:
    """`from a.b import c` imports a.b, and a.b.c where that is a module: of our own files we can tell."""
    module = "." * node.level + (node.module or "")
    yield Import(module, node.lineno, eager)
    for alias in node.names:
        if path_of(f"{module}.{alias.name}"):
            yield Import(f"{module}.{alias.name}", node.lineno, eager)


def path_of(module: str) -> Path | None:
    """The source file of a module of symgrad, if there is one."""
    base = ROOT.joinpath(*module.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if module and p.is_file()), None)


def room(module: str) -> str:
    """The room that a module of symgrad stands in; "" is the package's own front door."""
    return [*module.split("."), ""][1]


def upward_imports(module: str, tree: ast.AST) -> list[str]:
    """The imports of `module` that go to its own floor's ceiling or above, lazy ones included."""
    faults = []
    for found in imports_of(tree):
        if found.module.startswith("."):
            faults.append(f"{module}:{found.line} imports {found.module}: relative, write symgrad.…")
        elif found.module.split(".")[0] == "symgrad" and room(found.module) != room(module):
            faults += _judge(module, found)
    return faults


def _judge(module: str, found: Import) -> list[str]:
    if found.module == "symgrad" and room(module) == "cli":
        return []  # for the version; the front door imports nothing by itself
    here = FLOORS.index(room(module))
    there = FLOORS.index(room(found.module)) if room(found.module) else len(FLOORS)
    return [f"{module}:{found.line} imports {found.module}, which is above it"] if there >= here else []


def import_cycle(trees: dict[str, ast.AST]) -> list[str]:
    """The modules of one cycle of imports that run at import time, or []."""
    graph = {
        module: {i.module for i in imports_of(tree) if i.eager and i.module in trees and i.module != module}
        for module, tree in trees.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def forbidden(tree: ast.AST) -> list[str]:
    """Calls and imports that could run what somebody else wrote."""
    faults = [f"{i.line}: imports {i.module}" for i in imports_of(tree) if i.module.split(".")[0] in FORBIDDEN_IMPORTS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in FORBIDDEN_CALLS and ast.unparse(node) != "re.compile":
                faults.append(f"{node.lineno}: {ast.unparse(node)}")
    return faults


def layer_names(source: str) -> list[str]:
    """Where the code (comments and docstrings apart) names a layer or a problem."""
    documented = {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        f"{token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.NAME, tokenize.STRING)
        and token.start[0] not in documented
        and LAYERS.search(token.string)
    ]


def long_functions(tree: ast.AST, most: int = 50) -> list[str]:
    """The functions of more than `most` lines."""
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= most
    ]


SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {module: ast.parse(source) for module, source in SOURCES.items()}


def test_every_room_has_a_floor():
    assert {room(module) for module in TREES} - {""} == set(FLOORS)


@pytest.mark.parametrize("module", [m for m in TREES if m != "symgrad"])
def test_imports_go_downward(module):
    assert upward_imports(module, TREES[module]) == []


def test_there_is_no_cycle_of_imports():
    assert import_cycle(TREES) == []


@pytest.mark.parametrize("module", TREES)
def test_nothing_runs_what_others_wrote(module):
    assert forbidden(TREES[module]) == []


@pytest.mark.parametrize("module", TREES)
def test_no_layer_is_named_in_the_code(module):
    assert layer_names(SOURCES[module]) == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.lark")), ids=lambda path: path.name)
def test_no_layer_is_named_in_a_grammar(path):
    assert LAYERS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", TREES)
def test_files_and_functions_stay_small(module):
    assert SOURCES[module].count("\n") <= 400
    assert long_functions(TREES[module]) == []


def test_about_twenty_names_are_exported_and_all_of_them_exist():
    assert len(symgrad.__all__) <= 20
    assert all(getattr(symgrad, name) is not None for name in symgrad.__all__)
    assert set(symgrad.__all__) <= set(dir(symgrad))


def test_an_exported_name_is_never_the_room_of_the_same_name():
    code = "import symgrad.evaluate.run, symgrad.calculus, symgrad; print(symgrad.evaluate.__class__.__name__)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "function\n"


def test_setup_lists_every_package():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    present = {".".join(p.parent.relative_to(ROOT).parts) for p in PACKAGE.rglob("__init__.py")}
    assert listed == present | {"symgrad.problems"}


# The judges above, shown bad examples.


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("symgrad.language.read", "import symgrad.calculus"),
        ("symgrad.language.read", "from symgrad.cli import main"),
        ("symgrad.evaluate.run", "def f():\n    from symgrad.calculus.reverse import vjp"),
        ("symgrad.evaluate.run", "from symgrad import vjp"),
        ("symgrad.errors", "from symgrad import errors, language"),
        ("symgrad.calculus.reverse", "if TYPE_CHECKING:\n    import symgrad.cli"),
        ("symgrad.language.read", "from . import write"),
    ],
)
def test_an_upward_import_is_found(module, source):
    assert upward_imports(module, ast.parse(source))


def test_a_downward_import_is_fine():
    assert upward_imports("symgrad.calculus.reverse", ast.parse("from symgrad.language import build")) == []


def test_a_cycle_is_found():
    trees = {
        "symgrad.language.read": ast.parse("from symgrad.language.write import x"),
        "symgrad.language.write": ast.parse("import symgrad.language.read"),
    }
    assert set(import_cycle(trees)) == set(trees)
    trees["symgrad.language.write"] = ast.parse("def f():\n    import symgrad.language.read")
    assert import_cycle(trees) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "f = exec",
        "sympy.sympify(x)",
        "import pickle",
        "from pickle import loads",
        "compile(x, '', 'eval')",
    ],
)
def test_a_forbidden_call_is_found(source):
    assert forbidden(ast.parse(source))


def test_patterns_may_be_compiled():
    assert forbidden(ast.parse("import re\nre.compile('a')")) == []


def test_a_layer_name_is_found():
    assert layer_names("def softmax_row():\n    pass\n")
    assert layer_names("x = f('LayerNorm')\n")
    assert layer_names('def f():\n    """Such as softmax."""  # or attention\n') == []


def test_a_long_function_is_found():
    assert long_functions(ast.parse("def f():\n" + "    x = 1\n" * 60))
