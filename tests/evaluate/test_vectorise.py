"""The NumPy path: the interpreter's values on every program of the list, in bounded memory, without warnings."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import pytest

from symgrad.evaluate import evaluate, sample
from symgrad.evaluate.vectorise import ArrayProgram
from symgrad.language.read import read_program
from tests.programs import PROGRAMS, Case


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_every_program_by_both_paths(case: Case) -> None:
    program = case.program
    point = sample(program, seed=1)
    arrays = point.arrays(program)
    interpreted = evaluate(program, arrays, point.sizes, method="interpret")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectorised = evaluate(program, arrays, point.sizes, method="numpy")
    assert interpreted.keys() == vectorised.keys()
    for name, expected in interpreted.items():
        np.testing.assert_allclose(vectorised[name], expected, rtol=1e-12, atol=1e-13, err_msg=name)


def peak(text: str, arrays: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], int]:
    """The results and the most bytes that were in use while they were computed."""
    program = read_program(text)
    evaluate(program, arrays, method="numpy")  # imports and caches do not count
    tracemalloc.start()
    found = evaluate(program, arrays, method="numpy")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return found, most


@pytest.mark.parametrize(
    "statement",
    [
        "for b, j, i: y[b, j] += W[j, i] x[b, i]",
        "y[b, j] = sum_i W[j, i] x[b, i]",
        "for b, j, i: y[b, j] -= -W[j, i] x[b, i]",
    ],
)
def test_a_matrix_product_is_contracted(statement: str) -> None:
    draw = np.random.default_rng(0)
    arrays = {"x": draw.normal(size=(150, 200)), "W": draw.normal(size=(250, 200))}
    found, most = peak(f"index b in B, i in I, j in J\ninput x[b, i], W[j, i]\n{statement}", arrays)
    np.testing.assert_allclose(found["y"], arrays["x"] @ arrays["W"].T, rtol=1e-10, atol=1e-12)
    assert most < 20 * 150 * 250 * 8  # the full grid would be 200 times the result


def test_large_grids_are_cut_into_pieces() -> None:
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(400, 120)), draw.normal(size=(300, 120))
    found, most = peak(
        "index i in N, j in M, d in D\ninput x[i, d], y[j, d]\nfor i, j, d: k[i, j] += abs(x[i, d] - y[j, d])",
        {"x": x, "y": y},
    )
    np.testing.assert_allclose(found["k"], np.abs(x[:, None] - y[None]).sum(axis=2), rtol=1e-12)
    assert most < 110e6  # the full grid is 115 MB, and evaluating it takes some


def test_masked_points_are_never_evaluated() -> None:
    program = read_program(
        "index i, j in N\ninput x[i]\nfor i, j < i: y[i] += 1/(x[i] - x[j])\nfor i, j: z[i] += 1[i != j] log(1[i != j])"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate(program, {"x": np.arange(4.0)}, method="numpy")
    np.testing.assert_allclose(found["y"], [0, 1, 1.5, 11 / 6])
    assert not found["z"].any()


def test_inputs_are_not_changed() -> None:
    program = read_program("index i in N\ninput x[i]\naccumulator g[i]\nfor i: g[i] += x[i]")
    x, g = np.ones(3), np.zeros(3)
    evaluate(program, {"x": x, "g": g}, method="numpy")
    assert x.tolist() == [1, 1, 1]
    assert g.tolist() == [0, 0, 0]


def test_a_program_runs_again_on_other_values() -> None:
    program = read_program("index i in N\ninput x[i]\nfor i: s += x[i]")
    compiled = ArrayProgram(program, {"N": 2})
    assert compiled.run({"x": np.array([1.0, 2.0])})["s"] == 3
    assert compiled.run({"x": np.array([5.0, 5.0])})["s"] == 10


def test_labels_are_those_of_the_run() -> None:
    program = read_program("index b in B, j in J\ninput p[b, j]\ninteger y[b] in J\nfor b: s[b] += p[b, y[b]]")
    compiled, p = ArrayProgram(program, {"B": 2, "J": 3}), np.arange(6.0).reshape(2, 3)
    assert compiled.run({"p": p, "y": np.array([0, 1])})["s"].tolist() == [0, 4]
    assert compiled.run({"p": p, "y": np.array([2, 2])})["s"].tolist() == [2, 5]
