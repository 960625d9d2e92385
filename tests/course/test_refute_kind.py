"""Questions that ask to refute an equation: which answers do so, and what the worked solution shows."""

import pytest

from symgrad import load_problem, solve
from symgrad.course.kinds import kind
from symgrad.course.load import read_problem
from symgrad.errors import ReadingError

PART = load_problem("diamond").part("b")
SECOND = "f_yy g'^2 + 2 f_yz g' h' + f_zz h'^2 + f_y g'' + f_z h''"

SQUARE = """
format = 1
title = "Sums and squares"
forward = '''
function f(x)
input x, y
u = f(x + y)
'''
[[part]]
ask = "refute"
claim = "u = f(x) + f(y)"
text = "Show that f(x + y) is not f(x) + f(y)."
answer = "f(x) = x^2; x = 1; y = 1"
[[part.mistake]]
name = "a linear function"
answer = "f(x) = 3 x"
feedback = "For linear functions it holds."
"""


def judged(text, part=PART):
    return kind("refute").judged(part, text)


@pytest.mark.parametrize(
    "text",
    [
        "f(y, z) = y z; g(x) = x; h(x) = x",
        "f = y*z, g = x, h = x",
        "f(y,z) = yz, g(x) = h(x) = x, x = 1",
        "Take f(y, z) = y z and g(x) = x and h(x) = x; then ∂²ℓ/∂x² = 2 and x.grad' = 0",
        "f(a, b) = a b\ng(t) = t\nh(t) = t\nx = 3",
        "f(y, z) = y; g(x) = x^2; h(x) = 0",
        "f(y, z) = exp(y); g(x) = x; h(x) = 1",
        "f(y, z) = y z; g(x) = x; h(x) = x; ∂²ℓ/∂x² = 2 ≠ 0 = x.grad'",
        "f(y, z) = y z; g(x) = x; h(x) = x; x = 1/2",
        "Let f(y, z) = y z, g(x) = x, h(x) = x. Then ℓ = x^2, ∂²ℓ/∂x² = 2 and y.grad' g'' + z.grad' h'' = 0.",
        f"∂²ℓ/∂x² = {SECOND} ≠ x.grad'",
        f"∂²ℓ/∂x² = {SECOND} ≠ f_yy g'' + f_zz h'' = x.grad'",
        f"x.grad' = f_yy g'' + f_zz h'' ≠ {SECOND} = ∂²ℓ/∂x²",
        f"∂²ℓ/∂x² = {SECOND}",
        f"{SECOND} = ∂²ℓ/∂x²",
        f"∂²ℓ/∂x² - x.grad' = {SECOND} - f_yy g'' - f_zz h'' ≠ 0",
        f"0 ≠ {SECOND} - f_yy g'' - f_zz h'' = ∂²ℓ/∂x² - x.grad'",
        f"x.grad' ≠ {SECOND} = ∂²ℓ/∂x²",
        f"x.grad' = f_yy g'' + f_zz h''\n∂²ℓ/∂x² = {SECOND}",
        f"∂²ℓ/∂x² - x.grad' = {SECOND} - f_yy g'' - f_zz h''",
        f"x.grad' - ∂²ℓ/∂x² = f_yy g'' + f_zz h'' - ({SECOND})",
        r"\frac{d^2 \ell}{dx^2} = \frac{\partial^2 f}{\partial y^2} (g')^2 + 2 f_{yz} g' h'"
        r" + \frac{\partial^2 f}{\partial z^2} (h')^2 + f_y g'' + \frac{\partial f}{\partial z} h'' \neq x.grad'",
    ],
)
def test_answers_that_refute(text):
    verdict = judged(text)
    assert verdict.status == "proved", verdict


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f(y, z) = y + z; g(x) = x; h(x) = x", "both sides are equal"),
        ("f(y, z) = y^2; g(x) = x^3; h(x) = x; x = 0", "both sides are equal at x = 0"),
        ("f(y, z) = y z; g(x) = x; h(x) = x; ∂²ℓ/∂x² = 1", "does not hold"),
        ("f(y, z) = y w; g(x) = x; h(x) = x", "names w"),
        ("f(y) = y; g(x) = x; h(x) = x", "f has 2 parameters"),
        ("f(y, z) = y z; f(y, z) = y; g(x) = x; h(x) = x", "f has two formulas"),
        ("f(y, z) = y z; g(x) = x; h(x) = x; x = 1; x = 2", "x has two values"),
        ("∂²ℓ/∂x² ≠ x.grad'", "do not show"),
        ("∂²ℓ/∂x² = ∂/∂x ∂ℓ/∂x", "do not show"),
        ("∂²ℓ/∂x² - x.grad' = ∂²ℓ/∂x² - x.grad'", "do not show"),
        ("f_yz = f_yz", "do not show"),
        ("x.grad' = f_yy g'' + f_zz h''", "∂²ℓ/∂x² has to be worked out"),
        ("f_yy g'' + f_zz h'' = x.grad'", "∂²ℓ/∂x² has to be worked out"),
        ("x.grad' = f_yy g'' + f_zz h'' ≠ ∂²ℓ/∂x²", "∂²ℓ/∂x² has to be worked out"),
        ("∂²ℓ/∂x² ≠ f_yy g'' + f_zz h''", "∂²ℓ/∂x² has to be worked out"),
        ("∂²ℓ/∂x² - x.grad' ≠ 0", "do not show"),
        ("∂²ℓ/∂x² - x.grad' = ∂²ℓ/∂x² - f_yy g'' - f_zz h'' ≠ 0", "do not show"),
        ("s = ∂²ℓ/∂x²\n∂²ℓ/∂x² = s ≠ x.grad'", "do not show"),
        (f"∂²ℓ/∂x² = {SECOND.replace('2 ', '')}", "differ"),
        (f"∂²ℓ/∂x² = {SECOND} = x.grad'", "differ"),
        (f"∂²ℓ/∂x² ≠ {SECOND}", "are equal"),
        ("∂²ℓ/∂x² = q", "it does not fit"),
    ],
)
def test_answers_that_do_not(text, said):
    verdict = judged(text)
    assert verdict.status == "refuted"
    assert said in verdict.reason


