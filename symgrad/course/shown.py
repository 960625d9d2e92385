"""Answers to "show" that are equations about the derivative asked for, not loops: `∂ℓ/∂x = f_y g' + f_z h'`."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from symgrad.calculus.activity import join
from symgrad.calculus.by_cells import derivative
from symgrad.course.chains import names_behind, read_answer_chains
from symgrad.course.claims import PROVED, REFUTED, prove_after
from symgrad.course.problem import Part
from symgrad.course.question import chain_context, concerned, is_backward
from symgrad.errors import LegalityError
from symgrad.language.dependence import output_names
from symgrad.language.program import Ref

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
        last = chain.sides[-1].expr
        names = names_behind(last, chain.context, context)
        wanted, whole = derivative(Ref(output), Ref(by), chain.context)
        own = {f"{by}.grad"} | {name for name in names if name.endswith(f"/∂{by}") and name[1:].startswith(output)}
        if not names & own and (verdict := prove_after(wanted, last, whole)):
            return replace(verdict, assumptions=tuple(dict.fromkeys((*assumptions, *verdict.assumptions))))
    return Verdict(REFUTED, reason=f"its equations hold, but none ends in what ∂{output}/∂{by} is")
