"""Finds in an expression what the program has computed already: exp(x[i])/Z is y[i]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.calculus.definitions import definition
from symgrad.calculus.terms import Algebra, Term
from symgrad.language.build import rename
from symgrad.language.program import Expr, Index, Program, Ref
from symgrad.language.walk import expr_children


@dataclass(frozen=True)
class Stored:
    """A tensor and the one product that it is: `cell` has the indices that stand in `term`."""

    cell: Ref
    term: Term

    @property
    def indices(self) -> frozenset[str]:
        """The letters that stand for any indices."""
        return frozenset(s.name for s in self.cell.subscripts if isinstance(s, Index))


def stored(program: Program, names: Iterable[str], algebra: Algebra) -> list[Stored]:
    """Those of the tensors that are products of more than one cell; what comes last in the program first."""
    wanted = set(names)
    found: list[Stored] = []
    for tensor in reversed(program.tensors):
        known = definition(program, tensor.name, algebra.scope) if tensor.name in wanted else None
        terms = algebra.terms(known.value) if known is not None else []
        if known is None or len(terms) != 1:
            continue
        bases = [base for base, _ in terms[0].powers]
        if len(bases) > 1 or (bases and not isinstance(bases[0], Ref | Index)):
            found.append(Stored(Ref(tensor.name, tuple(map(Index, known.indices))), terms[0]))
    return found


def recognised(term: Term, tensors: Sequence[Stored]) -> tuple[Term, list[tuple[Stored, Ref]]]:
    """The term in which products that tensors hold are these, and which were found."""
    found: list[tuple[Stored, Ref]] = []
    for one in tensors:
        while (match := _match(term, one)) is not None:
            term, cell = match
            found.append((one, cell))
    return term, found


def _match(term: Term, one: Stored) -> tuple[Term, Ref] | None:
    """The term with one cell of a tensor in place of its product."""
    for names in _letters(one.term.powers, dict(term.powers), one.indices, {}):
        powers = [(rename(base, names), exponent) for base, exponent in one.term.powers]
        rest = term.divided(powers)
        cell = rename(one.cell, names)
        if rest is not None and isinstance(cell, Ref) and set(names) == one.indices:
            made = Term(rest.coefficient / one.term.coefficient, (*rest.powers,))
            return made.times(Term(Fraction(1), ((cell, Fraction(1)),))), cell
    return None


def _letters(
    pattern: Sequence[tuple[Expr, Fraction]],
    powers: dict[Expr, Fraction],
    free: frozenset[str],
    names: dict[str, Expr],
) -> Iterator[dict[str, Expr]]:
    """The ways to choose indices by which all powers of the pattern are among the powers."""
    if not pattern:
        yield names
        return
    (base, exponent), *rest = pattern
    for candidate, has in powers.items():
        if has * exponent > 0 and abs(has) >= abs(exponent):
            tried = dict(names)
            if _agrees(base, candidate, free, tried) and rename(base, tried) == candidate:
                yield from _letters(rest, powers, free, tried)


def _agrees(pattern: Expr, expr: Expr, free: frozenset[str], names: dict[str, Expr]) -> bool:
    """Whether the expression has the pattern's shape; adds to `names` what its indices stand for."""
    if isinstance(pattern, Index) and pattern.name in free:
        return isinstance(expr, Index) and names.setdefault(pattern.name, expr) == expr
    ours, theirs = expr_children(pattern), expr_children(expr)
    return (
        type(pattern) is type(expr)
        and len(ours) == len(theirs)
        and all(_agrees(a, b, free, names) for a, b in zip(ours, theirs, strict=True))
    )
