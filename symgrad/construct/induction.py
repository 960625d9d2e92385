"""Why a construction that is right for small lengths is right for all: induction over the turns of its one loop.

This is tried for texts of one plain form: assignments, then one loop over 1..T or over a given sequence, then perhaps a
return. The variables at the beginning of some turns of some runs are put relative to the number i of the turn
(`relative.py`). From what they are then the body is gone through once, for an i of which nothing is known but that it
is at least `TURN`: if all variables are, relative to i + 1, what they were relative to i, they are so in all later
turns.

What makes the runs for small lengths speak for the turns before: nothing before or in the loop asks for T or decides by
anything but the number of the turn, so that the first turns are the same for every length.
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.construct import syntax as s
from symgrad.construct.given import spelled
from symgrad.construct.machine import Machine
from symgrad.construct.relative import (
    Count,
    Expected,
    Filled,
    Fixed,
    Item,
    Procedure,
    Relative,
    Snapshot,
    Whole,
    later,
    relative,
)
from symgrad.construct.run import Task, result_of
from symgrad.construct.shape import Loop, names_of, one_loop, recurrence_of
from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import Array, Failure, Given, Scope, Value

TURN = 5
"""The first of the turns that are looked at; the induction begins with it."""

_RUNS, _TURNS = (9, 10), (TURN, TURN + 1)
"""The last numbers of the sequences in the runs that are looked at, and the turns."""

_Step = tuple[str, tuple[Relative, ...]]
"""How an item of the sequence is made: the procedure, and its arguments relative to the item's number."""


class _NotShownError(Exception):
    """The step of the induction is not seen to hold."""


def for_every_length(task: Task, construction: s.Construction) -> str:
    """Why a construction that is right for small lengths is right for every length; "" where that is not shown."""
    loop = one_loop(construction)
    if loop is None:
        return ""
    terms = Terms()
    try:
        step = _step_of(task, terms)
        shots = [shot for last in _RUNS for shot in _snapshots(task, construction, loop, last, terms)]
        if step is None or len(shots) < len(_RUNS) * len(_TURNS) or _asks_for_length(loop, shots):
            return ""
        names = {name for shot in shots for name in shot.names}
        found = {name: relative(name, shots, task.setting) for name in names}
        start = {name: value for name, value in found.items() if value is not None}
        start |= _otherwise_spelled(loop, names, task.setting.values(terms, 0), construction.strict)
        if not (_is_followed(loop, start) and _decides_by_turn(loop, start) and _builds_one_list(shots)):
            return ""
        _induct(loop, step, start)
    except (_NotShownError, Failure):
        return ""
    return f"by induction over the turns of the loop in line {loop.place.line}"


def _otherwise_spelled(loop: Loop, names: set[str], given: dict[str, Value], strict: bool) -> dict[str, Relative]:
    """Names in the loop's body that stand for what is given, in another spelling."""
    found: dict[str, Relative] = {}
    for name in {node.name for inner in loop.body for node in s.walk(inner) if isinstance(node, s.Name)} - names:
        known = spelled(name, given, exactly=strict)
        value = None if known is None else given[known]
        if isinstance(value, Given):
            found[name] = Procedure(value.name)
        elif known is not None and isinstance(value, Array | Term):
            found[name] = Whole(known) if isinstance(value, Array) else Fixed(value)
    return found


def _induct(loop: Loop, step: _Step, start: dict[str, Relative]) -> None:
    """Show that a turn leaves what it found; what is not so is dropped, and the turn gone through again."""
    targets = names_of(loop.target) if isinstance(loop, s.For) else set()
    while any(isinstance(value, Filled) for value in start.values()):
        turn = _Turn(step, dict(start))
        turn.body(loop.body)
        kept = {n: v for n, v in start.items() if n in targets or (n in turn.names and later(turn.names[n]) == v)}
        if kept == start:
            if isinstance(loop, s.While) and not isinstance(kept.get(_counter(loop)), Count):
                raise _NotShownError
            return
        start = kept
    raise _NotShownError


