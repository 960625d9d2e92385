"""What a question gives to a construction: objects, a sequence of objects, procedures of which nothing is known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import Array, Given, Value
from symgrad.errors import Place, ReadingError

_ITEM = re.compile(
    r"\s*(?P<name>[^\W\d]\w*)\s*"
    r"(?:\[\s*(?P<low>\d+)\s*\.\.\s*(?P<high>[^\W\d]\w*)\s*\]|\(\s*(?P<parameters>[^()]*)\))?\s*(?:,|$)"
)


@dataclass(frozen=True)
class Setting:
    """What is given: objects by name, sequences by name with their first number, procedures; `length` names the last
    number of the sequences' items."""

    objects: tuple[str, ...]
    sequences: tuple[tuple[str, int], ...]
    procedures: tuple[Given, ...]
    length: str

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        sequences = (name for name, _ in self.sequences)
        return (*(p.name for p in self.procedures), *self.objects, *sequences, self.length)

    def values(self, terms: Terms, last: int) -> dict[str, Value]:
        """What the names stand for where the sequences end with the item of this number."""
        values: dict[str, Value] = {p.name: p for p in self.procedures}
        values |= {name: terms.make(name) for name in self.objects}
        for name, first in self.sequences:
            items: list[Value] = [item(terms, name, at) for at in range(first, last + 1)]
            values[name] = Array([*([None] * first), *items])
        values[self.length] = last
        return values


def spelled(name: str, given: Mapping[str, Value], exactly: bool = False) -> str | None:
    """What is given under a name that is spelled otherwise: `Φ` for Phi and, unless `exactly`, `phi`.

    A number is never meant by a name in other letters: t is not T.

    >>> spelled("Φ", {"Phi": Array()})
    'Phi'
    """
    plain = unicodedata.name(name, "").rpartition(" ")[2] if len(name) == 1 and not name.isascii() else ""
    if exactly and not plain:
        return None
    close = [known for known, value in given.items() if known.lower() == (plain or name).lower()]
    objects = [known for known in close if not isinstance(given[known], int)]
    return objects[0] if len(objects) == 1 else None


def item(terms: Terms, name: str, at: int) -> Term:
    """An item of a given sequence."""
    return terms.make(f"{name}[{at}]")


def read_given(text: str) -> Setting:
    """What a text gives, as `Phi, ZERO, X[0..T], CELL(Phi, X, H)`.

    Raises ReadingError for what is none of these.

    >>> read_given("a, X[0..n], f(a, x)").names
    ('f', 'a', 'X', 'n')
    """
    objects: list[str] = []
    sequences: list[tuple[str, int]] = []
    procedures: list[Given] = []
    lengths: dict[str, None] = {}
    at = 0
    while text[at:].strip():
        found = _ITEM.match(text, at)
        if found is None:
            hint = "write names, X[0..T] for sequences and f(x, y) for procedures, with commas between them"
            raise ReadingError("this gives nothing", Place(1, at + 1), hint, source=text)
        name = found["name"]
        if found["low"] is not None:
            sequences.append((name, int(found["low"])))
            lengths[found["high"]] = None
        elif found["parameters"] is not None:
            parameters = tuple(p.strip() for p in found["parameters"].split(",") if p.strip())
            procedures.append(Given(name, parameters))
        else:
            objects.append(name)
        at = found.end()
    if len(lengths) != 1:
        hint = "write it with its first and last number, as X[0..T]"
        raise ReadingError("there is no sequence of one length", Place(1, 1), hint, source=text)
    return Setting(tuple(objects), tuple(sequences), tuple(procedures), next(iter(lengths)))
