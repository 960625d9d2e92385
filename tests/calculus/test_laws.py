"""Laws that hold between the derivatives of every program, on numbers: neither side is told the other's answer.

- <y.grad, JVP v> = <VJP y.grad, v>: reverse and forward mode are adjoint.
- The Jacobian's rows, weighted by y.grad, are the gradient.
- The backward program of the backward program agrees with forward mode over reverse mode, which
  is <u, H v> = <H u, v>: a Hessian is symmetric.
"""

from typing import Any

import numpy as np
import pytest

from symgrad.calculus import hvp, jacobian, jvp, vjp
from symgrad.calculus.activity import differentiable
from symgrad.evaluate import evaluate
from symgrad.evaluate.exact import size_value
from symgrad.evaluate.sample import sample
from symgrad.language.dependence import output_names
from symgrad.language.program import Program, Role
from tests.programs import PROGRAMS, Case

Arrays = dict[str, Any]

SMALL = [case for case in PROGRAMS if case.text.count("+=") + case.text.count("-=") <= 12]
"""Programs whose second derivatives are short enough to be evaluated in a moment."""


class Setting:
    """A program at a random point, with random directions for what is asked of it."""

    def __init__(self, case: Case) -> None:
        self.program = case.program
        self.wrt = case.wrt or differentiable(self.program)
        self.out = output_names(self.program)
        drawn = sample(self.program, seed=3)
        self.sizes, self.inputs = drawn.sizes, drawn.arrays(self.program)
        self.values = self.run(self.program, {})
        self.draw = np.random.default_rng(1)

    def run(self, program: Program, more: Arrays) -> Arrays:
        """The program's results; directions for outputs that depend on nothing it is asked about are left out."""
        known = {name: array for name, array in more.items() if name in program.tensor_named}
        before = program.forward.tensor_named if program.forward else {}
        known |= {name: array for name, array in more.items() if name in before}
        return evaluate(program, {**self.inputs, **known}, sizes=self.sizes)

    def like(self, shapes: Arrays, names: tuple[str, ...], suffix: str) -> Arrays:
        return {name + suffix: self.draw.normal(size=np.shape(shapes[name])) for name in names}

    def tangents(self) -> Arrays:
        return self.like(self.inputs, self.wrt, ".dot")

    def upstream(self) -> Arrays:
        return self.like(self.values, self.out, ".grad")

    def starts(self, backward: Program, given: Arrays) -> Arrays:
        """Zeros for the gradients that a backward program adds to and nothing else gives."""
        names = [t.name for t in backward.tensors if t.role is Role.ACCUMULATOR and t.name not in given]
        return {name: np.zeros_like(self.source(name)) for name in names}

    def source(self, adjoint: str) -> Any:
        name = adjoint.rsplit(".", 1)[0]
        return {**self.inputs, **self.values}[name]

    def given_part(self, name: str, array: Any) -> Any:
        """The part of a gradient that belongs to what is given: a slice where only a slice is."""
        initial = self.program.tensor_named[name].initial or ()
        fixed = [slice(None) if at is None else size_value(at, self.sizes) for at in initial]
        return array[tuple(fixed)] if fixed else array

    def weigh(self, gradients: Arrays, directions: Arrays, suffixes: tuple[str, str] = (".grad", ".dot")) -> float:
        grad, dot = suffixes
        parts = (self.given_part(x, gradients[x + grad]) * directions[x + dot] for x in self.wrt)
        return float(sum(np.sum(part) for part in parts))


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_reverse_and_forward_mode_are_adjoint(case: Case) -> None:
    at = Setting(case)
    backward, tangent = vjp(at.program, at.wrt), jvp(at.program, at.wrt)
    u, v = at.upstream(), at.tangents()
    gradients = at.run(backward, {**u, **at.starts(backward, u)})
    moved = at.run(tangent, v)
    by_tangent = float(sum(np.sum(u[y + ".grad"] * moved[y + ".dot"]) for y in at.out if y + ".dot" in moved))
    assert at.weigh(gradients, v) == pytest.approx(by_tangent, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", [c for c in SMALL if c.wrt is None or len(c.wrt) == 1], ids=str)
def test_the_jacobian_weighted_by_the_upstream_gradient_is_the_gradient(case: Case) -> None:
    at = Setting(case)
    x, y = at.wrt[0], at.out[-1]
    whole = at.run(jacobian(at.program, of=y, wrt=x), {})[y + ".jac"]
    backward = vjp(at.program, x, y)
    u = at.like(at.values, (y,), ".grad")
    gradient = at.given_part(x, at.run(backward, {**u, **at.starts(backward, u)})[x + ".grad"])
    assert np.tensordot(u[y + ".grad"], whole, np.ndim(u[y + ".grad"])) == pytest.approx(gradient, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_second_derivatives_forward_over_reverse_and_reverse_over_reverse_agree(case: Case) -> None:
    at = Setting(case)
    upstream, u, v = at.upstream(), at.tangents(), at.tangents()
    backward = vjp(at.program, at.wrt)
    product = hvp(at.program, at.wrt)
    starts = at.starts(backward, upstream)
    once = at.run(product, {**upstream, **starts, **v})
    twice = at.run(product, {**upstream, **starts, **u})
    assert at.weigh(once, u, (".grad.dot", ".dot")) == pytest.approx(
        at.weigh(twice, v, (".grad.dot", ".dot")), rel=1e-8, abs=1e-8
    )
