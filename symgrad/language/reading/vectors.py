"""Reads expressions of whole vectors and matrices, without indices: `diag(y) - y y^T`, `y * (y.grad - y.grad · y)`.

The syntax is that of all expressions. What stands with its indices, as `sum_j y[j]`, is read as always and is a scalar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symgrad.errors import LegalityError, Place
from symgrad.language.arrays import Array, Arrays, scalar
from symgrad.language.build import call, power
from symgrad.language.functions import CONSTANTS, FUNCTIONS
from symgrad.language.program import Expr, Ref
from symgrad.language.reading.expressions import ExpressionReader
from symgrad.language.reading.lexer import Token
from symgrad.language.reading.syntax import bare_name, first, rule

if TYPE_CHECKING:
    from symgrad.language.reading.syntax import Syntax

MODULES = ("np.", "numpy.", "torch.", "jnp.")
"""What may stand in front of a function of arrays."""

TRANSPOSED = ".T"

MAX_PARTS = 200
"""The most vectors, matrices and operations of one expression."""

_ONE_ARGUMENT = {
    "diag": "diagonal",
    "diagonal": "diagonal",
    "Diag": "diagonal",
    "transpose": "transposed",
    "trace": "traced",
    "tr": "traced",
    "sum": "summed",
    "mean": "averaged",
}
_TWO_ARGUMENTS = {"dot": "dot", "inner": "dot", "vdot": "dot", "outer": "outer", "matmul": "product"}

FUNCTIONS_OF_ARRAYS = frozenset((*_ONE_ARGUMENT, *_TWO_ARGUMENTS))
"""Functions that are more than a function of every cell."""


class VectorReader:
    """Reads syntax trees as arrays.

    Args:
        expressions: reads what has indices.
        extents: the extents of the tensors that may stand without indices, as a draft has them.
        arrays: the operations.
    """

    def __init__(self, expressions: ExpressionReader, extents: Mapping[str, Sequence[Expr]], arrays: Arrays) -> None:
        self.expressions = expressions
        self.extents = extents
        self.arrays = arrays
        self._parts = 0
        self._ranked = 0  # vectors and matrices read so far
        self._readers: dict[str, Callable[[Any], Array]] = {
            "sum": self._sum,
            "signed": self._signed,
            "product": self._product,
            "power": self._power,
            "call": self._call,
            "apply": self._apply,
            "fraction": self._fraction,
            "cell": self._cell,
        }

    def read(self, tree: Syntax) -> Array:
        """The array of a tree.

        Raises ReadingError, and LegalityError where ranks or sizes do not fit.
        """
        place = first(tree).place
        reader = self._readers.get(rule(tree))
        if reader is None:
            return scalar(self.expressions.read(tree, frozenset()))
        self.expressions.count(tree)
        self._parts += 1
        if self._parts > MAX_PARTS:
            hint = "give parts of it names of their own"
            raise self.expressions.error(f"more than {MAX_PARTS} vectors, matrices and signs", place, hint)
        self.expressions.depth += 1
        made = reader(tree)
        self.expressions.depth -= 1
        self._ranked += bool(made.rank)
        return replace(made, place=place)

    def _sum(self, tree: Any) -> Array:
        total: Array | None = None
        sign = "PLUS"
        for child in tree.children:
            if isinstance(child, Token):
                sign = child.type
                continue
            term = self.read(child)
            term = self.arrays.negated(term) if sign == "MINUS" else term
            total = term if total is None else self.arrays.added(total, term)
        assert total is not None
        return total

    def _signed(self, tree: Any) -> Array:
        sign, child = tree.children
        value = self.read(child)
        return self.arrays.negated(value) if sign.type == "MINUS" else value

    def _product(self, tree: Any) -> Array:
        made: Array | None = None
        operator = ""
        for child in tree.children:
            if isinstance(child, Token):
                operator = child.value
                continue
            factor = self.read(child)
            made = factor if made is None else self._times(made, operator, factor)
            operator = ""
        assert made is not None
        return made

    def _times(self, left: Array, operator: str, right: Array) -> Array:
        match operator:
            case "*":
                return self.arrays.times(left, right)
            case "/":
                return self.arrays.over(left, right)
            case "·":
                return self.arrays.dot(left, right)
            case "@":
                return self.arrays.dot(left, right)
            case "":
                return self.arrays.product(left, right)
        raise LegalityError(f"{operator} is not for vectors", right.place)

    def _fraction(self, tree: Any) -> Array:
        _, above, below = tree.children
        return self.arrays.over(self.read(above), self.read(below))

    def _power(self, tree: Any) -> Array:
        base, _, raised = tree.children
        letter, token = bare_name(base), bare_name(raised)
        euler = letter is not None and letter.value == "e" and not self.expressions.vocabulary.is_scalar("e")
        if euler and "e" not in self.extents:
            return self.arrays.mapped(self.read(raised), lambda x: call("exp", x))
        before = self._ranked
        value = self.read(base)
        if token is not None and token.value == "T" and value.rank:
            return self.arrays.transposed(value)
        exponent = self.read(raised)
        if not value.rank and not exponent.rank and self._ranked > before:  # a number made of vectors: (y · y)^2
            return scalar(power(value.cell(()), exponent.cell(())))
        if not value.rank and exponent.rank:
            return self.arrays.mapped(exponent, lambda x: power(value.cell(()), x))
        return self.arrays.raised(value, exponent) if value.rank else scalar(self.expressions.read(tree, frozenset()))

    def _call(self, tree: Any) -> Array:
        function, arguments = tree.children
        name, trees = function.value, arguments.children
        if name in FUNCTIONS_OF_ARRAYS:
            return self._of_arrays(name, function.place, [self.read(argument) for argument in trees])
        before = self._ranked
        values = [self.read(argument) for argument in trees]
        if len(values) == 1 and self._ranked > before:  # of a vector, or of a number made of vectors: sqrt(y · y)
            return self._mapped(function, values[0])
        if len(values) != 1 and any(value.rank for value in values):
            return self._of_two(name, function.place, values)
        if not values or not values[0].rank:
            return scalar(self.expressions.read(tree, frozenset()))
        return self._mapped(function, values[0])

    def _apply(self, tree: Any) -> Array:
        function, argument = tree.children
        before = self._ranked
        value = self.read(argument)
        return (
            self._mapped(function, value) if self._ranked > before else scalar(self.expressions.read(tree, frozenset()))
        )

    def _mapped(self, function: Token, value: Array) -> Array:
        """A function of every cell."""
        name, orders = function.value, function.orders
        if name not in FUNCTIONS and name not in self.expressions.vocabulary.functions:
            hint = f"functions of vectors and matrices are {', '.join(sorted(FUNCTIONS_OF_ARRAYS))}"
            raise self.expressions.error(f"“{name}” is no function of this language", function.place, hint)
        return self.arrays.mapped(value, lambda x: call(name, x, orders=orders, place=function.place))

    def _of_two(self, name: str, place: Place, values: list[Array]) -> Array:
        if len(values) != 2 or name not in {"max", "min"}:
            raise LegalityError(f"{name} takes one argument here, not {len(values)}", place)
        return self.arrays.cellwise(
            values[0], values[1], lambda x, y: call(name, x, y), f"cannot be taken in {name} with"
        )

    def _of_arrays(self, name: str, place: Place, values: list[Array]) -> Array:
        count = 1 if name in _ONE_ARGUMENT else 2
        if len(values) != count:
            words = "one argument" if count == 1 else "two arguments"
            raise LegalityError(f"{name} takes {words}, here are {len(values)}", place)
        if count == 1:
            made: Array = getattr(self.arrays, _ONE_ARGUMENT[name])(values[0])
        else:
            made = getattr(self.arrays, _TWO_ARGUMENTS[name])(*values)
        return made

    def _cell(self, tree: Any) -> Array:
        token = bare_name(tree)
        if token is None or token.orders:
            return scalar(self.expressions.read(tree, frozenset()))
        name = token.value
        transposed = name.endswith(TRANSPOSED) and name not in self.extents
        name = name.removesuffix(TRANSPOSED) if transposed else name
        axes = self.extents.get(name)
        if axes is None and name == "I" and not self.expressions.vocabulary.declared(name):
            return self.arrays.identity(token.place)
        if axes is None or not axes:
            if transposed:
                raise LegalityError(f"{name} is no vector or matrix, so it has no transpose", token.place)
            return scalar(self._bare(tree, name))
        whole = Array(tuple(axes), lambda at: Ref(name, at, place=token.place), place=token.place)
        return self.arrays.transposed(whole) if transposed else whole

    def _bare(self, tree: Any, name: str) -> Expr:
        known = name in self.extents or name in CONSTANTS or self.expressions.vocabulary.declared(name)
        if not known:
            names = [tensor for tensor in self.extents if self.extents[tensor]]
            hint = f"vectors and matrices here are {', '.join(names)}"
            raise LegalityError(f"unknown name {name}", first(tree).place, hint)
        return self.expressions.read(tree, frozenset())
