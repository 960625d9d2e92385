"""What a problem is: a forward program, and parts that ask something about it. See docs/problems.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from symgrad.errors import UsageError
from symgrad.language.program import Program

RELEASES = ("hint", "kind", "fix")
"""How much a report tells a student: which line, what kind of mistake, the correction."""


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer, and what to tell those who give it."""

    name: str
    answer: str
    feedback: str


@dataclass(frozen=True)
class Published:
    """What a document prints, and the verdict that it deserves: "proved" or "refuted".

    It is a document's answer to a part, or its wording of the forward program. `note` says what is wrong.
    """

    answer: str
    verdict: str
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What the parts of a problem share.

    `aliases` are other spellings of tensors, `average` is the batch index by whose size gradients
    of params are divided (or None), `capital_sums` says that repeated capital letters are summed.
    """

    name: str
    title: str
    forward: Program
    source: tuple[str, ...] = ()
    text: str = ""
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    average: str | None = None
    release: str = "hint"
    capital_sums: bool = False
    stated: tuple[Published, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """One question. `statements` are those of the forward program that it is about, counted from 1: all if empty.

    `wrt` names the tensors whose gradients are asked for (by default all inputs and params). `answer` and the
    mistakes' answers are texts in the notation of the kind of question, most often loops. `derivation` is a text
    of equations, each to be proved. `source` are the documents that ask the question: all of the problem's if None,
    none if empty. `more` has the values of keys that belong to the kind of question alone. A part with a forward
    program of its own has it in `setting`.
    """

    setting: Setting
    id: str
    ask: str
    text: str = ""
    points: float = 1
    statements: tuple[int, ...] = ()
    wrt: tuple[str, ...] = ()
    answer: str = ""
    hint: str = ""
    derivation: str = ""
    mistakes: tuple[Mistake, ...] = ()
    published: tuple[Published, ...] = ()
    source: tuple[str, ...] | None = None
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """The problem's name and the part's: `diamond.b`; the problem's alone for the part without id."""
        return f"{self.setting.name}.{self.id}" if self.id else self.setting.name

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that ask the question: its own, else the problem's, else those whose answers it has."""
        if self.source is not None:
            return self.source
        named = dict.fromkeys(printed.source for printed in self.published if printed.source)
        return self.setting.source or tuple(named)


@dataclass(frozen=True)
class Problem:
    """A problem: what its parts share, and the parts in order."""

    setting: Setting
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The name on the command line: that of the file."""
        return self.setting.name

    @property
    def title(self) -> str:
        """The title, for people."""
        return self.setting.title

    @property
    def source(self) -> tuple[str, ...]:
        """The documents that the problem comes from."""
        return self.setting.source

    @property
    def forward(self) -> Program:
        """The program that the parts ask about."""
        return self.setting.forward

    def part(self, id: str) -> Part:
        """The part with this id; "" for the one that has none.

        Raises UsageError with what the problem has instead.
        """
        for part in self.parts:
            if part.id == id:
                return part
        ids = [part.id for part in self.parts if part.id]
        if not ids:
            raise UsageError(f"problem {self.name} has one part, without a name", hint=f"write {self.name} alone")
        if not id:
            raise UsageError(f"problem {self.name} has several parts", hint=f"its parts are {', '.join(ids)}")
        close = get_close_matches(id, ids, 1)
        nameless = f"; write {self.name} alone for the first one" if len(ids) < len(self.parts) else ""
        hint = f"did you mean {close[0]}?" if close else f"its parts are {', '.join(ids)}{nameless}"
        raise UsageError(f"problem {self.name} has no part {id!r}", hint=hint)

    def __repr__(self) -> str:
        parts = ", ".join(part.id for part in self.parts if part.id)
        return f"<Problem {self.name}: {self.title}{f' ({parts})' if parts else ''}>"
