"""Derivatives in the notation of Leibniz: `∂f/∂y`, `dg/dx`, `∂²f/∂y∂z`, `∂/∂x (...)`, as lines or with `\\frac`.

Works on the tokens of one line, before the names in it are typed. A derivative of a declared function becomes the
function's name with the orders by its parameters, to be called or taken at its own point. A derivative of anything else
is the adjoint of what it is taken by (`∂L/∂x` is x.grad); where derivatives may be taken, it is a call of OPERATOR
with what is differentiated and the cell by which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.errors import ReadingError
from symgrad.language.program import Ref
from symgrad.language.reading.lexer import Token, bracket_step, glued
from symgrad.language.reading.source import Source
from symgrad.language.reading.vocabulary import Vocabulary, closing

OPERATOR = "∂"
"""The name under which a draft calls for the derivative of an expression by a cell."""

MAX_ORDER = 10
"""The highest order of a derivative."""

_SEPARATE_D = re.compile(r"d([0-9])?")
_OPENING = frozenset({"_OPEN", "_LSQB"})


@dataclass(frozen=True)
class _Cell:
    """A name with the brackets behind it, or a bracket."""

    tokens: tuple[Token, ...]

    @property
    def name(self) -> str:
        """The name, where it is one without brackets; else ""."""
        return self.tokens[0].value if len(self.tokens) == 1 else ""


@dataclass(frozen=True)
class _Derivative:
    """A derivative as it is written: of what (None for an operator alone), by what, one cell for each order."""

    above: _Cell | None
    below: tuple[_Cell, ...]
    order: int
    end: int
    start: Token
    shaped: bool


def derivatives(source: Source, vocabulary: Vocabulary, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with every derivative replaced by what it means.

    Raises ReadingError for what is no derivative, or none that can be taken.
    """
    if not any(token.type == "PARTIAL" or token.value[:1] == "d" for token in tokens):
        return list(tokens)
    return _Pass(source, vocabulary, tokens).run(0, len(tokens))


