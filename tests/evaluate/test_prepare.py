"""Prepared programs: what `evaluate` gives, again and again, with its errors."""

from __future__ import annotations

import numpy as np
import pytest

from symgrad.calculus import vjp
from symgrad.errors import UsageError
from symgrad.evaluate import evaluate, prepare
from symgrad.language.read import read_program

PROGRAM = read_program("index b in B, j in J\ninput s[b, j]\ninteger y[b] in J\nfor b: l[b] += exp(s[b, y[b]])")


def test_values_of_other_shapes_types_and_labels_follow_one_another() -> None:
    run, draw = prepare(PROGRAM), np.random.default_rng(0)
    for shape, dtype in [((2, 3), float), ((4, 3), np.float32), ((2, 3), float), ((2, 5), complex)] * 2:
        values = {"s": draw.normal(size=shape).astype(dtype), "y": draw.integers(0, shape[1], shape[0])}
        found = run(values)
        assert found["l"].dtype == np.dtype(dtype)
        np.testing.assert_allclose(found["l"], evaluate(PROGRAM, values)["l"], rtol=1e-6)


def test_forms_are_dropped_when_there_are_many() -> None:
    run = prepare(read_program("index i in N\ninput x[i]\nfor i: y += x[i]"))
    for length in (*range(1, 100), *range(1, 100)):
        assert run({"x": np.ones(length)})["y"] == length
    assert len(run._forms) <= 64


def test_what_the_forward_program_computed_is_given() -> None:
    forward = read_program("index i in N\ninput x[i]\nfor i: y[i] += exp(x[i])\nfor i: z += y[i]^2")
    tables, run = prepare(forward)({"x": [0.0, 1.0]}), prepare(vjp(forward))
    found = run({"x": tables["x"], "y": tables["y"], "z.grad": 1.0})
    np.testing.assert_allclose(found["x.grad"], 2 * np.exp([0.0, 2.0]))
    with pytest.raises(UsageError, match="no values are given for y"):
        run({"x": [0.0, 1.0], "z.grad": 1.0})


def test_sizes_that_do_not_show() -> None:
    run = prepare(read_program("index i in N\ninput c\nfor i: y[i] += c"))
    assert run({"c": 2.0}, {"N": 3})["y"].tolist() == [2, 2, 2]
    assert run({"c": 2.0}, {"N": 1})["y"].tolist() == [2]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"s": np.ones((2, 3))}, "no values are given for y"),
        ({"s": np.ones((2, 3)), "y": [0, 3]}, r"y holds 3, but its values must lie in 0\.\.2"),
        ({"s": np.ones((2, 3)), "y": [0, 1, 1]}, "axis 0"),
        ({"s": np.ones(3), "y": [0]}, "needs an array with 2 axes"),
        ({"s": np.ones((2, 3)), "y": [0, 1], "q": 1}, "the program has no tensor q"),
        ({"s": np.ones((2, 3)), "y": [0, 1], "l": 1}, "l is computed by the program"),
        ({"s": "text", "y": [0, 1]}, "are not numbers"),
    ],
)
def test_mistakes_are_those_of_evaluate(values: dict[str, object], message: str) -> None:
    run = prepare(PROGRAM)
    run({"s": np.ones((2, 3)), "y": [0, 1]})
    for call in (run, lambda given: evaluate(PROGRAM, given)):
        with pytest.raises(UsageError, match=message):
            call(values)
