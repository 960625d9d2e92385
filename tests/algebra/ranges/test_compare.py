"""Programs with affine subscripts, dependent ranges, labels and loops through time: proved equal, or not, and why."""

import subprocess
import sys
from dataclasses import replace

import pytest

from symgrad.algebra.compare import Outcome, compare_expressions, compare_programs
from symgrad.algebra.ranges.compare import compare_ranges
from symgrad.algebra.ranges.reach import is_beyond_rectangles
from symgrad.algebra.transpose import Transpose, compare_transpose
from symgrad.calculus import jvp, vjp
from symgrad.calculus.activity import join
from symgrad.clock import now
from symgrad.evidence import prove_transpose
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.expressions import read_equation
from symgrad.language.build import neg
from symgrad.language.naming import derivative_of
from symgrad.language.program import Loop, Node, Program, Update
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements, written
from tests.programs import PROGRAMS, Case

BEYOND = [case for case in PROGRAMS if is_beyond_rectangles(case.program)]
STATE = "size T\nindex t in 0..T, t2 in 0..T, i, j in H\ninput x[t, j], z[j]\nparam W[j, i]\n"


def with_starts(text: str) -> str:
    """A program over time after its declarations; h and g, where they are computed, have given start slices."""
    return STATE + "".join(f"input {name}[0, j]\n" for name in "hg" if f"{name}[t" in text) + text


def compared(one: str, other: str, *tensors: str, declarations: str = "", budget: float = 5.0) -> Outcome:
    texts = (declarations + text if declarations else with_starts(text) for text in (one, other))
    a, b = (read_program(text, check=False) for text in texts)
    claim = equal_programs(a, b, None, tensors)
    assert not claim.mismatch
    return compare_ranges(claim.left, claim.right, claim.tensors, budget)


CELL = """
for t in 1..T:
    for j, i: a[t, j] += W[j, i] h[t-1, i]
    for j: h[t, j] += tanh(a[t, j] + x[t, j])
"""


@pytest.mark.parametrize(
    "other",
    [
        "for t in 1..T:\n    for j: h[t, j] += tanh(x[t, j] + sum_i W[j, i] h[t-1, i])",
        "for t in 0..T-1:\n    for j: h[t+1, j] += tanh(x[t+1, j] + sum_i h[t, i] W[j, i])",
        "for t in 1..T:\n    for j: c[j] = sum_i W[j, i] h[t-1, i]\n    for j: h[t, j] += tanh(c[j] + x[t, j])",
        "for t in 1..T, j:\n    c[j] = x[t, j]\n    for i: c[j] += W[j, i] h[t-1, i]\n    h[t, j] += tanh(c[j])",
        "for t, j: h[t, j] -= 0\nfor t in 1..T, j: h[t, j] += tanh(sum_i W[j, i] h[t-1, i] + x[t, j])",
    ],
    ids=["one body", "from 0", "a temporary", "a temporary that is added to", "nothing added first"],
)
def test_one_step_maps_that_are_equal(other: str):
    assert compared(CELL, other, "h").equal


@pytest.mark.parametrize(
    "other",
    [
        CELL.replace("1..T", "2..T"),
        CELL.replace("h[t-1, i]", "h[0, i]"),
        CELL.replace("W[j, i]", "W[i, j]"),
        CELL.replace("+ x[t, j]", "+ x[t-1, j]"),
        CELL.replace("tanh(a[t, j]", "tanh(a[t-1, j]"),
        CELL + "for j: h[0, j] += x[0, j]",
        CELL.replace("h[t-1, i]", "z[i]"),
        "for t in 1..T, j: c[j] += sum_i W[j, i] h[t-1, i]\nfor t in 1..T, j: h[t, j] += tanh(c[j] + x[t, j])",
        "for t in 1..T:\n    for j, i: c[j] += W[j, i] h[t-1, i]\n    for j: h[t, j] += tanh(c[j] + x[t, j])",
    ],
)
def test_one_step_maps_that_differ(other: str):
    outcome = compared(CELL, other, "h")
    assert not outcome.equal
    assert outcome.reason


