"""Which sizes decide all: the numbers are right, what is beyond the theorem is named, and wrong claims fail at them."""

from __future__ import annotations

from itertools import permutations

import pytest

from symgrad.evidence.claims import equal_programs
from symgrad.evidence.cutoff import Cutoff, cutoff
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.field_test import AGREE, DIFFER, field_test
from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.identities import IDENTITIES
from tests.test_second_forms import context_of

VECTORS = "index i, j, k in N\ninput a[i], b[i], g[i]\n"
MATRICES = "index i, j, k, l in N, m in M\ninput A[i, j], x[i], z[m]\n"


def sizes_for(left: str, right: str, declarations: str = VECTORS) -> Cutoff:
    equation = read_equation(left, right, context_of(declarations))
    return cutoff(*equation.programs(), [equation.name])


@pytest.mark.parametrize(
    ("left", "right", "least", "greatest"),
    [
        ("sum_i a[i]", "sum_j a[j]", 1, 1),
        ("(sum_i a[i])^3", "0", 3, 3),
        ("sum_i a[i] (sum_j b[j])", "0", 2, 2),
        ("a[i] b[j]", "a[j] b[i]", 2, 2),
        ("a[i] sum_j a[j]", "0", 2, 2),
        ("N sum_i a[i]", "0", 1, 2),
        ("sum_{i, j} a[i]", "0", 1, 2),
        ("1/N sum_i a[i]", "g[i]", 1, 2),
        ("1/(N (N - 1)) sum_{i, j} a[i] b[j]", "a[i]", 2, 4),
        ("sum_j exp(a[j]) / (sum_k exp(a[k]))", "1", 1, 1),
        ("sum_i exp(a[i]) exp(-a[i])", "1", 1, 2),
        ("sum_i exp(a[i] + b[i]) / exp(b[i])", "0", 1, 1),
        ("sum_i a[i] sum_j log(b[j]^2 + 1)", "0", 1, 2),
        ("sum_i a[i] sum_j log(a[j]^2 + 1)", "0", 1, 3),
        ("sum_{i, j} exp(1[i = j] a[i])", "0", 1, 3),
        ("1/(sum_i a[i])^2 sum_i a[i]", "1/(sum_i a[i])", 1, 1),
        ("sum_i a[i]/(a[i] + b[i])", "0", 1, 2),
        ("sum_i log(a[i]^2 + 1)", "0", 1, 2),
        ("sum_j 1[i != j] a[j]", "0", 2, 2),
    ],
)
def test_the_sizes_follow_from_indices_and_degrees(left, right, least, greatest):
    found = sizes_for(left, right)
    assert found.rigorous, found.reasons
    assert (found.least, found.greatest) == ({"N": least}, {"N": greatest})
    assert found.count == greatest - least + 1 == len(list(found.sizes()))


@pytest.mark.parametrize(
    ("left", "why"),
    [
        ("log(sum_i exp(a[i]))", "a function of a sum over N"),
        ("sqrt(sum_i a[i]^2)", "a function of a sum over N"),
        ("exp(N a[i])", "a function of the size N"),
        ("sum_i a[i] / (sum_j (a[i] - a[j])^2)", "an inverse, under a sum, of a sum over N"),
        ("max_i a[i]", "a maximum, a minimum, or a whole part"),
        ("sum_{j <= i} a[j]", "the range of j, which is not all of a size"),
        ("sum_i i a[i]", "an index as a number"),
        ("sum_j 1[i < j] a[j]", "comparisons other than of two indices for equality"),
        ("a[N - 1 - i]", "subscripts of a that are not indices"),
    ],
)
def test_what_is_beyond_the_theorem_is_named(left, why):
    found = sizes_for(left, "0")
    assert not found.rigorous
    assert why in found.reasons


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("index j in J\ninput t[j]\nconstraint sum_j t[j] = 1\ny = sum_j t[j]", "constraints"),
        ("index j in J\ndistribution P[j] over j\ny = sum_j P[j]", "the distribution P"),
        ("index b in B, j in J\ninput s[j]\ninteger l[b] in J\ny = sum_b s[l[b]]", "the integers l"),
        ("size H = 2*D\nindex h in H\ninput s[h]\ny = sum_h s[h]", "size H is made of other sizes"),
        (
            "index t in T\ninput x[t], h[0]\nfor t in 1..T-1: h[t] = h[t-1] x[t]\nfor t: y += h[t]",
            "a loop that reads h, which it writes",
        ),
    ],
)
def test_what_programs_add_is_named(text, why):
    program = read_program(text, check=False)
    assert why in cutoff(program, program, ["y"]).reasons


