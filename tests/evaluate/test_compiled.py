"""Compiled programs: the values of the general way, on every program of the list and on their derivatives."""

from __future__ import annotations

from itertools import product as combinations
from typing import Any

import numpy as np
import pytest

from symgrad.calculus import vjp
from symgrad.errors import UsageError
from symgrad.evaluate import sample
from symgrad.evaluate.compiled import CompiledProgram
from symgrad.evaluate.products import plan_product
from symgrad.evaluate.vectorise import ArrayProgram
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program
from tests.programs import PROGRAMS, Case


def both(
    program: Program, sizes: dict[str, int], arrays: dict[str, Any], dtype: Any, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The tensors after a run, on which both ways must agree, also after a run on other values."""
    expected = ArrayProgram(program, sizes, dtype).run(arrays)
    general, compiled = ArrayProgram(program, sizes, dtype), CompiledProgram(program, sizes, dtype)
    for again in (general, compiled):
        again.run(before or arrays)
        found = again.run(arrays)
        assert found.keys() == expected.keys()
        for name, array in expected.items():
            assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape), name
            tolerance = 1e-11 if np.finfo(array.dtype if array.dtype.kind in "fc" else float).eps < 1e-10 else 1e-4
            np.testing.assert_allclose(found[name], array, rtol=tolerance, atol=tolerance / 10, err_msg=name)
    return expected


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_every_program_and_its_derivative(case: Case) -> None:
    program = read_program(case.text)
    point, draw = sample(program, seed=1), np.random.default_rng(1)
    other = sample(program, seed=2, sizes=point.sizes).arrays(program)
    backward = vjp(program, wrt=case.wrt, average=case.average)
    for dtype in (complex, np.float32):
        both(program, point.sizes, point.arrays(program), dtype, other)
    tables = both(program, point.sizes, point.arrays(program), float, other)
    upstream = {
        tensor.name: draw.normal(size=tables[tensor.name.removesuffix(".grad")].shape)
        for tensor in backward.tensors
        if tensor.name not in tables and tensor.role in (Role.INPUT, Role.ACCUMULATOR)
    }
    saved = {name: tables[name] for name in tables if name in backward.tensor_named}
    earlier = ArrayProgram(program, point.sizes).run(other)
    both(backward, point.sizes, saved | upstream, float, {name: earlier[name] for name in saved} | upstream)


AXES = ("a", "b", "c", "d")
LENGTHS = {"a": 2, "b": 3, "c": 4, "d": 5}


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_sums_of_products_against_einsum(count: int) -> None:
    draw = np.random.default_rng(count)
    for _ in range(150):
        factors = [tuple(draw.permutation(AXES)[: draw.integers(1, 5)]) for _ in range(count)]
        met = sorted({name for factor in factors for name in factor})
        kept = tuple(draw.permutation(met)[: draw.integers(0, len(met) + 1)])
        arrays = [draw.normal(size=[LENGTHS[name] for name in factor]) for factor in factors]
        expected = np.einsum(",".join(map("".join, factors)) + "->" + "".join(kept), *arrays)
        np.testing.assert_allclose(plan_product(factors, LENGTHS, kept)(arrays), expected, rtol=1e-10, atol=1e-12)


def test_a_value_of_a_function_is_taken_again_after_its_tensor_changed() -> None:
    text = "for i: s += exp(a[i])\nfor i: a[i] += x[i]\nfor i: s += exp(a[i])"
    program = read_program(f"index i in N\ninput x[i]\naccumulator a[i]\n{text}", check=False)
    both(program, {"N": 3}, {"x": np.arange(3.0), "a": np.ones(3)}, float)


@pytest.mark.parametrize(
    "statement",
    [
        "for i: y[i] += 1[i > 0] x[i-1]",
        "for i: y[i] += 1[i > 0] max_{j < i} x[j]",
        "for i: y[i] += 1[k[i] >= 0] x[k[i]]",
        "for i, j: y[i] += 1[i != j]/(x[i] - x[j])",
        "for i: y[i] += 1[i > 0] 1[x[i] > 0]",
    ],
)
def test_what_stands_where_an_indicator_is_0_does_not_count(statement: str) -> None:
    program = read_program(f"index i, j in N\ninput x[i]\ninteger k[i] in -1..N\n{statement}", check=False)
    values = {"x": np.array([3.0, -1.0, 2.0]), "k": np.array([1, -1, 2])}
    assert np.isfinite(both(program, {"N": 3}, values, float)["y"]).all()


def test_padded_cells() -> None:
    program = read_program("index i in N, d in D\ninput x[i] zero outside\nfor i, d: y[i] += x[i + d - 1]")
    both(program, {"N": 4, "D": 3}, {"x": np.arange(4.0)}, float)


def test_what_a_user_function_hands_back_is_not_written_to() -> None:
    text = "function f(y)\nindex t in T, i in N\ninput x[i]\nfor t: for i: y[i] += f(x[i])"
    compiled = CompiledProgram(read_program(text), {"T": 2, "N": 3}, functions={"f": lambda args, orders: args[0]})
    x = np.ones(3)
    assert compiled.run({"x": x})["y"].tolist() == [2, 2, 2]
    assert x.tolist() == [1, 1, 1]


def test_cells_outside_are_refused_as_ever() -> None:
    text = "index i in N\nindex t in 0..T\ninput x[i, t]\nfor t in 1..T: for i: h[i, t] += h[i, t-2] + x[i, t]"
    program = read_program(text, check=False)
    with pytest.raises(UsageError, match=r"h\[0, -1\] is outside of h"):
        CompiledProgram(program, {"N": 3, "T": 4}).run({"x": np.zeros((3, 5))})


@pytest.mark.parametrize(("rows", "shared"), list(combinations((1, 4), (1, 5))))
def test_lengths_of_one(rows: int, shared: int) -> None:
    program = read_program(
        "index b in B, i in I, j in J\ninput x[b, i], W[j, i]\nfor b, j, i: y[b, j] += W[j, i] x[b, i]"
    )
    draw = np.random.default_rng(0)
    arrays = {"x": draw.normal(size=(rows, shared)), "W": draw.normal(size=(1, shared))}
    both(program, {"B": rows, "I": shared, "J": 1}, arrays, float)
