"""Equations rewritten as loops that add: right in whatever order and form, wrong with the reason."""

from __future__ import annotations

import pytest

from symgrad.course import load_problem
from symgrad.course.kinds import kind
from symgrad.course.verify import verify_part
from symgrad.errors import ReadingError
from tests.course.problems import part

UGRNN = load_problem("ugrnn")
CELL, ALL, TIME = map(UGRNN.part, ("a", "equations", "unrolled"))
LOOPS = ALL.answer.strip()


def judged(asked, text):
    return kind(asked.ask).judged(asked, text)


RIGHT = [
    # another order, other letters, nested loops, one loop around all, the bias first
    "for b, j: R̃_t[b, j] -= B^R[j]\nfor b, j, k: R̃_t[b, j] += W^{x,R}[j, k] x_t[b, k]\n"
    "for b, j, i: R̃_t[b, j] += W^{h,R}[j, i] h_{t-1}[b, i]",
    "for b, i: for j: R̃_t[b, i] += W^{h,R}[i, j] h_{t-1}[b, j]\nfor b, j, k R̃_t[b, j] += W_xR[j, k] xt[b, k]\n"
    "for b, j R~_t[b, j] -= BR[j]",
    "for b, j:\n    for i: R̃_t[b, j] += W^{h,R}[j, i] h_{t-1}[b, i]\n"
    "    for k: R̃_t[b, j] += W^{x,R}[j, k] x_t[b, k]\n    R̃_t[b, j] -= B^R[j]",
    # a tensor of one's own on the way
    "for b, j, i: a[b, j] += Wh,R[j, i] ht-1[b, i]\nfor b, j, k: a[b, j] += WX,R[j, k] x_t[b, k]\n"
    "for b, j: R̃_t[b, j] += a[b, j] - B^R[j]",
    # as LaTeX
    r"\mathrm{for}\; b, j, i: \tilde{R}_t[b,j] \mathrel{+}= W^{h,R}[j,i] h_{t-1}[b,i]" + "\n"
    r"\mathrm{for}\; b, j, k: \tilde{R}_t[b,j] \mathrel{+}= W^{x,R}[j,k] x_t[b,k]" + "\n"
    r"\mathrm{for}\; b, j: \tilde{R}_t[b,j] \mathrel{-}= B^R[j]",
]


@pytest.mark.parametrize("answer", RIGHT)
def test_loops_that_compute_the_same_are_right(answer):
    verdict = judged(CELL, answer)
    assert verdict, verdict


WRONG = [
    (
        "for b, j: R̃_t[b, j] += sum_i W_hR[j, i] h_prev[b, i] + sum_k W_xR[j, k] x_t[b, k] - B^R[j]",
        "still has a sum in it",
    ),
    ("for b, j, i: R̃_t[b, j] = W_hR[j, i] h_prev[b, i]", "`R̃_t[b, j] = ...` is an assignment"),
    ("for b, j, i: R̃_t[b, j] += W_hR[j, i] h_prev[b, k]", "it does not fit: no loop binds the index k"),
    ("for b, j, i: R̃_t[b, j] += W_hR[j, i] x[b, i]", "it does not fit: unknown tensor x (did you mean x_t?)"),
    ("for b, j: G̃_t[b, j] -= B^R[j]", "it does not compute R̃_t"),
    ("for b, j, i: B^R[j] += W_hR[j, i] h_prev[b, i]", "it does not fit: B^R is a param: it can be read, not written"),
]


@pytest.mark.parametrize(("answer", "said"), WRONG)
def test_what_is_not_in_the_form_is_refuted_with_the_reason(answer, said):
    verdict = judged(CELL, answer)
    assert verdict.status == "refuted"
    assert said in verdict.reason


def test_what_computes_something_else_is_refuted_with_a_witness():
    text = CELL.answer.replace("W^{h,R}[j, i]", "W^{h,R}[i, j]")
    verdict = judged(CELL, text)
    assert (verdict.status, verdict.witness is None) == ("refuted", False)
    twice = LOOPS.replace("for b, j: R̃_t[b, j] -=", "for b, j, i: R̃_t[b, j] -=")
    assert judged(ALL, twice).status == "refuted"


def test_every_equation_has_to_be_there():
    without = "\n".join(line for line in LOOPS.splitlines() if " R_t[b, j] +=" not in line)
    inlined = without.replace("(1 - G_t[b, j]) R_t[b, j]", "(1 - G_t[b, j]) tanh(R̃_t[b, j])")
    assert judged(ALL, inlined).reason == "it does not compute R_t"


def test_order_is_meaning_through_time():
    assert judged(TIME, TIME.answer)
    inside = TIME.answer.strip().splitlines()
    later = "\n".join([inside[0], *inside[2:], inside[1]])  # the state is added when R and h have been computed
    assert judged(TIME, later).status == "refuted"


def test_what_is_unreadable_is_no_answer():
    with pytest.raises(ReadingError):
        judged(CELL, "for b, j: R̃_t[b, j] += (")


def test_sums_that_need_a_tensor_of_their_own():
    asked = part("ask = 'rewrite'", "index b in B, j, k in J\ninput s[b, j]\np[b, j] = exp(s[b, j])/sum_k exp(s[b, k])")
    (row,) = verify_part(asked)
    assert (row.verdict, row.audited, row.ok) == ("proved", "proved", True)
    assert row.derived == "for b, k: p_sum[b] += exp(s[b, k])\nfor b, j: p[b, j] += exp(s[b, j])/p_sum[b]"
    assert judged(asked, "for b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]")
    early = judged(asked, "for b, j: Z[b] += exp(s[b, j]); p[b, j] += exp(s[b, j])/Z[b]")
    assert early.status == "refuted"


@pytest.mark.parametrize(
    ("gradients", "status"),
    [
        ("", "proved"),
        ("for b, j, k: x_t.grad[b, k] += W^{x,R}[j, k] R̃_t.grad[b, j]", "proved"),
        ("for b, j, k: x_t.grad[b, k] += W^{x,R}[j, k] R̃_t.grad[b, j]/B", "refuted"),
        ("for b, j, k: x_t.grad[b, k] = W^{x,R}[j, k] R̃_t.grad[b, j]", "refuted"),
    ],
)
def test_gradients_that_are_welcome_need_not_be_given_but_must_be_right(gradients, status):
    asked = UGRNN.part("b")
    assert judged(asked, f"{asked.answer}{gradients}\n").status == status


def test_the_slips_of_the_document_are_named():
    for id, said in (("a", "no loop binds the index i"), ("b", "unknown tensor x (did you mean x_t?)")):
        (printed,) = UGRNN.part(id).published
        verdict = judged(UGRNN.part(id), printed.answer)
        assert verdict.status == "refuted"
        assert said in verdict.reason
        mended = printed.answer.replace("WX,R[k, i]", "WX,R[j, k]").replace("ht−1.grad[b, j]", "ht−1.grad[b, i]")
        assert judged(UGRNN.part(id), mended.replace(" x[b, k]", " xt[b, k]")).status == "proved"
