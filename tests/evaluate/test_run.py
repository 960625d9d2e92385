"""evaluate: shapes give the sizes, types are kept, forward programs are run first, mistakes are sentences."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from symgrad.calculus import hvp, vjp
from symgrad.errors import UsageError
from symgrad.evaluate import evaluate
from symgrad.language.read import read_program

SOFTMAX = "index b in B, j in J\ninput s[b, j]\nfor b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]"
RNN = "index i in I\ninput h[0, i], x[1..T, i]\nfor t in 1..T: for i: h[t, i] += tanh(h[t-1, i] + x[t, i])"
METHODS = ("auto", "interpret", "numpy")


@pytest.mark.parametrize("method", METHODS)
def test_softmax(method: str) -> None:
    s = np.random.default_rng(0).normal(size=(3, 4))
    found = evaluate(read_program(SOFTMAX), {"s": s}, method=method)
    np.testing.assert_allclose(found["p"], np.exp(s) / np.exp(s).sum(axis=1, keepdims=True))
    assert set(found) == {"Z", "p"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_types_are_kept(dtype: Any, method: str) -> None:
    found = evaluate(read_program(SOFTMAX), {"s": np.ones((2, 3), dtype)}, method=method)
    assert {array.dtype for array in found.values()} == {np.dtype(dtype)}


def test_whole_numbers_count_as_floats() -> None:
    assert evaluate(read_program(SOFTMAX), {"s": [[1, 2], [3, 4]]})["p"].dtype == np.float64


@pytest.mark.parametrize("method", METHODS)
def test_a_complex_step_through_evaluate(method: str) -> None:
    s = np.zeros((2, 3), complex)
    s[0, 0] += 1e-30j
    slope = evaluate(read_program(SOFTMAX), {"s": s}, method=method)["p"].imag / 1e-30
    np.testing.assert_allclose(slope, [[2 / 9, -1 / 9, -1 / 9], [0, 0, 0]], atol=1e-15)


def test_nothing_but_scalars() -> None:
    found = evaluate(read_program("input a, p, q\nc = a/sqrt(p*q)"), {"a": 6, "p": 4, "q": 9.0})
    assert found["c"].shape == ()
    assert found["c"] == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_given_slice(method: str) -> None:
    program = read_program(RNN.replace("x[1..T, i]", "x[0..T, i]"))
    x, h0 = np.random.default_rng(0).normal(size=(4, 2)), np.array([0.1, 0.2])
    h = evaluate(program, {"h": h0, "x": x}, method=method)["h"]
    assert h.shape == (4, 2)
    np.testing.assert_allclose(h[0], h0)
    np.testing.assert_allclose(h[3], np.tanh(h[2] + x[3]))


@pytest.mark.parametrize("method", METHODS)
def test_a_backward_program_runs_its_forward_program(method: str) -> None:
    forward = read_program(SOFTMAX)
    backward = vjp(forward)
    draw = np.random.default_rng(0)
    s, g = draw.normal(size=(3, 4)), draw.normal(size=(3, 4))
    p = evaluate(forward, {"s": s})
    expected = p["p"] * (g - (g * p["p"]).sum(axis=1, keepdims=True))
    by_input = evaluate(backward, {"s": s, "p.grad": g}, method=method)
    direct = evaluate(backward, {"s": s, **p, "p.grad": g}, method=method)
    np.testing.assert_allclose(by_input["s.grad"], expected)
    np.testing.assert_allclose(direct["s.grad"], expected)
    started = evaluate(backward, {"s": s, "p.grad": g, "s.grad": np.ones((3, 4))}, method=method)
    np.testing.assert_allclose(started["s.grad"], 1 + expected)


def test_a_backward_program_with_a_given_slice_runs_its_forward_program() -> None:
    forward = read_program(RNN.replace("x[1..T, i]", "x[0..T, i]"))
    backward = vjp(forward)
    values = {"h": [0.1, 0.2], "x": np.ones((4, 2)), "h.grad": np.ones((4, 2))}
    by_input = evaluate(backward, values)
    direct = evaluate(backward, {**values, **evaluate(forward, {"h": values["h"], "x": values["x"]})})
    np.testing.assert_allclose(by_input["x.grad"], direct["x.grad"])


def test_a_chain_of_derived_programs_runs_from_the_inputs() -> None:
    forward = read_program(SOFTMAX)
    backward, second = vjp(forward), hvp(forward)
    draw = np.random.default_rng(0)
    s, direction, g = (draw.normal(size=(2, 3)) for _ in range(3))
    found = evaluate(second, {"s": s, "s.dot": direction, "p.grad": g})["s.grad.dot"]
    stepped = evaluate(backward, {"s": s + 1e-30j * direction, "p.grad": g})["s.grad"]
    np.testing.assert_allclose(found, stepped.imag / 1e-30, rtol=1e-12)


def test_sizes_follow_from_shapes() -> None:
    text = """
    size H = G*K
    index h in H, g in G, x in X
    input a[h], c[g], L[2*X + 3]
    for h: s += a[h]
    for x: y[x] += L[2*x]
    """
    found = evaluate(read_program(text), {"a": np.ones(6), "c": np.ones(2), "L": np.arange(11.0)})
    assert found["y"].tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        (SOFTMAX, {}, r"no values are given for s\n  hint: it needs values for: s"),
        (SOFTMAX, {"s": [[1.0]], "q": 1}, "the program has no tensor q"),
        (SOFTMAX, {"S": [[1.0]]}, "did you mean s"),
        (SOFTMAX, {"s": [1.0, 2.0]}, r"s needs an array with 2 axes \[b, j\], not one of shape \(2,\)"),
        (SOFTMAX, {"s": [[1.0], [2.0, 3.0]]}, "the rows given for s differ in length"),
        (SOFTMAX, {"s": [["a"]]}, "the values given for s are not numbers"),
        (
            "index b in B, j in J\ninput s[b, j], t[j, b]\nfor b, j: y += s[b, j] t[j, b]",
            {"s": np.ones((2, 3)), "t": np.ones((4, 2))},
            r"axis 0 \(j\) of t has 4 values, but J = 3 is needed \(J = 3 by axis 1 \(j\) of s\)",
        ),
        (
            "index x in X\ninput L[2*X + 1]\nfor x: y += L[x]",
            {"L": np.ones(4)},
            r"axis 0 of L has 4 values, but its extent is 2\*? ?X \+ 1",
        ),
        ("index i in N\ninput x\nfor i: y[i] += x", {"x": 1}, "the value of size N is not known"),
        (
            "index b in B, j in J\ninput s[b, j]\ninteger y[b] in J\nfor b: l += s[b, y[b]]",
            {"s": np.ones((2, 3)), "y": [0, 3]},
            r"y holds 3, but its values must lie in 0\.\.2",
        ),
        ("index b in B\ninteger y[b] in B\nfor b: l += y[b]", {"y": [0.5]}, "y is declared integer"),
        (
            "size B >= 2\nindex b in B\ninput x[b]\nfor b: y += x[b]/(B - 1)",
            {"x": [1.0]},
            "size B is 1, but at least 2",
        ),
        ("index b in B\ninput x[b]\nfor b: y += x[b]/(B - 1)", {"x": [1.0]}, "B - 1.* divides by zero at B = 1"),
    ],
)
def test_mistakes_are_sentences(text: str, values: dict[str, Any], message: str) -> None:
    program = read_program(text)
    with pytest.raises(UsageError) as caught:
        evaluate(program, values)
    assert re.search(message, str(caught.value)), str(caught.value)


def test_sizes_that_are_given_must_fit() -> None:
    program = read_program(SOFTMAX)
    with pytest.raises(UsageError, match=r"axis 0 \(b\) of s has 2 values, but B = 3 .* by the sizes given"):
        evaluate(program, {"s": np.ones((2, 3))}, sizes={"B": 3})
    with pytest.raises(UsageError, match="there is no size K"):
        evaluate(program, {"s": np.ones((2, 3))}, sizes={"K": 3})


def test_a_missing_upstream_gradient_is_named() -> None:
    with pytest.raises(UsageError, match=r"no values are given for p.grad"):
        evaluate(vjp(read_program(SOFTMAX)), {"s": np.ones((2, 3))})


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(UsageError, match="there is no method 'fast'"):
        evaluate(read_program(SOFTMAX), {"s": [[1.0]]}, method="fast")


def test_what_the_program_computes_cannot_be_given() -> None:
    forward = read_program("for b, j: Z[b] += exp(s[b, j])")
    with pytest.raises(UsageError, match="Z is computed by the program"):
        evaluate(forward, {"s": [[0.0, 0.0]], "Z": [100.0]})


def test_sizes_show_in_what_only_the_forward_program_reads() -> None:
    backward = vjp(read_program("for b, j: y[b] += x[b, j]"))
    result = evaluate(backward, {"x": [[1.0, 2.0]], "y.grad": [3.0]})
    assert result["x.grad"].tolist() == [[3.0, 3.0]]


def test_second_derivatives_of_a_recurrence_start_from_the_upstream_gradient() -> None:
    forward = read_program("size T\ninput x[0..T]\nparam a\nfor t in 1..T: y[t] = x[t] - a y[t-1]^2")
    draw = np.random.default_rng(0)
    x, upstream, along, a, step = draw.normal(size=4), draw.normal(size=4), draw.normal(size=4), 0.7, 1e-6
    product = evaluate(hvp(forward), {"x": x, "a": a, "y.grad": upstream, "x.dot": along, "a.dot": 1.0})

    def gradient(shift: float) -> float:
        inputs = {"x": x + shift * along, "a": a + shift, "y.grad": upstream}
        return float(evaluate(vjp(forward), inputs)["a.grad"])

    numeric = (gradient(step) - gradient(-step)) / (2 * step)
    assert float(product["a.grad.dot"]) == pytest.approx(numeric, rel=1e-6)


def test_python_numbers_are_numbers() -> None:
    program = read_program("y = x^2")
    assert evaluate(program, {"x": Fraction(1, 2)})["y"] == 0.25
    assert evaluate(program, {"x": 10**30})["y"] == pytest.approx(1e60)


@pytest.mark.parametrize("values", [[1], {1: 2}, None])
def test_values_that_are_no_dictionary_are_told(values: object) -> None:
    with pytest.raises(UsageError, match="values are given as a dictionary"):
        evaluate(read_program("y = x^2"), values)  # type: ignore[arg-type]
