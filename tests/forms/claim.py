"""What a claim about ranges, subscripts, labels and time is, and how it is written in a list."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from symgrad.calculus import vjp
from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.forms.edits import Edit, Written, edits_of
from tests.programs import PROGRAMS

PROVED, UNKNOWN = "proved", "unknown"
STORED = {case.name: case.text for case in PROGRAMS}


@dataclass(frozen=True)
class RangeClaim:
    """Two programs that compute the same `tensors`, and edits of the second one.

    Both begin with the `declarations`. With a `forward` program, both are backward programs of it, and `left` is ""
    where it is the derived one.
    After an edit in `wrong` the claim is false; after one in `also` it is true still, although it looks wrong.
    `expected` is what the provers say of the claim: PROVED, or UNKNOWN with the reason `why`.
    `untimely`: a program reads what is not complete yet, as a running value does, and is run as it is written.
    """

    name: str
    tensors: tuple[str, ...]
    forward: str
    left: str
    right: str
    wrong: tuple[Edit, ...]
    also: tuple[Edit, ...] = ()
    declarations: str = ""
    expected: str = PROVED
    why: str = ""
    untimely: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def program(self) -> Program | None:
        """The forward program, if there is one."""
        return _read(self.forward) if self.forward else None

    @property
    def first(self) -> Program:
        """The first side."""
        if self.left:
            return _read(self.declarations + self.left, self.forward, not self.untimely)
        return _derived(self.forward, self.tensors)

    @property
    def second(self) -> Program:
        """The second side."""
        return _read(self.declarations + self.right, self.forward, not self.untimely)

    def edited(self, edit: Edit) -> Program:
        """The second side after an edit."""
        return _read(self.declarations + edit.of(self.right), self.forward, not (self.untimely or edit.illegal))


@cache
def _read(text: str, forward: str = "", check: bool = True) -> Program:
    context = _read(forward) if forward else None
    return read_program(text, context=context, check=check)


@cache
def _derived(forward: str, tensors: Sequence[str]) -> Program:
    return vjp(_read(forward), wrt=[name.removesuffix(".grad") for name in tensors])


def equal(
    name: str,
    tensors: str,
    declarations: str,
    first: str,
    second: str,
    *wrong: Written,
    also: Sequence[Written] = (),
    unknown: str = "",
    untimely: bool = False,
) -> RangeClaim:
    """The claim that two programs with the same declarations compute the same tensors.

    Args:
        name: what it is about.
        tensors: their names, with spaces between.
        declarations: the lines that both programs begin with.
        first: the statements of the first program.
        second: those of the second one, which edits change.
        wrong: edits after which the claim is false.
        also: edits after which it is true still.
        unknown: why it is neither proved nor refuted, if it is expected not to be.
        untimely: whether a side reads what is not complete yet.
    """
    head, one, two = (_lines(text) for text in (declarations, first, second))
    edits = _edits(two, wrong, also)
    status = UNKNOWN if unknown else PROVED
    return RangeClaim(name, tuple(tensors.split()), "", one, two, *edits, head, status, unknown, untimely)


def gradient(
    name: str,
    wrt: str,
    forward: str,
    second: str,
    *wrong: Written,
    first: str = "",
    also: Sequence[Written] = (),
    unknown: str = "",
) -> RangeClaim:
    """The claim that a backward program computes the gradients that the derived one (or a `first` one) does.

    Args:
        name: what it is about.
        wrt: the tensors whose gradients it computes, with spaces between.
        forward: the forward program: its text, or its name in `tests/loops/`.
        second: the backward program, which edits change.
        wrong: edits after which the claim is false.
        first: the backward program that it is compared with, if not the derived one.
        also: edits after which the claim is true still.
        unknown: why it is neither proved nor refuted, if it is expected not to be.
    """
    text = STORED[forward] if forward in STORED else _lines(forward)
    tensors = tuple(f"{base}.grad" for base in wrt.split())
    two = _lines(second)
    edits = _edits(two, wrong, also)
    return RangeClaim(name, tensors, text, _lines(first), two, *edits, "", UNKNOWN if unknown else PROVED, unknown)


def _edits(text: str, wrong: Sequence[Written], also: Sequence[Written]) -> tuple[tuple[Edit, ...], tuple[Edit, ...]]:
    edits = edits_of(text, (*wrong, *also))
    return edits[: len(wrong)], edits[len(wrong) :]


def _lines(text: str) -> str:
    """The text without its common indentation, which it has only if it begins with a new line."""
    whole = (textwrap.dedent(text) if text.startswith("\n") else text).strip()
    return whole + "\n" if whole else ""
