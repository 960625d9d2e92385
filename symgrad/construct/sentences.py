"""Statements of pseudo-code without blocks: assignments, returns, ranges behind equations, what loops go over."""

from __future__ import annotations

from symgrad.construct import syntax as s
from symgrad.construct.phrases import Phrases
from symgrad.construct.tokens import Token
from symgrad.errors import ReadingError
from symgrad.language.reading.source import Source

ASSIGN = ("=", ":=", "<-")
AUGMENT = {"+=": "+", "-=": "-", "*=": "*"}
"""Signs of assignments."""

_IGNORED = ("print", "output:", "import", "comment", "pass", "skip")


class Statements:
    """Reads the statements of one line.

    `bases` are names that are written with subscripts, `bound` those that get a value somewhere in the text, `length`
    names the last number of the given sequences; `depth` is that of the blocks around, `remarks` are for the author.
    """

    def __init__(self, source: Source, bases: frozenset[str], bound: frozenset[str], length: str) -> None:
        self.source = source
        self.bases = bases
        self.bound = bound
        self.length = length
        self.depth = 0
        self.remarks: list[str] = []

    def phrases(self, tokens: list[Token]) -> Phrases:
        """A reader of expressions for the tokens of a line."""
        return Phrases(tokens, self.source.text, self.bases)

    def ranging(self, p: Phrases) -> tuple[s.Expr, s.Expr]:
        """What a loop goes over: `t = 1 to T`, `t in range(T)`, `t from 1 to T`, `1 <= t <= T`, `t >= 1`."""
        start = p.at
        target = p.targets()
        if p.accept("in", "from", *ASSIGN):
            return target, p.span()
        p.at = start
        test = p.expr()
        match test:
            case s.Compare(("<=" | "<" as low_op, "<=" | "<" as high_op), (low, s.Name() as name, high)):
                low = low if low_op == "<=" else s.Binary("+", low, s.Literal(1), place=low.place)
                high = high if high_op == "<=" else s.Binary("-", high, s.Literal(1), place=high.place)
                return name, s.Span(low, high, s.Literal(1), place=test.place)
            case s.Compare((">=" | ">" as op,), (s.Name() as name, low)):
                low = low if op == ">=" else s.Binary("+", low, s.Literal(1), place=low.place)
                return name, s.Span(low, s.Name(self.length), s.Literal(1), place=test.place)
        hint = "write for t = 1 to T, or for t in range(1, T + 1)"
        raise p.error("it is not said what this loop goes over", hint)

    def counting(self, p: Phrases) -> tuple[s.Expr, s.Expr]:
        """`(t = 1; t <= T; t++)`: from a number up to another, one at a time."""
        p.expect("(")
        target = p.cell()
        p.expect("=")
        low = p.expr()
        p.expect(";")
        test = p.expr()
        p.expect(";")
        rest = p.tokens[p.at :]
        close = next((at for at, token in enumerate(rest) if token.text == ")"), len(rest))
        step = "".join(token.text for token in rest[:close])
        name = target.name if isinstance(target, s.Name) else ""
        match test:
            case s.Compare(("<" | "<=" as op,), (s.Name(tested), high)) if tested == name and step in _one_more(name):
                p.at += close + 1
                high = high if op == "<=" else s.Binary("-", high, s.Literal(1), place=high.place)
                return target, s.Span(low, high, s.Literal(1), place=test.place)
        raise p.error("this counting is not understood", f"write for {name or 't'} = 1 to T")

    def simple(self, p: Phrases, stop: str = "") -> list[s.Statement]:
        """The statements of a line, parted by semicolons."""
        found = []
        while p.token is not None:
            if stop and p.peek(stop):
                break
            found.append(self.one(p))
            if p.token is None or (stop and p.peek(stop)):
                break
            if not p.accept(";", "."):
                raise p.error(f"“{p.token.text}” is not expected here", "write one statement a line")
        return found

    def one(self, p: Phrases) -> s.Statement:
        """A statement without a block."""
        token = p.token
        assert token is not None
        place = token.place
        word = token.word
        if word in ("return", "output", "yield"):
            p.at += 1
            value = None if p.token is None or p.peek(";") else self.returned(p)
            return s.Yield(value, place=place) if word == "yield" and value else s.Return(value, place=place)
        if word in ("break", "continue"):
            p.at += 1
            return s.Jump(word, place=place)
        if word in _IGNORED and not p.peek(*ASSIGN, ahead=1):
            p.at = len(p.tokens)
            return s.Jump("pass", place=place)
        if word in ("append", "add", "push") and not p.peek("(", *ASSIGN, ahead=1):
            return self.appended(p)
        if word in ("let", "set", "initialize", "initialise", "init") and not p.peek(*ASSIGN, "[", ahead=1):
            p.at += 1
            if p.peek("as", "to", "be", ahead=1):
                target = p.cell()
                p.accept("as", "to")
                p.accept("be")
                p.accept("an", "the")
                return s.Assign((target,), p.expr(), place=place)
        return self.assigned(p)

    def returned(self, p: Phrases) -> s.Expr:
        """What is returned: one value, or several with commas between them."""
        items = [p.expr()]
        while p.accept(","):
            items.append(p.expr())
        return items[0] if len(items) == 1 else s.Items(tuple(items), "tuple", place=items[0].place)

    def appended(self, p: Phrases) -> s.Statement:
        """append VALUE to LIST"""
        place = p.tokens[p.at].place
        p.at += 1
        value = p.expr()
        p.expect("to")
        base = p.expr()
        return s.Evaluate(s.Method(base, "append", (value,), place=place), place=place)

    def assigned(self, p: Phrases) -> s.Statement:
        """An assignment, perhaps with the range behind it for which it is meant; or an expression."""
        start = p.at
        token = p.tokens[start]
        targets = []
        try:
            target = p.targets()
        except ReadingError:
            p.at = start
            target = None
        if target is not None and p.peek(*AUGMENT):
            op = AUGMENT[p.tokens[p.at].text]
            p.at += 1
            return self.for_all(s.Augment(target, op, p.expr(), place=token.place), p)
        while target is not None and p.accept(*ASSIGN):
            targets.append(target)
            start = p.at
            try:
                target = p.cell()
            except ReadingError:
                target = None
            if not p.peek(*ASSIGN):
                break
        p.at = start
        value = self.returned(p) if targets and not self.ranged(p) else p.expr()
        if not targets:
            return s.Evaluate(value, place=token.place)
        return self.for_all(s.Assign(tuple(targets), value, place=token.place), p)

    def ranged(self, p: Phrases) -> bool:
        """Whether a range stands behind the statement: then a comma is no tuple's."""
        return any(t.word in ("for", "where") or t.text in ("..", "...") for t in p.tokens[p.at :])

    def for_all(self, statement: s.Statement, p: Phrases) -> s.Statement:
        """The statement in a loop, where a range stands behind it: `for t = 1, ..., T`, `(1 <= t <= T)`."""
        if not p.peek(",", "(", "for", "where"):
            return self.implied(statement)
        p.accept(",")
        bracket = p.accept("(") is not None
        p.accept("for", "where")
        p.accept("each", "all")
        target, over = self.ranging(p)
        if bracket:
            p.expect(")")
        return s.For(target, over, (statement,), place=statement.place)

    def implied(self, statement: s.Statement) -> s.Statement:
        """An equation for an index that nothing gives a value to is meant for all of 1, ..., T."""
        match statement:
            case s.Assign((s.Item(s.Name(), s.Name(index) as name),)) if self.depth == 0 and index not in self.bound:
                if len(index) > 1 or index == self.length:
                    return statement
                line = statement.place.line
                self.remarks.append(f"line {line} is taken to be meant for {index} = 1, ..., {self.length}")
                span = s.Span(s.Literal(1), s.Name(self.length), s.Literal(1), place=statement.place)
                return s.For(name, span, (statement,), place=statement.place)
        return statement


def _one_more(name: str) -> tuple[str, ...]:
    """How one adds one to a variable."""
    return f"{name}++", f"++{name}", f"{name}+=1", f"{name}={name}+1"
