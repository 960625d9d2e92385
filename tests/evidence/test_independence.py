"""The second judge knows nothing of the algebra: no module that it imports, by whatever way, does."""

from __future__ import annotations

import ast

import pytest

from tests.test_architecture import TREES, imports_of

SECOND_JUDGE = [
    "symgrad.evidence.field_test",
    "symgrad.evidence.field_features",
    "symgrad.evidence.cutoff",
    "symgrad.evidence.terms",
    "symgrad.evidence.audit",
    "symgrad.evidence.thresholds",
    "symgrad.evidence.runs",
    "symgrad.evaluate.fields_points",
    "symgrad.evaluate.fields_degrees",
    "symgrad.evidence.numbers",
    "symgrad.evidence.points",
    "symgrad.evidence.balls",
]
PARTS_OF_A_PACKAGE = {"symgrad", "symgrad.evidence"}
"""Front doors, whose own imports run whenever a room is entered; the judge itself asks nothing of them."""


def reached(modules: list[str], trees: dict[str, ast.AST]) -> dict[str, str]:
    """Every module of symgrad that these import, however far off, and which module imports it."""
    found = dict.fromkeys(modules, "")
    pending = list(modules)
    while pending:
        module = pending.pop()
        for name in (i.module for i in imports_of(trees[module])):
            if name in trees and name not in found and name not in PARTS_OF_A_PACKAGE:
                found[name] = module
                pending.append(name)
    return found


def algebra_in(found: dict[str, str]) -> list[str]:
    return [f"{by} imports {name}" for name, by in found.items() if name.split(".")[1:2] == ["algebra"]]


@pytest.mark.parametrize("module", SECOND_JUDGE)
def test_the_second_judge_does_not_reach_the_algebra(module):
    assert algebra_in(reached([module], TREES)) == []


def test_the_search_goes_far_enough():
    found = reached(SECOND_JUDGE, TREES)
    assert {"symgrad.evaluate.interpreter", "symgrad.evaluate.fields_lanes", "symgrad.language.program"} <= set(found)


def test_an_import_of_the_algebra_is_found():
    assert algebra_in(reached(["symgrad.evidence.judge"], TREES))
    trees = {
        **TREES,
        "symgrad.evidence.field_test": ast.parse("def f():\n    from symgrad.evaluate import grid"),
        "symgrad.evaluate.grid": ast.parse("from symgrad.algebra.compare import compare_programs"),
    }
    assert algebra_in(reached(["symgrad.evidence.field_test"], trees))
