from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.algebra.ranges import weights
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import OutOfReachError


def value(weight: weights.Weight, point: dict[weights.Key, int]) -> Fraction:
    total = Fraction(0)
    for monomial, c in weight.items():
        product = Fraction(c)
        for key, exponent in monomial:
            product *= Fraction(point[key]) ** int(exponent)
        total += product
    return total


@pytest.mark.parametrize("exponent", range(6))
def test_sums_of_powers(exponent: int) -> None:
    low, high = Linear.of(1), 2 * Linear.of("T") - 1
    found = weights.summed(weights.power_of(7, exponent), 7, low, high)
    for a in range(-3, 4):
        for size in range(1, 5):
            if 2 * size - 1 >= a - 1:
                assert value(found, {1: a, "T": size}) == sum(k**exponent for k in range(a, 2 * size))


def test_products_and_substitution() -> None:
    one = weights.of_linear(Linear.of(1) + 2)
    square = weights.times(one, one)
    assert square == weights.power(one, 2)
    assert value(weights.substituted(square, {1: Linear.of("T") - 2}), {"T": 5}) == 25
    assert weights.times(weights.power_of("T", Fraction(1, 2)), weights.power_of("T", Fraction(-1, 2))) == weights.ONE


def test_a_root_of_a_sum_is_refused() -> None:
    with pytest.raises(OutOfReachError, match="root or an inverse"):
        weights.substituted(weights.power_of(1, -1), {1: Linear.of(2) + 1})


def test_equations_replace_a_key() -> None:
    weight = weights.plus(weights.of_linear(Linear.of(1)), weights.of_linear(2 * Linear.of(2)), -1)
    assert weights.with_equations(weight, [Linear.of(1) - 2 * Linear.of(2)]) == weights.NOTHING