def _step_of(task: Task, terms: Terms) -> _Step | None:
    """How the definition makes item j from item j - 1, for all j >= 1; None where it is of another form."""
    form = recurrence_of(task.definition.body, task.setting.length)
    if form is None or form.step.named or not isinstance(form.step.function, s.Name):
        return None
    head, given = form.step.function.name, task.setting.values(terms, 0)
    found = [_argument(arg, form.before, form.index, given) for arg in form.step.args]
    known = [arg for arg in found if arg is not None]
    return (head, tuple(known)) if len(known) == len(found) and head in given else None


def _argument(arg: s.Expr, before: s.Item, index: str, given: dict[str, object]) -> Relative | None:
    """An argument of the definition's step, relative to the number of the item that is made."""
    if arg == before:
        return Expected(-1)
    match arg:
        case s.Name(name) if name in given:
            return Fixed(given[name])
        case s.Item(s.Name(name), s.Name(at)) if at == index:
            known = name if name in given else spelled(name, given)
            return Item(known, 0) if known is not None and isinstance(given[known], Array) else None
    return None


class _Recorder(Machine):
    """A machine that keeps the variables at the beginning of some turns of a loop."""

    def watch(self, loop: Loop) -> None:
        """Keep the variables at the turns of this loop."""
        self.loop = loop
        self.turn = 0
        self.begun = 0
        self.kept: dict[int, dict[str, object]] = {}

    def execute(self, statement: s.Statement, scope: Scope) -> None:
        """Execute a statement, and count how often the loop is begun."""
        self.begun += statement is self.loop
        super().execute(statement, scope)

    def _turn(self, body: s.Body, scope: Scope) -> bool:
        if body is self.loop.body:
            if self.turn in _TURNS:
                self.kept[self.turn] = self._visible(scope)
            self.turn += 1
        return super()._turn(body, scope)

    def _visible(self, scope: Scope) -> dict[str, object]:
        """All variables that a scope sees; lists as they are at the moment, but given ones themselves."""
        found: dict[str, Value] = {}
        here: Scope | None = scope
        while here is not None:
            found = {**here.names, **found}
            here = here.around
        given = {id(value) for value in self.given.values()}
        lists = {id(v): v for v in found.values() if isinstance(v, Array) and id(v) not in given}
        copies = {key: Array(list(value.items), value.grows) for key, value in lists.items()}
        return {name: copies.get(id(value), value) for name, value in found.items()}


def _snapshots(task: Task, construction: s.Construction, loop: Loop, last: int, terms: Terms) -> list[Snapshot]:
    """The variables at the beginning of the turns that are looked at, in one run."""
    given = task.setting.values(terms, last)
    machine = _Recorder(construction, terms, given)
    machine.watch(loop)
    result_of(machine, task, last)
    if machine.begun != 1:
        return []
    sequence = task.sequence(last, terms)
    return [Snapshot(turn, last, names, sequence, given) for turn, names in machine.kept.items()]


def _asks_for_length(loop: Loop, shots: Sequence[Snapshot]) -> bool:
    """Whether the loop's body names a number that differs from length to length."""
    named = {node.name for statement in loop.body for node in s.walk(statement) if isinstance(node, s.Name)}
    for name in named:
        for turn in _TURNS:
            values = {shot.names.get(name) for shot in shots if shot.turn == turn and type(shot.names.get(name)) is int}
            if len(values) > 1:
                return True
    return False


def _counter(loop: s.While) -> str:
    """The variable that a loop counts with."""
    assert isinstance(loop.test, s.Compare)
    assert isinstance(loop.test.args[0], s.Name)
    return loop.test.args[0].name