def test_equal_steps_from_other_starts_are_not_equal():
    step = "for t in 1..T, j: h[t, j] += tanh(h[t-1, j])"
    assert not compared(step, "for j: h[0, j] += x[0, j]\n" + step, "h").equal


def test_equal_steps_with_the_names_of_two_states_interchanged_are_not_equal():
    one = "for t in 1..T, j:\n    h[t, j] += sin(g[t-1, j])\n    g[t, j] += cos(h[t-1, j])"
    other = "for t in 1..T, j:\n    h[t, j] += cos(g[t-1, j])\n    g[t, j] += sin(h[t-1, j])"
    assert compared(one, one.replace("cos(h[t-1, j])", "cos(-h[t-1, j])"), "h", "g").equal
    assert not compared(one, other, "h", "g").equal


def test_a_state_that_both_have_but_that_differs_does_not_help():
    one = "for t in 1..T, j: g[t, j] += g[t-1, j] + x[t, j]\nfor t, j: y[t, j] += g[t, j]"
    other = "for t in 1..T, j: g[t, j] += g[t-1, j] - x[t, j]\nfor t, j: y[t, j] += g[t, j]"
    assert not compared(one, other, "y").equal


def test_temporaries_of_one_name_may_differ():
    one = "for t in 1..T, j: c[t, j] += 2 x[t, j]\nfor t in 1..T, j: y[t, j] += c[t, j]"
    other = "for t in 1..T, j: c[t, j] += x[t, j]\nfor t in 1..T, j: y[t, j] += 2 c[t, j]"
    assert compared(one, other, "y").equal
    assert not compared(one, other, "y", "c").equal


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("for t in 1..T, j: h[t, j] += h[t-1, j] + x[t, j]", "h[t, j] += h[0, j] + sum_{t2 in 1..t} x[t2, j]", True),
        ("for t in 1..T, j: h[t, j] += h[t-1, j] + x[t, j]", "h[t, j] += h[0, j] + sum_{t2 in 0..t} x[t2, j]", False),
        ("for t in 1..T, j: h[t, j] += h[t-1, j] - x[t, j]", "h[t, j] += h[0, j] + sum_{t2 in 1..t} x[t2, j]", False),
        ("for t in 1..T, j: h[t, j] += h[t-1, j] + x[t, j]", "h[t, j] += sum_{t2 in 1..t} x[t2, j]", False),
    ],
)
def test_a_recurrence_and_a_closed_form(one: str, other: str, equal: bool):
    assert compared(one, "for t in 1..T, j: " + other, "h").equal is equal
    assert compared("for t in 1..T, j: " + other, one, "h").equal is equal


def test_state_of_one_side_alone():
    sums = "for t in 1..T, t2 in 1..t, j, i: y[t, j] += x[t, j] x[t2, i]"
    steps = "for t in 1..T:\n    for i: S[t, i] += S[t-1, i] + x[t, i]\n    for j, i: y[t, j] += x[t, j] S[t, i]"
    assert compared(sums, steps, "y").equal
    assert not compared(sums, steps.replace("S[t-1, i] +", "2 S[t-1, i] +"), "y").equal
    assert not compared(sums, steps.replace("x[t, j] S[t, i]", "x[t, j] S[t-1, i]"), "y").equal


NAMED = """
for j: p[0, j] += z[j]
for t in 1..T, j: p[t, j] += tanh(p[t-1, j] + x[t, j])
for t, j: y[t, j] += p[t, j] x[t, j]
"""


def test_one_state_under_two_names():
    other = NAMED.replace("p[", "s[")
    assert compared(NAMED, other, "y").equal
    for edit in (("s[t-1, j] +", "s[t-1, j] -"), ("+= z[j]", "+= 2 z[j]"), ("s[t, j] x[t, j]", "s[t, j] x[0, j]")):
        assert not compared(NAMED, other.replace(*edit), "y").equal


