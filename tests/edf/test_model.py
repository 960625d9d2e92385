"""Models: what gradients mean, how they add up, the batch, types, and what is said of mistakes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symgrad import edf
from symgrad.errors import LegalityError, ReadingError, UsageError
from tests.edf.reference import gradient

AFFINE, RELU, CROSS_ENTROPY = edf.component("affine"), edf.component("relu"), edf.component("cross_entropy")
ADD, MULTIPLY, TOTAL = edf.component("add"), edf.component("multiply"), edf.component("total")


def run(*losses: edf.Value) -> edf.Model:
    """A model of the losses after a forward and a backward pass."""
    model = edf.Model(losses)
    model.forward()
    model.backward()
    return model


def given(name: str, value: Any) -> edf.Input:
    leaf = edf.Input(name)
    leaf.value = value
    return leaf


# What gradients are


def test_parameters_are_averaged_over_the_batch_and_nothing_else_is() -> None:
    x, W = given("x", [[1.0, 2.0], [3.0, 4.0]]), edf.Param([[1.0, 1.0]])
    y = AFFINE(W, [edf.Param([0.0], "c")], x)
    run(TOTAL(y))
    assert W.grad.tolist() == [[2, 3]]  # the mean of the rows of x
    assert x.grad.tolist() == [[1, 1], [1, 1]]
    assert y.grad.tolist() == [[1], [1]]


def test_the_gradient_of_a_batch_is_the_mean_of_those_of_its_members() -> None:
    draw = np.random.default_rng(0)
    P, Q = AFFINE.params(draw, I=4, J=3), AFFINE.params(draw, I=3, J=2)
    x, label = edf.Input("x"), edf.Input("label")
    model = edf.Model(CROSS_ENTROPY(AFFINE(Q, RELU(AFFINE(P, x))), label))
    images, labels = draw.normal(size=(5, 4)), draw.integers(0, 2, 5)
    alone = []
    for image, one in zip(images, labels, strict=True):
        x.value, label.value = image, one
        model.forward()
        model.backward()
        alone.append((model.loss, [param.grad for param in model.params], x.grad))
    x.value, label.value = images, labels
    model.forward()
    model.backward()
    assert model.loss == pytest.approx(np.mean([loss for loss, _, _ in alone]))
    for at, param in enumerate(model.params):
        np.testing.assert_allclose(param.grad, np.mean([grads[at] for _, grads, _ in alone], axis=0), atol=1e-14)
    np.testing.assert_allclose(x.grad, [grad for _, _, grad in alone], atol=1e-14)


def test_a_loss_that_is_averaged_by_itself_is_not_averaged_again() -> None:
    mean_error = edf.component(
        "index b in B, j in J\ninput x[b, j], y[b, j]\nfor b, j: loss += 1/B (x[b, j] - y[b, j])^2"
    )
    W, x = edf.Param([[2.0]]), given("x", [[1.0], [2.0]])
    run(mean_error(AFFINE(W, edf.Param([0.0]), x), np.zeros((2, 1))))
    assert W.grad.tolist() == [[2 * 2 * (1 + 4) / 2]]


def test_a_value_that_is_used_twice_gets_both_gradients() -> None:
    x = given("x", [3.0, 5.0])
    run(TOTAL(MULTIPLY(x, x)), TOTAL(x))
    assert x.grad.tolist() == [7, 11]


def test_a_parameter_through_time_against_complex_steps() -> None:
    draw = np.random.default_rng(1)
    cell, square = edf.component("rnn"), edf.component("squared_error")
    Phi, X = cell.params(draw, D=2, H=3), [given(f"x{t}", draw.normal(size=(4, 2))) for t in range(5)]
    H = [cell(Phi, X[0], np.zeros(3))]
    for t in range(1, 5):
        H.append(cell(Phi, X[t], H[t - 1]))
    model = run(square(H[4], np.ones(3)), square(H[2], np.zeros(3)))
    data, batched = {leaf: leaf.value for leaf in (*Phi, *X)}, set(X)
    for leaf in (*Phi, X[0]):
        expected = gradient(model, data, batched, 4, leaf) / (4 if leaf in Phi else 1)
        np.testing.assert_allclose(leaf.grad, expected, rtol=1e-10, atol=1e-12)


def test_a_state_of_two_values_goes_round() -> None:
    cell, draw = edf.component("lstm"), np.random.default_rng(0)
    Phi, X = cell.params(draw, D=2, H=3), [given(f"x{t}", draw.normal(size=2)) for t in range(3)]
    H = [cell(Phi, X[0], (np.zeros(3), np.zeros(3)))]
    for t in range(1, 3):
        H.append(cell(Phi, X[t], H[t - 1]))
    assert H[2].names == ("h_new", "c_new")
    assert H[2][0] is H[2].h_new is H[2]["h_new"]
    model = run(TOTAL(H[2].h_new))
    data = {leaf: leaf.value for leaf in (*Phi, *X)}
    for leaf in (Phi.W_hf, Phi.c_o, X[0]):
        np.testing.assert_allclose(leaf.grad, gradient(model, data, set(), None, leaf), rtol=1e-10, atol=1e-12)


def test_gradients_start_again_with_each_backward_pass() -> None:
    x = given("x", [1.0, 2.0])
    model = run(TOTAL(MULTIPLY(x, x)))
    model.backward()
    assert x.grad.tolist() == [2, 4]


def test_what_the_loss_does_not_depend_on_has_gradient_zero() -> None:
    x, y = given("x", [[1.0, 2.0]]), given("y", [[3.0, 4.0]])
    other = MULTIPLY(x, y)
    model = edf.Model(TOTAL(x), other)
    model.forward()
    model.backward(model.outputs[0])
    assert y.grad.tolist() == [[0, 0]] == other.grad.tolist()
    assert x.grad.tolist() == [[1, 1]]


def test_labels_have_a_gradient_of_zeros() -> None:
    label = given("label", [1, 0])
    run(CROSS_ENTROPY(given("s", np.zeros((2, 3))), label))
    assert label.grad.tolist() == [0, 0]


# Batches


def test_a_shared_value_gets_the_sum_over_the_batch() -> None:
    shared = given("y", [1.0, 1.0])
    run(TOTAL(ADD(given("x", np.ones((5, 2))), shared)))
    assert shared.grad.tolist() == [5, 5]


def test_a_single_vector_gives_single_results() -> None:
    x, label = given("x", np.ones(4)), given("label", 2)
    scores = AFFINE(AFFINE.params(I=4, J=3), x)
    loss = CROSS_ENTROPY(scores, label)
    run(loss)
    assert scores.shape == scores.grad.shape == (3,)
    assert loss.shape == ()


def test_a_batch_of_one_stays_a_batch() -> None:
    scores = AFFINE(AFFINE.params(I=4, J=3), given("x", np.ones((1, 4))))
    run(TOTAL(scores))
    assert scores.shape == (1, 3)


def test_batches_of_other_lengths_follow_one_another() -> None:
    x = edf.Input("x")
    model = edf.Model(TOTAL(AFFINE(AFFINE.params(I=2, J=1), x)))
    for count in (3, 1, 3, 7):
        x.value = np.ones((count, 2))
        model.forward()
        model.backward()
        assert model.outputs[0].shape == (count,)
        assert model.params[0].grad.tolist() == [[1, 1]]


def test_another_batch_index() -> None:
    double = edf.component("index n in N, j in J\ninput x[n, j]\nfor n, j: y[n] += 2 x[n, j]", "double", batch="n")
    W = edf.Param([[1.0]])
    model = run(double(AFFINE(W, edf.Param([0.0]), given("x", [[1.0], [3.0]]))))
    assert model.loss == 4
    assert W.grad.tolist() == [[4]]


# Types, names, structure


def test_single_precision_stays() -> None:
    P = AFFINE.params(dtype=np.float32, I=2, J=2)
    x = given("x", np.ones((3, 2), np.float32))
    model = run(TOTAL(AFFINE(P, x)))
    model.update(0.1)
    assert {P.W.value.dtype, P.W.grad.dtype, x.grad.dtype, model.outputs[0].value.dtype} == {np.dtype(np.float32)}


def test_a_plain_number_takes_on_the_precision_of_what_it_meets() -> None:
    norm = edf.component("layer_norm")
    for dtype in (np.float32, np.float64):
        y = norm(norm.params(dtype=dtype, J=3), given("x", np.arange(3, dtype=dtype)), 1e-5)
        edf.Model(y).forward()
        assert y.value.dtype == dtype


def test_whole_numbers_are_numbers() -> None:
    x = given("x", [[1, 2]])
    run(TOTAL(MULTIPLY(x, x)))
    assert x.grad.tolist() == [[2, 4]]
    assert edf.Param([1, 2]).value.dtype == float


def test_an_array_that_changes_later_changes_no_gradient() -> None:
    data = np.ones((2, 3))
    x = edf.Input("x")
    x.value = data
    model = edf.Model(edf.component("total")(edf.component("relu")(x)))
    model.forward()
    data[0, 0] = -5
    model.backward()
    assert (x.grad == 1).all()


def test_a_parameter_is_a_copy() -> None:
    start = np.zeros(2)
    param = edf.Param(start)
    start += 1
    assert param.value.tolist() == [0, 0]


def test_start_values_keep_the_scale_of_sums() -> None:
    P = AFFINE.params(0, I=400, J=300)
    assert P.W.value.std() == pytest.approx(1 / 20, rel=0.05)
    assert not P.c.value.any()
    assert edf.component("embedding").params(0, V=50, D=60).E.value.std() == pytest.approx(1, rel=0.05)
    assert np.array_equal(AFFINE.params(7, I=3, J=2).W.value, AFFINE.params(7, I=3, J=2).W.value)


def test_a_graph_can_be_looked_at_before_it_has_values() -> None:
    cell, T = edf.component("gru"), 6
    Phi, X, ZERO = cell.params(D=2, H=3), [edf.Input(f"x{t}") for t in range(T)], edf.Constant(np.zeros(3), "ZERO")
    H = [cell(Phi, X[0], ZERO)]
    for t in range(1, T):
        H.append(cell(Phi, X[t], H[t - 1]))
    model = edf.Model(H[-1])
    assert [node.name for node in model.nodes] == ["gru"] * T
    assert model.depth == T
    assert H[1].inputs == (*Phi, X[1], H[0])
    assert H[1].node is model.nodes[1]
    assert X[0].inputs == ()
    assert model.inputs == tuple(X)
    assert model.params == tuple(Phi)
    assert edf.Model([TOTAL(x) for x in X]).depth == 1
    assert str(model).splitlines()[1].endswith("c_n, x1, h_new#1)")
    assert repr(model) == "<model of h_new: 6 components, depth 6, 9 parameters with 54 numbers>"


def test_a_long_graph_is_no_deep_recursion() -> None:
    value: edf.Value = given("x", np.ones((1, 2)))
    for _ in range(3000):
        value = RELU(value)
    model = run(TOTAL(value))
    assert model.depth == 3001
    assert str(model).endswith("... and 2961 more")
    assert model.inputs[0].grad.tolist() == [[1, 1]]


def test_objects_show_themselves() -> None:
    P, x = AFFINE.params(I=2, J=3, name="first"), edf.Input("x")
    y = AFFINE(P, x)
    assert repr(P.W) == "<parameter first.W of shape (3, 2)>"
    assert repr(x) == "<input x, without a value yet>"
    assert repr(y) == "<value y, without a value yet, computed by affine(first.W, first.c, x)>"
    assert repr(P) == "W: <parameter first.W of shape (3, 2)>\nc: <parameter first.c of shape (3,)>"
    assert repr(AFFINE) == "affine(W, c, x) -> y"


# Components


def test_components_by_name_file_text_and_program(tmp_path: Any) -> None:
    text = "index i in N\ninput x[i]\nfor i: y[i] += 2 x[i]"
    (tmp_path / "double.loops").write_text(text, encoding="utf-8")
    by_file = edf.component(tmp_path / "double.loops")
    assert repr(by_file) == repr(edf.component(str(tmp_path / "double.loops"))) == "double(x) -> y"
    assert by_file.program == edf.component(text).program == edf.component(by_file.program).program
    assert edf.component("gru") is edf.component("gru")
    assert "gru" in edf.component_names()


def test_values_by_place_by_name_and_several_together() -> None:
    P, x = AFFINE.params(I=2, J=1), given("x", np.ones((1, 2)))
    made = [AFFINE(P, x), AFFINE(*P, x), AFFINE(P.W, x=x, c=P.c), AFFINE([P.W, P.c, x]), AFFINE(P, np.ones((1, 2)))]
    edf.Model(made).forward()
    assert len({y.value.item() for y in made}) == 1


def test_sizes_that_do_not_show() -> None:
    one_hot = edf.component("index b in B, j in J\ninteger y[b] in J\nfor b, j: p[b, j] += 1[y[b] = j]", sizes={"J": 3})
    value = one_hot(np.array([2, 0]))
    edf.Model(value).forward()
    assert value.value.tolist() == [[0, 0, 1], [1, 0, 0]]


# Mistakes


def trained() -> tuple[edf.Input, edf.Input, edf.Value, edf.Value, edf.Model]:
    x, label = edf.Input("x"), edf.Input("label")
    scores = AFFINE(AFFINE.params(I=4, J=3), x)
    loss = CROSS_ENTROPY(scores, label)
    return x, label, scores, loss, edf.Model(loss)


def forward_on(images: Any, labels: Any) -> edf.Model:
    x, label, _, _, model = trained()
    x.value, label.value = images, labels
    model.forward()
    return model


def updated_without_forward() -> None:
    model = forward_on(np.ones((2, 4)), [0, 1])
    model.backward()
    model.update(0.1)
    model.backward()


def backward_from_scores() -> None:
    x, label, scores, _, model = trained()
    x.value, label.value = np.ones((2, 4)), [0, 1]
    model.forward()
    model.backward(scores)


def loss_of_scores() -> float:
    x, _, scores, _, _ = trained()
    x.value, model = np.ones((2, 4)), edf.Model(scores)
    model.forward()
    return model.loss


def losses_of_two_kinds() -> None:
    x, label, _, loss, _ = trained()
    x.value, label.value = np.ones((2, 4)), [0, 1]
    run(loss, TOTAL(np.ones(3)))


def own_state() -> None:
    cell, H = edf.component("gru"), [None]
    H[0] = cell(cell.params(D=2, H=3), edf.Input("x"), H[0])


def without_batch() -> None:
    square = edf.component("input y[j]\nfor j: z[j] += y[j]^2")
    edf.Model(square(np.ones((2, 3)))).forward()


MISTAKES: list[tuple[Callable[[], object], str, str]] = [
    (trained()[4].forward, "x has no value yet", "x.value = array"),
    (lambda: trained()[2].value, "y has no value yet", "edf.Model(y).forward()"),
    (lambda: trained()[4].loss, "loss has no value yet", "edf.Model(loss).forward()"),
    (loss_of_scores, "y has shape (2, 3), but a loss is a number", '"total"'),
    (lambda: trained()[0].grad, "x has no gradient yet", "run backward()"),
    (lambda: trained()[4].update(0.1), "W has no gradient yet", "run backward()"),
    (lambda: trained()[4].update(float("nan")), "a rate of nan", "a finite rate"),
    (trained()[4].backward, "affine(W, c, x) has not been computed yet", "run forward() before backward()"),
    (updated_without_forward, "W has a new value since affine(W, c, x) was computed", "run forward() again"),
    (backward_from_scores, "y has shape (2, 3), but a loss is a number", '"total"'),
    (
        lambda: forward_on(np.ones((2, 4)), [0, 1]).backward(trained()[3]),
        "loss is not part of this model",
        "make a model",
    ),
    (losses_of_two_kinds, "the losses differ in shape: loss (2,), y ()", "all of one batch"),
    (lambda: forward_on(np.ones((2, 5)), [0, 1]), "in affine(W, c, x): axis 1 (i) of x has 5 values", "x (2, 5)"),
    (lambda: forward_on(np.ones((2, 1, 4)), [0, 1]), "x needs an array with 2 axes [b, i]", "x (2, 1, 4)"),
    (lambda: forward_on(np.ones((2, 4)), [0, 1, 2]), "axis 0 (b) of label has 3 values, but B = 2", "label (3,)"),
    (lambda: forward_on(np.ones((2, 4)), [0, 7]), "label holds 7, but its values must lie in 0..2", "the shapes are"),
    (lambda: forward_on(np.ones((2, 4)), [0, 0.5]), "values that are not whole numbers", "the shapes are"),
    (lambda: forward_on(np.ones((0, 4)), []), "axis 0 (b) of x has 0 values", "x (0, 4)"),
    (lambda: edf.Model(RELU(forward_on(np.ones((2, 4)), [0, 1]).outputs[0])).forward(), "a batch", "another axis"),
    (lambda: given("x", 1j), "the values given for x are complex numbers", "real numbers"),
    (lambda: given("x", ["a"]), "the values given for x are of type", "real numbers"),
    (lambda: given("x", None), "the values given for x are of type object", "real numbers"),
    (lambda: given("x", [[1], [1, 2]]), "the rows given for x differ in length", ""),
    (lambda: edf.Input(np.zeros(3)), "the name of an object is text, not a ndarray", "x.value = array"),  # type: ignore[arg-type]
    (lambda: setattr(edf.Constant(1.0), "value", 2), "constant is a constant: its value stays", "Input"),
    (lambda: edf.Constant(1.0).grad, "no gradient is taken", "Input"),
    (lambda: setattr(trained()[2], "value", 2), "y is computed", "set the inputs"),
    (
        lambda: AFFINE(edf.Input("W")),
        "affine takes 3 values (W, c, x), but 1 are given: c, x is missing",
        "affine(W, c, x)",
    ),
    (lambda: AFFINE(1, 2, 3, 4), "affine takes 3 values (W, c, x), but 4 are given", "affine(W, c, x) -> y"),
    (lambda: AFFINE(1, 2, 3, W=1), "W of affine is given twice", "affine(W, c, x) -> y"),
    (lambda: AFFINE(1, 2, input=3), "affine has no input to be given", "affine(W, c, x) -> y"),
    (lambda: AFFINE(1, 2, RELU), "x of affine is given something of type Component", "give an Input"),
    (own_state, "h of gru is given None, which is no value", "give an Input"),
    (lambda: edf.component("gruu"), "there is no component 'gruu'", "did you mean gru?"),
    (lambda: edf.component("missing.loops"), "cannot read 'missing.loops'", ""),
    (lambda: edf.component(3), "not of a int", ""),  # type: ignore[arg-type]
    (lambda: edf.component("accumulator a\ninput x\na += x"), "a of component is given and added to", "input"),
    (lambda: AFFINE.params(I=4), "the length of an axis of W, J, is not known", "params(J=8)"),
    (lambda: AFFINE.params(I=4, J=3, K=2), "there is no size K", "the sizes are"),
    (lambda: AFFINE.params(I=4, J=0), "size J must be a positive whole number, not 0", ""),
    (lambda: AFFINE.params("x", I=4, J=3), "'x' is no seed", "default_rng"),
    (lambda: AFFINE.params(dtype=int, I=4, J=3), "of type float64 or float32, not int64", ""),
    (lambda: edf.Momentum([], rate="fast"), "a rate is a number, not 'fast'", ""),  # type: ignore[arg-type]
    (without_batch, "y needs an array with 1 axis [j]", "its program has no batch index b"),
    (lambda: AFFINE.params(I=10**9, J=3), "W would have 3,000,000,000 numbers", "at most"),
    (lambda: AFFINE.params(I=4, J=3)["X"], "there is no X here", "W, c"),
    (edf.Model, "a model is made for at least one value", "edf.Model(loss)"),
    (lambda: edf.Model(3), "a model is made for values, not for something of type int", ""),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("mistake", "message", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_told(mistake: Callable[[], object], message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        mistake()
    assert hint in caught.value.hint


def test_mistakes_in_a_text_have_their_place() -> None:
    with pytest.raises(ReadingError, match="never closed"):
        edf.component("for b: y[b] += q[")
    with pytest.raises(LegalityError, match="read before any statement writes it"):
        edf.component("input x[b]\nfor b: y[b] += z[b]\nfor b: z[b] += x[b]")


def test_a_graph_cannot_be_bent_into_a_cycle() -> None:
    value = RELU(edf.Input("x"))
    for holder in (value, value.node):
        with pytest.raises(AttributeError):
            holder.inputs = (value,)
