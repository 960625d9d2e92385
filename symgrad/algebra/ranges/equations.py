"""The equations of a program whose every read of a cell follows all writes of it (see `dependence.py`).

    X[slots]  =  start of X  +  sum over statements, and points of their loops that write X[slots], of +- value

In a value, a cell of another tensor, or an earlier one of X itself, is what its own equation says
(unfolded), or an unknown that stands for its final value, or a form that is known to be its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from symgrad.algebra.ranges.conditions import Conditions
from symgrad.algebra.ranges.dependence import writes_start
from symgrad.algebra.ranges.frames import Frame, size_form
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.instances import Instances, Unrolled, at_start
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.translate import Slots, Translator
from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.language.program import Call, Index, Indicator, Inv, Number, Pow, Reduce, Role
from symgrad.language.walk import values_read, walk_expr

if TYPE_CHECKING:
    from symgrad.algebra.ranges.form import Form
    from symgrad.algebra.ranges.space import Space


def final(name: str) -> str:
    """The name of the unknown that stands for a tensor's final value; its own name stands for its start value."""
    return f"{name} at the end"


class System:
    """The equations of one program.

    Args:
        space: where the forms are.
        unrolled: the program's statements.
        opaque: tensors that are read as unknowns.
        budget: the time there is.

    `known` are tensors that are read as what a closed form says, `same` those that are read as the unknown of another.
    """

    def __init__(
        self,
        space: Space,
        unrolled: Unrolled,
        opaque: Iterable[str],
        budget: Budget,
    ) -> None:
        self.space, self.unrolled, self._budget = space, unrolled, budget
        self.opaque = frozenset(opaque)
        self.known: dict[str, Callable[[], Form]] = {}
        self.same: dict[str, str] = {}
        self._written = frozenset(unrolled.written)
        self._equations: dict[str, Form] = {}
        self._busy: set[str] = set()
        self._extents: dict[str, list[Linear]] = {}
        self.conditions = Conditions(unrolled, budget)
        self.translator = Translator(space, unrolled, self.read, self.conditions, self.unknown)

    def unknown(self, name: str) -> str | None:
        """The name of the cells that stand for a tensor's values where it is read; None if these are forms.

        Two tensors, of one system or of both, are one unknown if and only if this name is the same.
        """
        base = name.removesuffix(at_start(""))
        if base != name and (base in self.known or base not in self.opaque):
            return base
        if base in self.known:
            return None
        if base not in self._written:
            return base
        return final(self.same.get(base, base)) if base in self.opaque else None

    def slots(self, name: str) -> Slots:
        """The atoms that stand for a tensor's axes in its equation."""
        count = len(self.unrolled.tensors[name].axes)
        return tuple(Linear.of(self.space.atom(("slot", place))) for place in range(count))

    def inside(self, name: str, slots: Slots) -> Guard:
        """Slots within a tensor's extents."""
        if name not in self._extents:
            axes = self.unrolled.tensors[name].axes
            self._extents[name] = [size_form(axis.extent, self.unrolled.program) for axis in axes]
        ends = zip(slots, self._extents[name], strict=True)
        return Guard.of(nonneg=[form for slot, extent in ends for form in (slot, extent - slot - 1)])

    def read(self, name: str, slots: Slots) -> Form:
        """A cell's final value, where a statement reads it."""
        value = self._read(name, slots)
        if self.unrolled.tensors[name].zero_outside:
            value = self.space.guarded(value, self.inside(name, slots))
        return value

    def _read(self, name: str, slots: Slots) -> Form:
        unknown = self.unknown(name)
        if unknown is not None:
            return self.space.cell(unknown, slots)
        base = name.removesuffix(at_start(""))
        return self._at(self.known[base]() if base in self.known else self.equation(base), base, slots)

    def _at(self, form: Form, name: str, slots: Slots) -> Form:
        own = self.slots(name)
        return self.space.substitute(form, {o.atoms[0]: slot for o, slot in zip(own, slots, strict=True)})

    def equation(self, name: str) -> Form:
        """The right side of a tensor's equation, over its slots."""
        if name not in self._equations:
            if name in self._busy:
                raise OutOfReachError(f"{name} is computed from earlier cells of itself, on one side alone")
            self._busy.add(name)
            try:
                self._equations[name] = self.total(name)
            finally:
                self._busy.discard(name)
        return self._equations[name]

    def total(self, name: str) -> Form:
        """The right side made anew."""
        return self.space.add(self.start(name), self.added(name))

    def added(self, name: str) -> Form:
        """What the statements add to a tensor, over its slots."""
        total = self.space.number(0)
        for one in self.unrolled.writers(name):
            self._budget.tick()
            total = self.space.add(total, self._added(one))
        return total

    def start(self, name: str) -> Form:
        """A tensor's start value over its slots, where no definition replaces it."""
        tensor = self.unrolled.tensors[name]
        slots = self.slots(name)
        if tensor.role is Role.COMPUTED and tensor.initial is None:
            return self.space.number(0)
        writers = self.unrolled.writers(name)
        if any(one.defines and writes_start(self.unrolled, one, self._budget) for one in writers):
            raise OutOfReachError(f"a definition of {name}, which starts at given values")
        start = self.space.cell(name, slots)
        guard = TRUE
        for slot, at in zip(slots, tensor.initial or (None,) * len(slots), strict=True):
            if at is not None:
                guard &= Guard.equals(slot, size_form(at, self.unrolled.program))
        return start if guard == TRUE else self.space.guarded(start, guard)

    def _added(self, one: Instances) -> Form:
        """What a statement adds to the cells of its target, over their slots."""
        translator, slots, frame = self.translator, self.slots(one.target.name), Frame()
        self.conditions.at(one)
        looped = {r.index for r in one.ranges}
        known: dict[str, Linear] = {}
        for subscript, slot in zip(one.target.subscripts, slots, strict=True):
            if isinstance(subscript, Index) and subscript.name in looped:
                known.setdefault(subscript.name, slot)
        scope = translator.bind(one.ranges, {}, frame, known)
        for subscript, slot in zip(one.target.subscripts, slots, strict=True):
            here = translator.linear(subscript, scope, frame)
            if here != slot:
                frame.guard &= Guard.equals(here, slot)
        value = translator.form(one.statement.value, scope, frame)
        self.conditions.at(None)
        return self.space.scale(translator.close(frame, value), one.sign)


