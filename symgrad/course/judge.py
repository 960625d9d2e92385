"""Whether a program that somebody wrote computes what a part asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.course.claims import PROVED, REFUTED, UNKNOWN
from symgrad.course.problem import Part
from symgrad.course.question import compared, derived, is_backward, misfits, read_answer, seeded, unanswered
from symgrad.errors import LegalityError, UsageError
from symgrad.language.walk import written

if TYPE_CHECKING:
    from symgrad.evidence import Verdict


def judged_program(part: Part, text: str) -> Verdict:
    """Whether an answer gives what the part asks for: for all sizes and inputs, in every tensor asked for.

    An answer that reads but does not fit, such as one with an unbound index, is refuted with that reason.
    Raises ReadingError where the text is no program.
    """
    from symgrad.evidence import Verdict, prove

    try:
        program = seeded(part, read_answer(part, text))
    except LegalityError as error:
        return Verdict(REFUTED, reason=f"it does not fit: {error.message}")
    found = misfits(program)
    if found:
        hint = f" ({found[0].hint})" if found[0].hint else ""
        return Verdict(REFUTED, reason=f"it does not fit: {found[0].message}{hint}")
    missing = unanswered(part, program)
    if missing:
        return Verdict(REFUTED, reason=f"it does not compute {missing[0]}")
    forward = part.setting.forward
    expected, before = (derived(part), forward) if is_backward(part) else (forward, None)
    touched = written(expected.body) | written(program.body)
    tensors = [name for name in compared(part, program) if name in touched]
    if not tensors:
        return Verdict(PROVED, evidence=("neither adds anything to what is asked for",))
    try:
        return prove(seeded(part, expected), program, before, tensors)
    except UsageError as error:  # declarations of its own that contradict those of the problem
        return Verdict(UNKNOWN, reason=f"it cannot be compared: {error.message}")
