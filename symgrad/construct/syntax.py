"""The tree of a construction: what both readers make, and all that there is in the language.

    statement = Assign(targets, value) | Augment(target, op, value) | Evaluate(value)
              | If(test, body, orelse) | While(test, body, orelse) | For(target, over, body, orelse)
              | Define(name, parameters, body) | Return(value) | Yield(value, each) | Outer(names)
              | Jump("break" | "continue" | "pass")
    expr      = Literal(value) | Name(name) | Items(items, kind) | Item(base, index) | Slice(base, low, high, step)
              | Call(function, args, named) | Method(base, name, args)
              | Unary(op, arg) | Binary(op, left, right) | Compare(ops, args) | Logic(op, args)
              | Choice(test, yes, no) | Collect(item, clauses) | Lambda(parameters, value) | Span(low, high, step)

`Span` is what pseudo-code means by `1 to T`: both ends included. Every node has the place it was read from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from symgrad.errors import Place

START = Place(1, 1)


@dataclass(frozen=True)
class Node:
    """A statement or an expression, and where it stands."""

    place: Place = field(default=START, compare=False, repr=False, kw_only=True)


class Expr(Node):
    """Something with a value."""


class Statement(Node):
    """Something that is executed."""


Body = tuple[Statement, ...]


@dataclass(frozen=True)
class Literal(Expr):
    """A whole number, a text, True, False or None."""

    value: int | str | bool | None


@dataclass(frozen=True)
class Name(Expr):
    """A variable."""

    name: str


@dataclass(frozen=True)
class Items(Expr):
    """A list, a tuple or (empty) a table, written out."""

    items: tuple[Expr, ...]
    kind: str = "list"


@dataclass(frozen=True)
class Item(Expr):
    """base[index]"""

    base: Expr
    index: Expr


@dataclass(frozen=True)
class Slice(Expr):
    """base[low:high:step]"""

    base: Expr
    low: Expr | None
    high: Expr | None
    step: Expr | None


@dataclass(frozen=True)
class Call(Expr):
    """function(args, name=value)"""

    function: Expr
    args: tuple[Expr, ...]
    named: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True)
class Method(Expr):
    """base.name(args)"""

    base: Expr
    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Unary(Expr):
    """-arg, +arg, not arg"""

    op: str
    arg: Expr


@dataclass(frozen=True)
class Binary(Expr):
    """left op right for + - * // % ** /"""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Compare(Expr):
    """a < b <= c: every neighbour compared."""

    ops: tuple[str, ...]
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Logic(Expr):
    """a and b, a or b"""

    op: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Choice(Expr):
    """yes if test else no"""

    test: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True)
class Clause:
    """for target in over if conditions: of a list comprehension."""

    target: Expr
    over: Expr
    conditions: tuple[Expr, ...]


@dataclass(frozen=True)
class Collect(Expr):
    """[item for target in over if condition]"""

    item: Expr
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a procedure, and its default."""

    name: str
    default: Expr | None = None


@dataclass(frozen=True)
class Lambda(Expr):
    """lambda parameters: value"""

    parameters: tuple[Parameter, ...]
    value: Expr


@dataclass(frozen=True)
class Span(Expr):
    """The whole numbers from low to high, both included; downwards where the step is negative."""

    low: Expr
    high: Expr
    step: Expr


@dataclass(frozen=True)
class Assign(Statement):
    """targets[0] = targets[1] = value"""

    targets: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True)
class Augment(Statement):
    """target op= value"""

    target: Expr
    op: str
    value: Expr


@dataclass(frozen=True)
class Evaluate(Statement):
    """An expression for what it does."""

    value: Expr


@dataclass(frozen=True)
class If(Statement):
    """if test: body else: orelse"""

    test: Expr
    body: Body
    orelse: Body = ()


@dataclass(frozen=True)
class While(Statement):
    """while test: body else: orelse"""

    test: Expr
    body: Body
    orelse: Body = ()


@dataclass(frozen=True)
class For(Statement):
    """for target in over: body else: orelse"""

    target: Expr
    over: Expr
    body: Body
    orelse: Body = ()


@dataclass(frozen=True)
class Define(Statement):
    """def name(parameters): body"""

    name: str
    parameters: tuple[Parameter, ...]
    body: Body


@dataclass(frozen=True)
class Return(Statement):
    """return value"""

    value: Expr | None = None


@dataclass(frozen=True)
class Yield(Statement):
    """yield value; with `each`, yield from value"""

    value: Expr
    each: bool = False


@dataclass(frozen=True)
class Jump(Statement):
    """break, continue or pass"""

    kind: str


@dataclass(frozen=True)
class Outer(Statement):
    """global names, nonlocal names"""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Construction:
    """A text that was read. `strict` says that it is Python, where lists do not grow by assignment."""

    body: Body
    source: str
    strict: bool
    remarks: tuple[str, ...] = ()


def children(node: Statement) -> tuple[Body, ...]:
    """The bodies of a statement, those of procedures left out."""
    match node:
        case If(_, body, orelse) | While(_, body, orelse) | For(_, _, body, orelse):
            return body, orelse
    return ()


def walk(node: object) -> Iterator[Node]:
    """A node or body and all below it, in the order of the text."""
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending += reversed(part)
        elif isinstance(part, Clause | Parameter | Node):
            if isinstance(part, Node):
                yield part
            pending += reversed([getattr(part, f.name) for f in fields(part) if f.name != "place"])
