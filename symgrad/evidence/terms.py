"""Bounds for the terms of an unfolded expression: how many indices they have, and of what degree they are in sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Atom:
    """An inverse or a function (a root is one) of an expression, which counts like a cell.

    Attributes:
        kind: "inverse" or "call".
        text: the expression.
        indices: the free indices in the order they come, "" for one that is summed outside.
        names: how many indices over each size its terms have at most that are summed inside of it.
        degrees: the degree of its terms in each size.
        bound: the sizes over whose indices it is summed.
    """

    kind: str
    text: str
    indices: tuple[str, ...]
    names: tuple[tuple[str, int], ...]
    degrees: tuple[tuple[str, int], ...]
    bound: frozenset[str] = frozenset()

    def names_of(self, size: str) -> int:
        """The number of indices over a size that are summed inside."""
        return dict(self.names).get(size, 0)

    def degree_of(self, size: str) -> int:
        """The degree in a size."""
        return dict(self.degrees).get(size, 0)


@dataclass(frozen=True)
class Term:
    """A bound for all terms of an expression.

    Attributes:
        name: the tensor that it is, if it is one.
        names: the number of summed indices over each size.
        powers: the power of each size, sums over what does not have their index among them.
        below: the denominators that are made of sizes only, with their powers; `below_powers` are their degrees.
        indices: the free indices.
        atoms: inverses and functions, and how many factors of a term they are.
    """

    name: str = ""
    names: Mapping[str, int] = field(default_factory=dict)
    powers: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, int] = field(default_factory=dict)
    below_powers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    indices: frozenset[str] = frozenset()
    atoms: Mapping[Atom, int] = field(default_factory=dict)

    def degree(self, size: str) -> int:
        """The degree in a size after multiplying by all denominators."""
        return self.powers.get(size, 0)

    def all_degrees(self) -> dict[str, int]:
        """The degree in each size, of numerators and of denominators."""
        found = dict(self.powers)
        for text, times in self.below.items():
            for size, power in self.below_powers[text].items():
                found[size] = found.get(size, 0) + times * power
        return found

    def renamed(self, names: Mapping[str, str]) -> Term:
        """The term with other names of free indices."""
        return replace(
            self,
            indices=frozenset(names.get(name, name) for name in self.indices),
            atoms=_merged(
                (replace(atom, indices=tuple(names.get(name, name) for name in atom.indices)), times)
                for atom, times in self.atoms.items()
            ),
        )

    def summed(self, index: str, size: str) -> Term:
        """The sum over an index of that size. One that occurs nowhere counts as a factor, too."""
        powers = dict(self.powers)
        powers[size] = powers.get(size, 0) + (index not in self.indices)
        return replace(
            self,
            names={**self.names, size: self.names.get(size, 0) + 1},
            powers=powers,
            indices=self.indices - {index},
            atoms=_merged(
                (
                    replace(
                        atom,
                        indices=tuple("" if name == index else name for name in atom.indices),
                        bound=atom.bound | {size} if index in atom.indices else atom.bound,
                    ),
                    times,
                )
                for atom, times in self.atoms.items()
            ),
        )


def added(parts: Sequence[Term]) -> Term:
    """A sum: over the common denominator of all parts, with the most indices and factors that one of them has."""
    below = _largest([part.below for part in parts])
    degrees = {text: own for part in parts for text, own in part.below_powers.items()}
    return Term(
        parts[0].name if parts else "",
        names=_largest([part.names for part in parts]),
        powers=_largest([_over(part, below, degrees) for part in parts]),
        below=below,
        below_powers=degrees,
        indices=frozenset().union(*(part.indices for part in parts)),
        atoms=_merged(pair for part in parts for pair in part.atoms.items()),
    )


def _over(part: Term, below: Mapping[str, int], degrees: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The degrees of a part's numerator over a larger denominator."""
    missing = {text: times - part.below.get(text, 0) for text, times in below.items()}
    factors = [{size: times * power for size, power in degrees[text].items()} for text, times in missing.items()]
    return _total([part.powers, *factors])


def multiplied(parts: Sequence[Term]) -> Term:
    """A product: indices, degrees and factors add up."""
    atoms: dict[Atom, int] = {}
    for part in parts:
        for atom, times in part.atoms.items():
            atoms[atom] = atoms.get(atom, 0) + times
    return Term(
        names=_total([part.names for part in parts]),
        powers=_total([part.powers for part in parts]),
        below=_total([part.below for part in parts]),
        below_powers={text: own for part in parts for text, own in part.below_powers.items()},
        indices=frozenset().union(*(part.indices for part in parts)),
        atoms=atoms,
    )


def raised(term: Term, times: int) -> Term:
    """A power with a whole exponent that is not negative."""
    return replace(
        term,
        name="",
        names={size: times * n for size, n in term.names.items()},
        powers={size: times * n for size, n in term.powers.items()},
        below={text: times * n for text, n in term.below.items()},
        atoms={atom: times * n for atom, n in term.atoms.items()},
    )


def _merged(pairs: Iterable[tuple[Atom, int]]) -> dict[Atom, int]:
    found: dict[Atom, int] = {}
    for atom, times in pairs:
        found[atom] = max(times, found.get(atom, 0))
    return found


def _largest(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for name, value in part.items():
            found[name] = max(value, found.get(name, 0))
    return found


def _total(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for name, value in part.items():
            found[name] = found.get(name, 0) + value
    return found