class _Pass:
    """Goes through the tokens of a line; `depth` counts the derivatives that stand around them."""

    def __init__(self, source: Source, vocabulary: Vocabulary, tokens: Sequence[Token], depth: int = 0) -> None:
        self.depth = depth
        self.source = source
        self.vocabulary = vocabulary
        self.tokens = tokens
        self.close = closing(tokens)

    def run(self, at: int, end: int) -> list[Token]:
        """The tokens from `at` up to `end`, with derivatives as what they mean."""
        out: list[Token] = []
        while at < end:
            made, at = self._one(at)
            out += made
        return out

    def _one(self, at: int) -> tuple[list[Token], int]:
        """What stands for the token at `at`, or for the derivative that begins there, and where to go on."""
        found = self._derivative(at)
        if found is not None:
            return self._meaning(found)
        if self.tokens[at].type == "PARTIAL":
            raise self._no_derivative(self.tokens[at])
        return [self.tokens[at]], at + 1

    # What is written.

    def _derivative(self, at: int) -> _Derivative | None:
        """The derivative that begins at `at`, if one does."""
        start = self.tokens[at]
        if start.type == "FRACTION" and at + 1 in self.close and self.close[at + 1] + 1 in self.close:
            middle = self.close[at + 1]
            if self._type(at + 2) != "PARTIAL" and not self._is_d(at + 2):
                return None
            found = self._parts(at + 2, middle, middle + 2, self.close[middle + 1])
            end = self.close[middle + 1] + 1
        elif start.type == "PARTIAL" or self._is_d(at):
            slash = self._above_end(at)
            if slash is None or self._type(slash) != "TIMES" or self.tokens[slash].value != "/":
                return None
            found = self._parts(at, slash, slash + 1, None)
            end = 0
        else:
            return None
        if found is None:
            return None
        above, below, order, last = found
        if start.type == "NAME" and not self.vocabulary.derives and not self._is_loss(above):
            return None  # dp[b]/dZ[b] is a quotient of adjoints
        if len(below) != order:
            raise self._orders_differ(start)
        return _Derivative(above, below, order, end or last, start, start.type == "FRACTION")

    def _is_loss(self, above: _Cell | None) -> bool:
        """Whether what is differentiated is a declared function or scalar."""
        name = above.name if above is not None else ""
        return name in self.vocabulary.functions or self.vocabulary.tensors.get(name) == 0

    def _parts(
        self, above: int, above_end: int, below: int, below_end: int | None
    ) -> tuple[_Cell | None, tuple[_Cell, ...], int, int] | None:
        """What stands above and below, the order above, and where what stands below ends."""
        after, order, rest = self._sign(above)
        what = self._cell(after, rest)
        if what is None and after != above_end:
            return None
        if what is not None and after + len(what.tokens) - bool(rest) != above_end:
            return None
        cells: list[_Cell] = []
        at = below
        while (below_end is None and len(cells) < order) or (below_end is not None and at < below_end):
            if self._type(at) != "PARTIAL" and not self._is_d(at):
                if cells:
                    break
                return None
            at, _, rest = self._sign(at)
            cell = self._cell(at, rest)
            if cell is None:
                return None
            at += len(cell.tokens) - bool(rest)
            count, at = self._order(at)
            cells += [cell] * min(count, MAX_ORDER + 1)
        return what, tuple(cells), order, at

    def _sign(self, at: int) -> tuple[int, int, Token | None]:
        """Where what follows a sign ∂ or d begins, its order, and the rest of the sign's own name: x of `dx`."""
        token = self.tokens[at]
        if token.type == "PARTIAL":
            count, after = self._order(at + 1)
            if count == 1 and self._type(at + 1) == "NUMBER" and glued(token, self.tokens[at + 1]):
                count, after = self._whole(at + 1), at + 2
            return after, count, None
        separate = _SEPARATE_D.fullmatch(token.value)
        if separate is None:
            name = self.vocabulary.aliases.get(token.value[1:], token.value[1:])
            return at + 1, 1, Token(token.type, name, token.start + 1, token.end, token.place)
        count, after = self._order(at + 1)
        return after, int(separate[1]) if separate[1] else count, None

    def _order(self, at: int) -> tuple[int, int]:
        """The order that a power at `at` gives, and where it ends; 1 where there is none."""
        if self._type(at) != "POWER":
            return 1, at
        if self._type(at + 1) == "NUMBER":
            return self._whole(at + 1), at + 2
        if self.close.get(at + 1) == at + 3 and self._type(at + 2) == "NUMBER":
            return self._whole(at + 2), at + 4
        return 1, at

    def _whole(self, at: int) -> int:
        token = self.tokens[at]
        if not token.value.isdigit() or not 0 < int(token.value) <= MAX_ORDER:
            hint = f"write a whole number from 1 to {MAX_ORDER}"
            raise self.source.error(f"{token.value} is no order of a derivative", token.place, hint)
        return int(token.value)

    def _cell(self, at: int, rest: Token | None) -> _Cell | None:
        """The name at `at` (or the rest of the sign before it) with its brackets, or the round bracket there."""
        if rest is None and self._type(at) == "_OPEN" and self.tokens[at].value == "(":
            return _Cell(tuple(self.tokens[at : self.close[at] + 1]))
        if rest is None and self._type(at) != "NAME":
            return None
        first, after = (rest, at) if rest is not None else (self.tokens[at], at + 1)
        if self._type(after) == "_LSQB" and after in self.close:
            return _Cell((first, *self.tokens[after : self.close[after] + 1]))
        return _Cell((first,))

    def _above_end(self, at: int) -> int | None:
        """Where the part above a `/` ends, which begins at `at` with a sign."""
        after, _, rest = self._sign(at)
        what = self._cell(after, rest)
        return after + (0 if what is None else len(what.tokens) - bool(rest))

    def _type(self, at: int) -> str:
        return self.tokens[at].type if at < len(self.tokens) else ""

    def _is_d(self, at: int) -> bool:
        """Whether the d of a derivative stands at `at`: in front of a known name, or alone before one."""
        if self._type(at) != "NAME":
            return False
        name, vocabulary = self.tokens[at].value, self.vocabulary
        if name[0] != "d" or vocabulary.declared(name) or vocabulary.is_own(name):
            return False
        if not _SEPARATE_D.fullmatch(name):
            return self._is_known(name[1:]) or name[1:] in vocabulary.targets
        at += 1 + 2 * (self._type(at + 1) == "POWER" and self._type(at + 2) == "NUMBER")
        at = self.close[at + 1] + 1 if self._type(at) == "POWER" and at + 1 in self.close else at
        known = self._type(at) == "NAME" and vocabulary.declared(self.tokens[at].value)
        return known or self._is_slash(at) or self._type(at) in {"_OPEN", "_CLOSE"}

    def _is_slash(self, at: int) -> bool:
        return self._type(at) == "TIMES" and self.tokens[at].value == "/"

    # What it means.

    def _meaning(self, found: _Derivative) -> tuple[list[Token], int]:
        """The tokens that stand for a derivative, and where to go on."""
        end = found.end
        self.depth += 1
        if self.depth > MAX_ORDER:
            hint = "give the inner derivative a name"
            raise self.source.error(f"more than {MAX_ORDER} derivatives in one another", found.start.place, hint)
        made, end = self._told(found, end)
        self.depth -= 1
        return made, end

    def _told(self, found: _Derivative, end: int) -> tuple[list[Token], int]:
        if found.shaped and len(found.below) == 1 and found.below[0].name and self._type(end) == "_LSQB":
            brackets = self.tokens[end : self.close[end] + 1]  # \frac{∂L}{∂w}[b] is by w[b]
            below = (_Cell((*found.below[0].tokens, *brackets)),)
            end = self.close[end] + 1
            found = _Derivative(found.above, below, 1, end, found.start, True)
        if found.above is None:
            return self._operator(found, end)
        name = found.above.name
        if name in self.vocabulary.functions and name not in self.vocabulary.tensors:
            return self._of_function(found, name, end)
        if name and found.order == 1 and not (self.vocabulary.derives and self._is_known(name)):
            return self._adjoint(found, name), end
        if not self.vocabulary.derives:
            raise self._no_derivative(found.start)
        operand = self._bracketed(found.above.tokens)
        return self._taken(found, operand), end

    def _is_known(self, name: str) -> bool:
        """Whether a name is declared, with indices below it (`y_i`) perhaps."""
        name = self.vocabulary.aliases.get(name, name)
        stem, _, below = name.partition("_")
        return self.vocabulary.declared(name) or (bool(below) and self.vocabulary.tensors.get(stem, 0) > 0)

    def _adjoint(self, found: _Derivative, loss: str) -> list[Token]:
        if self.vocabulary.is_tensor(loss):
            raise self._no_derivative(found.start)
        first, *brackets = found.below[0].tokens
        last = found.below[0].tokens[0] if brackets else first
        name = Token("NAME", f"{first.value}.grad", found.start.start, last.end, found.start.place)
        return [name, *brackets]

    def _of_function(self, found: _Derivative, function: str, end: int) -> tuple[list[Token], int]:
        parameters = self.vocabulary.functions[function]
        by = [cell.name for cell in found.below]
        unknown = next((cell for cell in found.below if cell.name not in parameters), None)
        if unknown is not None:
            known = unknown.name and self.vocabulary.declared(unknown.name)
            if self.vocabulary.derives and known and not any(name in parameters for name in by):
                assert found.above is not None
                start, orders = found.start, (0,) * len(parameters)
                bare = Token("NAME", function, start.start, start.end, start.place, orders)
                return self._taken(found, [bare]), end
            raise self.source.error(
                f"the function {function} has no parameter {unknown.tokens[0].value}",
                unknown.tokens[0].place,
                f"its parameters are {', '.join(parameters)}",
            )
        orders = tuple(by.count(parameter) for parameter in parameters)
        last = self.tokens[end - 1]
        called = has_arguments(self.vocabulary, self.source, self.tokens, end, function, close=self.close, leibniz=True)
        type_ = "CALL" if called else "NAME"
        return [Token(type_, function, found.start.start, last.end, found.start.place, orders)], end

    def _operator(self, found: _Derivative, end: int) -> tuple[list[Token], int]:
        """`∂/∂x` with what it is applied to: a bracket, a name or another derivative."""
        if not self.vocabulary.derives:
            raise self._no_derivative(found.start)
        if self._type(end) == "_OPEN" and end in self.close:
            after = self.close[end] + 1
            return self._taken(found, self.run(end, after)), after
        inner = self._derivative(end) if end < len(self.tokens) else None
        if inner is not None:
            made, after = self._meaning(inner)
            if after in self.close and made[-1].type == "CALL":
                made, after = [*made, *self.run(after, self.close[after] + 1)], self.close[after] + 1
            return self._taken(found, made), after
        cell = self._cell(end, None)
        if cell is None or self._type(end + 1) == "UNDERSCORE":
            raise self.source.error(
                "what is this derivative taken of?", found.start.place, "write ∂/∂x (...) with brackets, or ∂y/∂x"
            )
        after = end + len(cell.tokens)
        if self._type(after) == "_OPEN" and self.tokens[after].value == "(":
            after = self.close[after] + 1
        return self._taken(found, self.run(end, after)), after

    def _taken(self, found: _Derivative, operand: list[Token]) -> list[Token]:
        """The calls of OPERATOR by each cell, the last one written first."""
        for cell in reversed(found.below):
            start = found.start
            call = Token("CALL", OPERATOR, start.start, start.end, start.place)
            opening, comma, end = start.like("_OPEN", "("), start.like("_COMMA", ","), start.like("_CLOSE", ")")
            operand = [call, opening, *operand, comma, *cell.tokens, end]
        return operand

    def _bracketed(self, tokens: Sequence[Token]) -> list[Token]:
        """What is differentiated, its own derivatives told."""
        return _Pass(self.source, self.vocabulary, tokens, self.depth).run(0, len(tokens))

    def _no_derivative(self, start: Token) -> ReadingError:
        hint = "write x.grad for the adjoint of x"
        return self.source.error("a partial derivative is written ∂L/∂x here, with a scalar L", start.place, hint)

    def _orders_differ(self, start: Token) -> ReadingError:
        hint = "the second derivative is ∂²f/∂y² or ∂²f/∂y∂z, the square of the first (∂f/∂y)^2"
        return self.source.error("this derivative has one order above and another below", start.place, hint)


