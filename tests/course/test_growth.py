"""How something is said to grow: what is read, and how it is judged."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.clock import now
from symgrad.cost.orders import CONSTANT, EXPONENTIAL, LINEAR, Order
from symgrad.course.growth import read_growth
from symgrad.course.kinds.growth import Truth, judged_growth
from symgrad.errors import ReadingError

LOG = Order(logs=Fraction(1))
SQUARE = Order(Fraction(2))

READ = [
    ("T", "Θ", LINEAR),
    ("O(T)", "O", LINEAR),
    ("O( T )", "O", LINEAR),
    ("linear", "Θ", LINEAR),
    ("linear in T", "Θ", LINEAR),
    ("Theta(T)", "Θ", LINEAR),
    ("Θ(T)", "Θ", LINEAR),
    ("\\Theta(T)", "Θ", LINEAR),
    ("$\\Theta(T)$", "Θ", LINEAR),
    ("$\\mathcal{O}(T)$", "O", LINEAR),
    ("proportional to T", "Θ", LINEAR),
    ("$\\propto T$", "Θ", LINEAR),
    ("O(T^2)", "O", SQUARE),
    ("T²", "Θ", SQUARE),
    ("O(T^{2})", "O", SQUARE),
    ("constant", "Θ", CONSTANT),
    ("O(1)", "O", CONSTANT),
    ("It does not depend on T.", "Θ", CONSTANT),
    ("log T", "Θ", LOG),
    ("O(log(T))", "O", LOG),
    ("\\log_2 T", "Θ", LOG),
    ("2T+1", "Θ", LINEAR),
    ("T log T", "Θ", Order(Fraction(1), Fraction(1))),
    ("T (log T)^2", "Θ", Order(Fraction(1), Fraction(2))),
    ("sqrt(T)", "Θ", Order(Fraction(1, 2))),
    ("T^{3/2}", "Θ", Order(Fraction(3, 2))),
    ("T/2 - 3", "Θ", LINEAR),
    ("2^T", "Θ", EXPONENTIAL),
    ("exponential in T", "Θ", EXPONENTIAL),
    ("O(T d^2)", "O", LINEAR),
    ("Ω(T)", "Ω", LINEAR),
    ("o(T)", "o", LINEAR),
    ("T + 1 sequential steps", "Θ", LINEAR),
    ("It takes time T.", "Θ", LINEAR),
    ("It grows linearly with the sequence length.", "Θ", LINEAR),
    ("It scales with the length of the sequence.", None, None),
    ("The time is proportional to the length T.", "Θ", LINEAR),
    ("not constant but linear", "Θ", LINEAR),
    ("O(T) rather than O(1)", "O", LINEAR),
    ("quadratically", "Θ", SQUARE),
    ("it does not scale", None, None),
    ("badly", None, None),
    ("O(n)", None, None),
    ("not linear", None, None),
    ("T!", None, None),
    ("O(T!)", None, None),
    ("It takes T! steps.", None, None),
    ("T - T", None, None),
    ("It takes T - T steps.", None, None),
    ("2^T/2^T", None, None),
    ("0 T", None, None),
    ("-T", None, None),
    ("O(-T)", None, None),
    ("T - 1", "Θ", LINEAR),
    ("T^2 - T", "Θ", SQUARE),
    ("O(T) is wrong", None, None),
    ("O(T) is not right", None, None),
    ("It is wrong to say O(T).", None, None),
    ("linear growth is wrong", None, None),
    ("O(1) is wrong, it is linear", "Θ", LINEAR),
    ("it's linear in the number of layers", None, None),
    ("it does not depend on the number of layers", None, None),
    ("it is constant in the hidden size", None, None),
    ("it's linear in the sequence length", "Θ", LINEAR),
    ("it's linear in the number of time steps", "Θ", LINEAR),
    ("it is linear with T", "Θ", LINEAR),
    ("2^(log T)", None, None),
    ("2^{log_2 T}", None, None),
    ("e^(ln T)", "Θ", LINEAR),
    ("1^T", None, None),
    ("e^T", "Θ", EXPONENTIAL),
    ("2^(T/2)", "Θ", EXPONENTIAL),
    ("constant time per step, so T in total", "Θ", LINEAR),
    ("O(1) per step, so O(T) altogether", "O", LINEAR),
    ("Each step takes constant time.", None, None),
    ("cT", "Θ", LINEAR),
    ("cT + d", "Θ", LINEAR),
    ("Time ~ T", "Θ", LINEAR),
]


@pytest.mark.parametrize(("text", "bound", "order"), READ)
def test_what_is_said_of_growth(text, bound, order):
    found = read_growth(text, "T")
    if bound is None:
        assert [said for said in found if said.order != LINEAR or "length" not in text] == []
    else:
        assert [(said.bound, said.order) for said in found] == [(bound, order)]


@pytest.mark.parametrize(
    "text", ["(" * 900, "T^" * 700, "O(" * 600, "log " * 400, "T" * 1900, "1/" * 900 + "0", "T^{9/0}"]
)
def test_hostile_answers_are_read_at_once(text):
    began = now()
    read_growth(text, "T")
    assert now() - began < 1


@pytest.mark.parametrize("text", ["", "  \n", "T " * 2000])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(ReadingError):
        read_growth(text, "T")


TREES = (Truth(LOG, "with trees"), Truth(CONSTANT, "in one step"))

JUDGED = [
    ((Truth(LINEAR, "T + 1"),), "O(T)", "proved", ""),
    ((Truth(LINEAR, "T + 1"),), "3 T", "proved", ""),
    ((Truth(LINEAR, "T + 1"),), "O(T^2)", "refuted", "an upper bound, but not a tight one"),
    ((Truth(LINEAR, "T + 1"),), "Θ(T^2)", "refuted", "it grows more slowly than T^2"),
    ((Truth(LINEAR, "T + 1"),), "O(1)", "refuted", "it grows faster than 1"),
    ((Truth(LINEAR, "T + 1"),), "Ω(T)", "refuted", "needs an upper bound as well"),
    ((Truth(LINEAR, "T + 1"),), "o(T)", "refuted", "more slowly than T"),
    ((Truth(LINEAR, "T + 1"),), "2^T", "refuted", "it grows more slowly than c^T"),
    ((Truth(LINEAR, "T + 1"),), "it does not scale", "unknown", "it is not said how it grows with T"),
    ((Truth(LINEAR, "T + 1"),), "O(T), maybe O(1)", "unknown", "several growths are named"),
    (TREES, "constant", "proved", ""),
    (TREES, "O(log T)", "proved", ""),
    (TREES, "linear", "refuted", "it grows more slowly than T"),
]


@pytest.mark.parametrize(("truths", "text", "status", "reason"), JUDGED)
def test_how_an_answer_is_judged(truths, text, status, reason):
    verdict = judged_growth(read_growth(text, "T"), truths, "T")
    assert verdict.status == status
    assert reason in verdict.reason
    assert "T + 1" not in verdict.reason  # a refusal does not give the answer away


def test_orders_are_ordered_by_growth():
    rising = [CONSTANT, LOG, Order(Fraction(1, 2)), LINEAR, Order(Fraction(1), Fraction(1)), SQUARE, EXPONENTIAL]
    assert sorted(rising[1::2] + rising[::2]) == rising
    assert [order.written("T") for order in rising] == ["1", "log T", "T^{1/2}", "T", "T log T", "T^2", "c^T"]
