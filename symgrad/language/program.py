"""The program: an immutable tree that every other room reads and makes. Its grammar, once:

    program   = (size | index | tensor | function | constraint)*  node*
    node      = Loop(ranges, body: node+)                     for b, j: ...
              | Update(target: Ref, sign, value)              T[b] += value     (or -=)
              | Define(target: Ref, value)                    T[b] = value
    range     = Range(index, low?, high?, descending)         t2 <= t     t in 1..T     t in T..1
    expr      = Number(rational) | Constant(name)             3/4   pi
              | Index(name) | Size(name)                      b   B        as values or in subscripts
              | Ref(name, subscripts)                         s[b, 2*x + d]   p[b, y[b]]   c
              | Call(function, args, orders)                  exp(x)   f_y(a, b)
              | Neg(x) | Inv(x) | Add(args) | Mul(args)       -x   1/x   a - b   a b/c
              | Pow(base, exponent)                           x^2
              | FloorDiv(x, y) | Mod(x, y)                    h // G   h % G
              | Indicator(op, left, right)                    1[i = j]   1[a >= b]
              | Reduce(op, ranges, body)                      sum_j x   max_{t2 <= t} x

Subtraction is a Neg among the arguments of an Add and division an Inv among those of a Mul, so a
sum and a product are each one flat level, as they are written. Trees are built with the functions
of `build.py`, which keep one shape for what is written in one way. A subscript is an
expression that is affine in indices and sizes with integer coefficients; `affine.py` says so.
Every node remembers its place in the text it was read from; equality ignores it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from symgrad.errors import Place


@dataclass(frozen=True)
class Expr:
    """A value at one point of the loops. `place` is where it was read, if it was."""

    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Number(Expr):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True)
class Constant(Expr):
    """A named mathematical constant: `pi`, or `e` (exp(1))."""

    name: str


@dataclass(frozen=True)
class Index(Expr):
    """A loop index, as a value or in a subscript."""

    name: str


@dataclass(frozen=True)
class Size(Expr):
    """A size symbol: a positive integer."""

    name: str


@dataclass(frozen=True)
class Ref(Expr):
    """A tensor's cell; a scalar tensor has no subscripts."""

    name: str
    subscripts: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Call(Expr):
    """A function of the table or a declared uninterpreted one.

    `orders` is empty but for derivatives of uninterpreted functions, where it says how often the
    function is differentiated by each argument: `f_{yz}(a, b)` is Call("f", (a, b), (1, 1)).
    """

    function: str
    args: tuple[Expr, ...]
    orders: tuple[int, ...] = ()


@dataclass(frozen=True)
class Neg(Expr):
    """-x"""

    arg: Expr


@dataclass(frozen=True)
class Inv(Expr):
    """1/x"""

    arg: Expr


@dataclass(frozen=True)
class Add(Expr):
    """A flat sum of two or more arguments, Neg among them for subtraction."""

    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Mul(Expr):
    """A flat product of two or more arguments, Inv among them for division."""

    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Pow(Expr):
    """base ^ exponent"""

    base: Expr
    exponent: Expr


@dataclass(frozen=True)
class FloorDiv(Expr):
    """The floor of x/y, for subscripts; y is a positive number or a size."""

    left: Expr
    right: Expr


@dataclass(frozen=True)
class Mod(Expr):
    """The remainder x - y*(x // y), for subscripts; y is a positive number or a size."""

    left: Expr
    right: Expr


@dataclass(frozen=True)
class Indicator(Expr):
    """1 where the comparison holds, else 0. `op` is one of = != < <= > >=; `delta(i,j)` is 1[i = j]."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Range:
    """The values one index runs over: from `low` to `high`, both included; None is the index's own end."""

    index: str
    low: Expr | None = None
    high: Expr | None = None
    descending: bool = False
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)

    @property
    def whole(self) -> bool:
        """Whether this is the index's own range, in its natural direction."""
        return self.low is None and self.high is None and not self.descending


@dataclass(frozen=True)
class Reduce(Expr):
    """A reduction `sum`, `max` or `min` of body over ranges that bind their indices inside it."""

    op: str
    ranges: tuple[Range, ...]
    body: Expr


@dataclass(frozen=True)
class Node:
    """A loop or a statement."""

    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Update(Node):
    """target += value (sign +1) or target -= value (sign -1)."""

    target: Ref
    sign: int
    value: Expr


