"""Running programs on polynomials: order is kept, and what is outside is refused with a reason."""

from __future__ import annotations

import pytest

from symgrad.algebra.closed_forms import Run, declare
from symgrad.algebra.compare import Outcome, compare_programs
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import OutOfReachError, Sign
from symgrad.evidence.claims import equal_programs
from symgrad.language.read import read_program

HEAD = "index i, j in J, b in B\ninput x[j], M[b, j], A[i, j], c\n"


def compared(first: str, second: str, *tensors: str, head: str = HEAD) -> Outcome:
    """What is said of two programs; untimely reads are run as they are written."""
    a, b = (read_program(head + text, check=False) for text in (first, second))
    claim = equal_programs(a, b, tensors=tensors or ["y"])
    return compare_programs(claim.left, claim.right, claim.tensors)


def test_a_computed_tensor_starts_at_zero_and_a_given_one_is_unknown():
    program = read_program("input x\nfor b: y[b] += x\nz += 2 x")
    ring = Ring()
    declare(ring, program)
    run = Run(ring, program)
    assert run.value("y") == {}
    assert run.value("x") == ring.cell("x", ())
    run.run(program.body)
    assert run.value("y") == run.value("x")
    assert run.value("z") == ring.mul(ring.number(2), run.value("x"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("for b, j: y[b] += M[b, j]", "for b: y[b] = sum_j M[b, j]"),
        ("for b, j: y[b] += M[b, j]", "for j, b: y[b] += M[b, j]"),
        ("for b, j: y[b] -= M[b, j]", "for b, j: y[b] += -M[b, j]"),
        ("for i, j: y[i] += A[i, j]", "for i, j: y[j] += A[j, i]"),
        ("for b, j: y[b] += c", "for b: y[b] += J c"),
        ("for j: y += x[j]\nfor j: y += x[j]", "for j: y += 2 x[j]"),
        ("for j: y[j] = x[j]\nfor j: y[j] = 2 x[j]", "for j: y[j] += 2 x[j]"),
        ("for j: y[j] += 5\nfor j: y[j] = x[j]", "for j: y[j] = x[j]"),
        ("for i, j: y[i, j] += delta(i, j) x[i]", "for i: y[i, i] += x[i]"),
        ("for b:\n  for j: t[b] += M[b, j]\n  y[b] += t[b]^2", "for b: y[b] += (sum_j M[b, j])^2"),
        ("for b, j: y[b, j] += M[b, j]\nfor b, j: y[b, j] += y[b, j]", "for b, j: y[b, j] += 2 M[b, j]"),
    ],
)
def test_programs_that_compute_the_same(first, second):
    outcome = compared(first, second)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("for b, j: y[b] += M[b, j]", "for b, j: y[b] += M[b, j]^2"),
        ("for i, j: y[i] += A[i, j]", "for i, j: y[i] += A[j, i]"),
        ("for j: t += x[j]\nfor j: y[j] += t", "for j: y[j] += t\nfor j: t += x[j]"),
        ("for j: y[j] = x[j]\nfor j: y[j] += x[j]", "for j: y[j] += x[j]\nfor j: y[j] = x[j]"),
        ("for i: y[i, i] += x[i]", "for i, j: y[i, j] += x[i]"),
        ("for b, j: y[b] += c", "for b: y[b] += c"),
    ],
)
def test_programs_that_do_not(first, second):
    assert not compared(first, second).equal


CARRIED = "reads in one iteration what another one writes"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for i, j: y[i, j] += A[i, j]\nfor i, j: y[i, j] += y[j, i]", CARRIED),
        ("for i:\n  t += x[i]\n  y[i] += t", CARRIED),
        ("for i, j:\n  t[i] += A[i, j]\n  y[i] += t[i]", CARRIED),
        ("for i: y[i] += x[i]\nfor i: y[i] -= sum_j y[j]/J", CARRIED),
        ("for i, j: y[i] += A[i, j]; y[i] = x[i]", "that does not give each cell one value"),
        ("for i: y[i, i] = x[i]", "that does not give each cell one value"),
    ],
)
def test_what_depends_on_the_order_of_iterations_is_not_taken_apart(text, reason):
    program = read_program(HEAD + text, check=False)
    with pytest.raises(OutOfReachError, match=reason):
        Run(Ring(), program).run(program.body)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("for j: y += x[j]; z += y", "reads in one iteration what another one writes"),
        ("for b, j: y = M[b, j]", "a definition of y that does not give each cell one value"),
        ("for i, j <= i: y[i] += x[j]", "is not its whole size"),
        ("index t in 1..T\nfor t: y += t", "does not begin at 0"),
        ("for j: y[j + 1] += x[j]", "not a plain index"),
        ("for j: y += x[J - 1 - j]", "not a plain index"),
        ("for j: y += x[0]", "not a plain index"),
        ("integer n[j] in J\nfor j: y += n[j]", "n holds integers"),
        ("input w[j] zero outside\nfor j: y += w[j]", "values outside its extent"),
        ("for j: y += 1[j >= 2]", "a comparison of indices or sizes"),
        ("for j: y += x[j] (j // 2)", "floor division"),
    ],
)
def test_what_is_outside_is_refused_with_its_reason(program, reason):
    whole = read_program(HEAD + program, check=False)
    ring = Ring()
    declare(ring, whole)
    with pytest.raises(OutOfReachError, match=reason):
        Run(ring, whole).run(whole.body)


def test_signs_and_least_sizes_are_declared():
    program = read_program(
        "size B >= 2\ninput x[b] > 0, t[b] >= 0, w[b]\ndistribution p[b] over b\ny = x[0]", check=False
    )
    ring = Ring()
    declare(ring, program)
    assert ring.minimum["B"] == 2
    assert ring.cell_signs == {"x": Sign.POSITIVE, "t": Sign.NONNEGATIVE, "p": Sign.NONNEGATIVE}
    assert len(ring.rules) == 1


def test_a_size_defined_by_others():
    head = "size H = 2*D\nindex h in H, d in D\ninput x[h], w\n"
    assert compared("for h: y += w", "y += 2 D w", head=head).equal
    assert not compared("for h: y += w", "y += D w", head=head).equal


def test_a_start_value_that_is_given_is_kept():
    head = "index j in J\ninput x[j]\naccumulator y[j]\n"
    assert compared("for j: y[j] += x[j]", "for j: y[j] += x[j]/2\nfor j: y[j] += x[j]/2", head=head).equal
    assert not compared("for j: y[j] += x[j]", "for j: y[j] = x[j]", head=head).equal
