"""Equations as loops that add: they compute the same, are legal, read back, and have no sum left."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

import symgrad as sg
from symgrad.calculus.accumulate import accumulated, as_updates, has_sum
from symgrad.errors import UsageError
from symgrad.language.legality import findings
from symgrad.language.program import Define, Program
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements
from symgrad.language.write import write_program
from tests.programs import PROGRAMS, Case
from tests.strategies import programs


def is_changed(program: Program) -> bool:
    return any(isinstance(s, Define) or has_sum(s.value) for _, s in walk_statements(program.body))


CHANGED = [case for case in PROGRAMS if is_changed(read_program(case.text))]


def checked(program: Program) -> Program:
    """The program as updates, read again from its text, after a look at its form."""
    updates = as_updates(program)
    assert not is_changed(updates)
    assert not findings(updates)
    again = read_program(write_program(updates))
    assert write_program(again, declarations=False) == write_program(updates, declarations=False)
    return again


def loops(text: str) -> str:
    return write_program(checked(read_program(text)), declarations=False).strip()


def test_there_are_such_programs():
    assert len(CHANGED) >= 12


@pytest.mark.parametrize("case", CHANGED, ids=str)
def test_the_loops_are_proved_to_compute_the_same(case: Case):
    program = read_program(case.text)
    verdict = sg.prove(program, checked(program), budget=5.0)
    assert verdict, verdict


def test_what_has_no_sum_stays_as_it_is():
    for case in PROGRAMS:
        program = read_program(case.text)
        if not is_changed(program):
            assert as_updates(program).body == program.body


RECURRENT = "size T\nindex b in B, i, j in H\ninput x[0..T, b, j], h[0, b, i]\nparam W[j, i]\n"

FORMS = [
    (  # terms, factors in front of and behind a sum, signs
        "y[b] = q[b] (sum_j x[b, j]) c[b] - (sum_j x[b, j]^2)/2 + q[b]",
        """
for b, j: y[b] += q[b] x[b, j] c[b]
for b, j: y[b] -= x[b, j]^2/2
for b: y[b] += q[b]""",
    ),
    (  # a sum in a denominator, over the letter of a loop around
        "index b in B, j in J\ninput s[b, j]\np[b, j] = exp(s[b, j])/sum_j exp(s[b, j])",
        """
for b, j2: p_sum[b] += exp(s[b, j2])
for b, j: p[b, j] += exp(s[b, j])/p_sum[b]""",
    ),
    (  # one sum twice, and within another that is squared
        "index b in B, j, k in J\ninput x[b, j]\nconst eps > 0\n"
        "y[b, j] = (x[b, j] - 1/J sum_k x[b, k])/sqrt(eps + 1/J sum_k (x[b, k] - 1/J sum_j x[b, j])^2)",
        """
for b, k: y_sum[b] += x[b, k]
for b, k: y_sum2[b] += (x[b, k] - 1/J y_sum[b])^2
for b, j: y[b, j] += (x[b, j] - 1/J y_sum[b])/sqrt(eps + 1/J y_sum2[b])""",
    ),
    (  # two sums as factors
        "index i in I, k in K\ninput a[i], c[k]\ny = (sum_i a[i]) (sum_k c[k])\nz = (sum_i a[i]) (sum_i a[i])",
        """
for i, k: y += a[i] c[k]
for i, i2: z += a[i] a[i2]""",
    ),
    (  # of several sums, those that have sums inside are added up first, but for one
        "index i, k in I\ninput a[i]\n"
        "y = (sum_i (a[i] + sum_k a[k] a[i])) (sum_i (1 + sum_k a[k] a[i])) (sum_i a[i]^2)",
        """
for i: y_sum += 1
for i, k: y_sum += a[k] a[i]
for i, i2: y += a[i] y_sum a[i2]^2
for i, k, i2: y += a[k] a[i] y_sum a[i2]^2""",
    ),
    (  # a sum of several terms as a factor, a sum in an update
        "index i in I, b in B\ninput a[b, i], q[b]\nfor b: y[b] -= 1/2 (sum_i a[b, i] - q[b])",
        """
for b, i: y[b] -= 1/2 a[b, i]
for b: y[b] += 1/2 q[b]""",
    ),
    (  # ranges that depend on others
        "index t, t2, t3 in T\ninput x[t]\nfor t: y[t] = sum_{t2 <= t} exp(sum_{t3 <= t2} x[t3])",
        """
