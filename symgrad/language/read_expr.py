"""From the syntax tree of an expression to the expression."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.errors import Place, ReadingError
from symgrad.language.build import add, call, fresh_name, inv, map_expr, mul, neg, number, power
from symgrad.language.functions import CONSTANTS
from symgrad.language.layout import MAX_NESTING
from symgrad.language.lexer import MAX_NODES, Token
from symgrad.language.program import (
    Add,
    Call,
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
    walk_expr,
)
from symgrad.language.source import Source
from symgrad.language.vocabulary import Vocabulary

if TYPE_CHECKING:
    from lark import Tree

    Syntax = Tree[Token] | Token

MAX_EXPONENT = 1000
"""The greatest exponent that may be written, either way from 0."""

Scope = frozenset[str]
"""The indices that are bound where an expression stands."""

Bounds = tuple[Expr, Expr]
"""The least and the greatest value of an index."""

_CAPITAL = re.compile(r"[A-Z][0-9]*'*")
_LOWERED = re.compile(r"(?P<index>[^\W\d]\w*'*)?(?P<shift>(?(index)[+-])[0-9]{1,9})?")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class ExpressionReader:
    """Reads the expressions of one text.

    `bounds` are the ranges of the indices that are declared, here or in the context, or whose range
    a first `for b in B` has told; `declared_here` lists the latter. `remarks` collects notes to the author.
    """

    def __init__(
        self, source: Source, vocabulary: Vocabulary, bounds: Mapping[str, Bounds], *, capital_sums: bool = False
    ) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.bounds = dict(bounds)
        self.told: list[str] = []
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
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES:
            raise self.error(f"the program has more than {MAX_NODES} parts", _first(tree).place, "read it in pieces")
        if self.depth > MAX_NESTING:
            raise self.error(
                f"this is nested more than {MAX_NESTING} levels deep",
                _first(tree).place,
                "give parts of it names of their own",
            )
        reader = None if isinstance(tree, Token) else self._readers.get(str(tree.data))
        if reader is None:
            token = _last(tree)
            raise self.error("a range stands where one value is meant", token.place, "name an index for it")
        expr = reader(tree, scope)
        if self.capital_sums and not isinstance(expr, Add):
            expr = self._sum_capitals(expr, scope)
        self.depth -= 1
        return expr

    # Sums and products.

    def _sum(self, tree: Any, scope: Scope) -> Expr:
        terms: list[Expr] = []
        negative = False
        for child in tree.children:
            if isinstance(child, Token):
                negative = child.type == "MINUS"
                continue
            term = self.read(child, scope)
            terms.append(neg(term) if negative else term)
        return add(*terms, place=_first(tree).place)

    def _signed(self, tree: Any, scope: Scope) -> Expr:
        sign, child = tree.children
        value = self.read(child, scope)
        return neg(value, sign.place) if sign.type == "MINUS" else value

    def _product(self, tree: Any, scope: Scope) -> Expr:
        children = tree.children
        factors: list[Expr] = []
        operator: Token | None = None
        before: Syntax | None = None
        for child in children:
            if isinstance(child, Token):
                operator = child
                if operator.value == "/":
                    self._ask_back_bare_function(before, operator)
                continue
            factor = self.read(child, scope)
            sign = operator.value if operator else "*"
            if operator is not None and sign in {"/", "//", "%"}:
                self._check_divisor(factor, operator)
            factors = self._times(factors, sign, factor, (before, child), scope)
            operator, before = None, child
        self._remark_on_fractions(children)
        return mul(*factors, place=_first(tree).place)

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
        """Whether this is a bare name of a declared tensor of one index."""
        if tree is None or isinstance(tree, Token) or tree.data != "cell" or len(tree.children) != 1:
            return False
        name = str(tree.children[0].value)  # type: ignore[union-attr]
        tensors = self.vocabulary.tensors
        return tensors.get(name, tensors.get(name.partition(".")[0])) == 1

    def _dot(self, left: Expr, right: Expr, scope: Scope) -> Expr:
        """The dot product of two vectors that are written without indices."""
        taken = scope | self.vocabulary.indices | self.vocabulary.bound | self.vocabulary.subscripts
        index = fresh_name("i", taken)
        factors = [replace(factor, subscripts=(Index(index),)) for factor in (left, right) if isinstance(factor, Ref)]
        return Reduce("sum", (Range(index),), mul(*factors), place=left.place)

    def _check_divisor(self, divisor: Expr, operator: Token) -> None:
        if divisor == number(0):
            raise self.error("this divides by 0", operator.place, "correct the divisor")

    def _ask_back_bare_function(self, before: Syntax | None, slash: Token) -> None:
        """`ln P(x)/Q(x)` may be meant as ln(P(x)/Q(x)) or as (ln P(x))/Q(x)."""
        if before is None or isinstance(before, Token) or before.data != "apply":
            return
        function = before.children[0]
        if isinstance(function, Token) and self.source.plain[function.start] != "√":
            raise self.error(
                f"what does this / divide: what {function.value} is taken of, or its result?",
                slash.place,
                f"write {function.value}(... / ...) or ({function.value} ...) / ...",
            )

    def _remark_on_fractions(self, children: list[Any]) -> None:
        """Notes how `1/2x` and `s^-3/2` are read, since they may be meant otherwise."""
        for at in range(1, len(children) - 1):
            slash, right = children[at], children[at + 1]
            if not (isinstance(slash, Token) and slash.value == "/" and _data(right) == "number"):
                continue
            left, below = children[at - 1], right.children[0]
            if _data(left) == "power" and _is_number(left.children[2]):
                exponent = self._text(_first(left.children[2]), below)
                sentence = f"is a power divided by {below.value}; write ^{{{exponent}}} for a fraction as the exponent"
                self._remark(_first(left), below, sentence)
            after = children[at + 2] if at + 2 < len(children) else slash
            if not isinstance(after, Token) and self.source.plain[below.end] not in {" ", "\n"}:
                start, factor = _first(left), _first(after)
                quotient = self._text(start, below)
                self._remark(start, factor, f"is ({quotient}) {factor.value}; write {quotient[:-1]}({below.value} {factor.value}) for the other reading")

    def _text(self, first: Token, last: Token) -> str:
        return self.source.plain[first.start : last.end]

    def _remark(self, first: Token, last: Token, sentence: str) -> None:
        self.remarks.append(f"line {first.place.line}: {self._text(first, last)} {sentence}")

    def _fraction(self, tree: Any, scope: Scope) -> Expr:
        sign, above, below = tree.children
        divisor = self.read(below, scope)
        self._check_divisor(divisor, sign)
        return mul(self.read(above, scope), inv(divisor), place=sign.place)

    # Powers, calls, atoms.

    def _power(self, tree: Any, scope: Scope) -> Expr:
        base, sign, raised = tree.children
        exponent = self.read(raised, scope)
        value = _constant(exponent)
        if value is not None and abs(value) > MAX_EXPONENT:
            raise self.error(
                f"this exponent is greater than {MAX_EXPONENT}", _first(raised).place, "use a smaller exponent"
            )
        if base.data == "cell" and len(base.children) == 1 and base.children[0].value == "e":
            declared = self.vocabulary.tensors.get("e") == 0 or "e" in self.vocabulary.sizes | scope
            if not declared and not self.vocabulary.is_scalar("e"):
                return call("exp", exponent, place=base.children[0].place)
        return power(self.read(base, scope), exponent, _first(base).place)

    def _number(self, tree: Any, scope: Scope) -> Expr:
        (token,) = tree.children
        return number(Fraction(token.value), token.place)

    def _apply(self, tree: Any, scope: Scope) -> Expr:
        function, argument = tree.children
        return call(function.value, self.read(argument, scope), orders=function.orders, place=function.place)

    def _call(self, tree: Any, scope: Scope) -> Expr:
        function, arguments = tree.children
        args: list[Expr] = []
        for argument in arguments.children:
            args.append(self.read(argument, scope))
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
            raise self.error("a comparison is expected here", _first(tree).place, "write, for instance, i = j or a >= b")
        if len(children) > 3:
            raise self.error(
                "a chain of comparisons", children[3].place, "compare two things at a time: 1[a < b] 1[b < c]"
            )
        left, op, right = children
        return "=" if op.value in {"==", ":="} else op.value, left, right

    def _cell(self, tree: Any, scope: Scope) -> Expr:
        token, arguments, name = tree.children[0], tree.children[1:], tree.children[0].value
        subscripts: list[Expr] = []
        for argument in arguments[0].children if arguments else ():
            subscripts.append(self.read(argument, scope))
        if len(arguments) > 1:
            name += arguments[1].value.replace(".value", "")
        if lowered := self._lowered_subscripts(name, len(subscripts), scope):
            name, subscripts = lowered[0], [*lowered[1], *subscripts]
        if not subscripts:
            return self._bare(name, token.place, scope)
        return Ref(name, tuple(subscripts), place=token.place)

    def _lowered_subscripts(self, name: str, given: int, scope: Scope) -> tuple[str, list[Expr]] | None:
        """`h_{t-1}[b]` as h[t-1, b], where h is declared with just so many indices and `h_{t-1}` is not declared."""
        tensors = self.vocabulary.tensors
        stem, dot, suffix = name.partition(".")
        base, _, below = stem.partition("_")
        parts = [_LOWERED.fullmatch(part) for part in below.strip("{}").split(",")]
        if not below or stem in tensors or tensors.get(base, 0) != given + len(parts):
            return None
        subscripts: list[Expr] = []
        for part in parts:
            if part is None or (part["index"] and part["index"] not in scope):
                return None
            index = [Index(part["index"])] if part["index"] else []
            subscripts.append(_simple_sum(*index, number(int(part["shift"] or 0))))
        return base + dot + suffix, subscripts

    def _bare(self, name: str, place: Place, scope: Scope) -> Expr:
        if name in scope or name in self.vocabulary.indices:
            return Index(name, place=place)
        if name in CONSTANTS and not self.vocabulary.is_own(name):
            return Constant(CONSTANTS[name], place=place)
        return Ref(name, place=place)

    # Reductions and ranges.

    def _reduction(self, tree: Any, scope: Scope) -> Expr:
        sign, ranges_tree, body_tree = tree.children
        ranges, weights, inner = self.ranges(ranges_tree, scope)
        if weights and sign.value != "E":
            raise self.error("~ stands only under an expectation", sign.place, "write E_{x ~ P} f")
        if sign.value == "E" and len(weights) < len(ranges):
            raise self.error("an expectation needs its distribution", sign.place, "write E_{x ~ P} f")
        body = mul(*weights, self.read(body_tree, inner))
        op = sign.value if sign.value in {"max", "min"} else "sum"
        total = Reduce(op, ranges, body, place=sign.place)
        if sign.value == "mean":
            return mul(*(inv(self._count(r)) for r in ranges), total, place=sign.place)
        return total

    def _count(self, r: Range) -> Expr:
        """How many values a range has."""
        if r.index in self.bounds:
            low, high = self.bounds[r.index]
        else:
            low, high = number(0), add(Ref(r.index.upper()), number(-1))
        low, high = r.low or low, r.high or high
        return _simple_sum(high, neg(low), number(1))

    def ranges(self, tree: Any, scope: Scope) -> tuple[tuple[Range, ...], list[Expr], Scope]:
        """The ranges of a loop or reduction, the weights of an expectation, and the scope inside.

        Later ranges may refer to earlier ones (`t, t2 <= t`); two conditions on one index are one range.
        """
        found: dict[str, Range] = {}
        weights: list[Expr] = []
        for child in tree.children:
            r = self._range(child, scope, weights)
            scope |= {r.index}
            found[r.index] = self._both(found[r.index], r) if r.index in found else r
        return tuple(found.values()), weights, scope

    def _both(self, first: Range, second: Range) -> Range:
        same_side = (first.low and second.low) or (first.high and second.high)
        if first.whole != second.whole:
            return second if first.whole else first
        if same_side or first.whole or first.descending or second.descending:
            raise self.error(f"the index {second.index} is named twice", second.place, "give the second another name")
        return replace(first, low=first.low or second.low, high=first.high or second.high)

    def _range(self, tree: Any, scope: Scope, weights: list[Expr]) -> Range:
        first, *rest = tree.children
        if rest:
            token = self._index_name(first)
            if rest[0].type == "TILDE":
                weights.append(self._weight(rest[1], token, scope))
                return Range(token.value, place=token.place)
            return self._range_in(token, rest[1], scope)
        parts = first.children
        if len(parts) == 1:
            token = self._index_name(parts[0])
            return Range(token.value, place=token.place)
        if len(parts) == 3 and not self._is_new_index(parts[0], scope) and self._is_new_index(parts[2], scope):
            parts = [parts[2], parts[1].like("COMPARE", _MIRRORED.get(parts[1].value, parts[1].value)), parts[0]]
        if len(parts) == 3:
            token = self._index_name(parts[0])
            return self._bounded(Range(token.value, place=token.place), parts[1], parts[2], scope)
        if len(parts) == 5:
            token = self._index_name(parts[2])
            below = parts[1].like("COMPARE", _MIRRORED.get(parts[1].value, parts[1].value))
            lower = self._bounded(Range(token.value, place=token.place), below, parts[0], scope)
            return self._both(lower, self._bounded(Range(token.value, place=token.place), parts[3], parts[4], scope))
        raise self.error("a chain of comparisons", parts[5].place, "write 0 <= t <= n, or two conditions")

    def _is_new_index(self, tree: Any, scope: Scope) -> bool:
        bare = tree.data == "cell" and len(tree.children) == 1
        return bare and tree.children[0].value not in scope and self.vocabulary.is_index(tree.children[0].value)

    def _index_name(self, tree: Any) -> Token:
        if tree.data == "cell" and len(tree.children) == 1:
            token: Token = tree.children[0]
            return token
        place = _first(tree).place
        raise self.error("an index is expected here", place, "write the index first: for i in 1..n, for t2 <= t")

    def _bounded(self, r: Range, op: Token, tree: Any, scope: Scope) -> Range:
        bound = self.read(tree, scope)
        match op.value:
            case "<=":
                return replace(r, high=bound)
            case "<":
                return replace(r, high=_simple_sum(bound, number(-1)))
            case ">=":
                return replace(r, low=bound)
            case ">":
                return replace(r, low=_simple_sum(bound, number(1)))
        raise self.error(
            f"an index cannot range over {r.index} {op.value} ...",
            op.place,
            f"write a range ({r.index} in 0..n), or an indicator 1[{r.index} {op.value} ...] in the statement",
        )

    def _range_in(self, token: Token, tree: Any, scope: Scope) -> Range:
        """`t in 1..T`, `t in T..1` (descending), `b in B`."""
        name = token.value
        low, high = self.extent(tree, scope)
        descending = _descends(low, high)
        if descending:
            low, high = high, low
        if name not in self.bounds and not self.vocabulary.declared(name) and tree.data != "extent":
            self.bounds[name] = (low, high)
            self.told.append(name)
        if self.bounds.get(name) == (low, high) and not descending:
            return Range(name, place=token.place)
        return Range(name, low, high, descending, place=token.place)

    def extent(self, tree: Any, scope: Scope) -> Bounds:
        """The least and the greatest value of `B` (0 to B - 1) or of `1..T`."""
        if tree.data == "extent":
            left, _, right = tree.children
            return self.read(left, scope), self.read(right, scope)
        size = self.read(tree, scope)
        return number(0, size.place), _simple_sum(size, number(-1))

    def _weight(self, tree: Any, token: Token, scope: Scope) -> Expr:
        """The probability of an outcome: of `x ~ P` it is P[x]."""
        if tree.data != "cell":
            raise self.error("a distribution is expected behind ~", _first(tree).place, "write E_{x ~ P} f")
        name: Token = tree.children[0]
        if len(tree.children) > 1:
            return self.read(tree, scope | {token.value})
        return Ref(name.value, (Index(token.value, place=token.place),), place=name.place)

    # Capital letters that are summed.

    def _sum_capitals(self, expr: Expr, scope: Scope) -> Expr:
        """The term, summed over the capital letters that stand in two or more of its index positions."""
        counts = Counter(
            sub.name
            for part in walk_expr(expr)
            if isinstance(part, Ref)
            for sub in part.subscripts
            if isinstance(sub, Ref) and not sub.subscripts and _CAPITAL.fullmatch(sub.name)
        )
        capitals = [name for name, count in counts.items() if count > 1 and name not in self.capitals_kept]
        if not capitals:
            return expr
        taken = set(scope) | {part.name for part in walk_expr(expr) if isinstance(part, Index)}
        renamed: dict[str, Expr] = {}
        for name in capitals:
            index = fresh_name(name.lower(), taken)
            taken.add(index)
            renamed[name] = Index(index)
        ranges = tuple(Range(index.name) for index in renamed.values() if isinstance(index, Index))
        sign, body = (expr.arg, True) if isinstance(expr, Neg) else (expr, False)
        total = Reduce("sum", ranges, _rename_subscripts(sign, renamed), place=expr.place)
        return neg(total) if body else total


def _rename_subscripts(expr: Expr, names: Mapping[str, Expr]) -> Expr:
    if isinstance(expr, Ref):
        subscripts = (names.get(sub.name, sub) if isinstance(sub, Ref) else sub for sub in expr.subscripts)
        return replace(expr, subscripts=tuple(subscripts))
    return map_expr(expr, lambda part: _rename_subscripts(part, names))


def _simple_sum(*terms: Expr) -> Expr:
    """The sum with its integers gathered at the end, and without a 0."""
    flat = [part for term in terms for part in (term.args if isinstance(term, Add) else (term,))]
    constant = sum((part.value for part in flat if isinstance(part, Number)), Fraction(0))
    rest = [part for part in flat if not isinstance(part, Number)]
    return add(*rest, *([number(constant)] if constant or not rest else []))


def _descends(low: Expr, high: Expr) -> bool:
    """Whether a range runs down: `T..1`, `5..0`; with names on both sides it runs up."""
    if isinstance(low, Number) and isinstance(high, Number):
        return low.value > high.value
    return isinstance(high, Number) and not isinstance(low, Number)


def _constant(expr: Expr) -> Fraction | None:
    """The value of an expression of numbers only, its powers bounded; None for any other."""
    match expr:
        case Number(value):
            return value
        case Neg(arg):
            inner = _constant(arg)
            return None if inner is None else -inner
        case Inv(arg):
            inner = _constant(arg)
            return 1 / inner if inner else None
        case Add(args) | Mul(args):
            parts = [_constant(arg) for arg in args]
            total = Fraction(isinstance(expr, Mul))
            for part in parts:
                if part is None:
                    return None
                total = total * part if isinstance(expr, Mul) else total + part
            return total
        case Pow(base, exponent):
            return _constant_power(_constant(base), _constant(exponent))
        case Call():
            return None
    return None


def _constant_power(base: Fraction | None, exponent: Fraction | None) -> Fraction | None:
    if base is None or exponent is None or exponent.denominator != 1 or not base:
        return None
    small = abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) < 10_000
    return base ** int(exponent) if small else Fraction(MAX_EXPONENT + 1)


def _data(tree: Any) -> str:
    """The rule a tree was made by; of a token, ""."""
    return "" if isinstance(tree, Token) else str(tree.data)


def _is_number(tree: Any) -> bool:
    return _is_number(tree.children[1]) if _data(tree) == "signed" else _data(tree) == "number"


def _first(tree: Any) -> Token:
    """The first token of a tree; brackets around it leave no trace."""
    while not isinstance(tree, Token):
        tree = tree.children[0]
    return tree


def _last(tree: Any) -> Token:
    while not isinstance(tree, Token):
        tree = tree.children[-1]
    return tree
