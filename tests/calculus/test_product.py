"""Products as derivatives write them."""

from fractions import Fraction

import pytest

from symgrad.calculus.product import product, total
from symgrad.language.build import ZERO, call, inv, mul, neg, number, power
from symgrad.language.program import Expr, Ref, Size
from symgrad.language.write import write_expr

a, b, s = Ref("a"), Ref("b"), Ref("s")


@pytest.mark.parametrize(
    ("factors", "written"),
    [
        ((inv(a), inv(a)), "1/a^2"),
        ((a, inv(a), b), "b"),
        ((inv(call("sqrt", s)), inv(s), number(Fraction(1, 2))), "1/2 s^(-3/2)"),
        ((call("sqrt", s), call("sqrt", s)), "s"),
        ((a, inv(b), inv(s)), "a/(b s)"),
        ((a, number(2), inv(Size("B")), number(3)), "6/B a"),
        ((neg(a), neg(b)), "a b"),
        ((inv(mul(number(2), call("sqrt", s))), a), "1/2 a/sqrt(s)"),
        ((power(a, 3), inv(power(a, 1))), "a^2"),
        ((call("sign", a), inv(call("abs", a)), b), "b/a"),
        ((call("sign", a), power(call("abs", a), 2)), "sign(a) abs(a)^2"),
    ],
)
def test_product(factors: tuple[Expr, ...], written: str) -> None:
    assert write_expr(product(*factors)) == written


def test_a_fractional_power_of_a_power_is_left_alone() -> None:
    """(x^2)^(1/2) is |x|, not x."""
    root = call("sqrt", power(a, 2))
    assert product(root) == root


def test_zero() -> None:
    assert product(a, ZERO) == ZERO
    assert total(ZERO, ZERO) == ZERO
    assert total(ZERO, a) == a