for t, t2 <= t, t3 <= t2: y_sum[t, t2] += x[t3]
for t, t2 <= t: y[t] += exp(y_sum[t, t2])""",
    ),
    (  # values of an index below 0
        "index i in N, d in -2..2, k in 0..4\ninput x[i], w[5]\ny[i] = sum_d w[d+2] exp(sum_k w[k] x[i]^2 1[d < k])",
        """
for i, d, k: y_sum[i, d+2] += w[k] x[i]^2 1[d < k]
for i, d: y[i] += w[d+2] exp(y_sum[i, d+2])""",
    ),
    (  # a maximum stays, the sum in it does not
        "index b in B, j, k in J\ninput x[b, j]\ny[b] = max_j (x[b, j] + sum_k x[b, k] x[b, j])",
        """
for b, j, k: y_sum[b, j] += x[b, k] x[b, j]
for b: y[b] += max_j (x[b, j] + y_sum[b, j])""",
    ),
    (  # through time, all terms within one step; what does not depend on the state is added up before
        f"{RECURRENT}for t in 1..T, b, j: h[t, b, j] = "
        "tanh(sum_i W[j, i] h[t-1, b, i])/sum_i exp(W[j, i]) + sum_i x[t, b, i]",
        """
for j, i: h_sum2[j] += exp(W[j, i])
for t in 1..T:
    for b, j, i: h_sum[t, b, j] += W[j, i] h[t-1, b, i]
    for b, j: h[t, b, j] += tanh(h_sum[t, b, j])/h_sum2[j]
    for b, j, i: h[t, b, j] += x[t, b, i]""",
    ),
    (  # several statements in one loop
        "index b in B, j, k in J\ninput x[b, j]\nfor b:\n    for j: Z[b] += exp(x[b, j])\n"
        "    for j: p[b, j] = x[b, j]/sum_k (Z[b] + x[b, k])^2",
        """
for b:
    for j: Z[b] += exp(x[b, j])
    for k: p_sum[b] += (Z[b] + x[b, k])^2
    for j: p[b, j] += x[b, j]/p_sum[b]""",
    ),
    ("index b in B\ninput x[b]\nfor b: R̃_t[b] = 1/sum_b x[b]", "for b2: R_sum += x[b2]\nfor b: R̃_t[b] += 1/R_sum"),
    (
        "index b in B, j in J\ninput x[b, j]\ny[b] = mean_j x[b, j]^2\nz[b] = 0",
        "for b, j: y[b] += 1/J x[b, j]^2\nfor b: z[b] += 0",
    ),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_the_form_of_the_loops(text, expected):
    assert loops(text) == expected.strip()
    verdict = sg.prove(read_program(text), as_updates(read_program(text)), budget=5.0)
    assert verdict, verdict


def test_what_became_of_each_statement():
    program, (first, second) = accumulated(read_program("y[b] = sum_j x[b, j] - q[b]\nz[b] = 1/(sum_j x[b, j] y[b])"))
    assert (len(first.before), len(first.updates)) == (0, 2)
    assert (len(second.before), len(second.updates)) == (1, 1)
    assert program.body == (*first.updates, *second.before, *second.updates)


def test_where_the_indicator_is_0_the_sum_may_have_no_value():
    text = "index i, j, k in N\ninput x[i]\ny[i] = sum_j 1[i != j] exp(sum_k x[k]^2/(x[i] - x[j]))"
    assert loops(text).splitlines() == [
        "for i, j, k: y_sum[i, j] += 1[i != j] x[k]^2/(x[i] - x[j])",
        "for i, j: y[i] += 1[i != j] exp(y_sum[i, j])",
    ]
    x = {"x": [1.0, 2.0, -0.5]}
    found = sg.evaluate(as_updates(read_program(text)), x)["y"]
    assert found == pytest.approx(sg.evaluate(read_program(text), x)["y"])


def test_bounds_by_integer_tensors():
    text = "index i, j, k in N\ninteger n[i] in N\ninput x[k]\ny[i] = sum_{k <= n[i]} exp(sum_j x[j] x[k])"
    assert loops(text).splitlines() == [
        "for i, k <= n[i], j: y_sum[i, k] += x[j] x[k]",
        "for i, k <= n[i]: y[i] += exp(y_sum[i, k])",
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_random_programs_compute_the_same(program: Program) -> None:
    assume(not findings(program) and is_changed(program))
    updates = as_updates(program)
    assert not is_changed(updates)
    assert not findings(updates)
    try:
        verdict = sg.prove(program, updates, budget=0.1)
    except UsageError:  # it has a value nowhere
        return
    assert verdict.status != "refuted", verdict
