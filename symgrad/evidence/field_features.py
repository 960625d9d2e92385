"""What programs do that decides how they can be run in finite fields: branches, roots, logarithms, angles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.evaluate.exact import integer_names, is_exact
from symgrad.evaluate.fields_functions import OPAQUE
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Call, Expr, Indicator, Inv, Number, Pow, Program, Reduce, Ref
from symgrad.language.walk import expr_children, walk_expr, walk_statements

_LIFTING = frozenset(
    ("exp", "expm1", "sinh", "cosh", "tanh", "sech", "csch", "coth", "sigmoid", "softplus", "silu", "gelu_tanh")
)
_LOGS = frozenset(("log", "log1p", "softplus", "asinh", "acosh", "atanh"))
_RADICALS = frozenset(("sqrt", "asinh", "acosh"))
_ANGLES = frozenset(("sin", "cos", "tan", "cot", "sec", "csc"))


_TELLING = frozenset((Call, Pow, Reduce, Indicator))
"""The kinds of expressions that decide anything here."""


@dataclass(frozen=True)
class Features:
    """What occurs in programs.

    Attributes:
        branches: comparisons of real numbers, max, abs and the like.
        radicals: roots of what is not a number.
        logs: logarithms or general powers.
        exps: exp or what is made of it, or a general power.
        angles: sine, cosine and what is made of them.
        opaque: the functions whose laws no field has.
        functions: the names of uninterpreted functions.
    """

    branches: bool
    radicals: bool
    logs: bool
    exps: bool
    angles: bool
    opaque: tuple[str, ...]
    functions: frozenset[str]

    @property
    def roots(self) -> bool:
        """Whether there is anything of which only some numbers of a field have a value, and one of several."""
        return self.radicals or self.logs


def features_of(programs: Sequence[Program]) -> Features:
    """What occurs in any of the programs, their constraints included."""
    calls: set[str] = set()
    branches = radicals = general = False
    for program in programs:
        integers = integer_names(program)
        for part in _parts(program):
            if type(part) not in _TELLING:
                continue
            branches = branches or _branches(part, integers)
            match part:
                case Call("sqrt", (arg,)) if not _has_cells(arg):
                    pass
                case Call(function):
                    calls.add(function)
                case Pow(base, exponent):
                    general = general or not is_exact(exponent, integers)
                    radicals = radicals or (_has_cells(base) and _is_root(exponent))
    names = frozenset(f.name for program in programs for f in program.functions)
    calls -= names
    return Features(
        branches,
        radicals or bool(calls & _RADICALS),
        general or bool(calls & _LOGS),
        general or bool(calls & (_LIFTING | _LOGS)),
        bool(calls & _ANGLES),
        tuple(sorted(calls & OPAQUE)),
        names,
    )


def _parts(program: Program) -> list[Expr]:
    """All expressions but those in the bounds of ranges."""
    exprs = [side for c in program.constraints for side in (c.left, c.right)]
    exprs += [statement.value for _, statement in walk_statements(program.body)]
    return [part for expr in exprs for part in _computed(expr)]


def _computed(expr: Expr) -> Iterator[Expr]:
    yield expr
    for child in (expr.body,) if isinstance(expr, Reduce) else expr_children(expr):
        yield from _computed(child)


def _has_cells(expr: Expr) -> bool:
    return any(isinstance(part, Ref) for part in walk_expr(expr))


def _is_root(exponent: Expr) -> bool:
    """Whether an exponent made of numbers, sizes and indices may be no whole number."""
    return any(
        isinstance(part, Inv) or (isinstance(part, Number) and part.value.denominator != 1)
        for part in walk_expr(exponent)
    )


def _branches(part: Expr, integers: frozenset[str]) -> bool:
    match part:
        case Call(function):
            return function in FUNCTIONS and FUNCTIONS[function].kinked
        case Reduce(op):
            return op != "sum"
        case Indicator(_, left, right):
            return not (is_exact(left, integers) and is_exact(right, integers))
    return False