def test_definitions_are_unfolded():
    text = "index b in B, j in J\ninput s[b, j]\n" + (
        "for b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] = exp(s[b, j])/Z[b]\nfor b, j: y[b] += p[b, j]^2\n"
    )
    program, other = (
        read_program(text),
        read_program(text.replace("y[b] += p[b, j]^2", "y[b] += 1/J^2")),
    )
    found = cutoff(program, other, ["y"])
    assert found.rigorous
    assert (found.least["J"], found.greatest["J"]) == (1, 3), "Z^2 has two sums and J left, J^2 is to multiply by"
    assert (found.least["B"], found.greatest["B"]) == (1, 1)


def test_least_values_of_sizes_are_kept():
    found = sizes_for("sum_i a[i]", "0", "size N >= 4\n" + VECTORS)
    assert found.least == {"N": 4}


def test_a_claim_that_holds_at_small_sizes_only_fails_at_the_cutoff():
    """The identity of Cayley and Hamilton for 2 by 2 matrices, in traces: true for sizes 1 and 2."""
    trace, square = "(sum_i A[i, i])", "(sum_{i, j} A[i, j] A[j, i])"
    cube = "(sum_{i, j, k} A[i, j] A[j, k] A[k, i])"
    left, right = f"{trace}^3 - 3 {trace} {square} + 2 {cube}", "0"
    equation = read_equation(left, right, context_of(MATRICES))
    sides = equation.programs()
    found = cutoff(*sides, [equation.name])
    assert found.rigorous
    assert found.least["N"] == 3
    few = [{"N": n, "M": 1} for n in (1, 2)]
    assert field_test(*sides, [equation.name], few).status == AGREE
    assert field_test(*sides, [equation.name], found.sizes()).status == DIFFER


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if not i.true], ids=str)
def test_what_is_false_fails_at_the_sizes_that_decide(identity):
    equation = read_equation(identity.left, identity.right, context_of(identity.declarations))
    sides = equation.programs()
    found = cutoff(*sides, [equation.name])
    if not found.rigorous or "without signs" in identity.name or found.count > 9:
        return
    sizes = [{**{s.name: 1 for s in sides[0].sizes}, **chosen} for chosen in found.sizes()]
    result = field_test(*sides, [equation.name], sizes, budget=5.0)
    assert result.status == DIFFER or result.limits, "branches that were not taken decide nothing"


@pytest.mark.parametrize(
    ("left", "right", "true_at"),
    [
        ("sum_j 1[i != j] a[i]", "a[i]", 2),
        ("sum_{i, j} 1[i = j]", "2", 2),
        ("sum_i 1[i = i]", "1", 1),
        ("sum_i (a[i] + q)", "(sum_i a[i]) + q", 1),
        ("sum_i q", "q", 1),
        ("sum_i (a[i] - 1/N sum_j b[j])", "(sum_i a[i]) - 1/N sum_j b[j]", 1),
        ("sum_i exp(a[i]) exp(-a[i])", "1", 1),
        ("sum_i a[i]/a[i]", "1", 1),
        ("sum_i f(a[i]) - f(a[i]) + 1", "1", 1),
        ("N^(1/2)", "1", 1),
        ("1/sqrt(N)", "1", 1),
        ("1/exp(N)", "exp(-1)", 1),
        ("(N - 1) (N - 2) (N - 3) q", "0", 3),
        ("1/N + 1/(N + 1) + 1/(N + 2)", "11/6", 1),
        ("(sum_i a[i])^2", "sum_i a[i]^2", 1),
        ("sum_{i, j} 1[i != j] A[i, j] A[j, i]", "0", 1),
        ("sum_j 1[i != j] a[j]/((sum_k a[k]) - a[i])", "1", 2),
    ],
)
def test_what_is_true_at_some_size_only_is_not_decided_there(left, right, true_at):
    equation = read_equation(left, right, context_of(f"{VECTORS}input q, A[i, j]\nfunction f(x)\n"))
    sides = equation.programs()
    assert field_test(*sides, [equation.name], [{"N": true_at}]).status == AGREE
    found = cutoff(*sides, [equation.name])
    assert not found.rigorous or field_test(*sides, [equation.name], found.sizes()).status == DIFFER


@pytest.mark.parametrize("k", [1, 2, 3])
def test_what_vanishes_because_there_are_too_few_values_of_an_index_fails_at_the_cutoff(k):
    """The determinant of x_p[i_q], p, q = 0..k, summed over all indices with weights: 0 at sizes up to k."""
    names = ["i", "j", "k", "l"][: k + 1]
    terms = [
        ("-" if sum(p[a] > p[b] for a in range(k + 1) for b in range(a + 1, k + 1)) % 2 else "+")
        + " ".join(f"x{row}[{names[at]}]" for row, at in enumerate(p))
        for p in permutations(range(k + 1))
    ]
    weights = " ".join(f"w{at}[{name}]" for at, name in enumerate(names))
    inputs = ", ".join(f"x{at}[i], w{at}[i]" for at in range(k + 1))
    left = f"sum_{{{', '.join(names)}}} {weights} ({' '.join(terms).removeprefix('+')})"
    equation = read_equation(left, "0", context_of(f"index i, j, k, l in N\ninput {inputs}\n"))
    sides = equation.programs()
    found = cutoff(*sides, [equation.name])
    assert (found.rigorous, found.least, found.greatest) == (True, {"N": k + 1}, {"N": k + 1})
    assert field_test(*sides, [equation.name], [{"N": n} for n in range(1, k + 1)]).status == AGREE
    assert field_test(*sides, [equation.name], found.sizes()).status == DIFFER


