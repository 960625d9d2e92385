"""The hand-written second forms and the identities: right and wrong on numbers, as they say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from random import Random
from typing import Any

import pytest

from symgrad.evaluate import Sample, check_gradients, sample
from symgrad.evaluate.cells import Cells
from symgrad.evaluate.run import run_on_cells
from symgrad.language.legality import findings
from symgrad.language.program import Expr, Index, Program, Reduce, Ref, Role
from symgrad.language.read import read_expression, read_program
from symgrad.language.walk import expr_children, walk_body, walk_ranges
from tests.forms.edits import FORMS_FOLDER, Edit
from tests.identities import IDENTITIES, Identity
from tests.second_forms import CASES, FORMS, FORWARD_PAIRS, Form, ForwardPair

POINTS = 30
"""At how many points what is wrong may be right, as on the one side of a kink."""

WRONG_FORMS = [(form, edit) for form in FORMS for edit in form.wrong]
WRONG_PAIRS = [(pair, edit) for pair in FORWARD_PAIRS for edit in pair.wrong]

each_form = pytest.mark.parametrize("form", FORMS, ids=str)


def read_edited(text: str, edit: Edit, context: Program | None = None) -> Program:
    """An edited program as it is written, which is legal if and only if the edit says so."""
    program = read_program(text, context=context, check=False)
    assert bool(findings(program)) == edit.illegal
    return program


def largest_difference(one: Mapping[str, Cells[Any]], two: Mapping[str, Cells[Any]], tensors: Iterable[str]) -> float:
    """The largest relative difference of the tensors' cells; infinite where one only is a number."""
    return max(_difference(value, two[name][cell]) for name in tensors for cell, value in one[name].items())


def _difference(one: float, two: float) -> float:
    if math.isfinite(one) and math.isfinite(two):
        return abs(one - two) / max(abs(one), abs(two), 1)
    return 0.0 if math.isfinite(one) == math.isfinite(two) else math.inf


# Forms


@cache
def program_of(name: str) -> Program:
    return read_program(CASES[name].text, name=name)


def forward_of(form: Form) -> Program:
    return program_of(form.program)


@cache
def backward_of(form: Form) -> Program:
    return read_program(form.text, context=forward_of(form))


@each_form
def test_a_form_is_right(form):
    forward = forward_of(form)
    report = check_gradients(forward, backward_of(form), seed=1, average=form.case.average, cells=24)
    assert report.ok, str(report)
    asked = form.case.wrt or [t.name for t in forward.tensors if t.differentiable]
    assert {g.name for g in report.gradients} == {f"{name}.grad" for name in asked}
    assert set(form.wrt) == set(asked)
    assert form.labels == any(t.role is Role.INTEGER for t in forward.tensors)


@each_form
def test_numeric_derivatives_tell_a_near_miss(form):
    edit = form.wrong[0]
    backward = read_edited(form.edited(edit), edit, forward_of(form))
    assert not check_gradients(forward_of(form), backward, seed=1, average=form.case.average, cells=2).ok


@cache
def point_of(form: Form, seed: int) -> Sample:
    """Random values of what the forward program is given, and what it computes from them."""
    point = sample(forward_of(form), seed=seed)
    return Sample(point.sizes, run_on_cells(forward_of(form), point.sizes, point.values))


@cache
def start_of(form: Form, adjoint: str, seed: int) -> Cells[float]:
    """Random values of an adjoint: upstream, or what a gradient is before it is added to."""
    draw = Random(f"{adjoint} {seed}")
    cells = point_of(form, seed).values[adjoint.removesuffix(".grad")]
    return {cell: draw.choice((-1, 1)) * draw.uniform(0.3, 1.5) for cell in cells}


def gradients(form: Form, backward: Program, seed: int) -> dict[str, Cells[Any]]:
    """The adjoints asked for after a run; one that the program does not know keeps its value."""
    point = point_of(form, seed)
    given = [t.name for t in backward.tensors if t.given]
    values = {name: point.values.get(name) or start_of(form, name, seed) for name in given}
    results = run_on_cells(backward, point.sizes, values)
    asked = [f"{name}.grad" for name in form.wrt]
    return {name: results.get(name) or start_of(form, name, seed) for name in asked}


@cache
def right_gradients(form: Form, seed: int) -> dict[str, Cells[Any]]:
    return gradients(form, backward_of(form), seed)


@pytest.mark.parametrize(("form", "edit"), WRONG_FORMS, ids=str)
def test_an_edited_form_is_wrong(form, edit):
    backward = read_edited(form.edited(edit), edit, forward_of(form))
    pairs = ((right_gradients(form, seed), gradients(form, backward, seed)) for seed in range(POINTS))
    assert any(largest_difference(right, wrong, right) > 1e-6 for right, wrong in pairs)


