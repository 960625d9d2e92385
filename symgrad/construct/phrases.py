"""Expressions of pseudo-code: those of Python, and what lecturers write: H_{t-1}, |X|, 1..T, mod, empty list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from symgrad.construct import syntax as s
from symgrad.construct.python import MOST_NESTING
from symgrad.construct.tokens import Token
from symgrad.errors import Place, ReadingError

_COMPARISONS = {"==": "==", "=": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SUMS = {"+": "+", "-": "-"}
_PRODUCTS = {"*": "*", "/": "/", "//": "//", "%": "%"}
_WORDS = {"mod": "%", "div": "//"}
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None, "nil": None}
_EMPTY = ("list", "array", "sequence")

STOPS = frozenset({"do", "then", "to", "downto", "by", "step", "for", "if", "else", "and", "or", "in", "is", "not"})
"""Words that no expression begins with as a variable."""


class Phrases:
    """Reads expressions from the tokens of one line; `bases` are names that are written with subscripts."""

    def __init__(self, tokens: list[Token], source: str, bases: frozenset[str]) -> None:
        self.tokens = tokens
        self.source = source
        self.bases = bases
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token | None:
        """The next token, if there is one."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def peek(self, *texts: str, ahead: int = 0) -> bool:
        """Whether the next token is one of these signs or words."""
        at = self.at + ahead
        token = self.tokens[at] if at < len(self.tokens) else None
        return token is not None and (token.word or token.text) in texts

    def accept(self, *texts: str) -> Token | None:
        """Take the next token if it is one of these signs or words."""
        if not self.peek(*texts):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> Token:
        """Take a sign or word that has to stand here."""
        found = self.accept(text)
        if found is None:
            raise self.error(f"“{text}” is expected here")
        return found

    def error(self, message: str, hint: str = "", place: Place | None = None) -> ReadingError:
        """A reading error at the next token, or behind the last one."""
        if place is None and self.token is not None:
            place = self.token.place
        if place is None:
            last = self.tokens[-1].place
            place = Place(last.line, last.column + last.length)
        return ReadingError(message, place, hint, source=self.source)

    def expr(self) -> s.Expr:
        """An expression."""
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise self.error("this is nested too deeply", "give parts of it names of their own")
        found = self._choice()
        self.depth -= 1
        return found

    def span(self) -> s.Expr:
        """An expression, or the numbers from one to another: `1..T`, `1, 2, ..., T`, `1 to T by 2`, `T downto 1`."""
        first = self.expr()
        at = self.at
        while self.accept(","):
            if self.accept("..", "..."):
                self.accept(",")
                return self._spanning(first, self.expr(), 1)
            self.expr()
        self.at = at
        if self.accept("..", "...", "to"):
            return self._spanning(first, self.expr(), 1)
        if self.accept("downto") or (self.accept("down") and self.expect("to")):
            return self._spanning(first, self.expr(), -1)
        return first

    def _spanning(self, low: s.Expr, high: s.Expr, sign: int) -> s.Expr:
        step: s.Expr = s.Literal(sign, place=low.place)
        if self.accept("by", "step"):
            step = self.expr()
            if sign < 0:
                step = s.Unary("-", step, place=step.place)
        return s.Span(low, high, step, place=_from_to(low.place, high.place))

    def _choice(self) -> s.Expr:
        yes = self._logic("or")
        if self.peek("if") and self._has_else():
            self.expect("if")
            test = self._logic("or")
            self.expect("else")
            return s.Choice(test, yes, self._choice(), place=yes.place)
        return yes

    def _has_else(self) -> bool:
        return any(token.word == "else" for token in self.tokens[self.at :])

    def _logic(self, op: str) -> s.Expr:
        args = [self._logic("and") if op == "or" else self._negation()]
        while self.accept(op):
            args.append(self._logic("and") if op == "or" else self._negation())
        return args[0] if len(args) == 1 else s.Logic(op, tuple(args), place=args[0].place)

    def _negation(self) -> s.Expr:
        found = self.accept("not")
        if found is not None:
            return s.Unary("not", self._nested(self._negation), place=found.place)
        return self._comparison()

    def _nested(self, read: Callable[[], s.Expr]) -> s.Expr:
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise self.error("this is nested too deeply", "give parts of it names of their own")
        found = read()
        self.depth -= 1
        return found

    def _comparison(self) -> s.Expr:
        args, ops = [self.sum()], []
        while True:
            op = self._comparing()
            if op is None:
                break
            ops.append(op)
            args.append(self.sum())
        return s.Compare(tuple(ops), tuple(args), place=args[0].place) if ops else args[0]

    def _comparing(self) -> str | None:
        """The comparison that stands here; `x <- 1` is one where nothing is assigned."""
        if self.accept("is"):
            return "is not" if self.accept("not") else "is"
        if self.peek("not") and self.peek("in", ahead=1):
            self.at += 2
            return "not in"
        if self.peek("in"):
            self.at += 1
            return "in"
        found = self.accept(*_COMPARISONS)
        return _COMPARISONS[found.text] if found is not None else None

    def sum(self) -> s.Expr:
        """A sum: what stands on one side of a comparison or of an assignment."""
        found = self._product()
        while (sign := self.accept(*_SUMS)) is not None:
            found = s.Binary(_SUMS[sign.text], found, self._product(), place=found.place)
        return self._measured(found)

    def _product(self) -> s.Expr:
        found = self._signed()
        while (sign := self.accept(*_PRODUCTS, *_WORDS)) is not None:
            op = _PRODUCTS.get(sign.text) or _WORDS[sign.word]
            found = s.Binary(op, found, self._signed(), place=found.place)
        return found

    def _signed(self) -> s.Expr:
        sign = self.accept("-", "+")
        if sign is not None:
            inner = self._nested(self._signed)
            return self._measured(s.Unary(sign.text, inner, place=sign.place))
        base = self.cell()
        if self.accept("**", "^"):
            return s.Binary("**", base, self._nested(self._signed), place=base.place)
        return base

    def cell(self) -> s.Expr:
        """A name, a number or something in brackets, with items, calls and methods behind it."""
        found = self._primary()
        while True:
            if self.accept("["):
                found = self._measured(self._indexed(found))
            elif self.peek("(") and isinstance(found, s.Name | s.Item):
                self.at += 1
                found = self._measured(self._called(found))
            elif self.peek(".") and self.at + 1 < len(self.tokens):
                self.at += 1
                found = self._measured(self._method(found))
            else:
                return found

    def _indexed(self, base: s.Expr) -> s.Expr:
        ends: list[s.Expr | None] = [None if self.peek(":", "]") else self.expr()]
        while self.accept(":"):
            ends.append(None if self.peek(":", "]") else self.expr())
        self.expect("]")
        if len(ends) == 1:
            if ends[0] is None:
                return base  # X[] is how lecturers say that X is a sequence
            return s.Item(base, ends[0], place=base.place)
        low, high, step = (*ends, None)[:3]
        return s.Slice(base, low, high, step, place=base.place)

    def _called(self, function: s.Expr) -> s.Expr:
        args: list[s.Expr] = []
        named: list[tuple[str, s.Expr]] = []
        while not self.accept(")"):
            token = self.token
            if token is not None and token.kind == "name" and self.peek("=", ahead=1):
                self.at += 2
                named.append((token.text, self.expr()))
            else:
                args.append(self._element())
            if not self.peek(")"):
                self.expect(",")
        return s.Call(function, tuple(args), tuple(named), place=function.place)

    def _method(self, base: s.Expr) -> s.Expr:
        token = self.token
        if token is None or token.kind != "name":
            raise self.error("a method's name is expected here")
        self.at += 1
        if self.accept("("):
            call = self._called(base)
            assert isinstance(call, s.Call)
            return s.Method(base, token.text, call.args, place=base.place)
        if token.word in ("length", "size", "len"):
            return s.Call(s.Name("len", place=token.place), (base,), place=base.place)
        raise self.error("attributes cannot be read here", "objects are passed as they are", token.place)

    def _primary(self) -> s.Expr:
        token = self.token
        if token is None:
            raise self.error("something is missing here")
        self.at += 1
        if token.kind == "number":
            return self._number(token)
        if token.kind == "text":
            return s.Literal(token.text[1:-1], place=token.place)
        if token.kind == "name":
            return self._named(token)
        match token.text:
            case "(" | "[" | "{":
                return self._measured(self._bracketed(token))
            case "|":
                inner = self.sum()
                self.expect("|")
                return s.Call(s.Name("len", place=token.place), (inner,), place=token.place)
        self.at -= 1
        raise self.error(f"“{token.text}” is not expected here")

    def _number(self, token: Token) -> s.Expr:
        if "." in token.text or len(token.text) > 18:
            hint = "there are whole numbers, lists and objects here"
            raise self.error("this is no whole number that could count something", hint, token.place)
        return s.Literal(int(token.text), place=token.place)

    def _named(self, token: Token) -> s.Expr:
        if token.word in _LITERALS:
            return s.Literal(_LITERALS[token.word], place=token.place)
        if token.word in ("empty", "new") and self.peek(*_EMPTY):
            self.at += 1
            self.accept("()")
            return s.Items((), place=token.place)
        if token.word in STOPS:
            self.at -= 1
            raise self.error(f"“{token.text}” is not expected here")
        base, line, suffix = token.text.rpartition("_")
        if line and not suffix and self.accept("{"):
            index = self.expr()
            self.expect("}")
            return self._measured(s.Item(s.Name(base, place=token.place), index, place=token.place))
        if line and base in self.bases and (suffix.isdecimal() or len(suffix) == 1):
            index = s.Literal(int(suffix)) if suffix.isdecimal() and len(suffix) < 10 else s.Name(suffix)
            return s.Item(s.Name(base, place=token.place), index, place=token.place)
        return s.Name(token.text, place=token.place)

    def _bracketed(self, opening: Token) -> s.Expr:
        """What stands in brackets: an expression, a tuple, a list, a comprehension, a range of numbers."""
        closing = {"(": ")", "[": "]", "{": "}"}[opening.text]
        if self.accept(closing):
            kind = {"(": "tuple", "[": "list", "{": "table"}[opening.text]
            return s.Items((), kind, place=opening.place)
        first = self.span() if opening.text != "(" else self._element()
        if isinstance(first, s.Span):
            self.expect(closing)
            return first
        if self.peek("for"):
            found = s.Collect(first, tuple(self._clauses()), place=opening.place)
            self.expect(closing)
            return found
        items = [first]
        comma = False
        while self.accept(","):
            comma = True
            if not self.peek(closing):
                items.append(self.expr())
        self.expect(closing)
        if opening.text == "(":
            return s.Items(tuple(items), "tuple", place=opening.place) if comma else first
        return s.Items(tuple(items), place=opening.place)

    def _element(self) -> s.Expr:
        """An argument, which may be a comprehension without brackets of its own."""
        found = self.expr()
        if self.peek("for"):
            return s.Collect(found, tuple(self._clauses()), place=found.place)
        return found

    def _clauses(self) -> Iterable[s.Clause]:
        while self.accept("for"):
            target = self.targets()
            self.accept("in", "=", "from")
            over = self.span()
            conditions = []
            while self.accept("if"):
                conditions.append(self._logic("or"))
            yield s.Clause(target, over, tuple(conditions))

    def targets(self) -> s.Expr:
        """What a loop or an assignment gives values to: names and items, several with commas or in brackets."""
        if self.accept("("):
            found = self.targets()
            self.expect(")")
            return found
        items = [self.cell()]
        while self.accept(","):
            items.append(self.cell())
        return items[0] if len(items) == 1 else s.Items(tuple(items), "tuple", place=items[0].place)

    def _measured(self, expr: s.Expr) -> s.Expr:
        """The expression with the length of its text, up to the last token that was taken."""
        last = self.tokens[self.at - 1].place
        return replace(expr, place=_from_to(expr.place, last))


def _from_to(first: Place, last: Place) -> Place:
    if first.line != last.line:
        return first
    return Place(first.line, first.column, max(first.length, last.column + last.length - first.column))
