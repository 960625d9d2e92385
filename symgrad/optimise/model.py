"""A backward program as polynomials: what every adjoint is, in the tensors of the forward pass and in other adjoints.

Each tensor stands for itself wherever it is read, and has a *value*: a polynomial over its axes. The value of a
forward tensor is its definition, from which facts come; that of an adjoint is what it has to become. Statements that
polynomials do not express (steps through time, labels, windows) stay as they are, and so does every statement that
adds to the same tensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.algebra.closed_forms import Run, check_taken_apart, declare, final
from symgrad.algebra.ring import Ring
from symgrad.algebra.signs import sign
from symgrad.algebra.terms import Budget, Items, Kind, OutOfReachError, Poly, items, scaled
from symgrad.calculus.activity import join
from symgrad.language.build import fresh_name, loop, mul
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import Expr, Inv, Mul, Neg, Node, Number, Pow, Program, Role
from symgrad.language.walk import free_indices, walk_expr, walk_statements

_WHOLE = frozenset(
    ["sigmoid", "tanh", "softplus", "expm1", "log1p", "sinh", "cosh", "tan", "atanh", "acos", "erfc"]
) | frozenset(["cot", "sec", "csc", "coth", "sech", "csch"])


class FormRing(Ring):
    """A ring in which functions that are computed as wholes stay wholes.

    A proof takes tanh and sigmoid apart into exponentials; written back, these would overflow where the function does
    not, and cost more. `divided` are the shapes of generators that definitions divide by: they are not 0.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        super().__init__(budget)
        self.divided: set[int] = set()

    def call(self, function: str, args: tuple[Poly, ...], orders: tuple[int, ...] = ()) -> Poly:
        """A function of the table, or an uninterpreted one."""
        if function in _WHOLE and not orders:
            return super().call(_whole(function), args)
        if function == "silu":
            return self.mul(args[0], self.call("sigmoid", args))
        if function == "gelu_tanh":
            return self._gelu_tanh(args[0])
        return super().call(function, args, orders)

    def _gelu_tanh(self, x: Poly) -> Poly:
        """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2"""
        pi = self.of(self.generator(Kind.CONSTANT, "pi"))
        root = self.power(self.mul(self.number(2), self.power(pi, -1)), Fraction(1, 2))
        cubic = self.add(x, scaled(self.power(x, 3), Fraction(44715, 10**6)))
        inner = self.call("tanh", (self.mul(root, cubic),))
        return scaled(self.mul(x, self.add(self.number(1), inner)), Fraction(1, 2))


def _whole(function: str) -> str:
    """The name under which the ring keeps a function whole."""
    return f"whole {function}"


def function_of(name: str) -> str:
    """The function that a name of the ring's calls stands for."""
    return name.removeprefix("whole ").removeprefix("declared ")


@dataclass(frozen=True)
class Value:
    """What a tensor is equal to, as a polynomial over the atoms of its axes.

    `multiple_of` is the tensor of the plain program that it is a multiple of, where it is one.
    """

    name: str
    slots: tuple[int, ...]
    poly: Poly
    multiple_of: str = ""


@dataclass(frozen=True)
class Model:
    """A backward program with its forward program, as polynomials.

    Attributes:
        ring: the ring of all polynomials.
        program: the plain backward program.
        whole: forward and backward program as one.
        run: what translates further expressions, of constraints for instance.
        definitions: the forward tensors' values, in the order in which they are computed.
        adjoints: the values of what the backward program computes, likewise; start values are left out.
        relations: polynomials that declarations say are 0.
        parts: parts of forward definitions that the forward pass does not keep, with their values.
        left: statements that stay as they are, with their loops.
        wanted: the adjoints that are asked for or read by statements that stay.
        reasons: why, for each tensor that such a statement writes.
    """

    ring: FormRing
    program: Program
    whole: Program
    run: Run
    definitions: tuple[Value, ...]
    adjoints: dict[str, Value]
    relations: tuple[Poly, ...]
    parts: dict[str, Value] = field(default_factory=dict)
    left: tuple[Node, ...] = ()
    wanted: frozenset[str] = frozenset()
    reasons: dict[str, str] = field(default_factory=dict)


def model(backward: Program, hidden: frozenset[str] = frozenset(), budget: Budget | None = None) -> Model:
    """The polynomials of a backward program.

    Args:
        backward: a derived program, which carries its forward program.
        hidden: forward tensors that were not saved, which have to be computed again where they are read.
        budget: the time that work in the ring may take.
    """
    ring = FormRing(budget)
    whole = join(backward)
    declare(ring, whole)
    ring.rules.clear()  # declared relations are facts here, as others are
    ring.cache.clear()
    own = {statement.target.name for _, statement in walk_statements(backward.body)}
    nests = list(pieces(whole.body))
    run, reasons = _run(ring, whole, nests)
    reasons = _spread(nests, reasons)
    last = {target.name: at for at, piece in enumerate(nests) for target in node_writes(piece)}
    values = [
        Value(name, run.slots(name), _without_start(ring, whole, run, name))
        for name in sorted(last, key=lambda name: last[name])
        if name not in reasons
    ]
    parts = dict(_parts(ring, backward, run, reasons))
    again = {value.name: value for value in values if value.name in hidden and value.name not in own}
    definitions = (*parts.values(), *(value for value in values if value.name not in own))
    left = tuple(piece for piece in nests if any(t.name in reasons and t.name in own for t in node_writes(piece)))
    ring.divided |= {ring.generators[g].shape for v in definitions for m in v.poly for g, e in m if e < 0}
    return Model(
        ring,
        backward,
        whole,
        run,
        definitions,
        {value.name: value for value in values if value.name in own},
        tuple(_relations(ring, whole)),
        again | parts,
        left,
        frozenset(backward.outputs).union(read.ref.name for node in left for read in node_reads(node)),
        {name: reason for name, reason in reasons.items() if name in own},
    )


