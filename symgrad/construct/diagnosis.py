"""What a wrong construction does instead: changes of its result that make it right, each with a sentence.

A mistake is a row: a change of the terms, or of the list, that would undo it. The row is said if the change leads to
what should have been built, alone or together with a list that ends too early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from symgrad.construct import syntax as s
from symgrad.construct.given import Setting, item
from symgrad.construct.terms import Term, Terms, below, written
from symgrad.construct.values import Given, Value, described
from symgrad.errors import Finding


@dataclass(frozen=True)
class Case:
    """What was built beside what should have been, for one length; `wanted` begins with item 0."""

    setting: Setting
    construction: s.Construction
    first: tuple[int, ...]
    last: int
    terms: Terms
    built: tuple[Value, ...]
    wanted: tuple[Value, ...]

    @property
    def accepted(self) -> list[tuple[Value, ...]]:
        """The results that are right."""
        return [self.wanted[first:] for first in self.first]


Said = tuple[str, Finding]


def explained(case: Case) -> Iterator[Said]:
    """The mistakes that explain a result: of its list first, then of its terms, then both together."""
    if case.built in case.accepted:
        return
    of_list = _of_list(case, case.built)
    if of_list is not None:
        yield of_list
        return
    for said, items in _of_terms(case):
        if items in case.accepted:
            yield said
            return
        further = _of_list(case, items)
        if further is not None:
            yield said
            yield further
            return


def _of_list(case: Case, items: Sequence[Value]) -> Said | None:
    """What is wrong with the list where its items are right ones."""
    items = tuple(items)
    for wanted in case.accepted:
        if items == wanted[:-1] and wanted:
            return "last", _last_missing(case, wanted[-1])
        if items == wanted[::-1]:
            return "backwards", Finding("the list is in reverse order: its first item is the last state")
        if len(items) == len(wanted) + 1 and items[1:] == wanted:
            message = f"the first item of the list is {_named(items[0])}, which is no item of the sequence"
            return "extra", Finding(message, None, "leave it out of the list, or return the list from item 1 on")
        if items == wanted[-1:] and len(wanted) > 1:
            message = "only the last item is there, not the sequence"
            return "single", Finding(message, None, "keep each item in a list")
        if items[: len(wanted)] == wanted:
            extra = len(items) - len(wanted)
            return "more", Finding(f"the list has {extra} item{'' if extra == 1 else 's'} too many at its end")
    if not items:
        return "nothing", Finding("the list stays empty", None, "put each item into it")
    start = next((at for at, want in enumerate(case.wanted) if want is items[0]), None)
    if start is not None and tuple(items) == case.wanted[start:]:
        return "begin", Finding(f"the list begins with item {start}: the items before it are missing")
    return None


def _last_missing(case: Case, missing: Value) -> Finding:
    """The last item is not there: most often since a range ends one before its end."""
    length = case.setting.length
    message = f"the last item, for {length}, is missing"
    for node in s.walk(case.construction.body):
        if isinstance(node, s.Call) and isinstance(node.function, s.Name) and node.function.name == "range":
            stop = node.args[min(len(node.args), 2) - 1] if node.args else None
            if isinstance(stop, s.Name) and stop.name.lower() == length.lower():
                text = f"range(..., {length})" if len(node.args) > 1 else f"range({length})"
                hint = f"{text} ends with {length} - 1: write {length} + 1"
                return Finding(message, node.place, hint)
    return Finding(message, None, f"let the loop go up to {length}, both ends included")


def _of_terms(case: Case) -> Iterator[tuple[Said, tuple[Value, ...]]]:
    """Changes of all terms, each with what is wrong if it is the one that helps."""
    for said, change in _changes(case):
        yield said, tuple(case.terms.mapped(value, change) for value in case.built)
    yield from _whole(case)


def _changes(case: Case) -> Iterator[tuple[Said, Callable[[Term], object]]]:
    for procedure in case.setting.procedures:
        for order in permutations(range(len(procedure.parameters))):
            if list(order) != sorted(order):
                yield _order(procedure, order), _reordered(case, procedure.name, order)
        yield _twice(procedure), _collapsed(procedure.name)
    for start in _starts(case):
        for given in case.setting.objects:
            yield _start(start, given), _replaced(case, start, given)
    for name, _ in case.setting.sequences:
        for step in (1, -1):
            yield _shift(name, step), _shifted(case, name, lambda at, step=step: at + step)  # type: ignore[misc]
        reverse = f"the items of {name} are taken in reverse order"
        yield ("reversed", Finding(reverse)), _shifted(case, name, lambda at: case.last - at)


def _order(procedure: Given, order: tuple[int, ...]) -> Said:
    given = ", ".join(procedure.parameters[at] for at in order)
    message = f"the arguments of {procedure.name} are in the wrong order: they are passed as ({given})"
    return "order", Finding(message, None, f"write {procedure}")


def _reordered(case: Case, name: str, order: tuple[int, ...]) -> Callable[[Term], object]:
    """Put arguments that were passed in an order into the right one."""

    def change(term: Term) -> object:
        if term.head != name or len(term.args) != len(order):
            return term
        args = [term.args[order.index(at)] for at in range(len(order))]
        return case.terms.make(name, tuple(args))

    return change


def _twice(procedure: Given) -> Said:
    message = f"{procedure.name} is applied twice to the same item in one step"
    return "twice", Finding(message, None, "apply it once a step")


def _collapsed(name: str) -> Callable[[Term], object]:
    def change(term: Term) -> object:
        inner = term.args[-1] if term.head == name and term.args else None
        if isinstance(inner, Term) and inner.head == name and inner.args[:-1] == term.args[:-1]:
            return inner
        return term

    return change


def _starts(case: Case) -> list[Value]:
    """What stands at the innermost place of the terms where something else should."""
    inside = [term.args[-1] for term in below(case.built) if term.args]
    return list(dict.fromkeys(arg for arg in inside if not isinstance(arg, Term) or not arg.args))


def _start(start: Value, given: str) -> Said:
    message = f"the first step starts from {_named(start)} where {given} should be"
    return "start", Finding(message, None, f"pass {given} to the first step")


def _replaced(case: Case, start: Value, given: str) -> Callable[[Term], object]:
    def change(term: Term) -> object:
        if not term.args or term.args[-1] is not start:
            return term
        return case.terms.make(term.head, (*term.args[:-1], case.terms.make(given)))

    return change


def _shift(name: str, step: int) -> Said:
    """Each step takes an item of a sequence so many before its own."""
    message = f"step t takes {name}[t {'-' if step > 0 else '+'} {abs(step)}]"
    return "shift", Finding(message, None, f"it should take {name}[t]")


def _shifted(case: Case, name: str, number: Callable[[int], int]) -> Callable[[Term], object]:
    """Replace items of a sequence by those of other numbers."""
    moved = {item(case.terms, name, at): number(at) for at in range(case.last + 1)}

    def change(term: Term) -> object:
        at = moved.get(term)
        return term if at is None else item(case.terms, name, at)

    return change


def _whole(case: Case) -> Iterator[tuple[Said, tuple[Value, ...]]]:
    """Changes that look at the whole list: steps that do not follow one another, one item for all steps."""
    if not all(isinstance(value, Term) and value.args for value in case.built) or len(case.built) < 2:
        return
    for name, _ in case.setting.sequences:
        items = {item(case.terms, name, at) for at in range(case.last + 1)}
        used = {term for term in below(case.built) if term in items}
        if len(used) == 1 and case.last > 0:
            message = f"every step takes the same item {written(next(iter(used)))} of {name}"
            yield ("same", Finding(message, None, f"step t takes {name}[t]")), case.wanted[case.first[0] :]
            return
    terms = [value for value in case.built if isinstance(value, Term)]
    states = [term.args[-1] for term in terms]
    if len(set(states)) == 1 or (len(set(states[1:])) == 1 and len(states) > 2):
        message = f"the steps do not follow one another: each takes {_named(states[-1])} as the state before it"
        said = "unlinked", Finding(message, None, "pass each step the result of the step before")
        yield said, case.wanted[case.first[0] :]
    elif states[1:] == terms[:-1]:
        yield from _other_items(case, terms[1:])


def _other_items(case: Case, terms: list[Term]) -> Iterator[tuple[Said, tuple[Value, ...]]]:
    """Steps that follow one another, but take items of other numbers than their own."""
    for name, _ in case.setting.sequences:
        number = {item(case.terms, name, at): at for at in range(case.last + 1)}
        taken = [number[arg] for term in terms for arg in term.args if isinstance(arg, Term) and arg in number]
        for first in case.first:
            steps = {at - own for own, at in enumerate(taken, start=first + 1)}
            if len(taken) == len(terms) == len(case.wanted) - first - 1 and len(steps) == 1 and steps != {0}:
                step = steps.pop()
                yield _shift(name, -step), case.wanted[first:]


def _named(value: Value) -> str:
    return written(value) if isinstance(value, Term) else described(value)
