"""Counts against programs that are gone through iteration by iteration, and against what one counts by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.calculus import vjp
from symgrad.cost.operations import Cost, operations, table
from symgrad.cost.polynomials import LOG, number, size
from symgrad.cost.span import span
from symgrad.cost.tally import power_operations, tally
from symgrad.cost.unrolled import unrolled
from symgrad.errors import UsageError
from symgrad.language.program import Program
from symgrad.language.read import read_expression, read_program
from tests.programs import PROGRAMS


def small_sizes(program: Program) -> dict[str, int]:
    """Different sizes, each a little above its least value."""
    declared = program.forward or program
    free = [s for s in declared.sizes if s.definition is None]
    return {s.name: s.minimum + 1 + at % 2 for at, s in enumerate(free)}


def with_logarithms(sizes: dict[str, int]) -> dict[str, int]:
    return {**sizes, **{LOG + name: (value - 1).bit_length() for name, value in sizes.items()}}


@pytest.mark.parametrize("case", [case for case in PROGRAMS if len(case.text) < 1500], ids=str)
def test_counts_and_depths_agree_with_the_iterations(case):
    forward = read_program(case.text)
    backward = vjp(forward, wrt=case.wrt, average=case.average)
    for program in (forward, backward):
        found = unrolled(program, small_sizes(program))
        values = with_logarithms(found.sizes)
        cost, depth = operations(program), span(program)
        counted = {
            "addition": cost.additions,
            "multiplication": cost.multiplications,
            "division": cost.divisions,
            "comparison": cost.comparisons,
            "read": cost.reads,
            "write": cost.writes,
            **cost.calls,
        }
        assert cost.exact
        assert {kind: count.value(values) for kind, count in counted.items() if count} == {
            kind: times for kind, times in found.done.items() if times
        }
        assert depth.tree.value(values) >= found.depth
        assert depth.sequential.value(values) >= found.depth


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("x + y - z", {"addition": 2, "read": 3}),
        ("x y/z", {"multiplication": 1, "division": 1, "read": 3}),
        ("1/x", {"division": 1, "read": 1}),
        ("x/y/z", {"division": 2, "read": 3}),
        ("-x", {"read": 1}),
        ("2 x", {"multiplication": 1, "read": 1}),
        ("1/2 x/3", {"multiplication": 1, "read": 1}),
        ("x^2", {"multiplication": 1, "read": 1}),
        ("x^7", {"multiplication": 4, "read": 1}),
        ("x^{-1}", {"division": 1, "read": 1}),
        ("x^{-3/2}", {"sqrt": 1, "multiplication": 1, "division": 1, "read": 1}),
        ("x^{1/3}", {"pow": 1, "read": 1}),
        ("x^y", {"pow": 1, "read": 2}),
        ("exp(-x) + 1", {"exp": 1, "addition": 1, "read": 1}),
        ("max(x, y)", {"comparison": 1, "read": 2}),
        ("relu(x)", {"comparison": 1, "read": 1}),
        ("1[x > y] z", {"comparison": 1, "multiplication": 1, "read": 3}),
        ("3/4", {}),
    ],
)
def test_operations_of_an_expression(text, counts):
    found = tally(read_expression(text))
    assert {kind: times for (kind, _), times in found.items() if times} == counts


def test_powers_are_made_by_repeated_squaring():
    for exponent in range(1, 40):
        (counted,) = power_operations(Fraction(exponent)) or (("multiplication", 0),)
        assert counted[1] <= exponent - 1
        assert 2 ** counted[1] >= exponent


def cost_of(text: str) -> Cost:
    return operations(read_program(text))


def test_sizes_alone_are_known_beforehand():
    assert str(cost_of("for b, j: m[j] += 1/(B - 1) x[b, j]")) == "B J multiplications, B J additions"
    assert str(cost_of("for b, j: m[j] += x[b, j]/sqrt(B)")) == "B J multiplications, B J additions"


def test_ranges_that_depend_on_one_another_are_exact():
    cost = cost_of("index t, u in T\nfor t, u <= t: c[t] += x[u]")
    assert cost.exact
    assert str(cost.additions) == "1/2 T^2 + 1/2 T"


def test_what_cannot_be_counted_exactly_is_said_to_be_a_bound():
    cost = cost_of("size W\nindex t, u in T\nfor t, u in max(0, t - W)..t: c[t] += x[u]")
    assert not cost.exact
    assert str(cost).startswith("at most ")
    assert cost.additions.value({"T": 9, "W": 2}) >= sum(1 for t in range(9) for u in range(max(0, t - 2), t + 1))


def test_sums_cost_as_much_as_the_loops_that_they_are():
    loops, sums = cost_of("for b, j: Z[b] += exp(s[b, j])"), cost_of("Z[b] = sum_j exp(s[b, j])")
    assert loops.additions == sums.additions
    assert loops.calls == sums.calls


FORWARD = "for b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]"
BY_HAND = """
for b, j: e[b] -= p[b, j] p.grad[b, j]
for b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] + e[b])
"""


def test_loops_by_hand_cost_less_than_derived_ones():
    forward = read_program(FORWARD)
    derived, by_hand = operations(vjp(forward)), operations(read_program(BY_HAND, context=forward, check=False))
    assert by_hand < derived
    assert str(by_hand) == "2 B J multiplications, 3 B J additions"
    assert str(derived) == "3 B J calls of exp, 2 B J divisions, 4 B J multiplications, 3 B J additions"
    assert by_hand.order == derived.order == size("B") * size("J")


def test_a_table_of_costs():
    forward = read_program(FORWARD)
    assert table({"forward": forward, "derived": vjp(forward)}) == [
        ("", "forward", "derived"),
        ("calls of exp", "2 B J", "3 B J"),
        ("divisions", "B J", "2 B J"),
        ("multiplications", "0", "4 B J"),
        ("additions", "2 B J", "3 B J"),
        ("together", "5 B J", "12 B J"),
        ("grows as", "B J", "B J"),
    ]


BJ = size("B") * size("J")
RISING = [
    Cost(),
    Cost(statements=1),
    Cost(passes=1),
    Cost(additions=size("B").scaled(100)),
    Cost(additions=BJ),
    Cost(additions=BJ, passes=1),
    Cost(additions=BJ, divisions=size("B")),
    Cost(additions=BJ.scaled(2)),
    Cost(divisions=BJ),
    Cost(calls={"exp": BJ}),
    Cost(calls={"exp": BJ}, additions=BJ),
    Cost(additions=BJ * size("H")),
]


def test_costs_are_ordered_by_the_highest_degree_and_the_dearest_operation():
    shuffled = RISING[1::2] + RISING[::2]
    assert sorted(shuffled) == RISING
    assert all(
        one == other if i == k else one != other for i, one in enumerate(RISING) for k, other in enumerate(RISING)
    )


def test_cost_as_json():
    cost = cost_of(FORWARD)
    found = cost.to_json()
    assert found["additions"]["text"] == "2 B J"
    assert found["additions"]["terms"] == [{"coefficient": "2", "factors": {"B": 1, "J": 1}}]
    assert found["order"] == "B J"
    assert (found["passes"], found["temporaries"], found["statements"]) == (2, 1, 2)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("for b, j: p[b, j] += x[b, j]\nfor b, j: q[b, j] += p[b, j]", 1),
        ("for b, j: m[b] += x[b, j]\nfor b, j: n[b] += x[b, j]^2", 1),
        (FORWARD, 2),
        ("for b, j: m[b] += x[b, j]\nfor b: n[b] += m[b]\nfor b: k[b] += n[b]", 1),
        ("for n: y[n] += x[n]\nfor n: z[n] += y[0]", 2),
        ("c = 2", 0),
    ],
)
def test_passes_over_the_largest_arrays(text, count):
    assert cost_of(text).passes == count


def test_too_many_iterations_are_not_gone_through():
    program = read_program("for b, j: Z[b] += exp(s[b, j])")
    with pytest.raises(UsageError, match="too many iterations"):
        unrolled(program, {"B": 10**6, "J": 10**6})
    with pytest.raises(UsageError, match="size J has no value"):
        unrolled(program, {"B": 2})


def test_counting_does_not_take_long_for_many_loops():
    text = "\n".join(f"for b, j: x{n}[b, j] += x{n - 1}[b, j] + 1" for n in range(1, 80))
    cost = cost_of("input x0[b, j]\n" + text)
    assert cost.additions == BJ.scaled(2 * 79)
    assert number(0) < cost.total
