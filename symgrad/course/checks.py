"""The texts of a part, read against its forward program: what cannot be read or has no meaning is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symgrad.course.equations import read_chains, shifted
from symgrad.course.form import Form
from symgrad.course.problem import Part
from symgrad.course.prose import pieces
from symgrad.course.question import chain_context, derived, is_backward, read_answer, unanswered
from symgrad.course.toml_places import Path
from symgrad.errors import Finding, LegalityError, Place, ReadingError, SymgradError


def check_part(form: Form, path: Path, part: Part, sound: bool = True) -> None:
    """Add to `form` what is wrong with the texts of the part at a path of the file.

    With `sound` false the part's statements or tensors are not known, so that only what cannot be
    read at all is said. A mistake's answer needs to be readable, not to have a meaning.
    """
    _check_keys(form, path, part)
    if sound and is_backward(part):
        before = len(form.findings)
        _try(form, (*path, "wrt" if part.wrt else "ask"), lambda: derived(part), True)
        sound = len(form.findings) == before
    if part.ask == "explain":
        _try(form, (*path, "answer"), lambda: _check_prose(part), sound)
    else:
        if part.answer:
            _try(form, (*path, "answer"), lambda: _check_answer(part, part.answer), sound)
        if part.derivation:
            _try(form, (*path, "derivation"), lambda: _check_derivation(part), sound)
    for at, mistake in enumerate(part.mistakes):
        if mistake.answer:
            _try(form, (*path, "mistake", at, "answer"), lambda: read_answer(part, mistake.answer), False)  # noqa: B023 - called at once
    for at, printed in enumerate(part.published):
        _try(form, (*path, "published", at, "answer"), lambda: read_answer(part, printed.answer), False)  # noqa: B023 - called at once


def _check_keys(form: Form, path: Path, part: Part) -> None:
    """Whether the question has what it needs, and nothing that means nothing for it."""
    if part.ask == "explain":
        if not part.answer:
            form.say(path, "a part that asks to explain needs the key 'answer': the worked text")
        for name in ("statements", "wrt", "derivation"):
            if getattr(part, name):
                form.say((*path, name), f"{name} has no meaning where the part asks to explain")
    elif part.ask == "show" and not (part.answer or part.derivation):
        form.say(path, "a part that asks to show something needs an answer or a derivation")
    elif not part.answer and not is_backward(part) and part.mistakes:
        form.say((*path, "mistake"), "mistakes need the answer that they are compared with")


def _check_answer(part: Part, text: str) -> None:
    """Raise what is wrong with an author's answer."""
    program = read_answer(part, text, check=True)
    missing = unanswered(part, program)
    if missing:
        message = f"this program does not compute {missing[0]}, which the forward program does"
        raise LegalityError(message, Place(1, 1))


def _check_derivation(part: Part) -> None:
    read_chains(part.derivation, chain_context(part), part.setting.aliases)


def _check_prose(part: Part) -> None:
    """Raise all that is wrong with a worked text and the programs and equations in it."""
    findings: list[Finding] = []
    for piece in pieces(part.answer):
        try:
            if piece.kind == "loops":
                _check_answer(part, piece.text)
            elif piece.kind == "equations":
                read_chains(piece.text, part.setting.forward, part.setting.aliases)
        except SymgradError as error:
            findings += [shifted(finding, piece.line - 1) for finding in error.findings]
    if findings:
        raise ReadingError("", findings=findings)


def _try(form: Form, path: Path, read: Callable[[], Any], sound: bool) -> None:
    """Call `read`; what it raises becomes findings at the path: with `sound` false, only what cannot be read."""
    try:
        read()
    except ReadingError as error:
        form.findings += form.document.moved(path, error.findings)
    except SymgradError as error:
        if sound:
            form.findings += form.document.moved(path, error.findings)
