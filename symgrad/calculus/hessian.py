"""Second derivatives: forward mode over the backward program."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.calculus.activity import chosen, differentiable, join
from symgrad.calculus.forward_mode import jvp
from symgrad.calculus.reverse import vjp
from symgrad.language.program import Program


def hvp(program: Program, wrt: Sequence[str] | str | None = None, of: Sequence[str] | str | None = None) -> Program:
    """The Hessian-vector product: the tangent of the gradient, along `x.dot` for every x of `wrt`.

    Args:
        program: any legal program.
        wrt: the tensors to differentiate by, twice; by default all inputs and params.
        of: the tensors whose gradients are given (and held fixed); by default the outputs.

    Returns:
        A program that computes `x.grad.dot`, the Hessian of <y.grad, y> times the tangents, and
        whose `forward` is the forward program followed by its backward program.

    Raises:
        UsageError: a name the program does not have, or nothing to differentiate.
    """
    forward = join(program)
    asked = chosen(forward, wrt, differentiable(forward), "an input to differentiate by")
    backward = vjp(forward, asked, of)
    return jvp(backward, asked, backward.outputs)
