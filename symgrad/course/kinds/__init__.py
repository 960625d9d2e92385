"""The kinds of question, one module each. `kind` finds the one that a part's `ask` names."""

from __future__ import annotations

from importlib import import_module

from symgrad.course.checks import collected
from symgrad.course.form import Form
from symgrad.course.kinds.kind import Kind
from symgrad.course.problem import Part
from symgrad.course.toml_places import Path

_MODULES = {
    "adjoint": "loops",
    "loops": "loops",
    "show": "loops",
    "explain": "explain",
    "rewrite": "rewrite",
    "construct": "construct",
    "growth": "growth",
    "jacobian": "jacobian",
    "refute": "refute",
    "inequality": "inequality",
}

ASKS = tuple(_MODULES)
"""The questions that can be asked."""


def kind(ask: str) -> Kind:
    """The kind of question of this name, one of ASKS."""
    found: Kind = import_module(f"{__name__}.{_MODULES[ask]}").KINDS[ask]
    return found


def check_part(form: Form, path: Path, part: Part, question: Kind, sound: bool = True) -> None:
    """Add to `form` what is wrong with the texts of the part at a path of the file.

    With `sound` false the part's statements or tensors are not known, so that only what cannot be
    read at all is said. A mistake's answer needs to be readable, not to have a meaning.
    """
    question.check(form, path, part, sound)
    for at, mistake in enumerate(part.mistakes):
        if mistake.answer:
            collected(form, (*path, "mistake", at, "answer"), lambda: question.read(part, mistake.answer), False)  # noqa: B023 - called at once
    for at, printed in enumerate(part.published):
        collected(form, (*path, "published", at, "answer"), lambda: question.read(part, printed.answer), False)  # noqa: B023 - called at once