def programs_of(first: str, second: str, declarations: str = VECTORS) -> tuple[Program, Program]:
    claim = equal_programs(*(read_program(declarations + text, check=False) for text in (first, second)), tensors=["y"])
    return claim.left, claim.right


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("for j: y = a[j]", "a definition of y in a loop that it does not depend on"),
        (
            "for i:\n    for j: r[j] += a[i]\n    r[i] = b[i]\ny = sum_i r[i]",
            "a loop that writes r twice",
        ),
    ],
)
def test_an_order_that_matters_inside_of_a_loop_is_named(text, why):
    found = cutoff(*programs_of(text, "y = sum_i a[i]"), ["y"])
    assert why in found.reasons


def test_what_is_not_compared_gives_no_reason():
    text = "h = max_i a[i]\nt = log(sum_i a[i]^2)\ny = sum_i a[i]"
    assert cutoff(*programs_of(text, "y = sum_j a[j]"), ["y"]).rigorous


def test_a_definition_that_forgets_an_index_is_summed_as_often_as_there_are_values():
    found = cutoff(*programs_of("q = a_0\nfor i: c[i] = q\ny = sum_i c[i]", "y = a_0", "input a_0\n" + VECTORS), ["y"])
    assert (found.least, found.greatest) == ({"N": 1}, {"N": 2})


def test_a_sign_of_an_update_is_seen_in_an_exponent():
    text = "for i: e[i] -= a[i]\ny = sum_i exp(a[i]) exp(e[i])"
    left, right = programs_of(text, "y = 1")
    found = cutoff(left, right, ["y"])
    assert (found.least, found.greatest) == ({"N": 1}, {"N": 2})
    assert field_test(left, right, ["y"], [{"N": 1}]).status == AGREE


def test_a_denominator_that_is_written_again_is_another_one():
    text = "for i: Z += a[i]\ny = 1/Z\nfor i: Z += b[i]\ny += 1/Z"
    again = cutoff(*programs_of(text, "y = q", "input q\n" + VECTORS), ["y"])
    once = cutoff(*programs_of(text.replace("for i: Z += b[i]\n", ""), "y = q", "input q\n" + VECTORS), ["y"])
    assert (once.greatest["N"], again.greatest["N"]) == (1, 2)


def test_denominators_under_a_sum_over_another_size_are_as_many_as_its_cutoff():
    declarations = "index i in N, b in B\ninput a[b, i], w[b]\n"
    left, right = programs_of("y = (sum_b w[b]/(sum_i a[b, i]))^2", "y = sum_b w[b]^2", declarations)
    found = cutoff(left, right, ["y"])
    assert (found.rigorous, found.greatest) == (True, {"N": 4, "B": 2})
    both = "y = (sum_b w[b]/(sum_i a[b, i])) (sum_i 1/(sum_b a[b, i]))"
    assert (
        "inverses, under sums, of sums over each of N and of B"
        in cutoff(left, programs_of(both, "y = 0", declarations)[0], ["y"]).reasons
    )


def test_indices_over_so_many_numbers_are_no_matter_of_sizes():
    declarations = "index c in 0..2, i in N\ninput B[i, c]\n"
    found = cutoff(
        *programs_of("y = sum_{i, c} B[i, c]", "y = sum_i (B[i, 0] + B[i, 1] + B[i, 2])", declarations), ["y"]
    )
    assert (found.rigorous, found.least, found.greatest) == (True, {"N": 1}, {"N": 1})
    cells = "size N >= 3\nindex c in 0..2, i in N\ninput a[i]\n"
    assert not cutoff(*programs_of("y = sum_c a[c]", "y = sum_i a[i]", cells), ["y"]).rigorous


def test_programs_with_statements_of_their_own_are_told_apart():
    """Two denominators of one name are two denominators: both are multiplied by."""
    first = "index j in J\ninput s[j] > 0\nfor j: Z += s[j]\nfor j: y[j] = s[j]/Z"
    second = "index j in J\ninput s[j] > 0\nfor j: Z += 2 s[j]\nfor j: y[j] = 2 s[j]/Z"
    found = cutoff(*programs_of(first, second, ""), ["y"])
    assert found.least["J"] == 2, "one free index, and the sum of the other side's denominator"
