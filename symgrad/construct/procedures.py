"""The procedures and methods that the language has: those of Python's lists that a construction needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symgrad.construct import syntax as s
from symgrad.construct.state import State
from symgrad.construct.values import HOLE, Array, Failure, Value, described


def iterated(state: State, value: Value, node: s.Node) -> Iterable[Value]:
    """The values that a loop over a value goes through."""
    match value:
        case Array():
            return (_assigned(item, node) for item in value)
        case tuple() | range():
            return value
    if isinstance(value, int) and not isinstance(value, bool):
        hint = f"write range({state.text(node) or value})"
        raise Failure("type", f"a loop cannot go over {described(value)}", node.place, hint)
    raise Failure("type", f"a loop cannot go over {described(value)}", node.place, "go over a list or a range")


def _assigned(item: Value, node: s.Node) -> Value:
    if item is HOLE:
        raise Failure("unassigned", "this list has an item that was never assigned", node.place)
    return item


def length(state: State, args: list[Value], node: s.Node) -> int:
    """len(list)"""
    (value,) = _exactly("len", args, 1, node)
    match value:
        case Array():
            return len(value.items)
        case tuple() | range():
            return len(value)
    raise Failure("type", f"{described(value)} has no length", node.place)


def make_range(state: State, args: list[Value], node: s.Node) -> range:
    """range(stop), range(start, stop), range(start, stop, step)"""
    if not 1 <= len(args) <= 3:
        raise Failure("arity", "range takes one to three numbers", node.place)
    numbers = [state.integer(arg, node) for arg in args]
    if len(numbers) == 3 and numbers[2] == 0:
        raise Failure("type", "the step of a range is not 0", node.place)
    return range(*numbers)


def make_list(state: State, args: list[Value], node: s.Node) -> Array:
    """list(), list(values)"""
    if not args:
        return Array(grows=not state.strict, begun=node.place)
    (value,) = _exactly("list", args, 1, node)
    return Array(state.listed(iterated(state, value, node), node), grows=not state.strict)


def make_table(state: State, args: list[Value], node: s.Node) -> Array:
    """dict(): a table that is filled by assignments."""
    _exactly("dict", args, 0, node)
    return Array(grows=True)


def make_tuple(state: State, args: list[Value], node: s.Node) -> tuple[Value, ...]:
    """tuple(values)"""
    return tuple(make_list(state, args, node).items)


def enumerate_values(state: State, args: list[Value], node: s.Node) -> Array:
    """enumerate(values), enumerate(values, start)"""
    if not 1 <= len(args) <= 2:
        raise Failure("arity", "enumerate takes a list and perhaps a first number", node.place)
    start = state.integer(args[1], node) if len(args) == 2 else 0
    return Array(state.listed(enumerate(iterated(state, args[0], node), start), node))


def zip_values(state: State, args: list[Value], node: s.Node) -> Array:
    """zip(values, values, ...)"""
    return Array(state.listed(zip(*(iterated(state, arg, node) for arg in args), strict=False), node))


def reversed_values(state: State, args: list[Value], node: s.Node) -> Array:
    """reversed(values)"""
    (value,) = _exactly("reversed", args, 1, node)
    if isinstance(value, range):
        return Array(state.listed(reversed(value), node))
    return Array(state.listed(iterated(state, value, node), node)[::-1])


def largest(state: State, args: list[Value], node: s.Node) -> int:
    """max(numbers)"""
    return max(_numbers(state, "max", args, node))


def smallest(state: State, args: list[Value], node: s.Node) -> int:
    """min(numbers)"""
    return min(_numbers(state, "min", args, node))


def absolute(state: State, args: list[Value], node: s.Node) -> int:
    """abs(number)"""
    (value,) = _exactly("abs", args, 1, node)
    return abs(state.integer(value, node))


def whole(state: State, args: list[Value], node: s.Node) -> int:
    """int(number)"""
    (value,) = _exactly("int", args, 1, node)
    return int(value) if isinstance(value, bool) else state.integer(value, node)


def nothing(state: State, args: list[Value], node: s.Node) -> None:
    """print(values): nothing is shown."""


NATIVE: dict[str, Callable[[State, list[Value], s.Node], Value]] = {
    "len": length,
    "range": make_range,
    "list": make_list,
    "dict": make_table,
    "tuple": make_tuple,
    "enumerate": enumerate_values,
    "zip": zip_values,
    "reversed": reversed_values,
    "max": largest,
    "min": smallest,
    "abs": absolute,
    "int": whole,
    "print": nothing,
}

PSEUDO: dict[str, str] = {"length": "len", "size": "len", "array": "list", "List": "list", "Array": "list"}
"""Other names that pseudo-code has for some of them."""


def method(state: State, base: Value, call: s.Method, args: list[Value]) -> Value:
    """Call a method of a list."""
    if not isinstance(base, Array):
        raise Failure("type", f"{described(base)} has no method {call.name}", call.place, "methods belong to lists")
    found = METHODS.get(call.name)
    if found is None:
        hint = f"there are {', '.join(METHODS)}"
        raise Failure("name", f"a list has no method {call.name} here", call.place, hint)
    counts, run = found
    if len(args) not in counts:
        words = " or ".join(map(str, counts))
        raise Failure("arity", f"{call.name} takes {words} values, here are {len(args)}", call.place)
    return run(state, base, args, call)


def _append(state: State, base: Array, args: list[Value], node: s.Node) -> None:
    state.take(1, node)
    base.items.append(args[0])


def _extend(state: State, base: Array, args: list[Value], node: s.Node) -> None:
    base.items.extend(state.listed(iterated(state, args[0], node), node))


def _insert(state: State, base: Array, args: list[Value], node: s.Node) -> None:
    state.take(1, node)
    base.items.insert(state.integer(args[0], node), args[1])


def _pop(state: State, base: Array, args: list[Value], node: s.Node) -> Value:
    at = state.integer(args[0], node) if args else -1
    if not -len(base.items) <= at < len(base.items):
        raise Failure("index", f"there is no item {at} to take out of {described(base)}", node.place)
    return base.items.pop(at)


def _reverse(state: State, base: Array, args: list[Value], node: s.Node) -> None:
    base.items.reverse()


def _clear(state: State, base: Array, args: list[Value], node: s.Node) -> None:
    base.items.clear()


def _copy(state: State, base: Array, args: list[Value], node: s.Node) -> Array:
    return Array(state.listed(base.items, node), base.grows, dict(base.below))


def _items(state: State, base: Array, args: list[Value], node: s.Node) -> Array:
    return Array(state.listed(((k, v) for k, v in _entries(base)), node))


def _values(state: State, base: Array, args: list[Value], node: s.Node) -> Array:
    return Array(state.listed((v for _, v in _entries(base)), node))


def _entries(base: Array) -> Iterator[tuple[int, Value]]:
    yield from base.below.items()
    yield from ((at, item) for at, item in enumerate(base.items) if item is not HOLE)


METHODS: dict[str, tuple[tuple[int, ...], Callable[[State, Array, list[Value], s.Node], Value]]] = {
    "append": ((1,), _append),
    "extend": ((1,), _extend),
    "insert": ((2,), _insert),
    "pop": ((0, 1), _pop),
    "reverse": ((0,), _reverse),
    "clear": ((0,), _clear),
    "copy": ((0,), _copy),
    "items": ((0,), _items),
    "values": ((0,), _values),
}

SILENT = ("append", "extend", "insert", "reverse", "clear")
"""Methods that change the list and give nothing."""


def _exactly(name: str, args: list[Value], count: int, node: s.Node) -> list[Value]:
    if len(args) != count:
        raise Failure(
            "arity", f"{name} takes {count} value{'' if count == 1 else 's'}, here are {len(args)}", node.place
        )
    return args


def _numbers(state: State, name: str, args: list[Value], node: s.Node) -> list[int]:
    values = list(iterated(state, args[0], node)) if len(args) == 1 and not isinstance(args[0], int) else args
    if not values:
        raise Failure("arity", f"{name} needs a number", node.place)
    return [state.integer(value, node) for value in values]
