"""Whether every read is of a complete cell, and no `=` overwrites: order is meaning.

What holds for all sizes is shown in `order.py`. Where that fails, the loops concerned are run at
small sizes; what they do there is reported with its indices, and if they do nothing wrong they pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symgrad.errors import Finding
from symgrad.language.accesses import Access
from symgrad.language.build import number
from symgrad.language.integers import Bounds, bounds_of, form_of
from symgrad.language.legal.order_proof import Step, always_before, apart, steps
from symgrad.language.legal.points import Points, TooLarge, Undefined, compiled, sizes_in
from symgrad.language.legal.trace import Event, Trace
from symgrad.language.naming import base_of
from symgrad.language.program import Define, Index, Program, Range, Ref, Role, Size, Tensor
from symgrad.language.resolving.declared import shape
from symgrad.language.walk import range_bounds, walk_expr
from symgrad.language.write import write_expr

_STEPS, _STEPS_AT_ONCE = 20_000, 5_000  # that are run at most to find examples: in all, and for one of them
_LATER = "loops run from top to bottom: read it in a loop after the one that completes it"
_ANOTHER = "give the result another name, or add up in a loop before"


def order_findings(program: Program) -> Iterator[Finding]:
    """Reads of cells that are not complete yet, and assignments that overwrite.

    The program must be sound otherwise: see `legal_names` and `legal_subscripts`.
    """
    checker = _OrderChecker(program)
    for tensor in program.tensors:
        yield from checker.tensor(tensor)


class _OrderChecker:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._bounds = bounds_of(program.sizes, program.indices, program.tensors)
        self._steps = _STEPS
        self._writers: dict[str, list[Step]] = {}
        self._reads: dict[str, list[tuple[Step, Access]]] = {}
        for step in steps(program.body):
            self._writers.setdefault(step.statement.target.name, []).append(step)
            for access in step.reads():
                self._reads.setdefault(access.ref.name, []).append((step, access))

    def tensor(self, tensor: Tensor) -> Iterator[Finding]:
        """The findings about one tensor."""
        writers, reads = self._writers.get(tensor.name, []), self._reads.get(tensor.name, [])
        is_adjoint = bool(base_of(tensor.name))  # one to which nothing is added is 0, and may be read
        if tensor.role is Role.COMPUTED and tensor.initial is None and not writers and not is_adjoint:
            for _, access in reads[:1]:
                hint = f"declare it: `input {shape(tensor)}`"
                yield Finding(f"no statement computes {tensor.name}", access.ref.place, hint)
        elif writers:
            yield from self._incomplete_reads(tensor, writers, reads)
            yield from self._overwrites(tensor, writers)
            yield from self._given_cells(tensor, writers)

    # Reads.

    def _incomplete_reads(
        self, tensor: Tensor, writers: list[Step], reads: list[tuple[Step, Access]]
    ) -> Iterator[Finding]:
        for step, access in reads:
            late = [writer for writer in writers if not always_before(writer, step, access, self._bounds)]
            if not late:
                continue
            trace = Trace(self._program, writers, [(step, access)])
            starts_at_zero = tensor.role is Role.COMPUTED and tensor.initial is None
            if starts_at_zero and all(writer.path[0] > step.path[0] for writer in writers):
                yield from self._example(trace, access.ref, _read_first)
            else:
                yield from self._example(trace, access.ref, _early_read)

    # Assignments.

    def _overwrites(self, tensor: Tensor, writers: list[Step]) -> Iterator[Finding]:
        definitions = [step for step in writers if isinstance(step.statement, Define)]
        if definitions and tensor.role is Role.ACCUMULATOR:
            message = f"{tensor.name} starts at a given value, which `=` would throw away"
            yield Finding(message, definitions[0].statement.target.place, "write `+=`")
            return
        unsure = False
        for step in definitions:
            missing, unclear = _undetermined(step, self._bounds)
            if missing:
                yield _missing_index(step.statement.target, missing[0])
                return
            unsure = unsure or unclear or not all(self._in_order(step, other) for other in writers)
        if unsure:
            trace = Trace(self._program, writers)
            yield from self._example(trace, definitions[0].statement.target, _overwritten)

    def _in_order(self, definition: Step, other: Step) -> bool:
        """Whether the definition is shown to overwrite nothing that the other step wrote."""
        if other is definition or apart(definition.target, other.target, self._bounds):
            return True
        if isinstance(other.statement, Define):
            return False
        return always_before(definition, other, other.target, self._bounds)

    def _given_cells(self, tensor: Tensor, writers: list[Step]) -> Iterator[Finding]:
        """Writes to the slice of a computed tensor that is given."""
        if tensor.initial is None:
            return
        given = Ref(tensor.name, tuple(Index("") if at is None else at for at in tensor.initial))
        for step in writers:
            if not apart(Access(given), step.target, self._bounds):
                trace = Trace(self._program, [step])
                yield from self._example(trace, step.statement.target, lambda events: _hit(events, tensor))

    def _run(self, trace: Trace, room: int) -> list[Event]:
        points = Points(self._program, min(self._steps, _STEPS_AT_ONCE))
        try:
            return list(trace.events(room, points))
        finally:
            self._steps -= min(self._steps, _STEPS_AT_ONCE) - max(points.left, 0)

    def _example(self, trace: Trace, ref: Ref, find: Callable[[Sequence[Event]], Finding | None]) -> Iterator[Finding]:
        """What `find` finds at small sizes, if anything."""
        for attempt, room in enumerate(trace.rooms()):
            try:
                found = find(self._run(trace, room))
            except TooLarge:
                if attempt == 0:
                    message = f"it takes too many steps to tell whether {ref.name} is written and read in order"
                    yield Finding(message, ref.place, _LATER)
                return
            except Undefined:
                return
            if found is not None:
                yield found
                return


def _early_read(events: Sequence[Event]) -> Finding | None:
    """The first read of a cell that is written at the same time or later, with the next write to it."""
    writes: dict[tuple[int, ...], list[Event]] = {}
    for event in events:
        if event.access.is_target:
            writes.setdefault(event.cell, []).append(event)
    for event in events:
        write = next((w for w in writes.get(event.cell, ()) if w.time >= event.time), None)
        if write is None or event.access.is_target:
            continue
        ref, here, hint = event.access.ref, _where(event), _LATER
        if write.time == event.time:
            hint = _ANOTHER
            message = f"{write_expr(ref)} is read by the statement that writes it"
            message += f": at {here} both are {_cell(event)}" if here and event.cell else ""
        else:
            what = f"it is {_cell(event)}" if event.cell else "it is read"
            at = f": at {here} {what}, and " if here else ": "
            later = ", ".join(f"{r.index} = {write.values[r.index]}" for r in write.access.bound)
            message = f"{write_expr(ref)} is read before it is complete{at}{_who(write, event)} writes it "
            message += f"at {later}" if later else "later"
            turn = _to_turn_round(write, event)
            hint = f"let the loop over {turn} run the other way" if turn else _LATER
        return Finding(message, ref.place, hint)
    return None


def _read_first(events: Sequence[Event]) -> Finding | None:
    """The same where no statement has written the tensor yet."""
    found = _early_read(events)
    if found is None:
        return None
    ref = next(event.access.ref for event in events if not event.access.is_target)
    message = f"{write_expr(ref)} is read before any statement writes it: it is still 0 here"
    return Finding(message, found.place, f"compute {ref.name} first")


def _to_turn_round(write: Event, read: Event) -> str:
    """The index of the loop that comes to the write too late, if the cells differ along it; else ""."""
    shared = {r.index for r in write.step.shared(read.step)}
    late = next((r.index for r in write.step.ranges if read.values.get(r.index) != write.values[r.index]), "")
    named = {part.name for part in walk_expr(write.access.ref) if isinstance(part, Index)}
    return late if late in shared & named else ""


def _overwritten(events: Sequence[Event]) -> Finding | None:
    """The first assignment to a cell that is written before."""
    first: dict[tuple[int, ...], Event] = {}
    for event in events:
        before = first.setdefault(event.cell, event)
        if before is event or not isinstance(event.step.statement, Define):
            continue
        place = event.access.ref.place
        if isinstance(before.step.statement, Define):
            message = f"{_cell(event)} is assigned twice: at {_where(before)} and at {_where(event)}"
            if before.step is not event.step:
                message = f"{_cell(event)} is assigned twice: {_who(before, event)} assigns it too"
            return Finding(message, place, "every cell is assigned once; write `+=` to add")
        message = f"`=` overwrites {_cell(event)}: {_who(before, event)} has added to it before"
        return Finding(message, place, "assign first and add afterwards, or write `+=`")
    return None


def _hit(events: Sequence[Event], tensor: Tensor) -> Finding | None:
    """The first write to a given cell."""
    for event in events:
        pairs = zip(tensor.initial or (), event.cell, strict=False)
        if all(at is None or compiled(at)(event.values) == here for at, here in pairs):
            where = f", at {_where(event)}" if event.step.ranges else ""
            message = f"{_cell(event)} is given, and this writes it{where}"
            return Finding(message, event.access.ref.place, "start the loop after the given cells")
    return None


def _cell(event: Event) -> str:
    return write_expr(Ref(event.access.ref.name, tuple(number(at) for at in event.cell)))


def _where(event: Event) -> str:
    """`b = 0, j = 1`: the loops' indices, with the sizes before them where cells depend on them."""
    indices = [r.index for r in event.access.bound]
    exprs = (*event.access.ref.subscripts, *range_bounds(event.access.bound))
    sizes = sorted({name for expr in exprs for name in sizes_in(expr)})
    return ", ".join(f"{name} = {event.values[name]}" for name in (*sizes, *indices))