@dataclass(frozen=True)
class Define(Node):
    """target = value: assigns, once."""

    target: Ref
    value: Expr


Statement = Update | Define


@dataclass(frozen=True)
class Loop(Node):
    """Nested loops over ranges, outermost first, around a body that runs top to bottom."""

    ranges: tuple[Range, ...]
    body: tuple[Node, ...]


class Role(enum.Enum):
    """What a tensor is to its program. The value is the word that declares it."""

    INPUT = "input"
    PARAM = "param"
    CONST = "const"
    INTEGER = "integer"
    COMPUTED = "computed"
    ACCUMULATOR = "accumulator"  # starts at a given value and is added to


@dataclass(frozen=True)
class Axis:
    """One index position: the index letter that names it (or "") and its extent, an expression in sizes."""

    label: str
    extent: Expr


@dataclass(frozen=True)
class Tensor:
    """A named array. Cells are numbered from 0.

    `sign` is what is declared of a real tensor's cells: "" or one of `> 0`, `>= 0`, `!= 0`.
    `labels` are the least and greatest values of an integer tensor. `zero_outside`: reads beyond
    the extents give 0. `over`: the axes over which a distribution sums to 1. `initial`: for a
    computed tensor of which a slice is given, that slice: an expression where an axis is fixed,
    None where it is whole (`input h[0, b, i]`: (0, None, None)).
    """

    name: str
    axes: tuple[Axis, ...]
    role: Role
    sign: str = ""
    labels: tuple[Expr, Expr] | None = None
    zero_outside: bool = False
    over: tuple[str, ...] = ()
    initial: tuple[Expr | None, ...] | None = None
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)

    @property
    def given(self) -> bool:
        """Whether its values, or its start values, come from outside the program."""
        return self.role is not Role.COMPUTED or self.initial is not None

    @property
    def differentiable(self) -> bool:
        """Whether a gradient with respect to it is asked for by default."""
        return self.role in (Role.INPUT, Role.PARAM, Role.ACCUMULATOR) or self.initial is not None


@dataclass(frozen=True)
class SizeDecl:
    """A size symbol with its least value, or defined by other sizes (`size H = 2*D`)."""

    name: str
    minimum: int = 1
    definition: Expr | None = None
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class IndexDecl:
    """An index and its own range: from low to high, both included, expressions in sizes."""

    name: str
    low: Expr
    high: Expr
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class FunctionDecl:
    """An uninterpreted function and its parameters' names: `function f(y, z)`."""

    name: str
    parameters: tuple[str, ...]
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Constraint:
    """A relation among inputs that holds wherever its free indices range: `sum_j t[b, j] = 1`."""

    op: str
    left: Expr
    right: Expr
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, repr=False)
class Program:
    """Declarations and nodes in order; see the module's text for the grammar and LANGUAGE in docs for the meaning.

    `tensors` declares every tensor that occurs, in order of first appearance. `outputs` names the
    declared outputs, or is empty where they follow from the reads. `forward` is the program that
    must run before this one because this one reads its tensors by name (a derived backward
    program), `remarks` are the reader's notes to the author, `source` the text it was read from.
    """

    sizes: tuple[SizeDecl, ...] = ()
    indices: tuple[IndexDecl, ...] = ()
    tensors: tuple[Tensor, ...] = ()
    functions: tuple[FunctionDecl, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    body: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()
    forward: Program | None = None
    remarks: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        from symgrad.language.write import write_program  # a program shows itself; the writers stand on it

        return write_program(self)

    __repr__ = __str__

    @cached_property
    def tensor_named(self) -> dict[str, Tensor]:
        """The declaration of each tensor by its name."""
        return {tensor.name: tensor for tensor in self.tensors}

    @cached_property
    def index_named(self) -> dict[str, IndexDecl]:
        """The declaration of each index by its name."""
        return {index.name: index for index in self.indices}

    @cached_property
    def size_named(self) -> dict[str, SizeDecl]:
        """The declaration of each size by its name."""
        return {size.name: size for size in self.sizes}

    @cached_property
    def function_named(self) -> dict[str, FunctionDecl]:
        """The declaration of each uninterpreted function by its name."""
        return {function.name: function for function in self.functions}
