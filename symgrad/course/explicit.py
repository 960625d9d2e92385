"""A Jacobian written out at small sizes, for a part that asks for one or for a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symgrad.calculus.activity import chosen, differentiable, join
from symgrad.calculus.explicit import explicit_matrix as of_program
from symgrad.course.problem import Part, Problem
from symgrad.errors import UsageError
from symgrad.language.dependence import output_names
from symgrad.language.program import Program

if TYPE_CHECKING:
    import sympy


def explicit_matrix(
    question: Part | Problem | Program, sizes: Mapping[str, int], of: str | None = None, wrt: str | None = None
) -> sympy.ImmutableMatrix:
    """A Jacobian as a matrix of SymPy, in terms of what the program computes as far as it is found there.

    Args:
        question: a program; or a part that asks for a Jacobian, or a problem whose only part does.
        sizes: a number for every size.
        of: the tensor that is differentiated; by default the part's, or the only output.
        wrt: the tensor by whose cells; by default the part's, or the only input.

    Returns:
        A row for each cell of `of` and a column for each cell of `wrt`, both in the order of their indices.

    Raises:
        UsageError: there is no such Jacobian, or a size is missing or too large.

    >>> from symgrad.language.read import read_program
    >>> explicit_matrix(read_program("index i in n\\ny[i] = x[i]^2"), {"n": 2})
    Matrix([
    [2*x[0],      0],
    [     0, 2*x[1]]])
    """
    if isinstance(question, Problem):
        if len(question.parts) != 1:
            raise UsageError("a problem of several parts", hint='name the part, as in load_problem("NAME").part("a")')
        question = question.parts[0]
    if isinstance(question, Part):
        of = of or question.more.get("of")
        wrt = wrt or (question.wrt[0] if question.wrt else None)
        question = question.setting.forward
    if not isinstance(question, Program):
        raise UsageError(f"a Jacobian is of a program or of a part, not of {type(question).__name__}")
    whole = join(question)
    ys = chosen(whole, of, output_names(whole), "an output to differentiate")
    xs = chosen(whole, wrt, differentiable(whole), "an input to differentiate by")
    for names, what, key in ((ys, "output", "of"), (xs, "input", "wrt")):
        if len(names) > 1:
            hint = f"name one with `{key}`"
            raise UsageError(f"the program has more than one {what}: {', '.join(names)}", hint=hint)
    return of_program(whole, sizes, ys[0], xs[0])
