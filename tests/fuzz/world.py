"""What random expressions are made of: tensors over two sizes, some of declared sign, and how one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from symgrad.language.build import ONE, add, call, inv, mul, neg, number, power
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    Index,
    Indicator,
    Inv,
    Mul,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
)
from symgrad.language.read import read_program

DECLARATIONS = """
index a, b, c, d in B
index i, j, k, l in J
const r, t > 0
input x[b], y[b], p[b] > 0, w[j], v[j], q[j] > 0, A[b, j], M[b, c], E[b, j] > 0
distribution D[j] over j
const u[b, j]
constraint sum_j u[b, j] = 1
function f(z)
"""
CONTEXT: Program = read_program(DECLARATIONS, check=False)
ROWS, COLUMNS = "abcd", "ijkl"
POSITIVE = frozenset(t.name for t in CONTEXT.tensors if t.sign == "> 0")
HALF = number(Fraction(1, 2))


def size_of(letter: str) -> str:
    """The size that an index runs over, by its letter; numbers behind the letter do not count."""
    return "B" if letter[0] in ROWS else "J"


def letters_over(size: str) -> str:
    """The letters of the indices over a size."""
    return ROWS if size == "B" else COLUMNS


@dataclass
class World:
    """A generator of random expressions: `shapes` are the tensors that may be read, by the sizes of their axes."""

    draw: Random
    shapes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    positive_names: set[str] = field(default_factory=lambda: set(POSITIVE))
    latest: str = ""

    def __post_init__(self) -> None:
        for tensor in CONTEXT.tensors:
            if tensor.name not in ("D", "u") or self.draw.random() < 0.3:
                self.shapes[tensor.name] = tuple(size_of(axis.label) for axis in tensor.axes)

    def only(self, program: Program) -> None:
        """From now on, read nothing but what a program is given."""
        self.latest = ""
        given = {tensor.name for tensor in program.tensors if tensor.given}
        self.shapes = {name: shape for name, shape in self.shapes.items() if name in given}

    def cell(self, scope: tuple[str, ...], *, positive: bool = False) -> Expr | None:
        """A cell of a tensor under the indices; None where there is none."""
        names = [n for n in self.shapes if not positive or n in self.positive_names]
        sizes = {size_of(letter) for letter in scope}
        names = [n for n in names if set(self.shapes[n]) <= sizes]
        if self.latest in names and self.draw.random() < 0.4:
            names = [self.latest]
        indexed = [n for n in names if self.shapes[n]]
        if indexed and self.draw.random() < 0.8:
            names = indexed
        if not names:
            return None
        name = self.draw.choice(names)
        chosen = [self.draw.choice([s for s in scope if size_of(s) == size]) for size in self.shapes[name]]
        return Ref(name, tuple(map(Index, chosen)))

    def real(self, depth: int, scope: tuple[str, ...]) -> Expr:
        """An expression of any sign."""
        draw = self.draw
        if depth <= 0:
            return self._leaf(scope)
        shape = draw.choices(
            ("sum", "product", "quotient", "reduction", "smooth", "kinked", "log", "power", "delta", "f", "positive"),
            (5, 6, 3, 5, 3, 1, 1, 2, 2, 0.5, 2),
        )[0]
        match shape:
            case "sum":
                terms = [self.real(depth - 1, scope) for _ in range(draw.choice((2, 2, 3)))]
                return add(*(neg(term) if draw.random() < 0.4 else term for term in terms))
            case "product":
                return mul(self.real(depth - 1, scope), self.real(depth - 2, scope))
            case "quotient":
                return mul(self.real(depth - 1, scope), inv(self.positive(depth - 1, scope)))
            case "reduction":
                return self._total(depth, scope, self.real)
            case "smooth":
                return call(draw.choice(("tanh", "sigmoid", "softplus", "exp")), self._tame(scope))
            case "kinked":
                return self._kinked(scope)
            case "log":
                return call("log", self.positive(depth - 1, scope))
            case "power":
                return power(self.real(depth - 1, scope), number(draw.choice((2, 2, 3))))
            case "f":
                return call("f", self.real(depth - 1, scope))
            case "positive":
                return self.positive(depth, scope)
        return self._delta(depth, scope)

    def positive(self, depth: int, scope: tuple[str, ...]) -> Expr:
        """An expression whose value is above 0."""
        draw = self.draw
        if depth <= 0:
            found = self.cell(scope, positive=True)
            return found if found is not None else self._scalar()
        shapes = ("exp", "sum", "product", "quotient", "power", "square", "reduction")
        shape = draw.choices(shapes, (4, 3, 2, 1, 2, 2, 4))[0]
        match shape:
            case "exp":
                return call("exp", self._tame(scope))
            case "sum":
                return add(self.positive(depth - 1, scope), draw.choice((ONE, self.positive(depth - 2, scope))))
            case "product":
                return mul(self.positive(depth - 1, scope), self.positive(depth - 2, scope))
            case "quotient":
                return mul(self.positive(depth - 1, scope), inv(self.positive(depth - 2, scope)))
            case "power":
                exponent = draw.choice((HALF, HALF, number(2), number(-HALF.value), number(Fraction(3, 2))))
                return power(self.positive(depth - 1, scope), exponent)
            case "square":
                return add(power(self.real(depth - 2, scope), number(2)), draw.choice((ONE, self._scalar())))
        return self._total(depth, scope, self.positive)

    def _leaf(self, scope: tuple[str, ...]) -> Expr:
        if self.draw.random() < 0.85 and (found := self.cell(scope)) is not None:
            return found
        return self.draw.choice((number(2), HALF, number(3), self._scalar(), self._scalar(), inv(Size("B")), Size("J")))

    def _scalar(self) -> Expr:
        """A scalar above 0, if there is one."""
        names = [name for name in ("r", "t") if name in self.shapes]
        return Ref(self.draw.choice(names)) if names else number(3)

    def _tame(self, scope: tuple[str, ...]) -> Expr:
        """An argument of a fast growing function."""
        shape, one = self.draw.randrange(4), self._leaf(scope)
        other = self._leaf(scope)
        if shape == 0 or one == other:
            return one
        if shape == 1:
            return add(one, neg(other))
        return add(one, other) if shape == 2 else mul(one, other)

    def _total(self, depth: int, scope: tuple[str, ...], of: Callable[[int, tuple[str, ...]], Expr]) -> Expr:
        letters = [letter for letter in "bcdjkl" if letter not in scope]
        letter = self.draw.choice(letters)
        body = of(depth - 1, (*scope, letter))
        return Reduce("sum", (Range(letter),), body)

    def _kinked(self, scope: tuple[str, ...]) -> Expr:
        one = self._tame(scope)
        name = self.draw.choice(("relu", "abs", "step", "max", "sign"))
        return call(name, one, self._leaf(scope)) if name == "max" else call(name, one)

    def _delta(self, depth: int, scope: tuple[str, ...]) -> Expr:
        pairs = [(m, n) for m in scope for n in scope if m < n and size_of(m) == size_of(n)]
        if not pairs:
            return self.real(depth - 1, scope)
        m, n = self.draw.choice(pairs)
        return mul(Indicator("=", Index(m), Index(n)), self.real(depth - 1, scope))


def is_positive(expr: Expr, names: set[str]) -> bool:
    """Whether an expression's value is seen to be above 0, given the names of tensors whose cells are."""
    match expr:
        case Number(value):
            return value > 0
        case Size():
            return True
        case Ref(name):
            return name in names
        case Call("exp" | "sigmoid" | "cosh" | "softplus", (_,)):
            return True
        case Inv(arg) | Pow(arg, Number()) | Reduce("sum", _, arg):
            return is_positive(arg, names)
        case Mul(args):
            return all(is_positive(arg, names) for arg in args)
        case Add(args):
            squares = [arg for arg in args if isinstance(arg, Pow) and arg.exponent == number(2)]
            others = [arg for arg in args if arg not in squares]
            return bool(others) and all(is_positive(arg, names) for arg in others)
    return False