def sources(unrolled: Unrolled) -> dict[str, set[str]]:
    """The tensors that each tensor's statements read, of those that are written."""
    written = set(unrolled.written)
    found: dict[str, set[str]] = {name: set() for name in unrolled.written}
    for one in unrolled.listed:
        read = {access.ref.name for access in one.reads}
        found[one.target.name] |= read & written
    return found


def recursive(graph: Mapping[str, set[str]], known: Iterable[str] = ()) -> set[str]:
    """The tensors that are computed from themselves, on ways that do not pass through those that are known."""
    stops = set(known)
    found = set()
    for name in graph:
        if name in stops:
            continue
        reached: set[str] = set()
        pending = list(graph[name] - stops)
        while pending:
            one = pending.pop()
            if one not in reached:
                reached.add(one)
                pending += graph.get(one, set()) - stops
        if name in reached:
            found.add(name)
    return found


def cut(graph: Mapping[str, set[str]], known: Iterable[str] = (), among: Iterable[str] | None = None) -> set[str]:
    """A few tensors without which, and without those known, none is computed from itself.

    Only those `among` the given ones are chosen, which may not be enough.
    """
    chosen: set[str] = set()
    allowed = list(graph) if among is None else list(dict.fromkeys(among))
    while left := recursive(graph, {*known, *chosen}):
        candidates = [name for name in allowed if name in left]
        if not candidates:
            break
        chosen.add(min(candidates, key=lambda name: len(recursive(graph, {*known, *chosen, name}))))
    return chosen


def state(unrolled: Unrolled, names: Iterable[str] | None = None) -> frozenset[str]:
    """The state that loops carry: a few of the tensors, which start at given values if that can be."""
    wanted = set(unrolled.written) if names is None else set(names)
    graph = {name: read for name, read in sources(unrolled).items() if name in wanted}
    given = [name for name in graph if unrolled.tensors[name].initial is not None]
    return frozenset(cut(graph, (), [*given, *graph]))


def under_functions(unrolled: Unrolled) -> set[str]:
    """The tensors that stand in an argument of a function, a denominator, or under a root."""
    found: set[str] = set()
    for one in unrolled.listed:
        for part in walk_expr(one.statement.value):
            match part:
                case Pow(_, Number(exponent)) if exponent > 0 and exponent.denominator == 1:
                    continue
                case Call() | Inv() | Pow() | Indicator():
                    found |= values_read(part)
                case Reduce("max" | "min"):
                    found |= values_read(part)
    return found