def test_two_states_under_other_names():
    one = """
for j: p[0, j] += z[j]
for t in 1..T, j:
    p[t, j] += sin(q[t-1, j]) + p[t-1, j]^2
    q[t, j] += q[t-1, j]^3 + cos(p[t-1, j])
for t, j: y[t, j] += p[t, j] - q[t, j]
"""
    other = one.replace("p[", "u[").replace("q[", "p[").replace("u[", "q[")
    assert compared(one, other, "y").equal
    assert compared(one, other.replace("p[", "u[").replace("q[", "v["), "y").equal
    assert not compared(one, other.replace("q[t, j] - p[t, j]", "p[t, j] - q[t, j]"), "y").equal
    assert not compared(one, other.replace("for j: q[0", "for j: p[0"), "y").equal


def test_programs_that_read_too_early_are_told():
    early = "for t, t2 <= t, j:\n    c[j] += x[t2, j]\n    y[t, j] += c[j]"
    outcome = compared(early, early.replace("c[j] += x", "c[j] -= -x"), "y")
    assert not outcome.equal
    assert "c[j] is read before the last write of that cell" in outcome.reason


def test_the_reasons_of_all_that_was_asked_are_told():
    head = "index x, z in X\ninput L[2*X], M[x, z]\n"
    a, b = (read_program(f"{head}for x: y[x] += L[{at}]") for at in ("2*x", "2*x + 1"))
    assert compare_programs(a, b, ["y"]).reason == "the two sides have different normal forms for y"
    a, b = (read_program(f"{head}for x, z: y[x] += 1[x {op} z] M[x, z]") for op in ("<", "<="))
    reason = compare_programs(a, b, ["y"]).reason
    assert "a comparison of indices or sizes" in reason
    assert "with sums over integer sets: the two sides have different normal forms for y" in reason


def test_conditions_are_noted_unless_they_are_known_to_hold():
    head = "index t, t2 in T\ninput x[t], z[t]\n"
    causal = "for t, t2 <= t: Z[t] += exp(x[t2])\nfor t, t2 <= t: y[t] += exp(x[t2]) / Z[t]"
    assert compared(causal, causal, "y", declarations=head).assumptions == ()
    strict = "for t, t2 < t: Z[t] += exp(x[t2])\nfor t, t2 <= t: y[t] += exp(x[t2]) / Z[t]"
    assert compared(strict, strict, "y", declarations=head).assumptions == ("Z[t] != 0",)
    other = "for t, t2 <= t: y[t] += log(x[t2]) + relu(z[t]) / z[t2]"
    found = compared(other, other, "y", declarations=head).assumptions
    assert set(found) == {"x[t2] > 0", "z[t2] != 0", "no kink of relu(z[t])"}


def test_maxima_over_windows():
    head = "index x in X, z in 1..X, d, e in 0..1\ninput L[X + 1]\n"
    one, other = "for x: y[x] += max_d L[x + d]", "for z: y[z-1] += max_e L[z + e - 1]"
    assert compared(one, one.replace("d", "e"), "y", declarations=head).equal
    assert compared(one, other, "y", declarations=head).equal
    for wrong in ("max_d L[x + 1]", "max_d L[x]", "min_d L[x + d]", "max_{d in 0..0} L[x + d]"):
        assert not compared(one, f"for x: y[x] += {wrong}", "y", declarations=head).equal, wrong
    inner = "for x: c[x] += L[x]\nc[X] += L[X]\nfor x: y[x] += max_d c[x + d]"
    assert compared(one, inner, "y", declarations=head).equal
    assert not compared(one, inner.replace("+= L[X]", "+= L[0]"), "y", declarations=head).equal


def test_maxima_over_whole_ranges_are_unknowns_of_their_own():
    head = "index b in B, x, z in X\ninput L[b, x]\n"
    one = "for b, x: y[b, x] += max_z L[b, z]"
    assert compared(one, one.replace("z", "x2"), "y", declarations=head + "index x2 in X\n").equal
    assert not compared(one, one.replace("L[b, z]", "L[0, z]"), "y", declarations=head).equal
    inner = "for b, x: c[b, x] += L[b, x]\nfor b, x: y[b, x] += max_z c[b, z]"
    assert not compared(inner, inner.replace("+= L", "+= 2 L"), "y", declarations=head).equal


