"""Every shipped component: its derived backward pass, proved and on numbers, for single vectors and for batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symgrad import edf
from symgrad.calculus import jvp, vjp
from symgrad.errors import UsageError
from symgrad.evaluate import sample
from symgrad.evidence import prove_transpose
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program
from tests.edf.reference import gradient, prepared
from tests.programs import PROGRAMS, Case

NAMES = edf.component_names()
ACROSS = {"batch_norm"}
"""Components in which the members of a batch meet."""


def weighted(value: edf.Value, weights: Any, batched: bool) -> edf.Value:
    """The sum of a value's cells times weights, for each member of the batch if it has one: a loss."""
    axes = [f"a{at}" for at in range(np.ndim(weights))]
    cells, around = ", ".join(axes), ", ".join(["b", *axes] if batched else axes)
    declared = ", ".join(f"{axis} in N{at}" for at, axis in enumerate(axes))
    lines = [f"index {declared}"] if axes else []
    if batched:
        lines += ["index b in B", f"input y[{around}]", f"const g[{cells}]" if axes else "const g"]
        lines.append(f"for {around}: loss[b] += " + (f"g[{cells}] y[{around}]" if axes else "g y[b]"))
    else:
        lines += [f"input y[{cells}]", f"const g[{cells}]"] if axes else ["input y", "const g"]
        lines.append(f"for {cells}: loss += g[{cells}] y[{cells}]" if axes else "loss += g y")
    return edf.component("\n".join(lines))(value, weights)


def leaves(component: edf.Component, members: int | None, shared: str = "") -> tuple[list[edf.Value], set[edf.Value]]:
    """A leaf with a value for each slot; those that have a batch axis. `shared` is a slot whose leaf has none."""
    program = component.program
    sizes = {"B": members or 2, "H": 2, "D": 3, "T": 3}
    point = sample(program, seed=5, sizes={name: size for name, size in sizes.items() if name in program.size_named})
    arrays = point.arrays(program)
    made, batched = [], set()
    for slot in component.slots:
        leaf = edf.Param([0.0], slot.name) if slot.role is Role.PARAM else edf.Input(slot.name)
        array = arrays[slot.name]
        if any(axis.label == "b" for axis in slot.axes):
            if members is None or slot.name == shared:
                array = array[0]
            else:
                batched.add(leaf)
        leaf.value = array
        made.append(leaf)
    return made, batched


def check(component: edf.Component, members: int | None, shared: str = "") -> None:
    """Compare all gradients with complex steps."""
    given, batched = leaves(component, members, shared)
    outputs = component(given)
    outputs = (outputs,) if isinstance(outputs, edf.Value) else outputs
    edf.Model(outputs).forward()
    draw = np.random.default_rng(0)
    with_batch = members is not None and bool(batched)
    losses = [weighted(y, draw.normal(size=y.shape[1:] if with_batch else y.shape), with_batch) for y in outputs]
    model = edf.Model(losses)
    model.forward()
    model.backward()
    data = {leaf: leaf.value for leaf in given}
    for slot, leaf in zip(component.slots, given, strict=True):
        if slot.differentiable:
            expected = gradient(model, data, batched, members if with_batch else None, leaf)
            expected = expected / members if with_batch and isinstance(leaf, edf.Param) else expected
            assert leaf.grad.shape == leaf.value.shape
            np.testing.assert_allclose(leaf.grad, expected, rtol=1e-10, atol=1e-10, err_msg=slot.name)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ACROSS])
def test_gradients_of_single_vectors(name: str) -> None:
    check(edf.component(name), None)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ACROSS])
def test_gradients_of_batches(name: str) -> None:
    check(edf.component(name), 3)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ACROSS])
def test_gradients_where_one_input_is_the_same_for_all_members(name: str) -> None:
    component = edf.component(name)
    with_batch = [slot.name for slot in component.slots if any(axis.label == "b" for axis in slot.axes)]
    for slot in with_batch[-1:] * (len(with_batch) > 1):
        check(component, 3, shared=slot)


def objective(program: Program, arrays: dict[str, Any], sizes: dict[str, int], weights: dict[str, Any]) -> complex:
    results = prepared(program)(arrays, sizes)
    return complex(sum((results[name] * weight).sum() for name, weight in weights.items()))


def check_whole(component: edf.Component) -> None:
    """Compare with a complex step in one direction of each input, the batch taken as a whole."""
    program = component.program
    point, draw = sample(program, seed=3), np.random.default_rng(3)
    arrays = point.arrays(program)
    component = edf.component(program, sizes=point.sizes)
    given = [edf.Input(slot.name) for slot in component.slots]
    for leaf in given:
        leaf.value = arrays[leaf.name]
    outputs = component(given)
    outputs = (outputs,) if isinstance(outputs, edf.Value) else outputs
    edf.Model(outputs).forward()
    weights = {name: draw.normal(size=y.shape) for name, y in zip(component.outputs, outputs, strict=True)}
    model = edf.Model([weighted(y, weights[name], False) for name, y in zip(component.outputs, outputs, strict=True)])
    model.forward()
    model.backward()
    for slot, leaf in zip(component.slots, given, strict=True):
        if slot.differentiable:
            direction = draw.normal(size=leaf.shape)
            moved = {**arrays, slot.name: arrays[slot.name] + 1e-30j * direction}
            expected = objective(program, moved, point.sizes, weights).imag / 1e-30
            size = max(1.0, float(np.abs(leaf.grad * direction).sum()))
            assert abs(float((leaf.grad * direction).sum()) - expected) < 1e-10 * size, slot.name


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_a_batch_as_a_whole(name: str) -> None:
    check_whole(edf.component(name))


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_gradients_of_other_programs(case: Case) -> None:
    program = read_program(case.text)
    if program.functions:
        with pytest.raises(UsageError, match="has a function without values"):
            edf.component(program)
    else:
        check_whole(edf.component(program))


@pytest.mark.parametrize("name", NAMES)
def test_the_derived_backward_pass_is_proved(name: str) -> None:
    program = edf.component(name).program
    assert edf.component(name).backward() == vjp(program)
    assert prove_transpose(vjp(program), jvp(program), budget=20.0).status == "proved"


@pytest.mark.parametrize("name", ["affine", "ugrnn", "embedding"])
def test_dividing_by_the_batch_in_every_loop_is_proved_too(name: str) -> None:
    program = edf.component(name).program
    backward = vjp(program, average="b")
    assert prove_transpose(backward, jvp(program), average="b", budget=20.0).status == "proved"
