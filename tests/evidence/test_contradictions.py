"""Declarations that nothing satisfies are refused by name; those that something satisfies never are."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import UsageError
from symgrad.evidence import prove
from symgrad.evidence.linear_systems import Row, solution
from symgrad.language.read import read_program

HOLDS = {"=": lambda v: v == 0, ">=": lambda v: v >= 0, ">": lambda v: v > 0}

numbers = st.integers(-3, 3).map(Fraction)
rows = st.builds(
    lambda coefficients, constant, op: Row(dict(enumerate(coefficients)), constant, op),
    st.lists(numbers, min_size=2, max_size=2),
    numbers,
    st.sampled_from(sorted(HOLDS)),
)


@given(st.lists(rows, max_size=6), st.lists(numbers, min_size=2, max_size=2))
def test_a_system_is_solved_or_has_no_solution(system, near):
    found = solution(system, dict(enumerate(near)))
    if found is not None:
        assert all(HOLDS[row.op](row.value(found)) for row in system)
        return
    for point in product([Fraction(n, 2) for n in range(-6, 7)], repeat=2):
        assert not all(HOLDS[row.op](row.value(dict(enumerate(point)))) for row in system)


J = "index j in J\n"


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        (J + "input x[j]\nconstraint sum_j x[j] = 1\nconstraint sum_j x[j] = 2",
         ["constraint sum_j x[j] = 1", "constraint sum_j x[j] = 2"]),
        (J + "input x[j] > 0\nconstraint sum_j x[j] = 0", ["x > 0", "constraint sum_j x[j] = 0"]),
        (J + "input x[j]\nconstraint 0 = 1", ["constraint 0 = 1"]),
        (J + "input x[j]\nconstraint x[j]^2 = -1", ["constraint x[j]^2 = -1"]),
        (J + "input x[j]\nconstraint exp(x[j]) < 0", ["constraint exp(x[j]) < 0"]),
        (J + "input x[j]\nconstraint sum_j x[j]^2 + 1 = 0", ["constraint sum_j x[j]^2 + 1 = 0"]),
        (J + "distribution x[j] over j\nconstraint sum_j x[j] = 2",
         ["distribution x", "constraint sum_j x[j] = 2"]),
        (J + "input x[j], a, b\nconstraint a < b\nconstraint b < a\nconstraint a < 5",
         ["constraint a < b", "constraint b < a"]),
    ],
)  # fmt: skip
def test_what_nothing_satisfies_is_refused_by_name(declared, named):
    program = read_program(f"{declared}\ny = sum_j x[j]")
    with pytest.raises(UsageError) as caught:
        prove(program, program)
    message = caught.value.message
    assert [name for name in named if f"`{name}`" in message] == named
    assert message.count("`") == 2 * len(named)
    assert caught.value.place is not None


@pytest.mark.parametrize(
    "declared",
    [
        J + "input x[j]\nconstraint x[j] = 1/7\nconstraint sum_j x[j] = 1",  # at J = 7 only
        J + "input x[j] > 0\nconstraint sum_j x[j] = 1\nconstraint sum_j x[j]^2 < 1",
        J + "input x[j]\nconstraint sum_j x[j]^2 = 1\nconstraint sum_j x[j] = 1",
        J + "input x[j]\nconstraint x[j]^3 = 2",
        "size J >= 2\n" + J + "input x[j]\nconstraint x[0] < x[1]\nconstraint x[1] < x[0] + 1/100",
    ],
)
def test_what_something_satisfies_has_a_point(declared):
    program = read_program(f"{declared}\ny = sum_j x[j]")
    verdict = prove(program, program)
    assert verdict.status == "proved", verdict.reason
