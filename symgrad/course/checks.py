"""The texts of a part, read against its forward program: what cannot be read or has no meaning is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symgrad.course.form import Form
from symgrad.course.problem import Part
from symgrad.course.question import read_answer, unanswered
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError, Place, ReadingError, SymgradError


def collected(form: Form, path: Path, read: Callable[[], Any], sound: bool = True) -> bool:
    """Call `read`; what it raises becomes findings at the path: with `sound` false, only what cannot be read.

    Returns whether nothing was raised.
    """
    try:
        read()
    except ReadingError as error:
        form.findings += form.document.moved(path, error.findings)
    except SymgradError as error:
        if sound:
            form.findings += form.document.moved(path, error.findings)
    else:
        return True
    return False


def check_program(part: Part, text: str) -> None:
    """Raise what is wrong with an author's program.

    Raises ReadingError or LegalityError, with the places in the text.
    """
    program = read_answer(part, text, check=True)
    missing = unanswered(part, program)
    if missing:
        message = f"this program does not compute {missing[0]}, which the forward program does"
        raise LegalityError(message, Place(1, 1))
