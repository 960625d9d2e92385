"""Runs a construction: statements, procedures, assignments. Whatever it does is bounded, see `state.py`.

Objects are terms: a procedure that the question gives is applied to its arguments and nothing is known of it.
"""

from __future__ import annotations

from symgrad.construct import syntax as s
from symgrad.construct.expressions import Evaluator
from symgrad.construct.procedures import SILENT, iterated
from symgrad.construct.state import MOST_DEPTH
from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import HOLE, Array, Failure, Function, Given, Native, Scope, Value, described


class _Jump(Exception):
    """break or continue"""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        self.value = value


class Machine(Evaluator):
    """Executes a construction with what the question gives.

    With `forgiving`, what a text assigns to a given name is left out, and lists grow by assignment: so the rest
    of a text can be looked at when these are its mistakes.
    """

    def __init__(
        self, construction: s.Construction, terms: Terms, given: dict[str, Value], forgiving: bool = False
    ) -> None:
        super().__init__(construction, terms, given)
        self.forgiving = forgiving
        self.yielded: list[Array] = []
        self.last: Value = None

    def run(self) -> Value:
        """Execute the text; the value of a `return` outside of procedures, if there is one, and else None.

        Raises Failure for what goes wrong.
        """
        try:
            self.body(self.construction.body, self.shared)
        except _Return as found:
            return found.value
        except _Jump as jump:
            raise Failure("jump", f"{jump.kind} stands outside of any loop") from None
        except RecursionError:
            raise Failure("endless", "this is nested too deeply", self.construction.body[0].place) from None
        return None

    def body(self, body: s.Body, scope: Scope) -> None:
        """Execute statements one after the other."""
        for statement in body:
            self.execute(statement, scope)

    def execute(self, statement: s.Statement, scope: Scope) -> None:
        """Execute a statement."""
        self.tick(statement)
        match statement:
            case s.Assign(targets, value):
                self._assign(statement, targets, value, scope)
            case s.Augment(target, op, value):
                self._augment(target, op, self.value(value, scope), scope, statement)
            case s.Evaluate(value):
                found = self.value(value, scope)
                if scope is self.shared and not (isinstance(value, s.Method) and value.name in SILENT):
                    self.last = found
            case s.If(test, body, orelse):
                self.body(body if self.truth(test, scope) else orelse, scope)
            case s.While(test, body, orelse):
                self._while(test, body, orelse, scope)
            case s.For():
                self._for(statement, scope)
            case s.Define(name, parameters, inner):
                self._set(name, self.function(name, parameters, inner, scope), scope)
            case s.Return(value):
                raise _Return(None if value is None else self.value(value, scope))
            case s.Yield(value, each):
                self._yield(self.value(value, scope), each, statement)
            case s.Jump("break" | "continue" as kind):
                raise _Jump(kind)

    def _assign(self, node: s.Assign, targets: tuple[s.Expr, ...], value: s.Expr, scope: Scope) -> None:
        found = self.value(value, scope)
        if isinstance(value, s.Method) and value.name in SILENT and self.strict:
            message = f"{value.name} changes the list and gives None, which is assigned here"
            self.note("none", message, node, f"write {self.text(value)} on a line of its own")
        for target in targets:
            self.bind(target, found, scope)

    def _while(self, test: s.Expr, body: s.Body, orelse: s.Body, scope: Scope) -> None:
        while self.truth(test, scope):
            if not self._turn(body, scope):
                return
        self.body(orelse, scope)

    def _for(self, node: s.For, scope: Scope) -> None:
        for value in iterated(self, self.value(node.over, scope), node.over):
            self.tick(node)
            self.bind(node.target, value, scope)
            if not self._turn(node.body, scope):
                return
        self.body(node.orelse, scope)

    def _turn(self, body: s.Body, scope: Scope) -> bool:
        """One turn of a loop; whether it goes on."""
        try:
            self.body(body, scope)
        except _Jump as jump:
            return jump.kind == "continue"
        return True

    def _yield(self, value: Value, each: bool, node: s.Node) -> None:
        if not self.yielded:
            raise Failure("jump", "yield stands outside of any procedure", node.place)
        values = list(iterated(self, value, node)) if each else [value]
        self.take(len(values), node)
        self.yielded[-1].items += values

    def call(self, function: Value, args: list[Value], named: dict[str, Value], node: s.Node) -> Value:
        """Call a procedure: one that is given, one of the language, or one of the text."""
        match function:
            case Given(name, parameters) if len(args) + len(named) < len(parameters):
                objects = {p: self.given[p] for p in parameters if isinstance(self.given.get(p), Term)}
                missing = [p for p, value in objects.items() if value not in args and p not in named]
                count = f"{name} takes {len(parameters)} arguments, here are {len(args) + len(named)}"
                said = f"{count}: {missing[0]} is missing" if missing else count
                raise Failure("arity", said, node.place, f"write {function}")
            case Given():
                return self._apply(function, _in_order(function.name, function.parameters, args, named, node), node)
            case Native(name, run):
                if named:
                    raise Failure("arity", f"{name} takes no named arguments here", node.place)
                return run(self, args, node)
            case Function():
                return self._enter(function, args, named, node)
        hint = "was a procedure's name used for something else?"
        raise Failure("type", f"{described(function)} cannot be called", node.place, hint)

    def _enter(self, function: Function, args: list[Value], named: dict[str, Value], node: s.Node) -> Value:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise _too_deep(node)
        values = _in_order(function.name, function.parameters, args, named, node, defaults=function.defaults)
        scope = Scope(dict(zip(function.parameters, values, strict=True)), function.scope, function.own)
        if isinstance(function.body, s.Expr):
            found = self.value(function.body, scope)
            self.depth -= 1
            return found
        if function.yields:
            self.yielded.append(Array())
        result: Value = None
        try:
            self.body(function.body, scope)
        except _Return as returned:
            result = returned.value
        self.depth -= 1
        return self.yielded.pop() if function.yields else result

    def _apply(self, function: Given, args: list[Value], node: s.Node) -> Term:
        """An object made by a procedure of which nothing is known."""
        for parameter, arg in zip(function.parameters, args, strict=True):
            if isinstance(arg, Array | tuple | range):
                message = f"{function.name} takes one object for {parameter}, here it gets {described(arg)}"
                raise Failure("whole", message, node.place, "pass one item of it")
            if isinstance(arg, Function | Native | Given):
                message = f"{function.name} takes an object for {parameter}, here it gets {described(arg)}"
                raise Failure("type", message, node.place)
        return self.terms.make(function.name, tuple(args))

    def bind(self, target: s.Expr, value: Value, scope: Scope) -> None:
        """Assign a value to a name, to an item of a list, or the items of it to several of these."""
        match target:
            case s.Name(name):
                if scope is self.shared and name in self.given:
                    self._overwritten(name, target)
                    if self.forgiving:
                        return
                self._set(name, value, scope)
            case s.Items(targets):
                values = self.listed(iterated(self, value, target), target)
                if len(values) != len(targets):
                    message = f"{len(values)} values are assigned to {len(targets)} names"
                    raise Failure("type", message, target.place)
                for inner, item in zip(targets, values, strict=True):
                    self.bind(inner, item, scope)
            case s.Item():
                self._bind_item(target, value, scope)
            case _:
                raise Failure("type", "this cannot be assigned to", target.place, "assign to a name or an item")

    def _overwritten(self, name: str, node: s.Node) -> None:
        message = f"{name} is given by the question, and this line puts something else in its place"
        self.note("overwritten", message, node, f"use {name} as it is given: leave this line out")

    def _set(self, name: str, value: Value, scope: Scope) -> None:
        """Assign to a name: in its own scope, or where a procedure says that the name is from outside."""
        here = scope
        while here.own is not None and name not in here.own and here.around is not None:
            here = here.around
        here.names[name] = value

    def _bind_item(self, target: s.Item, value: Value, scope: Scope) -> None:
        base = self.value(target.base, scope)
        at = self.value(target.index, scope)
        if not isinstance(base, Array):
            raise Failure("type", f"{described(base)} has no items to assign to", target.place)
        place = self.integer(at, target.index, "the number of an item")
        count = len(base.items)
        if -count <= place < count and not (base.grows and place < 0):
            base.items[place] = value
        elif base.grows or self.forgiving:
            self._grow(base, place, value, target)
        else:
            raise self._no_item(base, place, target)

    def _grow(self, base: Array, place: int, value: Value, node: s.Item) -> None:
        if place < 0:
            base.below[place] = value
            return
        if base.begun is not None or not base.grows:
            name = self.text(node.base)
            message = (
                f"this line assigns to an item that {name} does not have yet: in Python it fails, "
                "since a list does not grow by assignment"
            )
            self.note("grown", message, node, f"write {name}.append(...), or begin with {name} = [None] * (...)")
        self.take(place + 1 - len(base.items), node)
        base.items += [HOLE] * (place + 1 - len(base.items))
        base.items[place] = value

    def _no_item(self, base: Array, place: int, node: s.Item) -> Failure:
        name = self.text(node.base)
        ends = f"{name} has {name}[0] to {name}[{len(base.items) - 1}]"
        there = ends if base.items else f"{name} is an empty list"
        message = f"there is no {name}[{place}] that could be assigned to: {there} at that moment"
        hint = f"write {name}.append(...), or begin with a list that is long enough: {name} = [None] * (...)"
        return Failure("assign", message, node.place, hint)

    def _augment(self, target: s.Expr, op: str, value: Value, scope: Scope, node: s.Node) -> None:
        old = self.value(target, scope)
        if op == "+" and isinstance(old, Array):
            old.items.extend(self.listed(iterated(self, value, node), node))
            self.bind(target, old, scope)
        else:
            self.bind(target, self.combine(op, old, value, node), scope)


def _too_deep(node: s.Node) -> Failure:
    message = f"procedures call one another more than {MOST_DEPTH} levels deep"
    return Failure("endless", message, node.place, "does the recursion ever end?")


def _in_order(
    name: str,
    parameters: tuple[str, ...],
    args: list[Value],
    named: dict[str, Value],
    node: s.Node,
    *,
    defaults: dict[str, Value] | None = None,
) -> list[Value]:
    """The arguments of a call in the order of the parameters, defaults filled in."""
    words = f"{name}({', '.join(parameters)})"
    found = dict(zip(parameters, args, strict=False))
    for key, value in named.items():
        if key not in parameters or key in found:
            raise Failure("arity", f"{name} has no place for the argument {key}", node.place, f"write {words}")
        found[key] = value
    found = {**(defaults or {}), **found}
    if len(args) > len(parameters) or len(found) < len(parameters):
        count = f"{len(parameters)} argument{'' if len(parameters) == 1 else 's'}"
        message = f"{name} takes {count}, here are {len(args) + len(named)}"
        raise Failure("arity", message, node.place, f"write {words}")
    return [found[parameter] for parameter in parameters]
