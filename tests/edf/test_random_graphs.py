"""Random graphs of components, with and without batches, against complex steps."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad import edf
from tests.edf.reference import derivative

UNITS = 3
SIZES = {"affine": {"I": UNITS, "J": UNITS}, "layer_norm": {"J": UNITS}}
CELLS = ("rnn", "ugrnn", "gru", "lstm")
PLAIN = {"tanh": 1, "sigmoid": 1, "softplus": 1, "softmax": 1, "add": 2, "multiply": 2, "affine": 1, "layer_norm": 1}
ARITY = {**PLAIN, "rnn": 2, "ugrnn": 2, "gru": 2, "lstm": 3}


@st.composite
def plans(draw: st.DrawFn) -> list[tuple[str, list[int], int]]:
    """Components, each with the numbers of the values that it is applied to, and of the parameters that it has."""
    names = draw(st.lists(st.sampled_from(sorted(ARITY)), min_size=1, max_size=7))
    return [(name, [draw(st.integers(0, 99)) for _ in range(ARITY[name])], draw(st.integers(0, 1))) for name in names]


def build(plan: list[tuple[str, list[int], int]], leaves: list[edf.Value]) -> tuple[edf.Value, list[edf.Param]]:
    """The graph of a plan: its loss, the sum of all cells of all values; and its parameters."""
    values, known = list(leaves), {}
    for name, chosen, which in plan:
        component, arguments = edf.component(name), [values[at % len(values)] for at in chosen]
        if (name, which) not in known:
            sizes = SIZES.get(name, {"D": UNITS, "H": UNITS} if name in CELLS else {})
            known[name, which] = component.params(seed=len(known), **sizes)
        eps = [0.1] if name == "layer_norm" else []
        made = component(known[name, which], arguments, eps)
        values += [made] if isinstance(made, edf.Value) else made
    total = values[0]
    for value in values[1:]:
        total = edf.component("add")(total, value)
    return edf.component("total")(edf.component("tanh")(total)), [
        param for params in known.values() for param in params
    ]


@settings(max_examples=40)
@given(plans(), st.lists(st.booleans(), min_size=1, max_size=3), st.sampled_from([1, 2, 4]), st.integers(0, 9))
def test_gradients_of_random_graphs(
    plan: list[tuple[str, list[int], int]], batched: list[bool], members: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    leaves: list[edf.Value] = []
    for at, has_batch in enumerate(batched):
        leaf = edf.Input(f"x{at}") if at else edf.Param([0.0], "x0")  # a parameter may be an input as well
        leaf.value = draw.normal(size=(members, UNITS) if has_batch and at else UNITS)
        leaves.append(leaf)
    loss, params = build(plan, leaves)
    model = edf.Model(loss)
    model.forward()
    model.backward()
    with_batch = {leaf for leaf in leaves if leaf.value.ndim == 2}
    count = members if with_batch else None
    assert loss.shape == ((members,) if with_batch else ())
    data = {leaf: leaf.value for leaf in (*leaves, *params)}
    for leaf in data:
        direction = draw.normal(size=leaf.shape)
        expected = derivative(model, data, with_batch, count, leaf, direction)
        expected /= members if with_batch and isinstance(leaf, edf.Param) else 1
        assert leaf.grad.shape == leaf.shape
        assert abs((leaf.grad * direction).sum() - expected) <= 1e-10 * max(1.0, np.abs(leaf.grad * direction).sum())
