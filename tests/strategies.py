"""Hypothesis strategies for expressions and legal programs, made with the constructors of `build.py`.

Expressions are as `read_expression` gives them: bare names that are no indices are scalars, sizes
among them. Programs are complete and legal: every tensor, size and index is declared, every read
is of something given or finished.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from hypothesis import strategies as st

from symgrad.language.build import ONE, ZERO, accumulate, add, call, inv, loop, mul, neg, number, power
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import (
    Axis,
    Constant,
    Constraint,
    Define,
    Expr,
    FloorDiv,
    FunctionDecl,
    Index,
    IndexDecl,
    Indicator,
    Loop,
    Mod,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
    Update,
)
from symgrad.language.walk import walk_body, walk_expr, walk_ranges

FUNCTION_DECLS = (FunctionDecl("f", ("y", "z")), FunctionDecl("g", ("x",)))
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

# Letters that mean nothing by themselves: no e (Euler's number), d (dx), E, I, σ, Γ, π, δ, Σ.
_LETTERS = "abchklmnoqrsuvwxyzABCDFGHKLMNOPQRSTUVWXYZαβγεηθλμνξρτφψωΔΘΛΦΨΩ"
_ACCENTS = ("", "", "\u0303", "\u0302", "\u0304", "\u0307")
_SUBSCRIPTS = ("", "", "", "_t", "_1", "_hR", "_{t-1}", "_{t,1}")
_PRIMES = ("", "", "'", "''")
_SUPERSCRIPTS = ("", "", "", "^R", "^{h,R}", "^T")
_SUFFIXES = ("", "", ".grad", ".grad2", ".dot")
_WORDS = ("loss", "gate", "W2", "h0", "kl")


@st.composite
def tensor_names(draw: st.DrawFn, scalar: bool = False) -> str:
    """Names in their canonical form. A bare `W^R` would be a power, so scalars have longer superscripts or none."""
    first = draw(st.one_of(st.sampled_from(_LETTERS), st.sampled_from(_WORDS)))
    base = unicodedata.normalize("NFC", first + draw(st.sampled_from(_ACCENTS)) if len(first) == 1 else first)
    superscripts = [s for s in _SUPERSCRIPTS if not scalar or len(s) != 2]
    parts = [draw(st.sampled_from(choice)) for choice in (_SUBSCRIPTS, _PRIMES, superscripts, _SUFFIXES)]
    return base + "".join(parts)


@cache
def integers(low: int = -9, high: int = 12) -> st.SearchStrategy[Expr]:
    """Small whole numbers."""
    return st.integers(low, high).map(number)


@cache
def numbers() -> st.SearchStrategy[Expr]:
    """Rational numbers, decimals among them."""
    decimals = st.integers(-20_000, 20_000).map(lambda n: number(n) if n == 0 else mul(number(n), inv(number(10_000))))
    return st.one_of(integers(), st.fractions(-3, 3, max_denominator=12).map(number), decimals)


@dataclass(frozen=True)
class Words:
    """The names that the parts of one expression share, so that none is used for two things."""

    indices: tuple[str, ...] = ("b", "i", "j", "t", "t2", "j'")
    scalars: tuple[str, ...] = ("a", "c", "loss", "μ", "W^{h,R}", "x_t'")
    arrays: tuple[str, ...] = ("x", "s.grad", "R̃_t", "B^R", "h_{t-1}", "W_hR")
    sizes: tuple[str, ...] = ("B", "N")
    functions: tuple[FunctionDecl, ...] = FUNCTION_DECLS


@cache
def subscripts(words: Words) -> st.SearchStrategy[Expr]:
    """Affine expressions in indices and sizes, floors and remainders, cells of integer tensors."""
    indices = st.sampled_from(words.indices).map(Index)
    sizes = st.sampled_from(words.sizes).map(Ref)
    positive = st.one_of(integers(2, 4), sizes)
    terms = st.one_of(indices, st.builds(mul, integers(2, 3), indices))
    sums = st.builds(lambda terms, n: add(*terms, n), st.lists(terms, min_size=1, max_size=2), integers(-3, 3))
    return st.one_of(
        indices,
        indices,
        integers(0, 3),
        sums,
        st.builds(add, terms, sizes),
        st.builds(FloorDiv, st.one_of(indices, sums), positive),
        st.builds(Mod, st.one_of(indices, sums), positive),
        st.builds(lambda i: Ref("labels", (i,)), indices),
    )


@st.composite
def ranges(draw: st.DrawFn, words: Words, index: str) -> Range:
    """Ranges of an index: whole, bounded by another index or a size, or with both ends."""
    others = [name for name in words.indices if name != index]
    ends = st.one_of(
        st.sampled_from(others).map(Index),
        st.sampled_from(words.sizes).map(lambda size: add(Ref(size), number(-1))),
        st.builds(lambda i, n: add(Index(i), n), st.sampled_from(others), integers(-2, 2).filter(lambda n: n != ZERO)),
    )
    low = draw(st.one_of(st.none(), integers(0, 2), ends))
    high = draw(st.one_of(st.none(), ends))
    return draw(st.sampled_from([Range(index), Range(index, low, high)]))


def _functions(arguments: st.SearchStrategy[Expr], words: Words) -> st.SearchStrategy[Expr]:
    unary = st.sampled_from([name for name, row in FUNCTIONS.items() if row.arity == 1])
    binary = st.sampled_from([name for name, row in FUNCTIONS.items() if row.arity == 2])
    orders = st.integers(0, 2)
    strategies = [st.builds(call, unary, arguments), st.builds(call, binary, arguments, arguments)]
    for function in words.functions:
        count = len(function.parameters)
        strategies.append(
            st.builds(
                lambda args, orders, name=function.name: call(name, *args, orders=tuple(orders)),
                st.lists(arguments, min_size=count, max_size=count),
                st.lists(orders, min_size=count, max_size=count),
            )
        )
    return st.one_of(strategies)


@st.composite
def _reductions(draw: st.DrawFn, bodies: st.SearchStrategy[Expr], words: Words) -> Expr:
    names = draw(st.lists(st.sampled_from(words.indices), min_size=1, max_size=2, unique=True))
    bound = tuple(draw(ranges(words, name)) for name in names)
    return Reduce(draw(st.sampled_from(["sum", "sum", "max", "min"])), bound, draw(bodies))


def compounds(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums, products, quotients, signs and powers of parts."""
    # What is divided by, or raised to who knows what, holds a name: of plain numbers it might be 0.
    symbolic = parts.filter(lambda part: any(isinstance(leaf, Ref | Index | Size) for leaf in walk_expr(part)))
    exponents = st.one_of(integers(-4, 4), st.fractions(-2, 2, max_denominator=3).map(number), symbolic)
    return st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(lambda args: add(*args)),
        st.lists(parts, min_size=2, max_size=4).map(lambda args: mul(*args)),
        st.builds(lambda above, below, behind: mul(above, inv(below), behind), parts, symbolic, parts),
        st.builds(lambda above, below: mul(above, inv(below)), parts, symbolic),
        parts.map(neg),
        symbolic.map(inv),
        st.builds(power, parts, integers(0, 4)),
        st.builds(power, symbolic, exponents),
    )


