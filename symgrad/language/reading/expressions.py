"""From the syntax tree of an expression to the expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any

from symgrad.errors import Place, ReadingError
from symgrad.language.build import add, call, fresh_name, inv, mul, neg, number, power
from symgrad.language.functions import CONSTANTS
from symgrad.language.program import (
    Add,
    Constant,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Mod,
    Mul,
    Neg,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
)
from symgrad.language.ranges import simple_sum
from symgrad.language.reading.capitals import sum_capitals
from symgrad.language.reading.layout import MAX_NESTING
from symgrad.language.reading.lexer import MAX_NODES, Token
from symgrad.language.reading.ranges import MAX_PARTS, Bounds, RangeReader, Scope, indices_of
from symgrad.language.reading.source import Source
from symgrad.language.reading.syntax import bare_name, first, is_number, last, rule
from symgrad.language.reading.vocabulary import Vocabulary

if TYPE_CHECKING:
    from symgrad.language.reading.syntax import Syntax

MAX_EXPONENT = 1000
"""The greatest exponent that may be written, either way from 0."""

_LOWERED = re.compile(r"(?P<index>[^\W\d]\w*'*)?(?P<shift>(?(index)[+-])[0-9]{1,9})?")


class ExpressionReader:
    """Reads the expressions of one text; `ranges` reads the ranges in them.

    `remarks` collects notes to the author. With `capital_sums`, repeated capital letters in index
    positions are summed, but for those in `capitals_kept`.
    """

    def __init__(
        self, source: Source, vocabulary: Vocabulary, bounds: Mapping[str, Bounds], *, capital_sums: bool = False
    ) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.ranges = RangeReader(source, vocabulary, bounds, self.read)
        self.capital_sums = capital_sums
        self.capitals_kept: frozenset[str] = frozenset()
        self.remarks: list[str] = []
        self.nodes = 0
        self.depth = 0
        self._readers: dict[str, Callable[[Any, Scope], Expr]] = {
            "sum": self._sum,
            "signed": self._signed,
            "product": self._product,
            "reduction": self._reduction,
            "apply": self._apply,
            "number": self._number,
            "power": self._power,
            "call": self._call,
            "indicator": self._indicator,
            "fraction": self._fraction,
            "cell": self._cell,
        }

    def error(self, message: str, place: Place | None, hint: str = "") -> ReadingError:
        """A reading error at a place of the text."""
        return self.source.error(message, place, hint)

    def read(self, tree: Syntax, scope: Scope) -> Expr:
        """The expression of a tree, where the indices of `scope` are bound."""
        self.count(tree)
        reader = self._readers.get(rule(tree))
        if reader is None:
            hint = "name an index for the range, in for or under a sum"
            raise self.error("a range stands where one value is meant", last(tree).place, hint)
        self.depth += 1
        expr = reader(tree, scope)
        self.depth -= 1
        if self.capital_sums and not isinstance(expr, Add):
            return sum_capitals(expr, scope, self.capitals_kept)
        return expr

    def count(self, tree: Syntax) -> None:
        """Count a node. Raises ReadingError where there are too many, or they are nested too deeply."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(f"the program has more than {MAX_NODES} parts", first(tree).place, "read it in pieces")
        if self.depth >= MAX_NESTING:
            message = f"this is nested more than {MAX_NESTING} levels deep"
            raise self.error(message, first(tree).place, "give parts of it names of their own")

    # Sums and products.

    def _sum(self, tree: Any, scope: Scope) -> Expr:
        terms: list[Expr] = []
        negative = False
        for child in tree.children:
            if isinstance(child, Token):
                negative = child.type == "MINUS"
            else:
                term = self.read(child, scope)
                terms.append(neg(term) if negative else term)
        return add(*terms, place=first(tree).place)

    def _signed(self, tree: Any, scope: Scope) -> Expr:
        sign, child = tree.children
        value = self.read(child, scope)
        return neg(value, sign.place) if sign.type == "MINUS" else value

    def _product(self, tree: Any, scope: Scope) -> Expr:
        factors: list[Expr] = []
        operator: Token | None = None
        before: Syntax | None = None
        for child in tree.children:
            if isinstance(child, Token):
                operator = child
                if operator.value == "@":
                    hint = "write the sum out: sum_k A[i, k] B[k, j]"
                    raise self.error("“@” means nothing here", operator.place, hint)
                continue
            factor = self.read(child, scope)
            if operator is not None:
                self._check_division(before, operator, factor)
            factors = self._times(factors, operator.value if operator else "*", factor, (before, child), scope)
            operator, before = None, child
        self._remark_on_fractions(tree.children)
        return mul(*factors, place=first(tree).place)

    def _times(
        self, factors: list[Expr], sign: str, factor: Expr, trees: tuple[Syntax | None, Syntax], scope: Scope
    ) -> list[Expr]:
        """The factors so far with one more behind an operator, left-associative."""
        match sign:
            case "/":
                return [*factors, inv(factor)]
            case "//":
                return [FloorDiv(mul(*factors), factor, place=factors[0].place)]
            case "%":
                return [Mod(mul(*factors), factor, place=factors[0].place)]
            case "·" if self._is_vector(trees[0]) and self._is_vector(trees[1]):
                return [*factors[:-1], self._dot(factors[-1], factor, scope)]
        factors.append(factor)
        return factors

    def _is_vector(self, tree: Syntax | None) -> bool:
        """Whether this is the bare name of a tensor that is declared with one index."""
        token = bare_name(tree) if tree is not None else None
        tensors = self.vocabulary.tensors
        return token is not None and tensors.get(token.value, tensors.get(token.value.partition(".")[0])) == 1

    def _dot(self, left: Expr, right: Expr, scope: Scope) -> Expr:
        """The dot product of two vectors that are written without indices."""
        taken = scope | self.vocabulary.indices | self.vocabulary.bound | self.vocabulary.subscripts
        index = fresh_name("i", taken)
        factors = [replace(factor, subscripts=(Index(index),)) for factor in (left, right) if isinstance(factor, Ref)]
        return Reduce("sum", (Range(index),), mul(*factors), place=left.place)

    def _fraction(self, tree: Any, scope: Scope) -> Expr:
        sign, above, below = tree.children
        divisor = self.read(below, scope)
        self._check_divisor(sign, divisor)
        return mul(self.read(above, scope), inv(divisor), place=sign.place)

    def _check_division(self, before: Syntax | None, operator: Token, factor: Expr) -> None:
        """Refuses division by 0, and asks back what the `/` in `ln P(x)/Q(x)` divides."""
        if operator.value in {"/", "//", "%"}:
            self._check_divisor(operator, factor)
        if operator.value != "/" or rule(before) != "apply":
            return
        function = first(before)
        if self.source.plain[function.start] != "√":
            raise self.error(
                f"what does this / divide: what {function.value} is taken of, or its result?",
                operator.place,
                f"write {function.value}(... / ...) or ({function.value} ...) / ...",
            )

    def _check_divisor(self, operator: Token, divisor: Expr) -> None:
        if divisor == number(0):
            raise self.error("this divides by 0", operator.place, "correct the divisor")

    def _remark_on_fractions(self, children: list[Any]) -> None:
        """Notes how `1/2x` and `s^-3/2` are read, since they may be meant otherwise."""
        for at in range(1, len(children) - 1):
            left, slash, right = children[at - 1 : at + 2]
            if not (isinstance(slash, Token) and slash.value == "/" and rule(right) == "number"):
                continue
            below, after = first(right), children[at + 2] if at + 2 < len(children) else slash
            if rule(left) == "power" and _is_lowest_terms(left.children[2], below):
                exponent = self._text(first(left.children[2]), below)
                sentence = f"is a power divided by {below.value}; write ^{{{exponent}}} for a fraction as the exponent"
                self._remark(first(left), below, sentence)
            if not isinstance(after, Token) and self.source.plain[below.end] not in {" ", "\n"}:
                quotient, factor = self._text(first(left), below), first(after)
                other = f"{quotient.removesuffix(below.value)}({below.value} {factor.value} ...)"
                self._remark(
                    first(left), factor, f"is ({quotient}) {factor.value}; write {other} for the other reading"
                )

    def _text(self, start: Token, end: Token) -> str:
        return self.source.plain[start.start : end.end]

    def _remark(self, start: Token, end: Token, sentence: str) -> None:
        self.remarks.append(f"line {start.place.line}: {self._text(start, end)} {sentence}")

    # Powers, calls, atoms.

    def _power(self, tree: Any, scope: Scope) -> Expr:
        base, _, raised = tree.children
        self._ask_about_transpose(base, raised)
        exponent = self.read(raised, scope)
        value = _constant(exponent)
        if value is not None and abs(value) > MAX_EXPONENT:
            message = f"this exponent is greater than {MAX_EXPONENT}"
            raise self.error(message, first(raised).place, "use a smaller exponent")
        token = bare_name(base)
        if token is not None and token.value == "e" and not self._is_scalar_e(scope):
            return call("exp", exponent, place=token.place)
        return power(self.read(base, scope), exponent, first(base).place)

    def _ask_about_transpose(self, base: Syntax, raised: Syntax) -> None:
        token = bare_name(raised)
        indexed = rule(base) == "cell" and bare_name(base) is None
        if token is not None and token.value == "T" and indexed and not self.vocabulary.declared("T"):
            hint = "exchange the indices for a transpose; for a power declare T: size T"
            raise self.error("is this T a transpose or an exponent?", token.place, hint)

    def _is_scalar_e(self, scope: Scope) -> bool:
        """Whether `e` is a scalar, size or index of the text, and so not Euler's number."""
        return self.vocabulary.is_scalar("e") or "e" in self.vocabulary.sizes | self.vocabulary.indices | scope

    def _number(self, tree: Any, scope: Scope) -> Expr:
        (token,) = tree.children
        return number(Fraction(token.value), token.place)

    def _apply(self, tree: Any, scope: Scope) -> Expr:
        function, argument = tree.children
        return call(function.value, self.read(argument, scope), orders=function.orders, place=function.place)

    def _call(self, tree: Any, scope: Scope) -> Expr:
        function, arguments = tree.children
        args = [self.read(argument, scope) for argument in arguments.children]
        if len(args) > MAX_PARTS:
            hint = "reduce over an index instead, as in max_j x[j]"
            raise self.error(f"{function.value} has more than {MAX_PARTS} arguments", function.place, hint)
        while function.value in {"max", "min"} and len(args) > 2:
            args[:2] = [call(function.value, *args[:2], place=function.place)]
        return call(function.value, *args, orders=function.orders, place=function.place)

    def _indicator(self, tree: Any, scope: Scope) -> Expr:
        sign, relation = tree.children
        op, left, right = self.relation(relation)
        return Indicator(op, self.read(left, scope), self.read(right, scope), place=sign.place)

    def relation(self, tree: Any) -> tuple[str, Syntax, Syntax]:
        """The comparison and the two sides of a relation; `==` is `=`."""
        children = tree.children
        if len(children) == 1:
            raise self.error("a comparison is expected here", first(tree).place, "write, for instance, i = j or a >= b")
        if len(children) > 3:
            hint = "compare two things at a time: 1[a < b] 1[b < c]"
            raise self.error("a chain of comparisons", children[3].place, hint)
        left, op, right = children
        return "=" if op.value in {"==", ":="} else op.value, left, right

    def _cell(self, tree: Any, scope: Scope) -> Expr:
        token, arguments, suffix = tree.children[0], tree.children[1:2], tree.children[2:]
        if token.orders:
            return self._at_its_point(token)
        name = token.value + "".join(part.value for part in suffix)
        name = name.removesuffix(".value")
        places = arguments[0].children if arguments else ()
        if len(places) > MAX_PARTS:
            raise self.error(f"more than {MAX_PARTS} indices", first(places[MAX_PARTS]).place, "use fewer indices")
        subscripts = [self.read(argument, scope) for argument in places]
        lowered = self._lowered_subscripts(name, len(subscripts), scope)
        if lowered is None:
            self._remark_on_subscript(token, name, scope)
        if lowered is not None:
            name, subscripts = lowered[0], [*lowered[1], *subscripts]
        if not subscripts:
            return self._bare(name, token.place, scope)
        return Ref(name, tuple(subscripts), place=token.place)

    def _at_its_point(self, token: Token) -> Expr:
        """A declared function or its derivative without arguments: `f_y` is f_y(y, z) where f is taken at y, z."""
        point = self.vocabulary.point(token.value)
        if point is None:
            parameters = ", ".join(self.vocabulary.functions[token.value])
            hint = f"write {token.value}({parameters}) or its derivative with the arguments"
            raise self.error(f"at which point is {token.value} taken?", token.place, hint)
        self.nodes += len(point)
        return call(token.value, *point, orders=token.orders, place=token.place)

    def _remark_on_subscript(self, token: Token, name: str, scope: Scope) -> None:
        """Notes that `x_b` in a loop over b is one name, unless it is declared or computed as such."""
        base, _, below = name.partition("_")
        if below in scope and not self.vocabulary.declared(name) and name not in self.vocabulary.targets:
            self._remark(token, token, f"is one name; write {base}[{below}] for a cell of {base}")

    def _lowered_subscripts(self, name: str, given: int, scope: Scope) -> tuple[str, list[Expr]] | None:
        """`h_{t-1}[b]` as h[t-1, b], where h is declared with just so many indices and `h_{t-1}` is not declared."""
        tensors = self.vocabulary.tensors
        stem, dot, suffix = name.partition(".")
        base, _, below = stem.partition("_")
        known = scope | self.vocabulary.indices if self.vocabulary.derives else scope  # in equations they may be free
        listed = below.strip("{}").split(",")
        if len(listed) == 1 and tensors.get(base, 0) - given > 1 and below not in known:
            listed = self.vocabulary.split_letters(below.strip("{}"))  # J_{ij}
        parts = [_LOWERED.fullmatch(part) for part in listed]
        if not below or stem in tensors or tensors.get(base, 0) != given + len(parts):
            return None
        subscripts: list[Expr] = []
        for part in parts:
            if part is None or (part["index"] and part["index"] not in known):
                return None
            index = [Index(part["index"])] if part["index"] else []
            subscripts.append(simple_sum(*index, number(int(part["shift"] or 0))))
        return base + dot + suffix, subscripts

    def _bare(self, name: str, place: Place, scope: Scope) -> Expr:
        if name in scope or name in self.vocabulary.indices:
            return Index(name, place=place)
        if name in CONSTANTS and not self.vocabulary.is_own(name):
            return Constant(CONSTANTS[name], place=place)
        return Ref(name, place=place)

    def _reduction(self, tree: Any, scope: Scope) -> Expr:
        sign, ranges_tree, body_tree = tree.children
        ranges, weights, inner = self.ranges.read_all(ranges_tree, scope)
        if rule(body_tree) == "signed" and first(body_tree).type == "PLUS":
            hint = "write what is reduced behind its indices"
            raise self.error("nothing stands between this reduction and the +", sign.place, hint)
        if weights and sign.value != "E":
            raise self.error("~ stands only under an expectation", sign.place, "write E_{x ~ P} f")
        if sign.value == "E" and not {r.index for r in ranges} <= indices_of(weights):
            raise self.error("an expectation needs its distribution", sign.place, "write E_{x ~ P} f")
        body = mul(*weights, self.read(body_tree, inner))
        op = sign.value if sign.value in {"max", "min"} else "sum"
        total = Reduce(op, ranges, body, place=sign.place)
        if sign.value == "mean":
            return mul(*(inv(self.ranges.count(r)) for r in ranges), total, place=sign.place)
        return total


