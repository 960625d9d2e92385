"""Names: of indices for the atoms of polynomials, of temporaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from symgrad.algebra.terms import OutOfReachError
from symgrad.language.build import fresh_name
from symgrad.language.naming import index_stem
from symgrad.language.program import IndexDecl, Program

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring
    from symgrad.algebra.translate import Translator

_TEMPORARIES = "aceghkmnrtuw"


class Letters:
    """The indices of a program by their sort; more are made where a statement needs them."""

    def __init__(self, ring: Ring, program: Program, translator: Translator, taken: Iterable[str] = ()) -> None:
        self.ring = ring
        self.indices = list(program.indices)
        self._by_sort: dict[int, list[str]] = {}
        for index in program.indices:
            try:
                self._by_sort.setdefault(translator.sort(index.name), []).append(index.name)
            except OutOfReachError:  # an index that does not begin at 0: no atom is named after it
                continue
        self._taken = {t.name for t in program.tensors} | {s.name for s in program.sizes}
        self._taken |= {index.name for index in program.indices} | {f.name for f in program.functions} | {*taken}

    def named(
        self, atoms: Iterable[int], known: Mapping[int, str] | None = None, wished: Sequence[str] = ()
    ) -> dict[int, str]:
        """A name for each of the atoms besides those known: the one wished for, else the first of its sort."""
        names = dict(known or {})
        for place, atom in enumerate(atoms):
            if atom not in names:
                wish = wished[place] if place < len(wished) else ""
                names[atom] = self._free(self.ring.atom_sorts[atom], set(names.values()), wish)
        return names

    def _free(self, sort: int, taken: set[str], wish: str) -> str:
        of_sort = self._by_sort.setdefault(sort, [])
        for name in ([wish] if wish in of_sort else []) + of_sort:
            if name not in taken:
                return name
        like = next((i for i in self.indices if of_sort and i.name == of_sort[0]), None)
        if like is None:
            raise OutOfReachError("an axis over which no index of the program runs")
        name = fresh_name(index_stem(like.name) + "2", self._taken)
        self._taken.add(name)
        of_sort.append(name)
        self.indices.append(IndexDecl(name, like.low, like.high))
        return name

    def place(self, name: str) -> int:
        """The place of an index among those that the program declares."""
        return next((at for at, index in enumerate(self.indices) if index.name == name), len(self.indices))

    def in_order(self, atoms: Iterable[int]) -> tuple[int, ...]:
        """Atoms in the order of the program's indices."""
        sorts = self.ring.atom_sorts
        first = {a: min(map(self.place, self._by_sort.get(sorts[a], [])), default=0) for a in atoms}
        return tuple(sorted(first, key=lambda atom: (first[atom], atom)))

    def sort_of(self, index: str) -> int:
        """The sort of an index by its name."""
        return next((sort for sort, names in self._by_sort.items() if index in names), -1)

    def reserved(self, name: str) -> str:
        """A name like this that nothing else has."""
        found = fresh_name(name, self._taken)
        self._taken.add(found)
        return found

    def temporaries(self) -> TemporaryNames:
        """Fresh names for tensors, from the first on."""
        return TemporaryNames(frozenset(self._taken))


class TemporaryNames:
    """Short names that nothing else in the program has."""

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = set(taken)

    def next(self) -> str:
        """One more name: letters first, then letters with numbers."""
        number = 1
        while True:
            for letter in _TEMPORARIES:
                name = letter if number == 1 else f"{letter}{number}"
                if name not in self._taken:
                    self._taken.add(name)
                    return name
            number += 1
