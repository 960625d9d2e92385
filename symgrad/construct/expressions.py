"""The values of expressions of a construction, as Python has them; where pseudo-code differs, the text says so."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import pairwise

from symgrad.construct import syntax as s
from symgrad.construct.given import spelled
from symgrad.construct.procedures import NATIVE, PSEUDO, iterated, method
from symgrad.construct.state import State
from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import HOLE, Array, Failure, Function, Given, Native, Scope, Value, described

_EXPONENT = 64


class Evaluator(State):
    """Evaluates expressions in scopes."""

    def __init__(self, construction: s.Construction, terms: Terms, given: dict[str, Value]) -> None:
        super().__init__(construction, terms)
        self.given = given
        self.shared = Scope(dict(given))
        self.arrays = frozenset() if self.strict else _arrays(construction.body)

    @abstractmethod
    def call(self, function: Value, args: list[Value], named: dict[str, Value], node: s.Node) -> Value:
        """Call a procedure."""

    @abstractmethod
    def bind(self, target: s.Expr, value: Value, scope: Scope) -> None:
        """Assign a value to a target."""

    def value(self, expr: s.Expr, scope: Scope) -> Value:
        """The value of an expression."""
        self.tick(expr)
        match expr:
            case s.Literal(value):
                return self.number(value, expr) if type(value) is int else value
            case s.Name(name):
                return self.lookup(name, scope, expr)
            case s.Items(items, kind):
                return self._items(items, kind, scope, expr)
            case s.Item():
                return self._item(expr, scope)
            case s.Slice():
                return self._slice(expr, scope)
            case s.Call():
                return self._call(expr, scope)
            case s.Method(base, _, args):
                receiver = self.value(base, scope)
                return method(self, receiver, expr, [self.value(arg, scope) for arg in args])
            case s.Choice(test, yes, no):
                return self.value(yes if self.truth(test, scope) else no, scope)
            case s.Collect():
                inner = Scope({}, scope)
                return Array(self.listed(self._collect(expr, 0, inner), expr), grows=not self.strict)
            case s.Lambda(parameters, body):
                return self.function("the lambda", parameters, body, scope)
            case s.Span(low, high, step):
                ends = [self.integer(self.value(end, scope), end) for end in (low, high, step)]
                if ends[2] == 0:
                    raise Failure("type", "the step of a range is not 0", step.place)
                return range(ends[0], ends[1] + (1 if ends[2] > 0 else -1), ends[2])
        return self._operation(expr, scope)

    def truth(self, expr: s.Expr, scope: Scope) -> bool:
        """Whether an expression counts as true."""
        value = self.value(expr, scope)
        return bool(value.items) if isinstance(value, Array) else bool(value)

    def function(self, name: str, parameters: tuple[s.Parameter, ...], body: s.Body | s.Expr, scope: Scope) -> Function:
        """A procedure; its defaults are evaluated here, once."""
        defaults = {p.name: self.value(p.default, scope) for p in parameters if p.default is not None}
        names = tuple(p.name for p in parameters)
        if isinstance(body, s.Expr):
            return Function(name, names, defaults, body, scope, frozenset(names), False)
        own, outer, yields = _names_of(body)
        return Function(name, names, defaults, body, scope, frozenset({*names, *own} - outer), yields)

    def lookup(self, name: str, scope: Scope, node: s.Node) -> Value:
        """The value of a variable."""
        here: Scope | None = scope
        while here is not None:
            if name in here.names:
                return here.names[name]
            if self.strict and here.own is not None and name in here.own:
                hint = f"assigning to {name} anywhere in a procedure makes it a variable of the procedure"
                raise Failure("name", f"{name} is read before it is assigned", node.place, hint)
            here = here.around
        plain = name if self.strict else PSEUDO.get(name, name)
        if plain in NATIVE:
            return Native(plain, NATIVE[plain])
        if name in self.arrays:
            return self.shared.names.setdefault(name, Array(grows=True))
        given = spelled(name, self.given, exactly=self.strict)
        if given is not None:
            return self.given[given]
        hint = f"the question gives {', '.join(self.given)}"
        if name in _arrays(self.construction.body):
            hint = f"begin with a list: {name} = []"
        raise Failure("name", f"{name} has no value here", node.place, hint)

    def _items(self, items: tuple[s.Expr, ...], kind: str, scope: Scope, node: s.Node) -> Value:
        values = self.listed((self.value(item, scope) for item in items), node)
        if kind == "tuple":
            return tuple(values)
        if kind == "table":
            return Array(grows=True)
        return Array(values, grows=not self.strict, begun=None if values else node.place)

    def _item(self, expr: s.Item, scope: Scope) -> Value:
        base = self.value(expr.base, scope)
        at = self.value(expr.index, scope)
        if not isinstance(base, Array | tuple | range):
            raise Failure("type", f"{described(base)} has no items", expr.place, "items belong to lists")
        place = self.integer(at, expr.index, "the number of an item")
        if isinstance(base, tuple | range):
            if not -len(base) <= place < len(base):
                raise Failure("index", f"{described(base)} has no item {place}", expr.place)
            return base[place]
        if base.grows:
            return self._grown_item(base, place, expr)
        if not -len(base.items) <= place < len(base.items):
            raise self._outside(base, place, expr)
        if place < 0 and not _is_literal(expr.index):
            self.note("wrapped", *self._wrapped(base, place, expr))
        return base.items[place]

    def _wrapped(self, base: Array, place: int, expr: s.Item) -> tuple[str, s.Node, str]:
        name, written = self.text(expr.base), self.text(expr)
        message = (
            f"{written} is {name}[{place}] here: in Python that is {'the LAST item' if place == -1 else 'counted'} "
            f"{'' if place == -1 else 'from the end '}of {name}, not an item before the first"
        )
        return message, expr, "treat the first step by itself"

    def _grown_item(self, base: Array, place: int, expr: s.Item) -> Value:
        """An item of an array of pseudo-code: what was assigned there; a written -1 is the last one."""
        if place in base.below:
            return base.below[place]
        if 0 <= place < len(base.items) and base.items[place] is not HOLE:
            return base.items[place]
        if place < 0 and _is_literal(expr.index) and -place <= len(base.items):
            return base.items[place]
        name, written = self.text(expr.base), self.text(expr)
        said = f"{written} is {name}[{place}]" if written != f"{name}[{place}]" else f"{written} is read"
        hint = "the first step has no step before it: use the object for the start there" if place < 0 else ""
        kind = "before" if place < 0 else "unassigned"
        raise Failure(kind, f"{said}, but nothing was assigned to it", expr.place, hint)

    def _outside(self, base: Array, place: int, expr: s.Item) -> Failure:
        name, written = self.text(expr.base), self.text(expr)
        said = f"{written} is {name}[{place}]" if written != f"{name}[{place}]" else f"{written} is read"
        if not base.items:
            hint = (
                "put the first item into the list before, with append"
                if place >= 0
                else ("the first step has no step before it: use the object for the start there")
            )
            return Failure("empty", f"{said}, but {name} is empty at that moment", expr.place, hint)
        ends = f"{name}[0] to {name}[{len(base.items) - 1}]"
        return Failure("index", f"{said}, but there are {ends} at that moment", expr.place)

    def _slice(self, expr: s.Slice, scope: Scope) -> Value:
        base = self.value(expr.base, scope)
        ends = [None if end is None else self.value(end, scope) for end in (expr.low, expr.high, expr.step)]
        whole = [None if end is None else self.integer(end, expr) for end in ends]
        if whole[2] == 0:
            raise Failure("type", "the step of a slice is not 0", expr.place)
        if isinstance(base, tuple | range):
            return base[slice(*whole)]
        if not isinstance(base, Array):
            raise Failure("type", f"{described(base)} has no items", expr.place, "slices are taken of lists")
        return Array(self.listed(base.items[slice(*whole)], expr), base.grows)

    def _call(self, expr: s.Call, scope: Scope) -> Value:
        function = self.value(expr.function, scope)
        args = [self.value(arg, scope) for arg in expr.args]
        named: dict[str, Value] = {}
        for name, arg in expr.named:
            if name in named:
                raise Failure("arity", f"the argument {name} is given twice", expr.place)
            named[name] = self.value(arg, scope)
        return self.call(function, args, named, expr)

    def _collect(self, expr: s.Collect, at: int, scope: Scope) -> Iterator[Value]:
        if at == len(expr.clauses):
            yield self.value(expr.item, scope)
            return
        clause = expr.clauses[at]
        for value in iterated(self, self.value(clause.over, scope), clause.over):
            self.tick(expr)
            self.bind(clause.target, value, scope)
            if all(self.truth(condition, scope) for condition in clause.conditions):
                yield from self._collect(expr, at + 1, scope)

    def _operation(self, expr: s.Expr, scope: Scope) -> Value:
        match expr:
            case s.Unary("not", arg):
                return not self.truth(arg, scope)
            case s.Unary(op, arg):
                found = self.integer(self.value(arg, scope), arg)
                return -found if op == "-" else found
            case s.Binary(op, left, right):
                return self.combine(op, self.value(left, scope), self.value(right, scope), expr)
            case s.Logic(op, args):
                value: Value = None
                for arg in args:
                    value = self.value(arg, scope)
                    holds = bool(value.items) if isinstance(value, Array) else bool(value)
                    if holds == (op == "or"):
                        return value
                return value
            case s.Compare(ops, args):
                values = [self.value(arg, scope) for arg in args]
                return all(
                    self._compared(op, one, other, expr) for op, (one, other) in zip(ops, pairwise(values), strict=True)
                )
        raise Failure("type", "this has no value", expr.place)

    def combine(self, op: str, left: Value, right: Value, node: s.Node) -> Value:
        """left op right, of numbers and of lists."""
        if op == "+" and isinstance(left, Array) and isinstance(right, Array):
            return Array(self.listed([*left.items, *right.items], node), left.grows)
        if op == "+" and isinstance(left, tuple) and isinstance(right, tuple):
            return tuple(self.listed([*left, *right], node))
        if op == "*" and isinstance(left, int) and isinstance(right, Array | tuple):
            left, right = right, left
        if op == "*" and isinstance(left, Array | tuple):
            times = max(0, self.integer(right, node))
            items = left.items if isinstance(left, Array) else left
            self.take(len(items) * times, node)
            return Array(list(items) * times, left.grows) if isinstance(left, Array) else left * times
        if isinstance(left, Term) or isinstance(right, Term):
            raise Failure("type", "objects cannot be calculated with here", node.place, "pass them to a procedure")
        return self._arithmetic(op, self.integer(left, node), self.integer(right, node), node)

    def _arithmetic(self, op: str, left: int, right: int, node: s.Node) -> int:
        if op in ("//", "%", "/") and right == 0:
            raise Failure("type", "this divides by 0", node.place)
        if op == "/" and (self.strict or left % right):
            hint = "// gives a whole number"
            raise Failure("type", "/ gives a number that is not whole, which counts nothing", node.place, hint)
        if op == "**" and (right < 0 or right * abs(left).bit_length() > _EXPONENT):
            raise Failure("size", "this power is no number that could count something", node.place)
        run: dict[str, Callable[[int, int], int]] = {
            "+": int.__add__,
            "-": int.__sub__,
            "*": int.__mul__,
            "//": int.__floordiv__,
            "/": int.__floordiv__,
            "%": int.__mod__,
            "**": pow,
        }
        return self.number(run[op](left, right), node)

    def _compared(self, op: str, left: Value, right: Value, node: s.Node) -> bool:
        match op:
            case "==" | "!=":
                return _equal(left, right) == (op == "==")
            case "is" | "is not":
                same = left is right or (isinstance(left, int) and left == right and type(left) is type(right))
                return same == (op == "is")
            case "in" | "not in":
                return any(_equal(left, item) for item in iterated(self, right, node)) == (op == "in")
        one, other = (self.integer(value, node, "a number to compare") for value in (left, right))
        return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[op]


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, Array) and isinstance(right, Array):
        return len(left.items) == len(right.items) and all(map(_equal, left.items, right.items))
    if isinstance(left, Given) or isinstance(right, Given):
        return left is right
    return bool(left == right)


def _is_literal(index: s.Expr) -> bool:
    """Whether an index is written as a number: -1 means the last item there."""
    return isinstance(index, s.Literal) or (isinstance(index, s.Unary) and isinstance(index.arg, s.Literal))


def _arrays(body: s.Body) -> frozenset[str]:
    """The names of which items are assigned: in pseudo-code these are arrays without being begun."""
    targets = [target for node in s.walk(body) if isinstance(node, s.Assign) for target in node.targets]
    bases = [target.base for target in targets if isinstance(target, s.Item)]
    return frozenset(base.name for base in bases if isinstance(base, s.Name))


def _names_of(body: s.Body) -> tuple[set[str], set[str], bool]:
    """The names that a body assigns, those it says to be from outside, and whether it yields."""
    own: set[str] = set()
    outer: set[str] = set()
    yields = False
    pending = list(body)
    while pending:
        node = pending.pop()
        match node:
            case s.Assign(targets):
                own |= {name for target in targets for name in _bound(target)}
            case s.Augment(target) | s.For(target):
                own |= _bound(target)
            case s.Define(name):
                own.add(name)
            case s.Outer(names):
                outer |= {*names}
            case s.Yield():
                yields = True
        for inner in s.children(node):
            pending += inner
    return own, outer, yields


def _bound(target: s.Expr) -> set[str]:
    match target:
        case s.Name(name):
            return {name}
        case s.Items(items):
            return {name for item in items for name in _bound(item)}
    return set()