@pytest.mark.parametrize("case", BEYOND, ids=str)
def test_reverse_mode_is_the_transpose_of_forward_mode(case: Case):
    claim = transpose_of(case)
    assert compare_transpose(claim, budget=10.0).equal


def transpose_of(case: Case) -> Transpose:
    forward = case.program
    backward, tangent = vjp(forward, case.wrt, average=case.average), jvp(forward, case.wrt)
    known = {tensor.name for tensor in join(forward).tensors}
    adjoints, dots = (
        {derivative_of(t.name): t.name for t in p.tensors if t.name not in known} for p in (backward, tangent)
    )
    pairs = [(adjoints.get(base, ""), dots.get(base, "")) for base in dict.fromkeys([*adjoints, *dots])]
    return Transpose(join(backward), join(tangent), pairs, {})


ZERO_ANYWAY = {"group_norm": {6}}
"""Statements that add up to 0, as a sum of deviations from the mean does."""


@pytest.mark.parametrize("case", BEYOND, ids=str)
def test_a_wrong_gradient_is_no_transpose(case: Case):
    claim = transpose_of(case)
    forward = len(join(case.program).body)
    tail = claim.backward.body[forward:]
    for place in set(range(len(list(walk_statements(tail))))) - ZERO_ANYWAY.get(case.name, set()):
        wrong = replace(claim.backward, body=(*claim.backward.body[:forward], *negated(tail, [place])))
        assert not compare_transpose(replace(claim, backward=wrong), budget=0.5).equal


def negated(nodes: tuple[Node, ...], places: list[int]) -> tuple[Node, ...]:
    """The nodes with the statement at a place subtracted; the place is counted down."""
    made: list[Node] = []
    for node in nodes:
        if isinstance(node, Loop):
            made.append(replace(node, body=negated(node.body, places)))
        else:
            assert isinstance(node, Update)
            made.append(replace(node, value=neg(node.value)) if places[0] == 0 else node)
            places[0] -= 1
    return tuple(made)


OVER_TIME = [case for case in BEYOND if any(t.initial is not None for t in case.program.tensors)]


@pytest.mark.parametrize("case", OVER_TIME, ids=str)
def test_transposes_through_time_are_proved_by_both_judges(case: Case):
    forward = case.program
    assert prove_transpose(vjp(forward), jvp(forward), budget=10.0)


@pytest.mark.parametrize("case", OVER_TIME, ids=str)
def test_a_wrong_gradient_through_time_is_refuted(case: Case):
    forward = case.program
    backward = vjp(forward)
    for place in range(len(list(walk_statements(backward.body)))):
        wrong = replace(backward, body=negated(backward.body, [place]))
        assert prove_transpose(wrong, jvp(forward), budget=10.0).status == "refuted"


def test_the_gradient_by_a_start_slice_alone():
    forward = read_program("size T\ninput x[0..T], y[0]\nfor t in 1..T: y[t] += x[t] y[t-1]")
    assert prove_transpose(vjp(forward, "y"), jvp(forward, "y"), budget=10.0)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("sum_{t2 <= t} p[t, t2]", "1", True),
        ("sum_{t2 < t} p[t, t2]", "1", False),
        ("sum_t2 p[t, t2]", "1", True),
        ("p[t, t2]", "1[t2 <= t] exp(x[t2]) / Z[t]", True),
        ("p[t, t2]", "exp(x[t2]) / Z[t]", False),
        ("Z[t] + Z[0]", "Z[0] + sum_{t2 <= t} exp(x[t2])", True),
    ],
)
def test_expressions_after_a_program(left: str, right: str, equal: bool):
    text = (
        "index t, t2 in T\ninput x[t]\nfor t, t2 <= t: Z[t] += exp(x[t2])\nfor t, t2 <= t: p[t, t2] += exp(x[t2])/Z[t]"
    )
    equation = read_equation(left, right, read_program(text))
    assert compare_expressions(equation.left, equation.right, equation.context, budget=5.0).equal is equal


