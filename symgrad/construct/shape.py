"""The plain form of a construction of which every length can be spoken: assignments, one loop, a return.

Nothing before the loop decides anything or takes items by the length, and numbers there are sums of the length and of
whole numbers; the loop goes over numbers one after the other, or over a given sequence; its body decides by comparisons
alone, and names no length.
"""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.construct import syntax as s

Loop = s.For | s.While


def one_loop(construction: s.Construction) -> Loop | None:
    """The loop of a construction of the plain form; None of any other."""
    body = _inside(construction.body)
    loops = [(at, statement) for at, statement in enumerate(body) if isinstance(statement, Loop)]
    if len(loops) != 1:
        return None
    at, loop = loops[0]
    followed = _is_over(loop.over) if isinstance(loop, s.For) else _is_counted(loop)
    plain = all(map(_is_before, body[:at])) and followed and all(map(_is_inside, loop.body))
    return loop if plain and not loop.orelse and _is_after(body[at + 1 :]) else None


def names_of(target: s.Expr) -> set[str]:
    """The names that a target gives values to."""
    return {node.name for node in s.walk(target) if isinstance(node, s.Name)}


def _inside(body: s.Body) -> s.Body:
    """The body of the one procedure that a text defines and perhaps calls; the text's own body otherwise."""
    rest = tuple(statement for statement in body if not isinstance(statement, s.Jump))
    match rest:
        case (s.Define(_, parameters, inner),) if _are_plain(parameters):
            return inner
        case (
            s.Define(name, parameters, inner),
            s.Assign((s.Name(),), s.Call(s.Name(called), args, named))
            | s.Evaluate(s.Call(s.Name(called), args, named))
            | s.Return(s.Call(s.Name(called), args, named)),
        ) if called == name and _are_plain(parameters) and _are_names((*args, *(value for _, value in named))):
            return inner
    return rest


def _are_plain(parameters: tuple[s.Parameter, ...]) -> bool:
    return all(parameter.default is None or _is_value(parameter.default) for parameter in parameters)


def _are_names(args: tuple[s.Expr, ...]) -> bool:
    return all(isinstance(arg, s.Name) for arg in args)


def _is_before(statement: s.Statement) -> bool:
    """Whether a statement before the loop only makes values: no decisions, no items by a number that is computed."""
    match statement:
        case s.Assign((s.Item(s.Name(), s.Unary("-", s.Literal())),), value):
            return _is_value(value)
        case s.Assign(targets, value):
            return all(_is_value(part) for part in (*targets, value))
        case s.Evaluate(s.Method(s.Name(), "append", (value,))):
            return _is_value(value)
        case s.Jump("pass"):
            return True
    return False


def _is_value(expr: s.Expr) -> bool:
    match expr:
        case s.Name() | s.Literal():
            return True
        case s.Items(items):
            return all(map(_is_value, items))
        case s.Item(s.Name(), s.Literal()):
            return True
        case s.Binary("+" | "-", left, right) | s.Binary("*", s.Items() as left, right):
            return _is_value(left) and _is_value(right)
        case s.Call(s.Name(name), args, named) if name not in _DECIDING:
            return all(map(_is_value, (*args, *(value for _, value in named))))
    return False


_DECIDING = ("max", "min", "abs", "reversed", "zip", "enumerate")


def _is_over(over: s.Expr) -> bool:
    """Whether a loop goes over numbers one after the other, over a sequence, or over what follows an item of it."""
    match over:
        case s.Call(s.Name("range"), args, ()):
            return len(args) < 3 and all(map(_is_number, args))
        case s.Span(low, high, s.Literal(1)):
            return _is_number(low) and _is_number(high)
        case s.Call(s.Name("enumerate"), (inner, *rest), ()):
            return isinstance(inner, s.Name | s.Slice) and _is_over(inner) and all(map(_is_number, rest))
        case s.Slice(s.Name(), s.Literal(), None, None) | s.Name():
            return True
    return False


def _is_counted(loop: s.While) -> bool:
    """Whether a loop goes on while a variable is less than a number that the body does not change."""
    match loop.test:
        case s.Compare(("<" | "<=",), (s.Name(), limit)) if _is_number(limit):
            named = names_of(limit)
            changed = {node.name for inner in loop.body for target in _targets(inner) for node in _all_names(target)}
            return named.isdisjoint(changed)
    return False


def _targets(statement: s.Statement) -> list[s.Expr]:
    """What a statement, and all in it, assigns to or appends to."""
    found: list[s.Expr] = []
    for node in s.walk(statement):
        match node:
            case s.Assign(targets):
                found += targets
            case s.Augment(target) | s.Method(target):
                found.append(target)
    return found


def _all_names(expr: s.Expr) -> list[s.Name]:
    return [node for node in s.walk(expr) if isinstance(node, s.Name)]


def _is_number(expr: s.Expr) -> bool:
    """Whether a number is a sum of whole numbers, of variables and of lengths of lists."""
    match expr:
        case s.Name() | s.Literal() | s.Call(s.Name("len"), (s.Name(),), ()):
            return True
        case s.Binary("+" | "-", left, right):
            return _is_number(left) and _is_number(right)
    return False


def _is_inside(statement: s.Statement) -> bool:
    """Whether a statement of the loop's body is one that the induction can go through, in every branch."""
    for node in s.walk(statement):
        if isinstance(node, s.Call) and isinstance(node.function, s.Name) and node.function.name in _MEASURING:
            return False
        if not isinstance(node, _INSIDE):
            return False
        if isinstance(node, s.Method) and node.name != "append":
            return False
    return True


_MEASURING = ("len", "range", "list", "dict", "tuple", "length", "size", "array", *_DECIDING)

_INSIDE = (
    s.Assign,
    s.Augment,
    s.Evaluate,
    s.If,
    s.Jump,
    s.Name,
    s.Literal,
    s.Items,
    s.Item,
    s.Call,
    s.Method,
    s.Unary,
    s.Binary,
    s.Compare,
    s.Choice,
)


def _is_after(rest: s.Body) -> bool:
    """Whether nothing follows the loop but that its list is returned, or what follows one of its first items."""
    match rest:
        case () | (s.Return(s.Name()) | s.Evaluate(s.Name()),):
            return True
        case (s.Return(s.Slice(s.Name(), s.Literal(), None, None)),):
            return True
    return False


@dataclass(frozen=True)
class Recurrence:
    """A definition of two equations: a first item, and each further one by a call.

    `name` is the list's, `index` that of the loop, `before` the item before the one that `step` makes.
    """

    name: str
    index: str
    before: s.Item
    step: s.Call


def recurrence_of(body: s.Body, length: str) -> Recurrence | None:
    """The recurrence that a definition is, its items 0 to `length`; None where it is of another form."""
    match body:
        case (
            s.Assign((s.Item(s.Name(name), s.Literal(0)),), s.Call()),
            s.For(
                s.Name(index),
                s.Span(s.Literal(1), s.Name(last), s.Literal(1)),
                (s.Assign((s.Item(s.Name(other), s.Name(at)),), s.Call() as step),),
            ),
        ) if name == other and index == at and last == length:
            return Recurrence(name, index, s.Item(s.Name(name), s.Binary("-", s.Name(index), s.Literal(1))), step)
    return None