def _is_followed(loop: Loop, start: dict[str, Relative]) -> bool:
    """Whether it is known what the loop goes over: numbers one after the other, or a given sequence."""
    if isinstance(loop, s.While):
        lengths = [node.args for node in s.walk(loop.test) if isinstance(node, s.Call)]
        return all(isinstance(start.get(arg.name), Whole) for (arg,) in lengths if isinstance(arg, s.Name))
    over = loop.over
    if isinstance(over, s.Call) and over.function == s.Name("enumerate"):
        over = over.args[0]
    if isinstance(over, s.Slice):
        over = over.base
    named = not isinstance(over, s.Name) or isinstance(start.get(over.name), Whole)
    return named and names_of(loop.target) <= start.keys()


def _decides_by_turn(loop: Loop, start: dict[str, Relative]) -> bool:
    """Whether the body calls given procedures alone, and decides by nothing but the turn's number and what is fixed.

    This is asked of branches too that the induction does not go through, so that they do the same for every length.
    """
    for node in (node for statement in loop.body for node in s.walk(statement)):
        if isinstance(node, s.Call):
            function = node.function
            if not (isinstance(function, s.Name) and isinstance(start.get(function.name), Procedure)):
                return False
        if isinstance(node, s.If | s.Choice) and not _is_decided(node.test, start):
            return False
        if isinstance(node, s.Compare):
            named = (start.get(part.name) for part in s.walk(node) if isinstance(part, s.Name))
            if not all(isinstance(value, Count | Fixed) for value in named):
                return False
    return True


def _is_decided(test: s.Expr, start: dict[str, Relative]) -> bool:
    """Whether a test is a comparison, or asks whether the list that is built has items; or says that it is not so."""
    while isinstance(test, s.Unary):
        test = test.arg
    return isinstance(test, s.Compare) or (isinstance(test, s.Name) and isinstance(start.get(test.name), Filled))


def _builds_one_list(shots: Sequence[Snapshot]) -> bool:
    """Whether there is one list beside the given ones."""
    for shot in shots:
        given = {id(value) for value in shot.given.values()}
        lists = {id(v) for v in shot.names.values() if isinstance(v, Array) and id(v) not in given}
        if len(lists) != 1:
            return False
    return True