def test_expressions_with_floors_by_sizes():
    head = "size H = G*R\nindex h in H, g in G, r in R\ninput k[g], a[h]\n"
    context = read_program(head + "for h: y[h // R] += a[h]\nfor h: z[h] += k[h // R]")
    for left, right, equal in (
        ("sum_h a[h] z[h]", "sum_g y[g] k[g]", True),
        ("y[g]", "sum_h 1[h // R = g] a[h]", True),
        ("sum_h a[h] z[h]", "sum_g k[g]", False),
        ("y[g]", "sum_h 1[h // R = 0] a[h]", False),
    ):
        equation = read_equation(left, right, context)
        assert compare_expressions(equation.left, equation.right, equation.context, budget=5.0).equal is equal


def test_expressions_of_what_a_loop_through_time_carries():
    text = "index s in T\n" + with_starts(CELL)
    step = "tanh(sum_i W[j, i] h[s, i] + x[s + 1, j])"
    wrong = step.replace("h[s,", "h[s + 1,"), step.replace("W[j, i]", "W[i, j]"), step.replace("x[s + 1", "x[s")
    for right, equal in ((step, True), *((text, False) for text in wrong)):
        equation = read_equation("h[s + 1, j]", right, read_program(text))
        assert compare_expressions(equation.left, equation.right, equation.context, budget=5.0).equal is equal


def test_a_budget_is_kept_where_functions_are_compared_in_many_orders():
    length = "[0..3*N + 2*M + 5]"
    declarations = f"size M >= 2\nindex i, j in N\ninput x{length}, u{length}, g\n"
    declarations += "".join(f"computed {name}{length}\n" for name in ("Z", "y", "z"))
    normaliser = "for i, j in i..i+2: Z[i] += exp(x[i] u[j])\n"
    wrong = "".join(f"for i: Z[{at}] += exp(x[i] u[i+{d}])\n" for at, d in (("2*i", 0), ("i", 1), ("i", 2)))
    rest = """for i, j in i..i+2: y[i] += exp(x[i] u[j])/Z[i] x[i+j+1]
z[0] += u[N]
z[1] += g tanh(y[0] - y[1])
for t in 2..N-1: z[t] += z[t-1] + 1/2 z[t-2] + g u[t+2]"""
    start = now()
    assert not compared(normaliser + rest, wrong + rest, "Z", "y", "z", declarations=declarations, budget=1.0).equal
    assert now() - start < 4


def test_a_budget_is_kept():
    forward = read_program(next(case.text for case in BEYOND if case.name == "attention_causal"))
    backward = vjp(forward)
    other = replace(backward, body=tuple(reversed(backward.body)))
    claim = equal_programs(backward, other, forward, ["q.grad"])
    start = now()
    outcome = compare_ranges(claim.left, claim.right, claim.tensors, 0.05)
    assert not outcome.equal
    assert now() - start < 2


def test_integer_sets_are_not_loaded_for_rectangular_loops():
    code = """
import sys, symgrad as sg
forward = sg.parse("input s[b, j]\\nfor b, j: Z[b] += exp(s[b, j])\\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]")
backward = sg.vjp(forward)
assert sg.prove(backward, backward, forward)
assert not sg.prove(backward, sg.parse("for b, j: s.grad[b, j] += p.grad[b, j]"), forward)
assert "islpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_tensor_that_is_compared_has_to_be_equal():
    one = read_program("index t, t2 in T\ninput x[t]\nfor t, t2 <= t: y[t] += x[t2]\nfor t: z[t] += x[t]")
    other = read_program("index t, t2 in T\ninput x[t]\nfor t, t2 <= t: y[t] += x[t2]\nfor t: z[t] += 2 x[t]")
    assert written(one.body) == {"y", "z"}
    assert outcome_of(one, other, "y").equal
    assert not outcome_of(one, other, "y", "z").equal


def outcome_of(one: Program, other: Program, *tensors: str) -> Outcome:
    return compare_ranges(one, other, tensors, 5.0)
