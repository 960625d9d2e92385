"""Running a program on polynomials: the value of every tensor as a closed form over what is given.

Statements run in their order. A tensor's value is a polynomial over *slots*, one atom for each
axis. A loop nest of several statements is taken apart into one nest for each, which changes
nothing if no iteration reads what another one writes; otherwise the normal form has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra.domain import declared_sign
from symgrad.algebra.terms import Kind, NotRectangularError, Poly, exact, scaled
from symgrad.algebra.translate import Translator
from symgrad.language.accesses import expr_reads
from symgrad.language.dependence import carried_indices
from symgrad.language.program import (
    Constraint,
    Define,
    Expr,
    Index,
    Node,
    Program,
    Range,
    Ref,
    Role,
    Statement,
    Tensor,
)
from symgrad.language.walk import free_indices, walk_statements

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


class Run:
    """The state of a program that runs on polynomials.

    `opaque` names tensors that are read as unknowns of their own, whatever was computed for them.
    """

    def __init__(self, ring: Ring, program: Program, opaque: Iterable[str] = ()) -> None:
        self.ring, self.program = ring, program
        self.opaque = frozenset(opaque)
        self.state: dict[str, Poly] = {}
        self._slots: dict[str, tuple[int, ...]] = {}
        self.translator = Translator(ring, program, self._read)

    def slots(self, name: str) -> tuple[int, ...]:
        """The atoms that stand for a tensor's axes in its closed form."""
        if name not in self._slots:
            sorts = self.translator.axis_sorts(name)
            self._slots[name] = tuple(self.ring.atom(("slot", place), sort) for place, sort in enumerate(sorts))
        return self._slots[name]

    def value(self, name: str) -> Poly:
        """The present value of a tensor over its slots."""
        if name not in self.state:
            self.state[name] = self.start(name)
        return self.state[name]

    def start(self, name: str) -> Poly:
        """A tensor's start value: a computed one starts at zero; a given one is an unknown."""
        tensor = self.program.tensor_named[name]
        if tensor.role is Role.INTEGER:
            raise NotRectangularError(f"{tensor.name} holds integers")
        if tensor.initial is not None or tensor.zero_outside:
            raise NotRectangularError(f"{tensor.name} is declared with a start slice or values outside its extent")
        if tensor.role is Role.COMPUTED:
            return {}
        return self.ring.cell(tensor.name, self.slots(tensor.name))

    def _read(self, name: str, atoms: tuple[int, ...]) -> Poly:
        if name in self.opaque:
            return self.ring.cell(final(name), atoms)
        value = self.value(name)
        return self.ring.substitute(value, dict(zip(self.slots(name), atoms, strict=True)))

    def run(self, nodes: Sequence[Node]) -> None:
        """Run loops and statements in order."""
        for node in nodes:
            check_taken_apart(node)
            for around, statement in walk_statements((node,)):
                self._execute(around, statement)

    def _execute(self, around: tuple[Range, ...], statement: Statement) -> None:
        target = statement.target
        scope, deltas = self._scope(around, target)
        slots = self.slots(target.name)
        summed = [scope[r.index] for r in around if scope[r.index] not in slots]
        value = self.ring.mul(self.translator.poly(statement.value, scope), deltas)
        if isinstance(statement, Define):
            if summed or len({scope[s.name] for s in target.subscripts if isinstance(s, Index)}) < len(slots):
                raise NotRectangularError(f"a definition of {target.name} that does not give each cell one value")
            self.state[target.name] = value
            return
        value = scaled(self.ring.sum(value, summed), statement.sign)
        self.state[target.name] = self.ring.add(self.value(target.name), value)

    def _scope(self, around: tuple[Range, ...], target: Ref) -> tuple[dict[str, int], Poly]:
        """Atoms for the loops' indices, its slots for those of the target; deltas where it names one index twice."""
        translator, slots = self.translator, self.slots(target.name)
        scope: dict[str, int] = {}
        deltas = self.ring.number(1)
        looped = {translator.whole(r) for r in around}
        for subscript, slot in zip(target.subscripts, slots, strict=True):
            if not isinstance(subscript, Index) or subscript.name not in looped:
                raise NotRectangularError(f"a subscript of {target.name} is not a plain index")
            if self.ring.atom_sorts[slot] != translator.sort(subscript.name):
                raise NotRectangularError(f"{subscript.name} does not run over the whole axis of {target.name}")
            if subscript.name in scope:
                deltas = self.ring.mul(deltas, self.ring.delta(scope[subscript.name], slot))
            else:
                scope[subscript.name] = slot
        for r in around:
            if r.index not in scope:
                taken = (*scope.values(), *slots)
                scope[r.index] = self.ring.fresh(translator.sort(r.index), taken)
        return scope, deltas