def test_a_counterexample_gives_every_function_a_formula():
    for text, missing in (("g(x) = x; h(x) = x", "f"), ("f(y, z) = y z", "g and h"), ("f = y + z; g = x", "h")):
        verdict = judged(text)
        assert verdict.status == "refuted"
        assert verdict.reason.startswith(f"the example has no formula for {missing}")


@pytest.mark.parametrize(
    "text", ["", "f(y, z) = ", "f(y, z) = y z; g(x) = (x; h(x) = x", "nothing", "f(y, z) = y z " * 2000]
)
def test_what_cannot_be_read_is_an_error(text):
    with pytest.raises(ReadingError):
        judged(text)


def test_the_order_of_derivatives_is_named():
    assert any("continuous derivatives" in words for words in judged(f"∂²ℓ/∂x² = {SECOND} ≠ x.grad'").assumptions)


def test_the_values_of_an_example_are_told():
    verdict = judged("f(y, z) = y z; g(x) = x; h(x) = x; x = 1")
    assert verdict.evidence == ("for these functions the left side is 2 and the right side 0 at x = 1",)
    assert (verdict.witness.left, verdict.witness.right) == (2, 0)


def test_the_worked_solution_shows_difference_example_and_the_right_way():
    solution = solve(PART)
    text = solution.text()
    assert solution.status == "proved"
    for shown in (
        "f_{yy} g'^2 + 2 f_{yz} g' h'",
        "stand on the right alone",
        "f(y, z) = y z",
        "is 2, and the right side x.grad' is 0",
        "continuous derivatives",
        "x.grad.dot",
        "reverse mode used twice gives the same",
        "(1[i = j] p[i] - p[i] p[j]) s.dot[j]",
    ):
        assert shown in text


