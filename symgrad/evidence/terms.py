"""The terms of an unfolded expression, as far as they are needed to say which sizes decide all sizes.

A `Term` forgets numbers and keeps which tensors' cells an index occurs in, how many indices are summed, powers
of sizes, and inverses and functions (`Atom`). `Terms` are those of one expression. Too many are joined to one that
bounds them all. docs/fields.md says what is proved with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from symgrad.language.program import Expr

K = TypeVar("K")

MOST = 48
"""So many different terms are kept apart."""

Sums = tuple[tuple[tuple[str, frozenset[str]], int], ...]
"""How many summed indices there are of a size that occur in the cells of these tensors."""

Sign = tuple[int, str]
"""A sign and a tensor: the term is a number of that sign times one cell of it; "" for a number alone."""


@dataclass(frozen=True)
class Atom:
    """An inverse or a function of an expression.

    Attributes:
        kind: "inverse" or "call".
        text: the expression, and what the tensors that it reads have gone through so far.
        indices: the free indices in the order they come, "" for one that is summed outside.
        bound: the sizes (or numbers) over which the free indices that are summed outside run.
        inside: the terms of the expression; they follow from the rest. Of a function only what `sizes` and `used` tell.
        expression: as it was written.
    """

    kind: str
    text: str
    indices: tuple[str, ...]
    inside: Terms = field(compare=False)
    bound: tuple[str, ...] = ()
    expression: Expr | None = field(default=None, compare=False, repr=False)

    @property
    def depth(self) -> int:
        """How deep inverses are nested in it."""
        return 1 + max((atom.depth for term in self.inside.terms for atom, _ in term.atoms), default=0)

    def renamed(self, names: Mapping[str, str]) -> Atom:
        """The atom with other names of free indices."""
        indices = tuple(names.get(name, name) for name in self.indices)
        inside = self.inside if self.kind == "call" else self.inside.renamed(names)
        return Atom(self.kind, self.text, indices, inside, self.bound, self.expression)

    def under_sum(self, index: str, extent: str) -> Atom:
        """The atom as it is under a sum over an index."""
        if index not in self.indices:
            return self
        indices = tuple("" if name == index else name for name in self.indices)
        inside = (
            self.inside if self.kind == "call" else self.inside.mapped(lambda term: term.atoms_under(index, extent))
        )
        return Atom(self.kind, self.text, indices, inside, tuple(sorted((*self.bound, extent))), self.expression)


@dataclass(frozen=True)
class Term:
    """What is kept of a term.

    Attributes:
        cells: the free indices, each with a tensor in whose cells it occurs as a factor of the term.
        sums: the summed indices. One that occurs in no cell has no tensors.
        powers: the power of each size, sums not among them.
        atoms: inverses and functions, and their powers.
        sign: the term as a number times a cell, if it is one.
        unit: whether it is a product of numbers, exponentials and powers of atoms, so that its inverse is one.
    """

    cells: frozenset[tuple[str, str]] = frozenset()
    sums: Sums = ()
    powers: tuple[tuple[str, int], ...] = ()
    atoms: tuple[tuple[Atom, int], ...] = ()
    sign: Sign | None = None
    unit: bool = False

    def renamed(self, names: Mapping[str, str]) -> Term:
        """The term with other names of free indices."""
        cells = frozenset((names.get(index, index), tensor) for index, tensor in self.cells)
        atoms = _counts((atom.renamed(names), n) for atom, n in self.atoms) if self.atoms else ()
        return Term(cells, self.sums, self.powers, atoms, self.sign, self.unit)

    def atoms_under(self, index: str, extent: str) -> Term:
        """The term with its atoms as they are under a sum."""
        return replace(self, atoms=_counts((atom.under_sum(index, extent), n) for atom, n in self.atoms))

    def summed(self, index: str, extent: str) -> Term:
        """The sum over an index that runs over a size or over so many numbers."""
        tensors = frozenset(tensor for name, tensor in self.cells if name == index)
        own = () if extent.isdigit() else (((extent, tensors), 1),)
        return Term(
            cells=frozenset(pair for pair in self.cells if pair[0] != index),
            sums=_counts((*self.sums, *own)),
            powers=self.powers,
            atoms=_counts((atom.under_sum(index, extent), n) for atom, n in self.atoms),
        )

    def times(self, other: Term) -> Term:
        """The product of two terms."""
        return Term(
            self.cells | other.cells,
            _counts((*self.sums, *other.sums)),
            _counts((*self.powers, *other.powers)),
            _counts((*self.atoms, *other.atoms)),
            _product_sign(self.sign, other.sign),
            self.unit and other.unit,
        )

    def to_the(self, times: int) -> Term:
        """A power of the term."""
        return Term(
            self.cells if times else frozenset(),
            _counts((key, n * times) for key, n in self.sums),
            _counts((key, n * times) for key, n in self.powers),
            _counts((key, n * times) for key, n in self.atoms),
            self.sign if times == 1 else None,
            self.unit,
        )

    def inverse(self) -> Term:
        """The inverse of a unit."""
        cells = frozenset((index, opposite(name)) for index, name in self.cells)
        return Term(cells, atoms=_counts((atom, -n) for atom, n in self.atoms), unit=True)

    def negated(self) -> Term:
        """The term with the other sign."""
        return self if self.sign is None else replace(self, sign=(-self.sign[0], self.sign[1]))


def _product_sign(one: Sign | None, other: Sign | None) -> Sign | None:
    if one is None or other is None or (one[1] and other[1]):
        return None
    return one[0] * other[0], one[1] or other[1]


def exponential(sign: int, tensor: str) -> str:
    """What stands for the cells of a tensor in exponents."""
    return f"{'+' if sign > 0 else '-'}exp {tensor}"


def in_exponent(name: str) -> str:
    """The tensor whose cells in exponents a name stands for; "" for a tensor's own name."""
    return name[5:] if name.startswith(("+exp ", "-exp ")) else ""


