"""Answers about a Jacobian: equations that hold, one chain of which says what is asked for by other means."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from symgrad.calculus.scope import Scope
from symgrad.course.chains import Chain, Side, names_behind
from symgrad.course.claims import REFUTED, prove_after
from symgrad.course.jacobians import Question, Target
from symgrad.evidence import Verdict
from symgrad.language.build import ZERO, add, inv, map_expr, mul, neg, number, rename
from symgrad.language.program import Expr, Index, Program, Reduce, Ref
from symgrad.language.vectors import AXES
from symgrad.language.walk import free_indices, values_read, walk_expr, written

_SHAPES = {0: "a scalar", 1: "a vector", 2: "a matrix"}


@dataclass(frozen=True)
class Answer:
    """An answer to a question, as chains of equations."""

    question: Question
    chains: tuple[Chain, ...]

    def judged(self) -> Verdict:
        """What is known of an answer: each of its equations has to hold, and one chain to end in what is asked for."""
        for chain in self.chains:
            for left, right in zip(chain.sides, chain.sides[1:], strict=False):
                verdict = prove_after(left.expr, right.expr, chain.context)
                if right.sign == "≠":
                    return Verdict(REFUTED, reason="an answer to this question is made of equations alone")
                if not verdict:
                    where = f"line {right.place.line}: `{left.text}` and `{right.text}`"
                    said = "differ" if verdict.status == REFUTED else "could not be compared"
                    reason = "; ".join(words for words in (f"{where} {said}", verdict.reason) if words)
                    return replace(verdict, reason=reason)
        verdicts = [self._stated(chain) for chain in reversed(self.chains)]
        return next((verdict for verdict in verdicts if verdict), verdicts[0])

    @cached_property
    def _told(self) -> frozenset[str]:
        """The tensors to be derived that an answer says on its way, each by means of what it has said before."""
        told = frozenset[str]()
        for chain in self.chains:
            behind = [self._undone(side.expr, chain.context) - told for side in chain.sides]
            if not all(behind):
                told |= {side.expr.name for side in chain.sides if isinstance(side.expr, Ref) and _is_whole(side.expr)}
        return told

    def _undone(self, expr: Expr, context: Program) -> frozenset[str]:
        """What an expression names that is itself to be derived: the Jacobian, gradients, derivatives left undone."""
        question = self.question
        own = written(question.backward.body) | {*question.backward.outputs} | question.targets[-1].names
        names = names_behind(expr, context, question.context)
        return frozenset(name for name in names if name in own or name.startswith("∂"))

    def _stated(self, chain: Chain) -> Verdict:
        """Whether a chain, whose sides are equal, says what is asked for: by one of its sides, or solved for it."""
        names = frozenset().union(*(target.names for target in self.question.targets))
        for part in (side.expr for side in chain.sides if isinstance(side.expr, Ref) and side.expr.name in names):
            if not _is_whole(part):
                said = f"it gives the cells {self.question.shown(part)} alone, and the other ones are asked for too"
                return Verdict(REFUTED, reason=said)
        fitting = [(target, self._letters_of(chain, target)) for target in self.question.targets]
        clear = [(target, letters) for target, letters in fitting if not isinstance(letters, str)]
        if not clear:
            return Verdict(REFUTED, reason=str(fitting[-1][1]))
        verdicts = [self._among(chain, target, letters) for target, letters in clear]
        for (target, _), verdict in zip(clear, verdicts, strict=True):
            if verdict and target.cell != self.question.asked.cell:
                question = self.question
                said = f"it gives {question.name}; {question.shown(question.asked.value)} follows from it"
                return replace(verdict, evidence=(*verdict.evidence, said))
        return next((verdict for verdict in verdicts if verdict), verdicts[0])

    def _among(self, chain: Chain, target: Target, letters: tuple[str, ...]) -> Verdict:
        """Whether a side of a chain, or its equation solved for the target, is the target at these indices."""
        explicit = [side.expr for side in chain.sides[::-1] if not self._undone(side.expr, chain.context) - self._told]
        verdicts = []
        for expr in itertools.chain(explicit, self._solved(chain, target, letters)):
            verdicts.append(self._at(expr, target, letters, chain.context))
            if verdicts[-1]:
                return verdicts[-1]
        names = self._undone(chain.sides[-1].expr, chain.context) - self._told
        name = next((name for name in sorted(names) if "∂" not in name), self.question.name)
        if not explicit:
            return Verdict(REFUTED, reason=f"it does not say what is asked for: it ends in {name} itself")
        if any(part in target.names for side in chain.sides for part in values_read(side.expr)):
            said = f"its equations hold, but they do not say what {self.question.shown(target.cell)} is"
            return Verdict(REFUTED, reason=said)
        return verdicts[0]

    def _solved(self, chain: Chain, target: Target, letters: tuple[str, ...]) -> Iterator[Expr]:
        """What equations that are linear in the target's cell give for it: `-J = a` and `J + b = c`."""
        at = tuple(map(Index, letters))
        for left, right in pairwise(chain.sides):
            difference = add(left.expr, neg(right.expr))
            rest, once, twice = (_with_cell(difference, target.names, at, number(value)) for value in range(3))
            slope, context = add(once, neg(rest)), chain.context
            if self._undone(slope, context) - self._told or self._undone(rest, context) - self._told:
                continue
            linear = prove_after(add(twice, neg(once)), slope, context)
            if linear and prove_after(slope, ZERO, context).status == REFUTED:
                yield mul(neg(rest), inv(slope))

    def _at(self, value: Expr, target: Target, letters: tuple[str, ...], context: Program) -> Verdict:
        """Whether an expression is what is asked for, at these indices."""
        scope = Scope(context)
        asked = scope.freshen(target.value, frozenset(letters))
        asked = rename(asked, dict(zip(target.letters, map(Index, letters), strict=True)))
        return prove_after(asked, value, replace(context, indices=scope.indices))

    def _letters_of(self, chain: Chain, target: Target) -> tuple[str, ...] | str:
        """The indices of a chain that stand for those of what is asked for; a sentence where it is something else."""
        rank = len(target.letters)
        used = list(dict.fromkeys(name for side in chain.sides for name in free_indices(side.expr)))
        for side in chain.sides:
            named = _cell_letters(side, target)
            if named is not None:
                return named
        for axes, names in AXES.items():
            if used and {name.rstrip("0123456789") for name in used} <= set(names):
                if axes != rank:
                    return f"it is {_SHAPES[axes]}, and {_SHAPES.get(rank, 'an array')} is asked for"
                return tuple(next((u for u in used if u.rstrip("0123456789") == name), name) for name in names)
        if set(used) <= set(target.letters):
            return target.letters
        if len(used) == rank == 1:
            return tuple(used)
        cell = self.question.shown(target.cell)
        return f"it is not clear which cell this is, at {', '.join(used)}: write {cell} = ... in front"


def _cell_letters(side: Side, target: Target) -> tuple[str, ...] | None:
    """The indices of a side that is a cell of what is asked for."""
    cells = [part for part in walk_expr(side.expr) if isinstance(part, Ref) and part.name in target.names]
    bound = {r.index for part in walk_expr(side.expr) if isinstance(part, Reduce) for r in part.ranges}
    for cell in cells:
        letters = tuple(s.name for s in cell.subscripts if isinstance(s, Index))
        if _is_whole(cell) and len(letters) == len(target.letters) and not bound & {*letters}:
            return letters
    return None


def _is_whole(cell: Ref) -> bool:
    """Whether a cell with these subscripts stands for every cell: its subscripts are indices, all different."""
    letters = {s.name for s in cell.subscripts if isinstance(s, Index)}
    return len(letters) == len(cell.subscripts)


def _with_cell(expr: Expr, names: frozenset[str], at: tuple[Expr, ...], value: Expr) -> Expr:
    """The expression with a value for the cell `at` of tensors of these names."""
    if isinstance(expr, Ref) and expr.name in names and expr.subscripts == at:
        return value
    return map_expr(expr, lambda part: _with_cell(part, names, at, value))
