from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from symgrad.cost.polynomials import LOG, logarithm, number, size, summed

B, J, T = size("B"), size("J"), size("T")
LOG_T = size(LOG + "T")


@pytest.mark.parametrize("exponent", range(6))
@pytest.mark.parametrize(("low", "high"), [(0, 5), (3, 9), (-2, 4), (4, 3)])
def test_sums_are_those_of_the_numbers(exponent, low, high):
    total = summed(size("t").power(exponent) * T, "t", number(low), number(high))
    assert total.value({"T": 7}) == 7 * sum(t**exponent for t in range(low, high + 1))


def test_sums_over_ends_that_are_sizes():
    triangle = summed(summed(number(1), "u", number(0), size("t")), "t", number(0), T - number(1))
    assert str(triangle) == "1/2 T^2 + 1/2 T"
    assert summed(size("t") * size("t"), "t", T, T * T).value({"T": 3}) == sum(t * t for t in range(3, 10))


RISING = [number(0), number(9), LOG_T, LOG_T * LOG_T, T, T + LOG_T, T.scaled(2), T * LOG_T, T * T, T * T + T]
"""Each grows faster than the one before."""


@pytest.mark.parametrize(("less", "more"), list(combinations(RISING, 2)))
def test_the_order_is_that_of_growth(less, more):
    assert less < more
    assert not more < less
    assert less != more


def test_sizes_grow_alike_in_the_order():
    assert (T * T).scaled(2) > B * J
    assert (B * J - T * T).degrees()[0] == ((2, 0), 0)
    assert (B * J < T * T) != (T * T < B * J)


@pytest.mark.parametrize(
    ("polynomial", "text", "order"),
    [
        (B * J * number(4) + B.scaled(2), "4 B J + 2 B", "B J"),
        (T * T.scaled(Fraction(1, 2)) - T, "1/2 T^2 - T", "T^2"),
        (T * LOG_T + T + LOG_T.power(2) + number(1), "T log T + T + (log T)^2 + 1", "T log T"),
        (B * J + T, "B J + T", "B J + T"),
        (number(7), "7", "1"),
        (number(0), "0", "0"),
    ],
)
def test_polynomials_are_written(polynomial, text, order):
    assert str(polynomial) == text
    assert str(polynomial.order()) == order
    assert polynomial.to_json()["text"] == text


def test_growth_in_one_size():
    polynomial = B * T * LOG_T + B.power(3)
    assert polynomial.growth("T") == (1, 1)
    assert polynomial.growth("B") == (3, 0)
    assert polynomial.growth("J") == (0, 0)


@pytest.mark.parametrize("count", [T, T - number(1), T + number(1), T * T + B, T * B.scaled(3) + T, number(1)])
def test_logarithms_are_no_less_than_the_rounded_ones(count):
    for t in (1, 2, 3, 7, 8, 9):
        values = {"T": t, "B": 5}
        logs = {LOG + name: (value - 1).bit_length() for name, value in values.items()}
        exact = max(int(count.value(values)) - 1, 0).bit_length()
        assert logarithm(count).value(values | logs) >= exact


def test_the_upper_of_two():
    assert T.upper(LOG_T + number(3)) == T + LOG_T + number(3)
    assert T.upper(T + number(1)) == T + number(1)
