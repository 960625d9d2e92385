from __future__ import annotations

from symgrad.algebra.ranges.linear import Linear

i, j, size = Linear.of(1), Linear.of(2), Linear.of("T")


def test_equal_content_is_equal() -> None:
    assert i + j == j + i
    assert hash(2 * i - size) == hash(i - size + i)
    assert i - i == Linear()
    assert (i + 1).plus(j, -1) + j - 1 == i


def test_substitution_is_simultaneous() -> None:
    assert (i + 2 * j).substituted({1: j, 2: i}) == j + 2 * i
    assert (2 * i + 1).substituted({1: size - 1}) == 2 * size - 1
    assert (i + size).substituted({"T": Linear(4)}) == i + 4


def test_parts() -> None:
    form = 3 * i - size + 5
    assert form.coefficient(1) == 3
    assert form.coefficient("U") == 0
    assert form.without(1) == Linear(5) - size
    assert form.value({1: 2, "T": 4}) == 7
    assert set(form.keys) == {1, "T"}
    assert Linear.of(-3).dummies == (-3,)
