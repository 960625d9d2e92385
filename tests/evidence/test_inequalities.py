"""Inequalities: true ones are proved with a certificate and the case of equality, false ones refuted with a witness."""

from __future__ import annotations

import pytest

from symgrad.evidence import prove_inequality
from symgrad.language.program import Program
from symgrad.language.read import read_program

TEXT = """
index x in X, y in Y, z in Z, i in I
distribution P[x] over x, Q[x] over x, T[x] over x, R[x, y] over x, y, W[x, y] over y
distribution S[x, y, z] over x, y, z, w[i] over i
input a[i] > 0, b[i] > 0, u[i], v[i], s[x], p[z] > 0, q[z] > 0
constraint sum_z q[z] = 1
HP = E_{x ~ P} - ln P[x]
HQ = E_{x ~ Q} - ln Q[x]
HPQ = E_{x ~ P} - ln Q[x]
HQP = E_{x ~ Q} - ln P[x]
KL = E_{x ~ P} ln(P[x]/Q[x])
reverse = E_{x ~ Q} ln(Q[x]/P[x])
for x: M[x] = 1/2 (P[x] + Q[x])
JS = 1/2 sum_x P[x] ln(P[x]/M[x]) + 1/2 sum_x Q[x] ln(Q[x]/M[x])
for x, y: RX[x] += R[x, y]
for x, y: RY[y] += R[x, y]
for x: N += exp(s[x])
for x: softmax[x] = exp(s[x])/N
"""


@pytest.fixture(scope="module")
def context() -> Program:
    return read_program(TEXT)


