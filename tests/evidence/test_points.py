"""Exact points: sizes that show something, and values that satisfy all that is declared, exactly."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from symgrad.evidence.near import Near, read_near
from symgrad.evidence.points import FAR_ATTEMPTS, Domain, given_values, nested
from symgrad.language.read import read_program


def domain(text: str) -> Domain:
    program = read_program(text)
    return Domain(program, program)


def points(text: str, attempts: int = 20):
    found, draw = domain(text), Random(3)
    sizes = next(found.sizes())
    drawn = (found.point(sizes, attempt, draw) for attempt in range(attempts))
    return [point for point in drawn if point is not None]


def test_sizes_are_small_distinct_and_above_one():
    sizes = list(domain("for b, j, i: y[b] += x[b, j] w[i]").sizes())
    assert sizes[0] == {"B": 2, "J": 3, "I": 4}
    assert all(len({*choice.values()}) == 3 for choice in sizes[:2])
    assert {"B": 2, "J": 2, "I": 2} in sizes


def test_sizes_keep_minimums_and_definitions():
    sizes = list(domain("size H = 2*D, B >= 4\nindex h in H, b in B\ninput x[b, h]\nfor b, h: y[b] += x[b, h]").sizes())
    assert all(choice["H"] == 2 * choice["D"] and choice["B"] >= 4 for choice in sizes)
    assert len(sizes) > 3


def test_sizes_at_which_something_would_be_empty_are_left_out():
    text = "index x in X, d in D\ninput L[x], W[d]\nfor x in 0..X-D, d: y[x] += L[x + d] W[d]"
    assert all(sizes["X"] >= sizes["D"] for sizes in domain(text).sizes())


HEAVY = "size N >= 3, M\nindex e, f, g in 4*N + 3*M\ninput x[e]\nfor e, f, g: y += x[e] x[f] x[g]"


def test_where_larger_sizes_are_too_much_work_one_size_grows_alone():
    assert [*domain(HEAVY).sizes()] == [{"N": 3, "M": 2}, {"N": 3, "M": 1}, {"N": 4, "M": 1}]


def test_choices_with_one_larger_size_come_after_the_others_and_only_if_needed():
    light = [*domain(HEAVY.replace("for e, f, g: y += x[e] x[f] x[g]", "for e: y += x[e]")).sizes()]
    assert {"N": 4, "M": 1} not in light
    within = [choice for choice in light if choice in [*domain(HEAVY).sizes()]]
    assert [*domain(HEAVY).sizes()][: len(within)] == within


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("input x[j] > 0", lambda x: all(v > 0 for v in x)),
        ("input x[j] >= 0", lambda x: all(v >= 0 for v in x)),
        ("input x[j] != 0", all),
        ("distribution x[j] over j", lambda x: sum(x) == 1 and min(x) >= 0),
        ("input x[j]\nconstraint sum_j x[j] = 1", lambda x: sum(x) == 1),
        ("input x[j] > 0\nconstraint sum_j x[j] = 1", lambda x: sum(x) == 1 and min(x) > 0),
        ("input x[j]\nconstraint sum_j x[j] = 0", lambda x: sum(x) == 0),
        ("input x[j]\nconstraint sum_j x[j]^2 = 1", lambda x: sum(v * v for v in x) == 1),
        ("input x[j] > 0\nconstraint sum_j x[j]^2 = 4", lambda x: sum(v * v for v in x) == 4 and min(x) > 0),
        ("input x[j]\nconstraint 1/9 < x[j]\nconstraint x[j] < 1/8", lambda x: all(8 * v < 1 < 9 * v for v in x)),
        ("input x[j]\nconstraint x[0] x[1] = 1/3", lambda x: x[0] * x[1] == Fraction(1, 3)),
        ("integer x[j] in 1..2", lambda x: set(x) <= {1, 2}),
    ],
)
def test_what_is_declared_holds_exactly(declared, holds):
    text = f"size J >= 2\nindex j in J\n{declared}\ny = sum_j x[j]^2"
    found = points(text)
    assert len(found) > 4
    for point in found:
        assert holds(list(point.values["x"].values()))


def test_coupled_equations_are_solved_together():
    text = (
        "index i in N, j in M\ninput t[i, j]\nconstraint sum_j t[i, j] = 1/N\nconstraint sum_i t[i, j] = 1/M\n"
        "y = sum_{i,j} t[i, j]^2"
    )
    found = points(text)
    assert found
    for point in found:
        t, (rows, columns) = point.values["t"], (2, 3)
        assert all(sum(t[i, j] for j in range(columns)) == Fraction(1, rows) for i in range(rows))
        assert all(sum(t[i, j] for i in range(rows)) == Fraction(1, columns) for j in range(columns))


def test_constraints_that_nothing_satisfies_leave_no_point():
    assert points("index j in J\ninput x[j] > 0\nconstraint sum_j x[j] = -1\ny = sum_j x[j]") == []
    assert points("input x\nconstraint x^2 = -2\ny = x") == []


def test_a_constraint_with_irrational_solutions_has_points_in_digits():
    found = points("input x > 0, t\nconstraint x^2 = 2\ny = x + t")
    assert len(found) > 4
    for point in found:
        root = point.values["x"][()]
        assert isinstance(root, Near)
        assert (root.middle - root.radius) ** 2 < 2 < (root.middle + root.radius) ** 2
        assert read_near(root.text) == root
        assert str(root) == "1.41421356237309504880..."


def test_values_come_in_the_shape_that_a_run_takes():
    program = read_program(
        "size T\nindex b in B\ninput h[0, b], x[1..T, b]\nfor t in 1..T:\n    for b: h[t, b] += h[t-1, b] x[t, b]\n"
    )
    found = Domain(program, program)
    point = found.point(next(found.sizes()), 0, Random(0))
    values = given_values(program, point)
    assert {cell[0] for cell in values["h"]} == {0}
    shaped = nested(program.tensor_named["h"], values["h"], point.sizes)
    assert len(shaped) == point.sizes["B"]
    assert all(isinstance(value, Fraction) for value in shaped)


def far_values(text: str) -> set[Fraction]:
    found, draw = domain(text), Random(3)
    sizes = next(found.sizes())
    drawn = [found.point(sizes, attempt, draw) for attempt in FAR_ATTEMPTS]
    return {value for point in drawn for value in point.values["x"].values()}


@pytest.mark.parametrize(
    ("value", "threshold"),
    [("max(x, -5)", -5), ("1[x > 1000]", 1000), ("relu(x - 10^4)", 10**4), ("min(x, 7/2)", Fraction(7, 2))],
)
def test_late_attempts_draw_on_both_sides_of_the_numbers_in_the_programs(value, threshold):
    found = far_values(f"input x\ny = {value}")
    assert any(0 < abs(x - threshold) <= 1 and x > threshold for x in found)
    assert any(0 < abs(x - threshold) <= 1 and x < threshold for x in found)
    assert any(abs(x) >= 2 * abs(threshold) for x in found)


def test_late_attempts_are_far_and_early_ones_near():
    text = "input x > 0\ny = sqrt(x)"
    assert {Fraction(10), Fraction(100)} <= far_values(text)
    assert min(far_values(text)) > 0
    assert all(abs(value) <= 3 for point in points(text, 10) for value in point.values["x"].values())


def test_numbers_that_are_too_long_are_no_thresholds():
    found = far_values("input x\ny = max(x, 10^400) + max(x, 1/10^400)")
    assert max(map(abs, found)) <= 100
