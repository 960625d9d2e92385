"""The transformations are what they say: on numbers every tensor keeps its values."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest

from symgrad.evaluate import Sample, sample
from symgrad.evaluate.run import run_on_cells
from symgrad.language.program import Number, Program
from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.algebra import transformations as t
from tests.algebra.claims import LISTED, Listed, claim_of
from tests.forms.form import Form

RIGHT = [listed for listed in LISTED if listed.right and isinstance(listed.about, Form)]
each_claim = pytest.mark.parametrize("listed", RIGHT[::2], ids=str)


def ran(program: Program, point: Sample):
    given = {tensor.name: point.values[tensor.name] for tensor in program.tensors if tensor.given}
    return run_on_cells(program, point.sizes, given)


def same(one, other, names=None) -> bool:
    """Whether all tensors of the second run have the values of the first."""
    names = names or {name: name for name in other}
    return all(
        math.isclose(one[name][cell], value, rel_tol=1e-9, abs_tol=1e-9)
        for name, renamed in names.items()
        for cell, value in other[renamed].items()
    )


@each_claim
def test_names_and_axes(listed: Listed):
    program = claim_of(listed).left
    point = sample(program, seed=1)
    before = ran(program, point)
    names = {tensor.name: f"new {n}" for n, tensor in enumerate(program.tensors)}
    renamed = t.renamed_tensors(program, names)
    values = {names[name]: cells for name, cells in point.values.items()}
    assert same(before, ran(renamed, Sample(point.sizes, values)), {n: names[n] for n in before})
    letters = {index.name: f"k{n}" for n, index in enumerate(program.indices)}
    assert same(before, ran(t.renamed_indices(program, letters), point))
    flipped = program
    for tensor in program.tensors:
        flipped = t.swapped_axes(flipped, tensor.name, range(len(tensor.axes))[::-1])
    values = {name: {cell[::-1]: value for cell, value in cells.items()} for name, cells in point.values.items()}
    after = ran(flipped, Sample(point.sizes, values))
    assert same(before, {name: {cell[::-1]: v for cell, v in cells.items()} for name, cells in after.items()})


CHANGES = [t.reordered, t.own_letters, t.turned_loops, t.in_one_loop]


@each_claim
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_orders_and_letters(listed: Listed, change):
    for program in (claim_of(listed).left, claim_of(listed).right):
        point = sample(program, seed=2)
        assert same(ran(program, point), ran(change(program, Random(3)), point))


@each_claim
@pytest.mark.parametrize("change", [t.sums_as_loops, t.loops_as_sums], ids=lambda change: change.__name__)
def test_sums_and_loops(listed: Listed, change):
    for program in (claim_of(listed).left, claim_of(listed).right):
        point = sample(program, seed=2)
        assert same(ran(program, point), ran(change(program), point))


@each_claim
def test_inlining(listed: Listed):
    claim = claim_of(listed)
    for name, _ in t.temporaries(claim.right):
        if name in claim.tensors:
            continue
        changed = t.inlined(claim.right, name)
        point = sample(claim.right, seed=4)
        assert same(ran(claim.right, point), ran(changed, point))
        assert name not in changed.tensor_named


def test_what_each_writes():
    program = read_program(
        "for b: m[b] = sum_j x[b, j]\nfor b, j: d[b, j] += x[b, j] - m[b]\nfor b, j: v[b] += d[b, j]^2"
    )

    def body(changed: Program) -> list[str]:
        return write_program(changed, declarations=False).splitlines()

    assert body(t.sums_as_loops(program))[0] == "for b, j: m[b] += x[b, j]"
    assert body(t.loops_as_sums(program))[2] == "for b: v[b] += sum_j d[b, j]^2"
    assert [name for name, _ in t.temporaries(program)] == ["d"]
    assert body(t.inlined(program, "d"))[-1] == "for b, j: v[b] += (x[b, j] - m[b])^2"
    assert t.reordered(program, Random(1)).body == program.body, "each statement reads the one before"
    scalar = read_program("input c, x[b]\nfor b: y[b] += c x[b]")
    assert body(t.fixed_scalar(scalar, "c", Number(Fraction(3))))[0] == "for b: y[b] += 3 x[b]"


def test_nodes_that_do_not_depend_change_places():
    program = read_program("for b: y[b] += x[b]\nfor b: z[b] += x[b]\nfor b: w[b] += y[b] z[b]")
    orders = {tuple(n.body[0].target.name for n in t.reordered(program, Random(s)).body) for s in range(20)}
    assert orders == {("y", "z", "w"), ("z", "y", "w")}
    joined = {len(t.in_one_loop(program, Random(s)).body) for s in range(20)}
    assert joined == {2, 3}
