"""Answers to "show" that are equations about the derivative asked for, not loops: `∂ℓ/∂x = f_y g' + f_z h'`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from symgrad.calculus.activity import join
from symgrad.calculus.by_cells import derivative
from symgrad.course.chains import Chain, names_behind, read_answer_chains
from symgrad.course.claims import PROVED, REFUTED, prove_after
from symgrad.course.problem import Part
from symgrad.course.question import chain_context, concerned, is_backward
from symgrad.errors import LegalityError, SymgradError
from symgrad.language.build import fresh_name
from symgrad.language.dependence import output_names
from symgrad.language.program import Call, Program, Ref
from symgrad.language.read import read_program
from symgrad.language.reading.partials import OPERATOR
from symgrad.language.walk import values_read, walk_body, walk_statements

if TYPE_CHECKING:
    from symgrad.evidence import Verdict

_DERIVATIVE = re.compile(r"\s*(∂|\\[dt]?frac\s*\{\s*(\\partial|∂|d|\\mathrm)|d\w+\s*/\s*d)")
_UPDATE = re.compile(r"[+\-−]=")


def is_equation(part: Part, text: str) -> bool:
    """Whether an answer begins with a derivative in Leibniz' notation and updates nothing.

    The part has to ask for one gradient, of a scalar output by a scalar.
    """
    if part.ask != "show" or not is_backward(part) or not _DERIVATIVE.match(text) or _UPDATE.search(text):
        return False
    forward = concerned(part)
    names = (*output_names(forward), *part.wrt)
    return len(part.wrt) == 1 and len(names) == 2 and not any(forward.tensor_named[name].axes for name in names)


def judged_equations(part: Part, text: str) -> Verdict:
    """Whether every equation holds, and one chain ends in the derivative, told by other means than its name.

    Raises ReadingError where the text cannot be read.
    """
    from symgrad.evidence import Verdict

    context = join(chain_context(part))
    try:
        chains = read_answer_chains(text, context, part.setting.aliases)
    except LegalityError as error:
        return Verdict(REFUTED, reason=f"it does not fit: {error.message}")
    assumptions: dict[str, None] = {}
    for chain in chains:
        for left, right in pairwise(chain.sides):
            verdict = prove_after(left.expr, right.expr, chain.context)
            if right.sign == "≠" or not verdict:
                said = "differ" if verdict.status == REFUTED else "could not be compared"
                where = f"line {right.place.line}: `{left.text}` and `{right.text}` {said}"
                status = REFUTED if verdict.status == PROVED else verdict.status
                return replace(verdict, status=status, reason=where)
            assumptions |= dict.fromkeys(verdict.assumptions)
    (output,), (by,) = output_names(concerned(part)), part.wrt
    for chain in chains:
        last = chain.sides[-1]
        wanted, whole = derivative(Ref(output), Ref(by), chain.context)
        worked_out = not _is_undone(chain, output, by, context, part.setting.aliases)
        if worked_out and (verdict := prove_after(wanted, last.expr, whole)):
            return replace(verdict, assumptions=tuple(dict.fromkeys((*assumptions, *verdict.assumptions))))
    return Verdict(REFUTED, reason=f"its equations hold, but none ends in what ∂{output}/∂{by} is")


def _is_undone(chain: Chain, output: str, by: str, known: Program, aliases: Mapping[str, str]) -> bool:
    """Whether the last side of a chain names the derivative asked for, or leaves one undone that needs the chain rule.

    What is computed from `by` at once may have its derivative named: with y = g(x), ∂y/∂x is g' in another notation.
    `known` is the program of the part.
    """
    side = chain.sides[-1]
    names = names_behind(side.expr, chain.context, known)
    left = {name[1:].removesuffix(f"/∂{by}") for name in names if name.startswith("∂") and name.endswith(f"/∂{by}")}
    if f"{by}.grad" in names or not left <= _at_once(output, by, known):
        return True
    if left and any(not name.startswith("∂") for name in names - known.tensor_named.keys()):
        return True  # behind a name of the answer's own
    name = fresh_name("side", {*known.tensor_named, *known.index_named})
    try:
        program = read_program(f"{name} = {side.text}", context=known, aliases=aliases, check=False, derives=True)
    except SymgradError:  # it names what the answer defined before
        return False
    operators = [part for part in walk_body(program.body) if isinstance(part, Call) and part.function == OPERATOR]
    return any(
        not isinstance(body, Ref) and not (isinstance(body, Call) and body.args == (cell,))
        for body, cell in (part.args for part in operators)
        if values_read(cell) == {by}
    )


def _at_once(output: str, by: str, program: Program) -> set[str]:
    """The tensors other than the output that a statement computes from `by` itself."""
    computed = {s.target.name for _, s in walk_statements(program.body) if by in values_read(s.value)}
    return {name for name in computed if name != output and not prove_after(Ref(name), Ref(output), program)}