@cache
def expressions(words: Words = Words(), max_leaves: int = 10) -> st.SearchStrategy[Expr]:
    """Expressions of everything that the language has."""
    arrays = st.builds(
        lambda name, places: Ref(name, tuple(places)),
        st.sampled_from(words.arrays),
        st.lists(subscripts(words), min_size=1, max_size=3),
    )
    leaves = st.one_of(
        numbers(),
        st.sampled_from(words.scalars).map(Ref),
        st.sampled_from(words.sizes).map(Ref),
        st.sampled_from(words.indices).map(Index),
        st.just(Constant("pi")),
        arrays,
        arrays,
        st.builds(Indicator, st.sampled_from(COMPARISONS), subscripts(words), subscripts(words)),
    )

    def extend(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            compounds(parts),
            compounds(parts),
            _functions(parts, words),
            _reductions(parts, words),
            st.builds(Indicator, st.sampled_from(COMPARISONS), parts, parts),
        )

    return st.recursive(leaves, extend, max_leaves=max_leaves)


# Programs

_SIZE_OF = {"b": "B", "j": "J", "i": "J", "k": "K", "t": "T", "t2": "T"}
_GIVEN_NAMES = ("s", "q'", "W^{h,R}", "q", "h_{t-1}", "β", "L.grad")
_COMPUTED_NAMES = ("Z", "p", "R̃", "y'", "m_1", "B^R", "out", "Ĝ_t")