def _who(event: Event, seen_from: Event) -> str:
    place = event.access.ref.place or event.step.statement.place
    if event.step is seen_from.step:
        return "this statement"
    return f"the statement in line {place.line}" if place else "another statement"


def _undetermined(step: Step, bounds: Bounds) -> tuple[list[str], bool]:
    """The loop indices that the target lacks, and whether its cell leaves others undetermined."""
    names = [r.index for r in step.ranges if not _is_single(r, bounds)]
    forms = [form_of(subscript) for subscript in step.statement.target.subscripts]
    atoms = [{atom.name for atom in form.atoms if isinstance(atom, Index)} if form else set() for form in forms]
    missing = [name for name in names if not any(name in found for found in atoms)]
    determined = {r.index for r in step.ranges} - set(names)
    for _ in names:
        for form, found in zip(forms, atoms, strict=True):
            left = found - determined
            parts = form.split(Index(next(iter(left)))) if form and len(left) == 1 else None
            plain = form is not None and all(isinstance(atom, Index | Size) for atom in form.atoms)
            if plain and parts is not None and parts[0].constant:
                determined |= left
    return missing, not set(names) <= determined


def _is_single(r: Range, bounds: Bounds) -> bool:
    low, high = bounds.limits(r)
    return low is not None and high is not None and (high - low).constant == 0


def _missing_index(target: Ref, index: str) -> Finding:
    message = f"`=` in a loop over {index} overwrites {write_expr(target)}, which has no index {index}"
    return Finding(message, target.place, f"write `+=` to add up over {index}, or `sum_{index}` on the right")
