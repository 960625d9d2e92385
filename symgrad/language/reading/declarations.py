"""From the syntax tree of a declaration to what it declares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from symgrad.language.build import number
from symgrad.language.draft import DraftTensor
from symgrad.language.program import Constraint, Expr, FunctionDecl, Index, IndexDecl, Number, Range, Role, SizeDecl
from symgrad.language.reading.expressions import ExpressionReader
from symgrad.language.reading.habits import FORMS
from symgrad.language.reading.lexer import Token
from symgrad.language.reading.ranges import Scope
from symgrad.language.reading.syntax import bare_name, first

_ROLES = {role.value: role for role in Role} | {"distribution": Role.INPUT}

_CLAUSES: dict[str, frozenset[str]] = {
    "index": frozenset({"IN"}),
    "size": frozenset({"COMPARE", "EQUAL"}),
    "input": frozenset({"COMPARE", "ZERO_OUTSIDE"}),
    "param": frozenset({"COMPARE", "ZERO_OUTSIDE"}),
    "const": frozenset({"COMPARE", "ZERO_OUTSIDE"}),
    "accumulator": frozenset({"ZERO_OUTSIDE"}),
    "computed": frozenset({"ZERO_OUTSIDE"}),
    "integer": frozenset({"IN", "ZERO_OUTSIDE"}),
    "distribution": frozenset({"OVER"}),
    "function": frozenset(),
    "output": frozenset(),
}
"""Which clauses may follow the names that a word declares."""

_SIGNED = frozenset({"input", "param", "const"})
_SIGNS = frozenset({">", ">=", "!="})


@dataclass
class Declarations:
    """What the declarations of a text say, in the order they are written."""

    sizes: list[SizeDecl] = field(default_factory=list)
    indices: list[IndexDecl] = field(default_factory=list)
    tensors: list[DraftTensor] = field(default_factory=list)
    functions: list[FunctionDecl] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


class DeclarationReader:
    """Reads the declarations of one text into `found`."""

    def __init__(self, expressions: ExpressionReader) -> None:
        self.expressions = expressions
        self.found = Declarations()

    def read(self, tree: Any) -> None:
        """Reads one declaration or constraint."""
        if tree.data == "constraint":
            self._constraint(tree)
            return
        word, *items = tree.children
        for item in items:
            self._check_clauses(word.value, item)
        match word.value:
            case "index":
                self._indices(items)
            case "size":
                self.found.sizes += [self._size(item) for item in items]
            case "function":
                self.found.functions += [self._function(item) for item in items]
            case "output":
                self.found.outputs += [_name(item).value for item in items]
            case "distribution":
                self._distributions(items)
            case _:
                self.found.tensors += [self._tensor(word.value, item) for item in items]

    def _check_clauses(self, word: str, item: Any) -> None:
        seen: set[str] = set()
        for clause in _clauses(item):
            mark = clause.children[0]
            if mark.type not in _CLAUSES[word] or mark.type in seen:
                form = f"{word} s[b, j] > 0" if word in _SIGNED else FORMS[word]
                raise self.expressions.error(
                    f"“{mark.value}” does not fit a declaration of {word}", mark.place, f"write it as {form}"
                )
            seen.add(mark.type)

    def _need_no_brackets(self, word: str, item: Any) -> None:
        if _axes(item):
            raise self.expressions.error(
                f"{_article(word)} {word} has no brackets", _name(item).place, f"write it as {FORMS[word]}"
            )

    def _indices(self, items: list[Any]) -> None:
        """`index i, k in H`: all names up to a range have that range."""
        waiting: list[Token] = []
        for item in items:
            self._need_no_brackets("index", item)
            waiting.append(_name(item))
            for clause in _clauses(item):
                low, high = self.expressions.ranges.extent(clause.children[1], frozenset())
                for token in waiting:
                    self.expressions.ranges.bounds[token.value] = (low, high)
                    self.found.indices.append(IndexDecl(token.value, low, high, place=token.place))
                waiting = []
        if waiting:
            token = waiting[0]
            hint = f"write index {token.value} in {token.value[0].upper()}"
            raise self.expressions.error(f"the index {token.value} has no range", token.place, hint)

    def _size(self, item: Any) -> SizeDecl:
        self._need_no_brackets("size", item)
        token, minimum, definition = _name(item), 1, None
        for clause in _clauses(item):
            mark, tree = clause.children
            value = self.expressions.read(tree, frozenset())
            if mark.type == "EQUAL":
                definition = value
            elif mark.value in {">=", ">"} and isinstance(value, Number) and value.value.denominator == 1:
                minimum = max(1, int(value.value) + (mark.value == ">"))
            else:
                raise self.expressions.error(
                    "a size is bounded by its least value only", mark.place, f"write size {token.value} >= 2"
                )
        return SizeDecl(token.value, minimum, definition, place=token.place)

    def _function(self, item: Any) -> FunctionDecl:
        token, parameters = _name(item), []
        for axis in _axes(item):
            parameter = bare_name(axis)
            if parameter is None:
                raise self.expressions.error(
                    "a parameter's name is expected here", first(axis).place, f"write it as {FORMS['function']}"
                )
            parameters.append(parameter.value)
        if not parameters:
            hint = f"write function {token.value}(x)"
            raise self.expressions.error(f"the function {token.value} has no parameters", token.place, hint)
        return FunctionDecl(token.value, tuple(parameters), place=token.place)

    def _distributions(self, items: list[Any]) -> None:
        """`P[x], R[x, y] over x, y`: what stands behind `over` goes for all tensors before it."""
        tensors: list[DraftTensor] = []
        over: list[str] = []
        for item in items:
            clauses = _clauses(item)
            if _axes(item) and over:
                self._close_distributions(tensors, over)
                tensors, over = [], []
            if _axes(item):
                tensors.append(self._tensor("distribution", item))
            elif over:
                over.append(_name(item).value)
            else:
                token = _name(item)
                hint = f"write distribution {token.value}[x] over x"
                raise self.expressions.error(f"the distribution {token.value} has no outcomes", token.place, hint)
            over += [clause.children[1].value for clause in clauses]
        self._close_distributions(tensors, over)

    def _close_distributions(self, tensors: list[DraftTensor], over: list[str]) -> None:
        for tensor in tensors:
            labels = [axis.name for axis in tensor.axes if isinstance(axis, Index)]
            summed = tuple(label for label in labels if label in over)
            if over and not summed and tensor is tensors[-1]:
                raise self.expressions.error(
                    f"the distribution {tensor.name} sums over none of its indices",
                    tensor.place,
                    "name one of its indices behind over",
                )
            self.found.tensors.append(replace(tensor, sign=">= 0", over=summed or tuple(labels)))

    def _tensor(self, word: str, item: Any) -> DraftTensor:
        token = _name(item)
        axes = tuple(self._axis(axis) for axis in _axes(item))
        sign, labels, zero_outside = "", None, False
        for clause in _clauses(item):
            mark = clause.children[0]
            if mark.type == "COMPARE":
                sign = self._sign(mark, clause.children[1], token)
            elif mark.type == "IN":
                labels = self.expressions.ranges.extent(clause.children[1], frozenset())
            elif mark.type == "ZERO_OUTSIDE":
                zero_outside = True
        if word == "integer" and labels is None:
            hint = "name its values: integer y[b] in J, or in 1..T"
            raise self.expressions.error(f"which values has the integer {token.value}?", token.place, hint)
        return DraftTensor(token.value, axes, _ROLES[word], sign, labels, zero_outside, place=token.place)

    def _sign(self, mark: Token, tree: Any, token: Token) -> str:
        if mark.value not in _SIGNS or self.expressions.read(tree, frozenset()) != number(0):
            raise self.expressions.error(
                f"of {token.value} only its sign can be declared", mark.place, f"write {token.value} > 0, >= 0 or != 0"
            )
        return f"{mark.value} 0"

    def _axis(self, tree: Any) -> Expr | Range:
        """An index name, a fixed number or size, or a range 0..n; in 1..n cell 0 is there too, and unused."""
        if tree.data == "extent":
            low, high = self.expressions.ranges.extent(tree, frozenset())
            if not isinstance(low, Number) or low.value < 0:
                raise self.expressions.error("an axis begins at 0", low.place, "write it as 0..n")
            return Range("", number(0), high, place=low.place)
        token = bare_name(tree)
        if token is not None and self.expressions.vocabulary.is_index(token.value):
            return Index(token.value, place=token.place)
        return self.expressions.read(tree, frozenset())

    def _constraint(self, tree: Any) -> None:
        word, relation = tree.children
        op, left, right = self.expressions.relation(relation)
        scope: Scope = frozenset(self.expressions.vocabulary.bound | self.expressions.vocabulary.subscripts)
        scope = frozenset(name for name in scope if self.expressions.vocabulary.is_index(name))
        self.found.constraints.append(
            Constraint(op, self.expressions.read(left, scope), self.expressions.read(right, scope), place=word.place)
        )


def _name(item: Any) -> Token:
    token: Token = item.children[0].children[0]
    return token


def _axes(item: Any) -> list[Any]:
    """The trees between the brackets of a declared name."""
    children = item.children[0].children
    return list(children[1].children) if len(children) > 1 else []


def _clauses(item: Any) -> list[Any]:
    return list(item.children[1:])


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