def test_every_form_has_near_misses_and_every_file_is_used():
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(len(form.wrong) >= 3 for form in FORMS)
    used = {form.text for form in FORMS}
    assert all(path.read_text(encoding="utf-8") in used for path in FORMS_FOLDER.glob("*.loops"))
    programs = {path.stem for path in (FORMS_FOLDER / "programs").glob("*.loops")}
    assert programs <= {form.program for form in FORMS} <= CASES.keys()


def is_rectangular(program: Program) -> bool:
    """Whether all loops run over whole ranges, and all subscripts are plain indices."""
    refs = (part for part in walk_body(program.body) if isinstance(part, Ref))
    return (
        all(r.low is None and r.high is None for r in walk_ranges(program.body))
        and all(isinstance(subscript, Index) for ref in refs for subscript in ref.subscripts)
        and all(tensor.role is not Role.INTEGER for tensor in program.tensors)
    )


def test_every_rectangular_program_has_a_form():
    rectangular = {name for name in CASES if is_rectangular(program_of(name))}
    formed = {form.program for form in FORMS}
    assert rectangular <= formed
    assert formed - rectangular == {form.program for form in FORMS if form.labels}


# Forward programs


def values_at(program: Program, point: Sample) -> Mapping[str, Cells[Any]]:
    """All tensors' values after a run at a point."""
    given = {tensor.name: point.values[tensor.name] for tensor in program.tensors if tensor.given}
    return run_on_cells(program, point.sizes, given)


@cache
def first_of(pair: ForwardPair) -> Program:
    return read_program(pair.first)


@pytest.mark.parametrize("pair", FORWARD_PAIRS, ids=str)
def test_the_programs_of_a_pair_agree(pair):
    first, second = first_of(pair), read_program(pair.second)
    for point in (sample(first, seed=1), sample(second, seed=2)):
        assert largest_difference(values_at(first, point), values_at(second, point), pair.tensors) < 1e-10


@pytest.mark.parametrize(("pair", "edit"), WRONG_PAIRS, ids=str)
def test_an_edited_program_of_a_pair_differs(pair, edit):
    point = sample(first_of(pair), seed=1)
    wrong = values_at(read_edited(pair.edited(edit), edit), point)
    assert largest_difference(values_at(first_of(pair), point), wrong, pair.tensors) > 1e-4


def test_every_pair_has_near_misses():
    assert len({pair.name for pair in FORWARD_PAIRS}) == len(FORWARD_PAIRS)
    assert all(len(pair.wrong) >= 2 for pair in FORWARD_PAIRS)


# Identities


@cache
def sides_of(identity: Identity) -> tuple[Program, Program]:
    """A program for each side, which adds it to the tensor `side` over the indices that are free in either."""
    declared = [index.name for index in context_of(identity.declarations).indices]
    sides = (identity.left, identity.right)
    free = set().union(*(_free(read_expression(side, indices=declared)) for side in sides))
    cell = ", ".join(name for name in declared if name in free)
    target = f"for {cell}: side[{cell}]" if cell else "side"
    left, right = (read_program(f"{identity.declarations}{target} += {side}") for side in sides)
    return left, right


@cache
def context_of(declarations: str) -> Program:
    return read_program(declarations, check=False)


def _free(expr: Expr) -> set[str]:
    if isinstance(expr, Index):
        return {expr.name}
    free = set().union(*map(_free, expr_children(expr)))
    return free - {r.index for r in expr.ranges} if isinstance(expr, Reduce) else free


def difference_of_sides(identity: Identity, seed: int) -> float:
    """The larger of the differences at two points, each of which is regular for one side."""
    left, right = sides_of(identity)
    points = (sample(left, seed=seed), sample(right, seed=seed))
    return max(largest_difference(values_at(left, p), values_at(right, p), ["side"]) for p in points)


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if i.true], ids=str)
def test_a_true_identity_holds(identity):
    assert difference_of_sides(identity, seed=1) < 1e-10


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if not i.true], ids=str)
def test_a_false_identity_does_not_hold(identity):
    assert any(difference_of_sides(identity, seed) > 1e-7 for seed in range(POINTS))


def test_names_of_identities_are_distinct():
    assert len({(identity.name, identity.true) for identity in IDENTITIES}) == len(IDENTITIES)
    assert sum(identity.true for identity in IDENTITIES) >= 40
    assert sum(not identity.true for identity in IDENTITIES) >= 40
