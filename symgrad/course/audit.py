"""The audit of a part's derived loops: forward mode shares no sweep with the reverse mode that made them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.calculus import jvp
from symgrad.course.problem import Part
from symgrad.course.question import batch_index, concerned, derived, starts
from symgrad.errors import UsageError
from symgrad.language.walk import written

if TYPE_CHECKING:
    from symgrad.evidence import Verdict


def audit(part: Part) -> Verdict:
    """Whether the part's derived loops are proved to be the transpose of the tangent loops, for all sizes."""
    from symgrad.evidence import Verdict, prove_transpose

    program = concerned(part)
    backward = replace(derived(part), forward=program)
    computed = written(program.body)
    given = [name.removesuffix(".grad") for name in starts(part)[0]]
    names = (adjoint.removesuffix(".grad") for adjoint in backward.outputs)
    asked = [name for name in names if name not in computed]
    try:
        return prove_transpose(backward, jvp(program, wrt=asked or None, of=given), batch_index(part))
    except UsageError as error:
        return Verdict("unknown", reason=error.message)