def has_arguments(
    vocabulary: Vocabulary,
    source: Source,
    tokens: Sequence[Token],
    opening: int,
    function: str,
    *,
    close: dict[int, int],
    leibniz: bool = False,
) -> bool:
    """Whether the bracket at `opening` holds the arguments of the derivative before it, and is no factor.

    A function of several parameters is called with as many arguments; with another number of them, the bracket is a
    factor where the function has a point at which it is taken. Of one parameter, what is certain is told and the rest
    asked back.
    """
    if opening not in close or tokens[opening].type != "_OPEN":
        return False
    inside = tokens[opening + 1 : close[opening]]
    count, arity = _listed(inside), len(vocabulary.functions[function])
    point = vocabulary.point(function)
    if arity > 1 or count != 1:
        return count == arity or point is None or count > 1
    close_by = glued(tokens[opening - 1], tokens[opening]) and not leibniz
    if close_by or point is None or [token.type for token in inside] == ["NUMBER"]:
        return True
    if len(inside) == 1 and isinstance(point[0], Ref) and inside[0].value == point[0].name:
        return True
    if inside[0].type == "NAME" and inside[1:] and inside[1].type in _OPENING and closing(inside)[1] == len(inside) - 1:
        return True  # one cell
    raise source.error(
        f"is this the point at which {function} is differentiated, or a factor?",
        tokens[opening].place,
        f"write {function}'(...) for the derivative at a point, and * before a factor",
    )


def _listed(inside: Sequence[Token]) -> int:
    """How many expressions stand between brackets."""
    depth, commas = 0, 0
    for token in inside:
        depth += bracket_step(token)
        commas += depth == 0 and token.type == "_COMMA"
    return commas + 1 if inside else 0