@dataclass
class _Writing:
    """A program in the making: what can be read, and what has been written."""

    letters: tuple[str, ...]
    tensors: list[Tensor] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)

    def axes(self, letters: Sequence[str]) -> tuple[Axis, ...]:
        return tuple(Axis(letter, Size(_SIZE_OF[letter])) for letter in letters)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Legal programs of a few statements over a few indices."""
    letters = tuple(draw(st.lists(st.sampled_from(sorted(_SIZE_OF)), min_size=2, max_size=4, unique=True)))
    writing = _Writing(letters)
    for name in draw(st.lists(st.sampled_from(_GIVEN_NAMES), min_size=1, max_size=3, unique=True)):
        _declare_given(draw, writing, name)
    for name in draw(st.lists(st.sampled_from(_COMPUTED_NAMES), min_size=1, max_size=3, unique=True)):
        _write_statement(draw, writing, name)
    for extra in draw(st.lists(st.sampled_from(_EXTRAS), max_size=2, unique=True)):
        extra(draw, writing)
    return _finished(draw, writing)


def _declare_given(draw: st.DrawFn, writing: _Writing, name: str) -> None:
    letters = draw(st.lists(st.sampled_from(writing.letters), max_size=3, unique=True))
    role = draw(st.sampled_from([Role.INPUT, Role.INPUT, Role.PARAM, Role.CONST]))
    sign = draw(st.sampled_from(["", "", "> 0", ">= 0", "!= 0"]))
    writing.tensors.append(Tensor(name, writing.axes(letters), role, sign))


def _write_statement(draw: st.DrawFn, writing: _Writing, name: str) -> None:
    letters = draw(st.lists(st.sampled_from(writing.letters), max_size=2, unique=True))
    others = [letter for letter in writing.letters if letter not in letters]
    extra = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
    target = Ref(name, tuple(map(Index, letters)))
    defines = draw(st.booleans())
    bound = letters if defines else draw(st.permutations([*letters, *extra]))
    value = draw(_values(writing, bound))
    statement = Define(target, value) if defines else accumulate(target, draw(st.sampled_from([value, neg(value)])))
    writing.tensors.append(Tensor(name, writing.axes(letters), Role.COMPUTED))
    writing.body.append(loop(tuple(map(Range, bound)), statement))


@st.composite
def _values(draw: st.DrawFn, writing: _Writing, bound: Sequence[str]) -> Expr:
    """An expression in what is complete, every index in it bound by the loops or by a reduction."""
    readable = [tensor for tensor in writing.tensors if all(axis.label for axis in tensor.axes)]
    cells = [_cell(draw, tensor, bound) for tensor in draw(st.lists(st.sampled_from(readable), min_size=1, max_size=2))]
    sizes = [Size(_SIZE_OF[letter]) for letter in writing.letters]
    leaves = st.one_of(st.sampled_from(cells), st.sampled_from(cells), st.sampled_from(sizes), numbers())

    def extend(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        smooth = st.sampled_from(["exp", "tanh", "sigmoid", "sqrt", "log"])
        return st.one_of(compounds(parts), st.builds(call, smooth, parts))

    return draw(st.recursive(leaves, extend, max_leaves=6))


def _cell(draw: st.DrawFn, tensor: Tensor, bound: Sequence[str]) -> Expr:
    """A cell of the tensor at bound indices; where there is none of the size, summed over the axis's own index."""
    places: list[str] = []
    free: list[str] = []
    for axis in tensor.axes:
        of_size = [letter for letter in bound if Size(_SIZE_OF[letter]) == axis.extent]
        if of_size:
            places.append(draw(st.sampled_from(of_size)))
        else:
            places.append(axis.label)
            free += [axis.label] if axis.label not in free else []
    cell = Ref(tensor.name, tuple(map(Index, places)))
    op = draw(st.sampled_from(["sum", "sum", "max", "min"]))
    return Reduce(op, tuple(map(Range, free)), cell) if free else cell


def _shifted_read(draw: st.DrawFn, writing: _Writing) -> None:
    """A convolution: the extent that the largest access needs is declared."""
    X, D, stride = Size("X"), Size("D"), draw(st.integers(1, 3))
    x, d = Index("x"), Index("d")
    extent = add(mul(number(stride), X), D, number(-stride))
    writing.tensors += [
        Tensor("L", (Axis("", extent),), Role.INPUT),
        Tensor("filter", (Axis("d", D),), Role.PARAM),
        Tensor("conv", (Axis("x", X),), Role.COMPUTED),
    ]
    value = mul(Ref("filter", (d,)), Ref("L", (add(mul(number(stride), x), d),)))
    writing.body.append(loop((Range("x"), Range("d")), Update(Ref("conv", (x,)), 1, value)))


def _padded_read(draw: st.DrawFn, writing: _Writing) -> None:
    """A difference across a border of zeros."""
    x = Index("x")
    writing.tensors += [
        Tensor("P", (Axis("x", Size("X")),), Role.INPUT, zero_outside=True),
        Tensor("diff", (Axis("x", Size("X")),), Role.COMPUTED),
    ]
    shift = number(draw(st.sampled_from([-2, -1, 1])))
    value = add(Ref("P", (x,)), neg(Ref("P", (add(x, shift),))))
    writing.body.append(loop((Range("x"),), Define(Ref("diff", (x,)), value)))


