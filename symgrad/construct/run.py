"""What a construction builds: it is run for one length of the given sequences, and its result is found.

The result is what a `return` outside of procedures gives, a list of a name that is asked for, what the last
expression gives, the only list that was built, or what the procedure gives that the text defines and does not call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from symgrad.construct import syntax as s
from symgrad.construct.given import Setting, spelled
from symgrad.construct.machine import Machine
from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import HOLE, Array, Event, Failure, Function, Value, described


@dataclass(frozen=True)
class Built:
    """What came out of a run: the items of the result, or what went wrong; and what happened on the way."""

    items: tuple[Value, ...]
    events: tuple[Event, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True)
class Task:
    """What is to be built.

    Attributes:
        setting: what is given.
        definition: a construction of the whole sequence, from item 0 on.
        names: names that the result may have.
        first: the numbers of the items that the result may begin with.
        spellings: names that parameters of procedures may have for what is given.
    """

    setting: Setting
    definition: s.Construction
    names: tuple[str, ...] = ()
    first: tuple[int, ...] = (0,)
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def sequence(self, last: int, terms: Terms) -> tuple[Value, ...]:
        """What is to be built, from item 0 on. Raises Failure where the definition fails."""
        built = build(self.definition, self, last, terms)
        if built.failure is not None:
            raise built.failure
        return built.items


def build(construction: s.Construction, task: Task, last: int, terms: Terms, *, forgiving: bool = False) -> Built:
    """Run a construction where the given sequences end with the item of number `last`.

    Args:
        construction: what is run.
        task: what is given, and how the result may be named.
        last: the number of the last item of the sequences.
        terms: the table of terms, shared with what the result is compared with.
        forgiving: see `Machine`.
    """
    given = task.setting.values(terms, last)
    machine = Machine(construction, terms, given, forgiving)
    try:
        items = result_of(machine, task, last)
    except Failure as failure:
        return Built((), tuple(machine.events), failure)
    return Built(items, tuple(machine.events))


def result_of(machine: Machine, task: Task, last: int) -> tuple[Value, ...]:
    """The items of what a machine's construction builds. Raises Failure for what goes wrong."""
    try:
        return _items(_result(machine, machine.run(), task, last))
    except RecursionError:
        raise Failure("endless", "this is nested too deeply") from None


def _result(machine: Machine, value: Value, task: Task, last: int) -> Value:
    names = task.names
    own = {name: v for name, v in machine.shared.names.items() if name not in machine.given}
    changed = {n: v for n, v in machine.shared.names.items() if n in machine.given and v is not machine.given[n]}
    if value is not None:
        return value
    for name in names:
        if isinstance(own.get(name), Array | tuple):
            return own[name]
        if name in own and own[name] is None:
            raise Failure("nothing", f"{name} is None when all is done")
    if isinstance(machine.last, Array | tuple):
        return machine.last
    functions = [v for v in own.values() if isinstance(v, Function)]
    lists = [v for v in own.values() if isinstance(v, Array) and any(isinstance(i, Term) for i in v.items)]
    if len(lists) == 1:
        return lists[0]
    if functions and not lists:
        return _called(machine, _asked(functions), task.spellings, last)
    if lists:
        hint = f"name the result {names[0]}, or return it" if names else "return the one that is meant"
        raise Failure("result", "several lists are built, and it is not said which of them is the result", None, hint)
    empty = [v for v in [*own.values(), *changed.values()] if isinstance(v, Array)]
    if len(empty) == 1:
        return empty[0]
    single = [v for v in own.values() if isinstance(v, Term) and v.args]
    if single:
        return single[-1]
    hint = f"name the list {names[0]}, or return it" if names else "return the list"
    raise Failure("nothing", "no list is built", None, hint)


def _asked(functions: list[Function]) -> Function:
    """The procedure that no other one calls, the last of them."""
    used = {
        node.name
        for function in functions
        for node in s.walk(function.body)
        if isinstance(node, s.Name) and node.name != function.name
    }
    outer = [function for function in functions if function.name not in used]
    return (outer or functions)[-1]


def _called(machine: Machine, function: Function, spellings: Mapping[str, str], last: int) -> Value:
    """What a procedure gives when its parameters are given what they are named after.

    One that has a further parameter gives the object of each number.
    """
    found: dict[str, Value] = {}
    open_names = []
    for name in function.parameters:
        known = _known(name, machine.given, spellings)
        if known is not None:
            found[name] = machine.given[known]
        elif name not in function.defaults:
            open_names.append(name)
    place = function.body[0] if isinstance(function.body, tuple) and function.body else s.Jump("pass")
    if len(open_names) > 1:
        names = ", ".join(open_names)
        hint = f"call the procedure below it, as in H = {function.name}(...)"
        raise Failure(
            "result", f"it is not known what the parameters {names} of {function.name} are", place.place, hint
        )
    if not open_names:
        return machine.call(function, [], found, place)
    numbers = range(last + 1)
    return tuple(machine.call(function, [], {**found, open_names[0]: at}, place) for at in numbers)


def _known(name: str, given: Mapping[str, Value], spellings: Mapping[str, str]) -> str | None:
    """What is given that a parameter is named after."""
    if name in given:
        return name
    other = (known for spelling, known in spellings.items() if spelling.lower() == name.lower())
    return spelled(name, given) or next(other, None)


def _items(result: Value) -> tuple[Value, ...]:
    """The items of a result; an array that was filled from 1 on has nothing before."""
    match result:
        case Array():
            items = list(result.items)
            while items and items[0] is HOLE:
                items.pop(0)
            if any(item is HOLE for item in items):
                raise Failure("unassigned", "the result has items in between that were never assigned")
            return tuple(items)
        case tuple():
            return result
        case Term():
            return (result,)
    hint = "return the list" if result is None else ""
    raise Failure("nothing", f"the result is {described(result)}, not a list", None, hint)