def pieces(nodes: Sequence[Node]) -> Iterator[Node]:
    """Nests of several statements taken apart into one nest for each, where that changes nothing."""
    for node in nodes:
        try:
            check_taken_apart(node)
        except OutOfReachError:
            yield node
            continue
        for around, statement in walk_statements((node,)):
            yield loop(around, statement)


def _run(ring: Ring, whole: Program, pieces: Sequence[Node]) -> tuple[Run, dict[str, str]]:
    """Every tensor as a function of those before it, and why some have no such value.

    Raises OutOfReachError where a statement reads what a later one adds to: the order of statements counts then.
    """
    run = Run(ring, whole)
    reasons: dict[str, str] = {}
    last = {target.name: at for at, piece in enumerate(pieces) for target in node_writes(piece)}
    for at, piece in enumerate(pieces):
        run.opaque = frozenset(name for name, end in last.items() if end < at)
        targets = {target.name for target in node_writes(piece)}
        early = sorted(read.ref.name for read in node_reads(piece) if last.get(read.ref.name, -1) > at)
        if early:
            raise OutOfReachError(f"{early[0]} is read before it is complete")
        try:
            run.run((piece,))
        except (OutOfReachError, RecursionError) as reason:
            for name in sorted(targets):
                reasons.setdefault(name, str(reason) or "expressions nested too deeply")
        for name in sorted(targets - reasons.keys()):
            if last[name] == at:
                ring.cell_signs[final(name)] = sign(ring, run.value(name))
    return run, reasons


def _spread(pieces: Sequence[Node], reasons: dict[str, str]) -> dict[str, str]:
    """The reasons with those of tensors that share a statement's nest with one that stays as it is."""
    found = dict(reasons)
    for piece in pieces:
        targets = {target.name for target in node_writes(piece)}
        for name in sorted(targets & found.keys()):
            for other in sorted(targets):
                found.setdefault(other, found[name])
    return found if found == reasons else _spread(pieces, found)


def _without_start(ring: Ring, whole: Program, run: Run, name: str) -> Poly:
    """A tensor's value without the start value that it is added to."""
    tensor = whole.tensor_named[name]
    if tensor.role is Role.COMPUTED:
        return run.value(name)
    return ring.sub(run.value(name), ring.cell(name, run.slots(name)))


def _parts(ring: Ring, backward: Program, run: Run, reasons: dict[str, str]) -> Iterator[tuple[str, Value]]:
    """Quotients of differences that stand inside of forward definitions, as tensors that may be computed again."""
    forward = backward.forward
    taken = {t.name for t in (*run.program.tensors,)} | {i.name for i in run.program.indices}
    taken |= {s.name for s in run.program.sizes}
    seen: set[Items] = set()
    for around, statement in walk_statements(forward.body if forward is not None else ()):
        if statement.target.name in reasons:
            continue
        for part in walk_expr(statement.value):
            quotient = _quotient(part)
            if quotient is None or quotient == statement.value:
                continue
            free = free_indices(quotient)
            order = [r.index for r in around if r.index in free]
            slots = tuple(ring.atom(("slot", at), run.translator.sort(name)) for at, name in enumerate(order))
            if len(order) < len(free):
                continue
            poly = run.translator.poly(quotient, dict(zip(order, slots, strict=True)))
            if items(poly) not in seen:
                seen.add(items(poly))
                name = fresh_name("n", taken)
                taken.add(name)
                yield name, Value(name, slots, poly)


def _quotient(expr: Expr) -> Expr | None:
    """The divisors in a product with those factors that have all of its indices."""
    if not isinstance(expr, Mul):
        return None
    divisors = [a for a in expr.args if _divides(a) and free_indices(a)]
    whole = set(free_indices(expr))
    divided = [a for a in expr.args if a not in divisors and set(free_indices(a)) == whole]
    return mul(*divided, *divisors) if divided and divisors else None


def _divides(expr: Expr) -> bool:
    match expr:
        case Inv():
            return True
        case Pow(_, Number(value)):
            return value < 0
        case Pow(_, Neg()):
            return True
    return False


def _relations(ring: Ring, whole: Program) -> Iterator[Poly]:
    """What declared equations and distributions say is 0."""
    run = Run(ring, whole)
    for constraint in whole.constraints:
        if constraint.op == "=":
            from symgrad.algebra.closed_forms import free_scope

            scope = free_scope(run.translator, (constraint.left, constraint.right))
            left, right = (run.translator.poly(side, scope) for side in (constraint.left, constraint.right))
            yield ring.sub(left, right)
    for tensor in whole.tensors:
        if tensor.over:
            slots = run.slots(tensor.name)
            over = [slot for slot, axis in zip(slots, tensor.axes, strict=True) if axis.label in tensor.over]
            yield ring.sub(ring.sum(ring.cell(tensor.name, slots), over), ring.number(1))