def _is_lowest_terms(exponent: Syntax, below: Token) -> bool:
    """Whether an exponent over a number would be a fraction someone may mean: 3/2, but not the 2/2 of `x^2/2`."""
    if not is_number(exponent) or not (last(exponent).value + below.value).isdigit():
        return False
    return int(below.value) > 1 and gcd(int(last(exponent).value), int(below.value)) == 1


def _constant(expr: Expr) -> Fraction | None:
    """The value of an expression of numbers only, its powers bounded; None for any other."""
    match expr:
        case Number(value):
            return value
        case Neg(arg) | Inv(arg):
            inner = _constant(arg)
            if not inner:
                return inner
            return -inner if isinstance(expr, Neg) else 1 / inner
        case Add(args) | Mul(args):
            total = Fraction(isinstance(expr, Mul))
            for arg in args:
                part = _constant(arg)
                if part is None:
                    return None
                total = total * part if isinstance(expr, Mul) else total + part
            return total
        case Pow(base, exponent):
            return _constant_power(_constant(base), _constant(exponent))
    return None


def _constant_power(base: Fraction | None, exponent: Fraction | None) -> Fraction | None:
    """The power of numbers, or one more than any exponent may be where it would be too long to write."""
    if base is None or exponent is None or exponent.denominator != 1 or not base:
        return None
    digits = abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length())
    return base ** int(exponent) if digits < 10_000 else Fraction(MAX_EXPONENT + 1)
