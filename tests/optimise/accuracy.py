"""How far gradients in float32 are from those in float64, for programs that are equal in real numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from symgrad.calculus import vjp
from symgrad.evaluate import evaluate
from symgrad.language.naming import base_of
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program
from symgrad.language.walk import written
from symgrad.optimise import Optimised, optimise
from tests.optimise.targets import Target

REGIMES = {"random": 1.0, "large": 30.0, "saturated": 12.0}
"""The spread of the inputs; saturated ones all have the size of the spread, with either sign."""

_SIZE = 6


@cache
def optimised(target: Target) -> Optimised:
    """What the optimiser finds."""
    return optimise(backward_of(target), saved=target.saved)


@cache
def backward_of(target: Target) -> Program:
    """The plain backward program."""
    return vjp(read_program(target.forward), wrt=target.wrt)


def hand_of(target: Target) -> Program:
    """The form that is written by hand."""
    return read_program(target.hand, context=backward_of(target).forward)


def inputs_of(backward: Program, regime: str, seed: int) -> dict[str, NDArray[np.float32]]:
    """Values in float32 for all that the forward program and the backward program are given."""
    forward = backward.forward
    assert forward is not None
    random = np.random.default_rng(seed)
    given = {}
    for tensor in (*forward.tensors, *backward.tensors):
        base = base_of(tensor.name)
        upstream = tensor.role is Role.INPUT or base in written(forward.body)
        upstream = upstream and tensor.name not in forward.tensor_named
        if tensor.role is Role.COMPUTED or (tensor.name not in forward.tensor_named and not upstream):
            continue
        if tensor.name in forward.tensor_named and not forward.tensor_named[tensor.name].given:
            continue
        shape = (_SIZE,) * len(tensor.axes)
        spread = 1.0 if upstream or tensor.role is not Role.INPUT else REGIMES[regime]
        cells = random.standard_normal(shape) * spread
        if regime == "saturated" and spread != 1:
            cells = np.sign(cells) * spread + random.standard_normal(shape) * 0.1
        if tensor.sign or tensor.over:
            cells = np.abs(cells) + 1e-3
        if tensor.over or any(tensor.name in str(c) for c in forward.constraints):
            cells /= cells.sum(axis=-1, keepdims=True)
        given[tensor.name] = np.asarray(cells, dtype=np.float32)
    return given


def errors(target: Target, regime: str, seed: int = 0) -> dict[str, float] | None:
    """The largest error of a gradient, relative to its largest cell, by each of the three programs.

    None where the forward pass or the gradients are not finite in float32.
    """
    backward = backward_of(target)
    given = inputs_of(backward, regime, seed)
    forward = backward.forward
    assert forward is not None
    inputs = {name: cells for name, cells in given.items() if name in forward.tensor_named}
    with np.errstate(all="ignore"):
        values = evaluate(forward, inputs)
        if not all(np.isfinite(cells).all() for cells in values.values()):
            return None
        exact = evaluate(backward, {name: cells.astype(np.float64) for name, cells in given.items()})
        names = [name for name in backward.outputs if name in exact]
        if not all(np.isfinite(exact[name]).all() for name in names):
            return None
        programs = {"plain": backward, "hand": hand_of(target), "optimised": optimised(target).program}
        return {word: _error(program, given, exact, names) for word, program in programs.items()}


def _error(
    program: Program, given: dict[str, NDArray[np.float32]], exact: dict[str, NDArray[np.float64]], names: list[str]
) -> float:
    known = program.tensor_named.keys() | (program.forward.tensor_named.keys() if program.forward else set())
    found = evaluate(program, {name: cells for name, cells in given.items() if name in known})
    worst = 0.0
    for name in names:
        if name in found:
            scale = float(np.abs(exact[name]).max()) or 1.0
            worst = max(worst, float(np.nan_to_num(np.abs(found[name] - exact[name]).max() / scale, nan=np.inf)))
    return worst
