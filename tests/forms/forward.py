"""What a pair of forward programs is that compute the same, and how it is written in a list."""

from __future__ import annotations

from dataclasses import dataclass

from tests.forms.edits import Edit, Written, edits_of


@dataclass(frozen=True)
class ForwardPair:
    """Two programs with the same declarations that compute the same `tensors`; edits are of the second's statements."""

    name: str
    tensors: tuple[str, ...]
    declarations: str
    statements: tuple[str, str]
    wrong: tuple[Edit, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def first(self) -> str:
        """The text of the first program."""
        return self.declarations + self.statements[0]

    @property
    def second(self) -> str:
        """The text of the second program."""
        return self.declarations + self.statements[1]

    def edited(self, edit: Edit) -> str:
        """The text of the second program after an edit."""
        return self.declarations + edit.of(self.statements[1])


def pair(name: str, tensors: str, declarations: str, first: str, second: str, *wrong: Written) -> ForwardPair:
    """A pair as it is written in the list."""
    head, one, two = (_lines(text) for text in (declarations, first, second))
    return ForwardPair(name, tuple(tensors.split()), head, (one, two), edits_of(two, wrong))


def _lines(text: str) -> str:
    return "".join(line.strip() + "\n" for line in text.strip().splitlines())
