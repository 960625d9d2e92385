"""Which sizes decide all: the numbers are right, what is beyond the theorem is named, and wrong claims fail at them."""

from __future__ import annotations

import pytest

from symgrad.evidence.claims import equal_programs
from symgrad.evidence.cutoff import Cutoff, cutoff
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.field_test import AGREE, DIFFER, field_test
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
        ("sum_{i, j} a[i]", "0", 2, 3),
        ("1/N sum_i a[i]", "g[i]", 2, 3),
        ("1/(N (N - 1)) sum_{i, j} a[i] b[j]", "a[i]", 3, 5),
        ("sum_j exp(a[j]) / (sum_k exp(a[k]))", "1", 2, 4),
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
    program = read_program(text)
    found = cutoff(program, program, ["y"])
    assert found.rigorous
    assert (found.least["J"], found.greatest["J"]) == (3, 6), "one index summed, and Z^2 to multiply by"
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
    assert field_test(*sides, [equation.name], sizes, budget=5.0).status == DIFFER


def test_programs_with_statements_of_their_own_are_told_apart():
    """Two denominators of one name are two denominators: both are multiplied by."""
    first = "index j in J\ninput s[j] > 0\nfor j: Z += s[j]\nfor j: y[j] = s[j]/Z"
    second = "index j in J\ninput s[j] > 0\nfor j: Z += 2 s[j]\nfor j: y[j] = 2 s[j]/Z"
    claim = equal_programs(read_program(first), read_program(second), tensors=["y"])
    assert cutoff(claim.left, claim.right, claim.tensors).least["J"] == 3
