"""What a program says a tensor is, as one expression in its cell's indices; and expressions with that put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symgrad.calculus.scope import Scope
from symgrad.language.build import add, map_expr, neg, rename
from symgrad.language.program import Define, Expr, Index, Program, Range, Reduce, Ref
from symgrad.language.walk import free_indices, values_read, walk_statements


@dataclass(frozen=True)
class Definition:
    """A tensor's value as an expression: `indices` stand for its subscripts."""

    indices: tuple[str, ...]
    value: Expr

    def at(self, subscripts: tuple[Expr, ...], scope: Scope) -> Expr:
        """The value at some subscripts."""
        free = frozenset(name for subscript in subscripts for name in free_indices(subscript))
        value = scope.freshen(self.value, free | frozenset(self.indices))
        return rename(value, dict(zip(self.indices, subscripts, strict=True)))


def definition(program: Program, name: str, scope: Scope) -> Definition | None:
    """What a complete program computes in a tensor; None where that is no expression in its cell's indices alone.

    It is one where every statement that writes the tensor goes through all of its cells, with indices over their own
    ranges, and none reads the tensor itself.
    """
    tensor = program.tensor_named[name]
    terms: list[Expr] = []
    letters: tuple[str, ...] = ()
    for around, statement in walk_statements(program.body):
        if statement.target.name != name:
            continue
        own = tuple(s.name for s in statement.target.subscripts if isinstance(s, Index))
        bound = {r.index for r in around}
        plain = len(own) == len(tensor.axes) == len(set(own)) and set(own) <= bound
        if not plain or not all(r.whole for r in around) or name in values_read(statement.value) or tensor.given:
            return None
        if isinstance(statement, Define) and (terms or bound != set(own)):
            return None
        rest = tuple(Range(r.index) for r in around if r.index not in own)
        value = statement.value if isinstance(statement, Define) or statement.sign > 0 else neg(statement.value)
        value = Reduce("sum", rest, value) if rest else value
        letters = letters or own
        if own != letters:
            value = Definition(own, value).at(tuple(map(Index, letters)), scope)
        terms.append(value)
    return Definition(letters, add(*terms)) if terms else None


def put_in(expr: Expr, definitions: Mapping[str, Definition], scope: Scope) -> Expr:
    """The expression with the cells of some tensors replaced by what they are."""
    if isinstance(expr, Ref) and expr.name in definitions:
        return definitions[expr.name].at(expr.subscripts, scope)
    return map_expr(expr, lambda part: put_in(part, definitions, scope))