class _Turn:
    """Goes through a loop's body once, with values relative to the turn; what is not known has no name."""

    def __init__(self, step: _Step, names: dict[str, Relative]) -> None:
        self.step = step
        self.names = names

    def body(self, body: s.Body) -> None:
        """Execute statements; raise where one is not understood."""
        for statement in body:
            match statement:
                case s.Assign(targets, value):
                    found = self.value(value)
                    for target in targets:
                        self.assign(target, found)
                case s.Augment(s.Name(name), "+", value):
                    self.augment(name, value)
                case s.Evaluate(s.Method(s.Name(name), "append", (value,))):
                    self.append(name, self.value(value))
                case s.If(test, yes, no):
                    self.body(yes if self.truth(test) else no)
                case s.Jump("pass"):
                    pass
                case _:
                    raise _NotShownError

    def assign(self, target: s.Expr, value: Relative | None) -> None:
        """Give a value to a name, or to the next item of the list."""
        match target:
            case s.Name(name):
                self.names.pop(name, None)
                if value is not None:
                    self.names[name] = value
            case s.Item(s.Name(name), index):
                filled, at = self.names.get(name), self.value(index)
                if not isinstance(filled, Filled) or at != Count(filled.c):
                    raise _NotShownError
                self.fill(filled, value)
            case _:
                raise _NotShownError

    def augment(self, name: str, value: s.Expr) -> None:
        """name += number, name += [items]"""
        old = self.names.get(name)
        if isinstance(old, Filled) and isinstance(value, s.Items) and value.kind == "list":
            for item in value.items:
                self.append(name, self.value(item))
        elif isinstance(old, Count) and isinstance(value, s.Literal) and type(value.value) is int:
            self.names[name] = Count(old.c + value.value)
        else:
            raise _NotShownError

    def append(self, name: str, value: Relative | None) -> None:
        """Append to the list that is built."""
        filled = self.names.get(name)
        if not isinstance(filled, Filled) or filled.made:
            raise _NotShownError
        self.fill(filled, value)

    def fill(self, filled: Filled, value: Relative | None) -> None:
        """Put the next item into the list; all names of the list see it."""
        if value != Expected(filled.c + filled.off):
            raise _NotShownError
        more = Filled(filled.c + 1, filled.off, filled.made)
        self.names = {n: more if isinstance(v, Filled) else v for n, v in self.names.items()}

    def value(self, expr: s.Expr) -> Relative | None:
        """The value of an expression; None where it is not known."""
        match expr:
            case s.Literal(int() as number) if not isinstance(number, bool):
                return Fixed(number)
            case s.Name(name):
                return self.names.get(name)
            case s.Unary("-", arg):
                inner = self.value(arg)
                return Fixed(-inner.value) if isinstance(inner, Fixed) and type(inner.value) is int else None
            case s.Binary("+" | "-" as op, left, right):
                return self.sum(op, self.value(left), self.value(right))
            case s.Item(s.Name(name), index):
                return self.item(name, self.value(index))
            case s.Call(s.Name(name), args, named) if not named:
                return self.applied(name, [self.value(arg) for arg in args])
            case s.Choice(test, yes, no):
                return self.value(yes if self.truth(test) else no)
        raise _NotShownError

    def sum(self, op: str, left: Relative | None, right: Relative | None) -> Relative | None:
        """A number more or less."""
        if isinstance(right, Fixed) and type(right.value) is int:
            step = right.value if op == "+" else -right.value
            if isinstance(left, Count):
                return Count(left.c + step)
            if isinstance(left, Fixed) and type(left.value) is int:
                return Fixed(left.value + step)
        return None

    def item(self, name: str, index: Relative | None) -> Relative | None:
        """An item of a given sequence, or one of the list that is built."""
        base = self.names.get(name)
        if isinstance(base, Filled):
            if isinstance(index, Count) and -TURN < index.c < base.c:
                return Expected(index.c + base.off)
            if isinstance(index, Fixed) and index.value == -1 and not base.made and base.c > 1 - TURN:
                return Expected(base.c - 1 + base.off)
            return None
        if isinstance(base, Whole) and isinstance(index, Count) and index.c >= -TURN:
            return Item(base.name, index.c)
        return None

    def applied(self, name: str, args: list[Relative | None]) -> Relative | None:
        """A given procedure applied to values: the item of the sequence that is made in this way."""
        head, pattern = self.step
        procedure = self.names.get(name)
        if not isinstance(procedure, Procedure):
            raise _NotShownError
        if procedure.name != head or len(args) != len(pattern):
            return None
        steps: set[int | None] = set()
        for arg, wanted in zip(args, pattern, strict=True):
            if isinstance(wanted, Fixed):
                steps |= set() if arg == wanted else {None}
            elif isinstance(wanted, Item):
                steps.add(arg.c - wanted.c if isinstance(arg, Item) and arg.name == wanted.name else None)
            elif isinstance(wanted, Expected):
                steps.add(arg.c - wanted.c if isinstance(arg, Expected) else None)
        step = steps.pop() if len(steps) == 1 else None
        return Expected(step) if step is not None and step > -TURN else None

    def truth(self, test: s.Expr) -> bool:
        """Whether a comparison of the turn's number holds in all turns from the first that is looked at on."""
        if isinstance(test, s.Unary) and test.op == "not":
            return not self.truth(test.arg)
        if isinstance(test, s.Name) and isinstance(filled := self.names.get(test.name), Filled):
            if filled.c > -TURN:
                return True
            raise _NotShownError
        if not isinstance(test, s.Compare) or len(test.ops) != 1:
            raise _NotShownError
        left, right = (self.value(arg) for arg in test.args)
        if not (isinstance(left, Count) and isinstance(right, Fixed) and type(right.value) is int):
            raise _NotShownError
        if TURN + left.c <= right.value:
            raise _NotShownError
        if test.ops[0] not in ("<", "<=", ">", ">=", "==", "!="):
            raise _NotShownError
        return test.ops[0] in (">", ">=", "!=")
