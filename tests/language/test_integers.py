"""What intervals show of integer expressions, against the loops themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.language.accesses import Access, expr_reads
from symgrad.language.integers import ONE, bounds_of, form_of, integer
from symgrad.language.legal import subscripts
from symgrad.language.legal.points import Points, compiled
from symgrad.language.legality import findings
from symgrad.language.program import Program
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements


def access_of(subscript: str, extent: str, loops: str, sizes: str = "size N, M") -> Program:
    return read_program(f"{sizes}\ninteger w[N] in N\ninput x[{extent}]\nfor {loops}: S += x[{subscript}]", check=False)


def access_to_x(program: Program) -> Access:
    """The first one."""
    value = next(statement.value for _, statement in walk_statements(program.body))
    return next(read for read in expr_reads(value) if read.ref.name == "x")


def is_shown_inside(program: Program) -> bool:
    """Whether the access to x is shown to stay inside for all sizes."""
    read = access_to_x(program)
    bounds = bounds_of(program.sizes, program.indices, program.tensors)
    form, extent = form_of(read.ref.subscripts[0]), form_of(program.tensor_named["x"].axes[0].extent)
    assert form is not None
    assert extent is not None
    scope = tuple(r for loop in program.body for r in loop.ranges)  # type: ignore[union-attr]
    return bounds.is_never_below(form, integer(0), scope) and bounds.is_never_above(form, extent - ONE, scope)


def distances(program: Program, largest: int) -> Iterator[tuple[int, int]]:
    """How far the accesses to x are from both ends of its axis, at small sizes."""
    read = access_to_x(program)
    at, extent = compiled(read.ref.subscripts[0]), compiled(program.tensor_named["x"].axes[0].extent)
    points = Points(program, 100_000)
    scope = tuple(r for loop in program.body for r in loop.ranges)  # type: ignore[union-attr]
    for n in range(1, largest + 1):
        for m in range(1, 4):
            sizes = points.sizes(lambda name, least, chosen={"N": n, "M": m}: max(least, chosen[name]))
            for values in points.within(scope, sizes):
                for known in points.with_labels(read.ref.subscripts, values):
                    yield at(known), extent(known) - 1 - at(known)


@pytest.mark.parametrize(
    ("subscript", "extent", "loops"),
    [
        ("i // 2", "N", "i in 0..N-1"),
        ("(i + 1) // 2", "N", "i in 1..N-1"),
        ("i // 3 + i % 3", "N", "i in 0..N-1"),
        ("i // 3 + k % 3", "N + 2", "i in 0..N-1, j in 0..i, k in 0..j"),
        ("i // 3 + k % 3", "2*N - 1", "i in 0..N-1, j in 0..i, k in 0..j"),
        ("2*(i // 2) + i % 2", "N", "i in 0..N-1"),
        ("i % 7", "N", "i in 0..N-1"),
        ("i % M", "N", "i in 0..N-1"),
        ("i // M", "N", "i in 0..N-1"),
        ("(i // 2) // 3 + (i % 5) % 2", "N + 1", "i in 0..N-1"),
        ("i // 2", "N // 2 + 1", "i in 0..N"),
        ("i + j", "N + 1", "i in 0..N // 2, j in 0..N // 2"),
        ("N - 1 - i // 2", "N", "i in 0..2*N - 1"),
        ("w[i] // 2 + i % 2", "N + 1", "i in 0..N-1"),
    ],
)
def test_floors_and_remainders_are_shown_to_stay_inside(subscript, extent, loops):
    program = access_of(subscript, extent, loops)
    assert min(min(pair) for pair in distances(program, 9)) >= 0
    assert is_shown_inside(program)


@pytest.mark.parametrize(
    ("subscript", "extent", "loops"),
    [
        ("i // 2", "N // 2", "i in 0..N"),
        ("i // 3 + i % 3", "N - 1", "i in 0..N-1"),
        ("i % 7", "N - 1", "i in 0..N-1"),
        ("(i - 1) // 2", "N", "i in 0..N-1"),
        ("(i - 3) % 5", "N + 1", "i in 0..N-1"),
        ("i // 2 - i // 3", "N // 6", "i in 0..N-1"),
    ],
)
def test_and_those_that_leave_are_not(subscript, extent, loops):
    program = access_of(subscript, extent, loops)
    assert min(min(pair) for pair in distances(program, 9)) < 0
    assert not is_shown_inside(program)
    assert findings(program)


ATOMS = ("i", "j", "w[i]", "i // 2", "j // 3", "i % 2", "j % 3", "(i + j) // 2", "(i - j) % 4", "(i - 2) // 3")
ATOMS += ("i // M", "j % M", "(i // 2) % 3", "(2*i + 1) // 3", "M * (j // M)", "(N - i) // 2")


@given(
    coefficients=st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(ATOMS)), min_size=1, max_size=3),
    constant=st.integers(-2, 3),
    extent=st.sampled_from(("N", "N + 1", "2*N + 2", "N + M", "5", "N // 2 + 2", "3*N + 2*M + 4")),
    loops=st.sampled_from(("i in 0..N-1, j in 0..i", "i in 0..N-1, j in i..i + 2", "i in 0..N-1, j in 1..N // 2")),
)
def test_what_is_shown_holds_in_the_loops(coefficients, constant, extent, loops):
    subscript = " + ".join(f"{factor}*({atom})" for factor, atom in coefficients)
    program = access_of(f"{subscript} + {constant}", extent, loops)
    if is_shown_inside(program):
        assert all(min(pair) >= 0 for pair in distances(program, 7))


SLOW = (
    "size N, M\ninput x[0..3*N + 2*M + 5]\ncomputed y[0..3*N + 2*M + 5]\n"
    "for i in 0..N-1, j in 0..i, k in 0..j: y[j // 3 + j % 3] += x[i // 3 + k % 3]"
)


def test_such_programs_need_no_search(monkeypatch):
    program = read_program(SLOW, check=False)
    monkeypatch.setattr(subscripts, "Points", None)
    assert findings(program) == []


NEST = "h in 0..N-1, i in 0..h, j in 0..i, k in 0..j, l in 0..k"
UNSHOWN = "x[l % 2 + (l + 1) % 2]"  # always cell 1, which intervals do not show


def test_a_search_is_short_and_made_once_for_equal_accesses(monkeypatch):
    steps = 0
    spend = Points.spend

    def counted(points: Points) -> None:
        nonlocal steps
        steps += 1
        spend(points)

    monkeypatch.setattr(Points, "spend", counted)
    loops = [f"for a in 0..{number}, {NEST}: S += {UNSHOWN}" for number in range(50)]  # a makes no difference
    program = read_program("input x[2]\n" + "\n".join(loops), check=False)
    assert findings(program) == []
    assert 1000 < steps < 5000


def test_each_search_has_points_of_its_own():
    text = f"input x[2]\nfor {NEST}: S += {UNSHOWN}\nfor k in 0..N-1: S += x[k % 2 + (k + 1) % 3]"
    (found,) = findings(read_program(text, check=False))
    assert "this reads x[3]" in found.message
    assert found.place is not None
    assert found.place.line == 3