def _dependent_range(draw: st.DrawFn, writing: _Writing) -> None:
    """A running sum, strict or not, as a loop or as a reduction."""
    u, u2 = Index("u"), Index("u2")
    writing.tensors += [
        Tensor("r", (Axis("u", Size("U")),), Role.INPUT),
        Tensor("run", (Axis("u", Size("U")),), Role.COMPUTED),
    ]
    earlier = Range("u2", None, draw(st.sampled_from([u, add(u, number(-1))])))
    read, target = Ref("r", (u2,)), Ref("run", (u,))
    if draw(st.booleans()):
        writing.body.append(loop((Range("u"), earlier), Update(target, 1, read)))
    else:
        writing.body.append(loop((Range("u"),), Define(target, Reduce("sum", (earlier,), read))))


def _recurrence(draw: st.DrawFn, writing: _Writing) -> None:
    """A loop through time with a given first slice, its body one statement or two."""
    n, c, N = Index("n"), Index("c"), Size("N")
    steps = Axis("n", add(N, ONE))  # what n runs over where no range is written
    state = Ref("h", (n, c))
    before = Ref("h", (add(n, number(-1)), c))
    writing.tensors += [
        Tensor("w", (steps, Axis("c", Size("C"))), Role.INPUT),
        Tensor("h", (steps, Axis("c", Size("C"))), Role.COMPUTED, initial=(ZERO, None)),
    ]
    time = Range("n", ONE, N)
    first = loop((Range("c"),), Update(state, 1, call("tanh", before)))
    second = loop((Range("c"),), Update(state, 1, Ref("w", (n, c))))
    body = (first, second) if draw(st.booleans()) else (first,)
    writing.body.append(Loop((time,), body))


def _labels(draw: st.DrawFn, writing: _Writing) -> None:
    """A gather by integer labels."""
    v, V = Index("v"), Size("V")
    labels = (ZERO, add(V, number(-1)))
    writing.tensors += [
        Tensor("lab", (Axis("a", Size("A")),), Role.INTEGER, labels=labels),
        Tensor("E1", (Axis("v", V),), Role.PARAM),
        Tensor("pick", (Axis("a", Size("A")),), Role.COMPUTED),
        Tensor("one", (Axis("v", V),), Role.COMPUTED),
    ]
    a = Index("a")
    picked = Ref("E1", (Ref("lab", (a,)),))
    writing.body.append(loop((Range("a"),), Update(Ref("pick", (a,)), 1, picked)))
    hit = Indicator("=", v, Ref("lab", (a,)))
    writing.body.append(loop((Range("a"), Range("v")), Update(Ref("one", (v,)), 1, hit)))


def _constrained(draw: st.DrawFn, writing: _Writing) -> None:
    """Weights that sum to one, by a distribution or by a constraint."""
    c = Index("c")
    axes = (Axis("c", Size("C")),)
    if draw(st.booleans()):
        writing.tensors.append(Tensor("prior", axes, Role.INPUT, sign=">= 0", over=("c",)))
    else:
        writing.tensors.append(Tensor("prior", axes, Role.CONST, sign=">= 0"))
        writing.constraints.append(Constraint("=", Reduce("sum", (Range("c"),), Ref("prior", (c,))), ONE))
    writing.tensors.append(Tensor("ent", (), Role.COMPUTED))
    value = mul(Ref("prior", (c,)), call("log", Ref("prior", (c,))))
    writing.body.append(loop((Range("c"),), Update(Ref("ent"), -1, value)))


_EXTRAS = (_shifted_read, _padded_read, _dependent_range, _recurrence, _labels, _constrained)


def _finished(draw: st.DrawFn, writing: _Writing) -> Program:
    used = {axis.label for tensor in writing.tensors for axis in tensor.axes if axis.label}
    used |= {r.index for r in walk_ranges(tuple(writing.body))}
    sizes_of = {**_SIZE_OF, "x": "X", "d": "D", "u": "U", "u2": "U", "c": "C", "v": "V", "a": "A", "n": "N"}
    indices = tuple(
        IndexDecl(name, ZERO, Size("N") if name == "n" else add(Size(sizes_of[name]), number(-1)))
        for name in sorted(used)
    )
    sizes = {sizes_of[name] for name in used}
    sizes |= {part.name for part in walk_body(tuple(writing.body)) if isinstance(part, Size)}
    for tensor in writing.tensors:
        sizes |= {part.name for axis in tensor.axes for part in walk_expr(axis.extent) if isinstance(part, Size)}
    minima = st.sampled_from([1, 1, 2, 3])
    written = [tensor.name for tensor in writing.tensors if tensor.role is Role.COMPUTED]
    outputs = draw(st.one_of(st.just(()), st.lists(st.sampled_from(written), min_size=1, unique=True).map(tuple)))
    return Program(
        sizes=tuple(SizeDecl(name, draw(minima)) for name in sorted(sizes)),
        indices=indices,
        tensors=tuple(writing.tensors),
        constraints=tuple(writing.constraints),
        body=tuple(writing.body),
        outputs=tuple(outputs),
    )
