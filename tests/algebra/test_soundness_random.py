"""What the normal form proves of random claims holds on numbers, whether the claims are right or not.

The right side of a claim is the left one after steps that are right in general, right under
conditions only (`sqrt(x^2) = x`), or wrong; the normal form has to tell.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from symgrad.algebra.compare import Outcome, compare_expressions, compare_programs
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.expressions import equation_of, read_side
from symgrad.evidence.numbers import Comparison
from symgrad.language.build import ONE, add, call, inv, map_expr, mul, neg, number, power
from symgrad.language.program import Add, Call, Expr, Inv, Mul, Pow, Program, Reduce, Ref
from symgrad.language.read import read_program
from tests.algebra.random_expressions import DECLARATIONS, texts


def agree(outcome: Outcome, comparison: Comparison) -> None:
    """Assert that numbers do not refute what is proved."""
    if outcome.equal:
        assert comparison.search(0.1, 3).witness is None


# Expressions


def _of_reduction(expr: Reduce) -> list[Expr]:
    match expr.body:
        case Reduce(op, ranges, body):  # right only for two sums or two maxima
            return [Reduce(op, ranges, Reduce(expr.op, expr.ranges, body))]
        case Add(args):  # right only for sums
            return [add(*(Reduce(expr.op, expr.ranges, arg) for arg in args))]
        case Mul((first, *rest)):  # right only if the first factor is free of the indices
            return [mul(first, Reduce(expr.op, expr.ranges, mul(*rest)))]
    return []


def _of_call(expr: Call) -> list[Expr]:
    (x,) = expr.args
    square_root = power(power(x, number(2)), number(Fraction(1, 2)))
    steps: dict[str, list[Expr]] = {
        "abs": [x, square_root, mul(x, call("sign", x)), call("max", x, neg(x))],
        "relu": [mul(x, call("step", x)), call("max", x, number(0))],
        "sign": [ONE, mul(x, inv(call("abs", x))), neg(call("sign", neg(x)))],
        "step": [power(expr, number(2)), add(ONE, neg(call("step", neg(x))))],
        "softplus": [add(x, call("softplus", neg(x)))],
        "sigmoid": [inv(add(ONE, call("exp", neg(x))))],
    }
    found = steps.get(expr.function, [])
    if isinstance(x, Mul) and expr.function in ("abs", "sign", "step", "sqrt"):
        found = [*found, mul(*(call(expr.function, arg) for arg in x.args))]
    if isinstance(x, Mul) and expr.function == "log":
        found = [*found, add(*(call("log", arg) for arg in x.args))]
    if isinstance(x, Add) and expr.function == "exp":
        found = [*found, mul(*(call("exp", arg) for arg in x.args))]
    return found


def other_forms(expr: Expr) -> list[Expr]:
    """What one may be tempted to write for an expression."""
    match expr:
        case Reduce():
            return _of_reduction(expr)
        case Call(_, (_,), ()):
            return _of_call(expr)
        case Pow(Mul(args), exponent) | Pow(Inv(Mul(args)), exponent):
            return [mul(*(power(arg, exponent) for arg in args))]
        case Pow(Pow(base, first), second):
            return [power(base, mul(first, second))]
        case Mul((first, Add(args))):
            return [add(*(mul(first, arg) for arg in args))]
        case Mul((first, Reduce(op, ranges, body))):  # right only if nothing is captured
            return [Reduce(op, ranges, mul(first, body))]
        case Ref("M", (one, other)):
            return [Ref("M", (other, one))]
    return []


@st.composite
def rewritten(draw: st.DrawFn, expr: Expr) -> Expr:
    """The expression with other forms of some of its parts."""

    def change(part: Expr) -> Expr:
        part = map_expr(part, change)
        forms = other_forms(part)
        return draw(st.sampled_from(forms)) if forms and draw(st.booleans()) else part

    return change(expr)


CONTEXT: Program = read_program(DECLARATIONS, check=False)


@given(st.data(), st.sampled_from([2, 3, 4]), st.sampled_from(["", "b", "bc", "bj"]))
def test_what_is_proved_of_expressions_holds_on_numbers(data, depth, indices):
    left, context = read_side(data.draw(texts(depth, indices)), CONTEXT)
    equation = equation_of(left, data.draw(rewritten(left)), context)
    outcome = compare_expressions(equation.left, equation.right, equation.context, budget=0.3)
    agree(outcome, Comparison(*equation.programs(), (equation.name,)))


# Programs

NAMES = ("R", "S", "T")
BEGINNING = "for b: R[b] += x[b]\nfor b, j: S[b] += A[b, j]\nfor b: T[b] = y[b]\n"


@st.composite
def nodes(draw: st.DrawFn) -> str:
    """A loop nest that writes one or two of a few vectors and reads them, too early perhaps."""

    def statement(index: str, names: tuple[str, ...]) -> str:
        target, source = draw(st.sampled_from(names)), draw(st.sampled_from(NAMES))
        cell = f"{source}[{index}]"
        read = draw(st.sampled_from([cell, cell, f"sum_d {source}[d]", f"abs({cell})", f"x[{index}]"]))
        factor = draw(st.sampled_from(["1", "2", f"p[{index}]", f"A[{index},j]"]))
        return f"{target}[{index}] += {factor}*{read}"

    first = statement("b", NAMES)
    inner = draw(st.sampled_from(["for b, j: ", "for j:\n  for b: "]))
    match draw(st.sampled_from(["update", "update", "definition", "two", "inner"])):
        case "update":
            return f"{inner}{first}\n"
        case "definition":
            return f"for b: {first.replace('+=', '=').replace('A[b,j]', 'y[b]')}\n"
        case "two":
            return f"for b, j:\n  {first}\n  {statement('b', NAMES)}\n"
    return f"for b:\n  for j: {first}\n  for c, j: {statement('c', NAMES)}\n"


@st.composite
def bodies(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """The nodes of two programs: the second has two nodes exchanged, one left out, one more, or one taken apart."""
    left = draw(st.lists(nodes(), min_size=2, max_size=5))
    right = list(left)
    at = draw(st.integers(0, len(left) - 1))
    match draw(st.sampled_from(["exchanged", "left out", "one more", "taken apart", "another"])):
        case "exchanged":
            other = draw(st.integers(0, len(left) - 1))
            right[at], right[other] = right[other], right[at]
        case "left out":
            del right[at]
        case "one more":
            right.insert(at, draw(nodes()))
        case "another":
            right[-1] = draw(nodes())
        case "taken apart":
            head, *statements = right[at].split("\n  ")
            right[at : at + 1] = [f"{head} {s.strip()}\n" for s in statements] or [right[at]]
    return left, right


@given(bodies(), st.sampled_from(NAMES))
def test_what_is_proved_of_programs_holds_on_numbers(sides, name):
    left, right = (read_program(DECLARATIONS + BEGINNING + "".join(side), check=False) for side in sides)
    claim = equal_programs(left, right, tensors=[name])
    outcome = compare_programs(claim.left, claim.right, claim.tensors, budget=0.3)
    agree(outcome, Comparison(claim.left, claim.right, claim.tensors))