def opposite(name: str) -> str:
    """The name that stands for the same cells in exponents with the other sign."""
    return ("-" if name[0] == "+" else "+") + name[1:]


def _counts(pairs: Iterable[tuple[K, int]]) -> tuple[tuple[K, int], ...]:
    """The total of each key, those that are none left out, in an order that does not depend on how they came."""
    total: dict[K, int] = {}
    for key, count in pairs:
        total[key] = total.get(key, 0) + count
    return tuple(sorted(((key, n) for key, n in total.items() if n), key=lambda pair: (_order(pair[0]), pair[1])))


def _order(key: object) -> str:
    if isinstance(key, Atom):
        return f"{key.kind} {key.text} {key.indices} {key.bound}"
    if isinstance(key, tuple):
        return f"{key[0]} {sorted(key[1])}"
    return str(key)


@dataclass(frozen=True)
class Terms:
    """The terms of an expression; none of them: it is zero.

    Attributes:
        used: all given tensors whose cells occur, "+exp T" and "-exp T" for those in exponents.
        reasons: why no sizes decide all sizes, whatever the size.
        guarded: whether some terms are there for some values of indices only.
    """

    terms: tuple[Term, ...] = ()
    used: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    guarded: bool = False

    @property
    def weight(self) -> int:
        """How many inverses and functions there are, those inside of one another among them."""
        return sum(1 + atom.inside.weight for term in self.terms for atom, _ in term.atoms)

    def mapped(self, change: Callable[[Term], Term]) -> Terms:
        """The terms, each changed."""
        return replace(self, terms=_few(map(change, self.terms)))

    def renamed(self, names: Mapping[str, str]) -> Terms:
        """The terms with other names of free indices."""
        return self.mapped(lambda term: term.renamed(names))

    def summed(self, index: str, extent: str) -> Terms:
        """The sum over an index."""
        return self.mapped(lambda term: term.summed(index, extent))

    def digest(self) -> Terms:
        """Terms that have the same sizes inside, the same tensors and reasons, and nothing else."""
        summed, powers = self.sizes()
        term = Term(sums=_counts(((n, frozenset[str]()), 1) for n in summed), powers=_counts((n, 1) for n in powers))
        return replace(self, terms=(term,))

    def inverses(self) -> Iterator[Atom]:
        """All inverses, those inside of others included."""
        for term in self.terms:
            for atom, _ in term.atoms:
                if atom.kind == "inverse":
                    yield atom
                yield from atom.inside.inverses()

    def refused(self, *reasons: str) -> Terms:
        """The terms with more reasons."""
        return replace(self, reasons=tuple(dict.fromkeys((*self.reasons, *reasons))))

    def sizes(self) -> tuple[set[str], set[str]]:
        """The sizes over which is summed, and those of which there are powers, anywhere inside."""
        summed, powers = set[str](), set[str]()
        for term in self.terms:
            summed |= {size for (size, _), _ in term.sums}
            powers |= {size for size, _ in term.powers}
            for atom, _ in term.atoms:
                more = atom.inside.sizes()
                summed |= more[0]
                powers |= more[1]
        return summed, powers