def final(name: str) -> str:
    """The name of the unknown that stands for a tensor's final value; its own name stands for its start value."""
    return f"{name} at the end"


def check_taken_apart(node: Node) -> None:
    """Raise OutOfReachError if a nest of loops may not be taken apart into one nest for each statement."""
    carried = carried_indices((node,))
    if carried:
        index = min(carried)
        raise NotRectangularError(f"a loop over {index} reads in one iteration what another one writes")
    for _, statement in walk_statements((node,)):
        if isinstance(statement, Define):
            _check_definition(node, statement)


def _check_definition(node: Node, definition: Define) -> None:
    """Other statements of the nest may write a defined tensor only at the very cells of the definition's iteration."""
    target = definition.target
    for around, statement in walk_statements((node,)):
        if statement is not definition and statement.target.name == target.name:
            same = statement.target.subscripts == target.subscripts
            bound = {s.name for s in target.subscripts if isinstance(s, Index)}
            shared = {r.index for r in around} & bound
            if not same or shared != bound:
                raise NotRectangularError(f"{target.name} is defined and written again in one loop")


def declare(ring: Ring, *programs: Program) -> None:
    """Tell the ring what programs declare: least sizes, signs and constraints."""
    for program in programs:
        for size in program.sizes:
            ring.minimum[size.name] = max(size.minimum, ring.minimum.get(size.name, 1))
        ring.given |= {tensor.name for tensor in program.tensors if tensor.given}
        for tensor in program.tensors:
            sign = declared_sign(tensor)
            if sign:
                ring.cell_signs[tensor.name] = sign
    for program in (*programs, *programs):  # twice: what is declared later may simplify what came before
        for constraint in program.constraints:
            ring.constrained |= {r.ref.name for side in (constraint.left, constraint.right) for r in expr_reads(side)}
            if constraint.op == "=":
                _declare_relation(ring, _difference(ring, program, constraint))
        for tensor in program.tensors:
            if tensor.over:
                ring.constrained.add(tensor.name)
                _declare_relation(ring, ring.sub(_total(ring, program, tensor), ring.number(1)))


def _difference(ring: Ring, program: Program, constraint: Constraint) -> Poly:
    translator = Run(ring, program).translator
    scope = free_scope(translator, (constraint.left, constraint.right))
    return ring.sub(translator.poly(constraint.left, scope), translator.poly(constraint.right, scope))


def _total(ring: Ring, program: Program, tensor: Tensor) -> Poly:
    """A distribution's sum over the indices that it is declared over."""
    slots = Run(ring, program).slots(tensor.name)
    over = [slot for slot, axis in zip(slots, tensor.axes, strict=True) if axis.label in tensor.over]
    return ring.sum(ring.cell(tensor.name, slots), over)


def _declare_relation(ring: Ring, difference: Poly) -> None:
    """Where something that is zero is linear in some sum, or else in some cell, that is replaced by the rest.

    Not by a rest that holds it under other indices: t[b, c] = t[c, b] would be replaced for ever.
    """
    for kind in (Kind.SUM, Kind.CELL):
        for monomial, coefficient in difference.items():
            if len(monomial) != 1 or monomial[0][1] != 1:
                continue
            generator = ring.generators[monomial[0][0]]
            rest = {m: c for m, c in difference.items() if m != monomial}
            inside = {ring.generators[g].shape for m in rest for g, _ in m}
            if generator.kind is kind and generator.shape not in inside and ring.free(rest) <= generator.free:
                ring.add_rule(generator, scaled(rest, exact(Fraction(-1) / coefficient)))
                return


def free_scope(translator: Translator, exprs: Iterable[Expr]) -> dict[str, int]:
    """Atoms for the indices that are free in expressions."""
    names = {name for expr in exprs for name in free_indices(expr)}
    return {name: translator.ring.atom(("free", name), translator.sort(name)) for name in sorted(names)}