TRUE = {
    "cross entropy": ("HPQ", "HP", "P[x] = Q[x] for all x"),
    "relative entropy": ("KL", "0", "P[x] = Q[x] for all x"),
    "reversed": ("reverse", "0", "P[x] = Q[x] for all x"),
    "both ways": ("KL + reverse", "0", "P[x] = Q[x] for all x"),
    "chi squared": ("sum_x P[x]^2/Q[x] - 1", "0", "P[x] = Q[x] for all x"),
    "chi squared, written out": ("sum_x (P[x] - Q[x])^2/Q[x]", "0", "P[x] = Q[x] for all x"),
    "Hellinger": ("1 - sum_x sqrt(P[x] Q[x])", "0", "P[x]^(1/2) = Q[x]^(1/2) for all x"),
    "Bhattacharyya": ("-ln(sum_x sqrt(P[x] Q[x]))", "0", None),
    "triangular": ("sum_x (P[x] - Q[x])^2/(P[x] + Q[x])", "0", "P[x] = Q[x] for all x"),
    "Jensen and Shannon": ("JS", "0", "P[x] = Q[x] for all x"),
    "Jensen and Shannon, from above": ("ln 2", "JS", "Q[x] = 0 wherever P[x] > 0 and P[x] = 0 wherever Q[x] > 0"),
    "entropy, from above": ("ln X", "HP", "P[x] = 1/X for all x"),
    "entropy, from below": ("HP", "0", "P[x] = 1 wherever P[x] > 0"),
    "two entropies": ("2 ln X", "HP + HQ", "P[x] = 1/X for all x and Q[x] = 1/X for all x"),
    "chi squared above": ("sum_x P[x]^2/Q[x] - 1", "KL", "P[x] = Q[x] wherever P[x] > 0"),
    "Hellinger below": ("KL", "2 - 2 sum_x sqrt(P[x] Q[x])", "P[x] = Q[x] wherever P[x] > 0"),
    "mutual information": ("sum_{x,y} R[x,y] ln(R[x,y]/(RX[x] RY[y]))", "0", "RX[x] RY[y] = R[x, y] for all x, y"),
    "a joint entropy": ("sum_{x,y} -R[x,y] ln R[x,y]", "sum_x -RX[x] ln RX[x]", None),
    "processing": (
        "KL",
        "sum_y (sum_x P[x] W[x,y]) ln((sum_x P[x] W[x,y])/(sum_x Q[x] W[x,y]))",
        None,
    ),
    "conditional information": (
        "sum_{x,y,z} S[x,y,z] ln(S[x,y,z] (sum_{x,y} S[x,y,z])/((sum_x S[x,y,z])(sum_y S[x,y,z])))",
        "0",
        None,
    ),
    "sums of logarithms": (
        "sum_i a[i] ln(a[i]/b[i])",
        "(sum_i a[i]) ln((sum_i a[i])/(sum_i b[i]))",
        "a[i] sum_{i2} b[i2] = b[i] sum_{i2} a[i2] for all i",
    ),
    "evidence": ("ln(sum_z p[z])", "sum_z q[z] ln(p[z]/q[z])", "p[z] = q[z] sum_{z2} p[z2] for all z"),
    "a softmax": ("sum_x P[x] ln(P[x]/softmax[x])", "0", "P[x] = softmax[x] for all x"),
    "log sum exp": ("ln N", "HP + sum_x P[x] s[x]", "N P[x] = exp(s[x]) for all x"),
    "means": ("sum_i w[i] a[i]", "exp(sum_i w[i] ln a[i])", "a[i] = sum_{i2} w[i2] a[i2] wherever w[i] > 0"),
    "equal weights": ("1/I sum_i a[i]", "exp(1/I sum_i ln a[i])", "I a[i] = sum_{i2} a[i2] for all i"),
    "harmonic": ("sum_i a[i]", "I^2/(sum_i 1/a[i])", "a[i2] = a[i] for all i, i2"),
    "Jensen, log": ("ln(sum_i w[i] a[i])", "sum_i w[i] ln a[i]", "a[i] = sum_{i2} w[i2] a[i2] wherever w[i] > 0"),
    "Jensen, exp": ("sum_i w[i] exp(u[i])", "exp(sum_i w[i] u[i])", None),
    "Jensen, square": ("sum_i w[i] u[i]^2", "(sum_i w[i] u[i])^2", "u[i2] = u[i] for all i, i2"),
    "Jensen, cube": ("sum_i w[i] a[i]^3", "(sum_i w[i] a[i])^3", "a[i] = sum_{i2} w[i2] a[i2] wherever w[i] > 0"),
    "Jensen, root": ("sqrt(sum_i w[i] a[i])", "sum_i w[i] sqrt(a[i])", None),
    "Cauchy": ("(sum_i u[i]^2)(sum_i v[i]^2)", "(sum_i u[i] v[i])^2", "u[i] v[i2] = v[i] u[i2] for all i, i2"),
    "Sedrakyan": ("sum_i a[i]^2/b[i]", "(sum_i a[i])^2/(sum_i b[i])", "a[i] b[i2] = b[i] a[i2] for all i, i2"),
    "purity": ("sum_x P[x]^2", "1/X", "P[x] = 1/X wherever P[x] > 0"),
    "purity, from above": ("1", "sum_x P[x]^2", None),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_holds_is_proved_with_its_case_of_equality(context, name):
    left, right, equality = TRUE[name]
    verdict = prove_inequality(left, ">=", right, context)
    assert verdict.status == "proved", verdict
    assert verdict.certificate is not None
    if equality is not None:
        assert " and ".join(verdict.certificate.equality) == equality


def test_a_claim_that_is_written_the_other_way_round(context):
    turned = prove_inequality("0", "<=", "KL", context)
    assert turned.status == "proved"
    assert turned.compared == ("0 <= KL",)
    witness = prove_inequality("ln X", "<=", "HP", context).witness
    assert witness is not None
    assert witness.left > witness.right


FALSE = {
    "not symmetric": ("KL", "=", "reverse"),
    "not symmetric, as an order": ("KL", ">=", "reverse"),
    "the entropy of the model": ("HPQ", ">=", "HQ"),
    "turned": ("HP", ">=", "HPQ"),
    "at most 1": ("KL", "<=", "1"),
    "at most 20": ("KL", "<=", "20"),
    "entropy at most 1": ("HP", "<=", "1"),
    "crossed": ("HPQ", ">=", "HQP"),
    "no metric": ("sum_x P[x] ln(P[x]/T[x])", "<=", "KL + sum_x Q[x] ln(Q[x]/T[x])"),
    "strict": ("KL", ">", "0"),
    "too much": ("KL", ">=", "sum_x (P[x] - Q[x])^2/Q[x]"),
    "a constant too large": ("HP", "<=", "9/10 ln X"),
    "the bound on the wrong side": ("ln(sum_z p[z])", "<=", "sum_z q[z] ln(p[z]/q[z])"),
    "weights that do not sum to 1": ("ln(sum_i b[i] a[i])", ">=", "sum_i b[i] ln a[i]"),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_hold_is_refuted_with_both_values(context, name):
    left, relation, right = FALSE[name]
    verdict = prove_inequality(left, relation, right, context)
    assert verdict.status == "refuted", verdict
    witness = verdict.witness
    assert witness is not None
    first, second = float(witness.left), float(witness.right)
    wrong = {">=": first < second, "<=": first > second, ">": first <= second, "=": first != second}
    assert wrong[relation]
    cells = witness.inputs.get("P", [1])
    assert abs(float(sum(cells)) - 1) < 1e-12


def test_a_quotient_of_entropies_is_no_sum_with_weights():
    entropies = read_program(
        "index x in X\ndistribution P[x] over x, Q[x] over x\nHP = E_{x ~ P} - ln P[x]\nHPQ = E_{x ~ P} - ln Q[x]"
    )
    verdict = prove_inequality("HPQ/HP", ">=", "1", entropies, budget=1.0)
    assert (verdict.status, "no certificate was found" in verdict.reason) == ("unknown", True)
