"""Objects that a construction builds: names given to it, and applications of uninterpreted procedures to objects.

A term is made once: equal terms are one object, so that comparing graphs of any size costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Term:
    """A given object (no arguments) or a procedure applied to arguments, some of which may be no terms."""

    head: str
    args: tuple[object, ...] = ()

    def __repr__(self) -> str:
        return written(self)


class Terms:
    """The table of all terms of one run."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Term] = {}

    def make(self, head: str, args: tuple[object, ...] = ()) -> Term:
        """The term with this head and these arguments.

        >>> terms = Terms()
        >>> terms.make("f", (terms.make("x"),)) is terms.make("f", (terms.make("x"),))
        True
        """
        key = (head, *((id(arg), type(arg)) if isinstance(arg, Term) else (repr(arg), type(arg)) for arg in args))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Term(head, args)
        return found

    def mapped(self, term: object, change: Callable[[Term], object]) -> object:
        """The term with `change` applied to it and all below it, from the leaves up."""
        done: dict[Term, object] = {}
        for part in below((term,)):
            args = tuple(done[arg] if isinstance(arg, Term) else arg for arg in part.args)
            done[part] = change(self.make(part.head, args) if args else part)
        return done[term] if isinstance(term, Term) else term


def below(roots: Iterable[object]) -> Iterator[Term]:
    """All terms that are reached from some, each once, arguments before what is made of them."""
    seen: set[Term] = set()
    pending: list[tuple[object, bool]] = [(root, False) for root in roots]
    while pending:
        term, ready = pending.pop()
        if not isinstance(term, Term) or (term in seen):
            continue
        if ready:
            seen.add(term)
            yield term
        else:
            pending.append((term, True))
            pending += [(arg, False) for arg in term.args]


def applications(roots: Iterable[object]) -> int:
    """How many different applications of procedures the objects are made of: the work."""
    return sum(1 for term in below(roots) if term.args)


def longest_chain(roots: Iterable[object]) -> int:
    """The most applications of which each needs the result of the one before: the depth."""
    depth: dict[Term, int] = {}
    for term in below(roots):
        inner = max((depth[arg] for arg in term.args if isinstance(arg, Term)), default=0)
        depth[term] = inner + 1 if term.args else 0
    return max(depth.values(), default=0)


_WIDEST = 90


def written(value: object) -> str:
    """A term as text, its inside left out where it would be long.

    >>> terms = Terms()
    >>> written(terms.make("f", (terms.make("x"), 2)))
    'f(x, 2)'
    """
    for depth in range(12, -1, -1):
        text = _written(value, depth)
        if len(text) <= _WIDEST or depth == 0:
            return text
    return "..."


def _written(value: object, depth: int) -> str:
    if not isinstance(value, Term):
        return repr(value)
    if not value.args:
        return value.head
    if depth <= 0:
        return f"{value.head}(...)"
    return f"{value.head}({', '.join(_written(arg, depth - 1) for arg in value.args)})"