def test_backpropagation_is_the_chain_rule():
    part = load_problem("diamond").part("a")
    question = kind("show")
    assert question.judged(part, "x.grad += f_y g' + f_z h'").status == "proved"
    assert question.judged(part, "x.grad += ∂f/∂y dg/dx\nx.grad += ∂f/∂z dh/dx").status == "proved"
    assert question.judged(part, "x.grad += ell.grad f_y g' + f_z h'").status == "proved"
    assert question.judged(part, "x.grad += f_y g'").status == "refuted"
    assert question.judged(part, "∂ℓ/∂x = ∂f/∂y dg/dx + ∂f/∂z dh/dx = x.grad\n = f_y g' + f_z h'").status == "proved"
    assert question.judged(part, "dℓ/dx = y.grad g' + z.grad h'").status == "proved"
    assert question.judged(part, r"\frac{\partial \ell}{\partial x} = f_y g'").status == "refuted"
    assert question.judged(part, "∂ℓ/∂x = ∂f/∂x = f_y ∂y/∂x + f_z ∂z/∂x").status == "proved"
    assert question.judged(part, "∂ℓ/∂x = ∂ℓ/∂y ∂y/∂x + ∂ℓ/∂z ∂z/∂x").status == "proved"
    assert question.judged(part, "∂ℓ/∂x = f_y g'(x) + f_z dh/dx").status == "proved"
    assert question.judged(part, "∂ℓ/∂y = f_y\na = f_y g'\n∂ℓ/∂x = a + f_z h'").status == "proved"
    for undone in ("x.grad", "∂u/∂x", "∂f/∂x", r"\frac{\partial f}{\partial x}", "1 ∂f/∂x", "∂/∂x f(g(x), h(x))"):
        assert "none ends in" in question.judged(part, f"∂ℓ/∂x = {undone}").reason
    assert "none ends in" in question.judged(part, "∂ℓ/∂y = f_y\na = ∂f/∂x\n∂ℓ/∂x = a").reason
    assert "none ends in" in question.judged(part, "∂ℓ/∂y = f_y").reason
    assert "it does not fit" in question.judged(part, "∂ℓ/∂x = q").reason


def test_a_problem_of_ones_own():
    (part,) = read_problem(SQUARE, "sums").parts
    assert all(claim.ok for claim in kind("refute").claims(part))
    assert judged("f(x) = x + 1", part).status == "proved"
    assert judged("f(x) = x^2; x = 0", part).status == "refuted"
    assert "f(x) = x + 1" in solve(part).text() or "f(x) = x^2" in solve(part).text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("claim =", 'define = "u = 3"\nclaim =', "sums:11:11: u has a meaning already"),
        ("claim =", 'define = "x = 3"\nclaim =', "sums:11:11: x has a meaning already"),
        ("claim =", 'define = "q = "\nclaim =', "sums:11:1.: an expression is missing"),
        ('claim = "u = f(x) + f(y)"', 'claim = "u"', "no equation"),
        ('claim = "u = f(x) + f(y)"', 'claim = "u = f(x) = f(y)"', "one equation"),
        ('claim = "u = f(x) + f(y)"', 'claim = "u = q"', "unknown name q"),
        ('claim = "u = f(x) + f(y)"', "", "claim"),
        ('"f(x) = 3 x"', '"f(x) = 3 ("', "never closed"),
        ("[[part.mistake]]", '[[part.second]]\ntext = "t"\nequations = "u = q"\n[[part.mistake]]', "q"),
        ("[[part.mistake]]", '[[part.second]]\ntext = "t"\n[[part.mistake]]', "equations"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(old, new, said):
    with pytest.raises(ReadingError, match=said):
        read_problem(SQUARE.replace(old, new), "sums")


def test_a_claim_that_holds_is_not_refuted():
    (part,) = read_problem(SQUARE.replace("u = f(x) + f(y)", "u = f(y + x)"), "sums").parts
    wrong = [claim.kind for claim in kind("refute").claims(part) if not claim.ok]
    assert "claim" in wrong