UNIT = Term(sign=(1, ""), unit=True)
"""The term of a number."""


def added(parts: Sequence[Terms]) -> Terms:
    """A sum."""
    return _together(parts, (term for part in parts for term in part.terms))


def multiplied(parts: Sequence[Terms]) -> Terms:
    """A product."""
    terms: tuple[Term, ...] = (UNIT,)
    for part in parts:
        terms = _few(one.times(other) for one in terms for other in part.terms)
    return _together(parts, terms)


def raised(value: Terms, times: int) -> Terms:
    """A power with a whole exponent that is not negative."""
    terms = value.terms
    if len(terms) > 1 and times > 3:
        terms = _joined(terms)
        return _together([value], (term.to_the(times) for term in terms))
    if len(terms) > 1 and times:
        return multiplied([value] * times)
    return _together([value], (term.to_the(times) for term in terms) if times else (UNIT,))


def _together(parts: Sequence[Terms], terms: Iterable[Term]) -> Terms:
    return Terms(
        _few(terms),
        frozenset().union(*(part.used for part in parts)),
        tuple(dict.fromkeys(reason for part in parts for reason in part.reasons)),
        any(part.guarded for part in parts),
    )


def _few(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Each term once; two that bound all where there are too many."""
    found = tuple(dict.fromkeys(terms))
    return found if len(found) <= MOST else _joined(found)


def _joined(terms: Sequence[Term]) -> tuple[Term, ...]:
    """One term with the most of everything but the least powers of atoms, and one that has their greatest powers.

    Only what all terms have in common of the tensors in which indices occur is kept: an index that is not known to
    occur counts more, never less.
    """
    sums = [dict(term.sums) for term in terms]
    common = {key: min(own.get(key, 0) for own in sums) for key in sums[0]}
    other: Counter[tuple[str, frozenset[str]]] = Counter()
    for own in sums:
        rest: Counter[tuple[str, frozenset[str]]] = Counter()
        for key, count in own.items():
            rest[key[0], frozenset()] += count - common.get(key, 0)
        other |= rest
    atoms = list(dict.fromkeys(atom for term in terms for atom, _ in term.atoms))
    powers = [[dict(term.atoms).get(atom, 0) for term in terms] for atom in atoms]
    highest: Counter[str] = Counter()
    for term in terms:
        highest |= Counter(dict(term.powers))
    first = Term(
        frozenset.intersection(*(term.cells for term in terms)),
        _counts((*common.items(), *other.items())),
        _counts(highest.items()),
        _counts((atom, min(own)) for atom, own in zip(atoms, powers, strict=True)),
    )
    return first, Term(atoms=_counts((atom, max(own)) for atom, own in zip(atoms, powers, strict=True)))
