"""Which statements of a nest read what the nest writes, and which loops therefore have an order that matters.

Also how far two programs begin alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symgrad.language.accesses import Access, expr_reads
from symgrad.language.affine import as_affine
from symgrad.language.program import Expr, Index, Loop, Node, Program, Ref, Size, Tensor
from symgrad.language.ranges import own_range
from symgrad.language.walk import range_bounds, walk_body, walk_ranges, walk_statements


def node_reads(node: Node) -> Iterator[Access]:
    """Every cell that a loop or statement reads, with the reductions around it."""
    for around, statement in walk_statements((node,)):
        for limit in range_bounds(around):
            yield from expr_reads(limit)
        for subscript in statement.target.subscripts:
            if type(subscript) is not Index:
                yield from expr_reads(subscript)
        yield from expr_reads(statement.value)


def node_writes(node: Node) -> Iterator[Ref]:
    """The target of every statement in a loop, or of the statement."""
    for _, statement in walk_statements((node,)):
        yield statement.target


def output_names(program: Program) -> tuple[str, ...]:
    """The tensors that the program is there to compute: the declared outputs, else the sinks, in order.

    A sink is a computed tensor that no statement reads, or reads only at other steps of the loop
    that computes it (h[t-1] in the loop that computes h[t]). Where there is none by that, tensors
    count that are read by other subscripts than they are computed by (the sum of all earlier h).
    """
    return program.outputs or _sinks(program, _at_another_step) or _sinks(program, _elsewhere)


def _sinks(program: Program, excused: Callable[[Ref, Ref], bool]) -> tuple[str, ...]:
    """The computed tensors of which every read is excused: by each target of the nest that it stands in."""
    written: set[str] = set()
    consumed: set[str] = set()
    for node in program.body:
        targets: dict[str, list[Ref]] = {}
        for target in node_writes(node):
            targets.setdefault(target.name, []).append(target)
        written |= targets.keys()
        for read in node_reads(node):
            own = targets.get(read.ref.name, [])
            if not own or not all(excused(read.ref, target) for target in own):
                consumed.add(read.ref.name)
    return tuple(t.name for t in program.tensors if t.name in written and t.name not in consumed)


def _at_another_step(read: Ref, target: Ref) -> bool:
    """Whether the read is a fixed number of steps from the target along some axis, as h[t-1] from h[t]."""
    return any(_distance(left, right) for left, right in zip(read.subscripts, target.subscripts, strict=False))


def _elsewhere(read: Ref, target: Ref) -> bool:
    return read.subscripts != target.subscripts


def _distance(left: Expr, right: Expr) -> int:
    """The difference of two subscripts where it is a number, and 0 where it is not."""
    one, other = as_affine(left), as_affine(right)
    if one is None or other is None or not one.coefficients:
        return 0
    difference = one - other
    return 0 if difference.coefficients else difference.constant


def has_internal_reads(node: Node) -> bool:
    """Whether some statement of the nest reads a tensor that a statement of the same nest writes.

    If none does, every read in it is of values that were complete before the nest began, and its
    loops may run in any order.
    """
    written = {target.name for target in node_writes(node)}
    return any(read.ref.name in written for read in node_reads(node))


def carried_indices(nodes: Sequence[Node]) -> frozenset[str]:
    """The names of loop indices that carry a dependence among these nodes.

    A loop carries none if whatever one of its iterations reads, no other iteration of it writes:
    for every write and read of one tensor in its body, some axis has in both the same subscript
    that tells the iterations apart (`t`, or `t + 1`, or `2*t + n` with n from outside the loop).
    The test is sufficient, not necessary: an index it returns may be harmless.
    """
    return frozenset(name for node in nodes for name in _carried(node, frozenset()))


def _carried(node: Node, outer: frozenset[str]) -> Iterator[str]:
    if not isinstance(node, Loop):
        return
    writes = list(node_writes(node))
    reads = [read for inner in node.body for read in node_reads(inner)]
    reads += [read for r in node.ranges for limit in range_bounds((r,)) for read in expr_reads(limit)]
    pairs = [(write, read) for write in writes for read in reads if write.name == read.ref.name]
    for r in node.ranges:
        if any(not _told_apart(write, read, r.index, outer) for write, read in pairs):
            yield r.index
        outer |= {r.index}
    for inner in node.body:
        yield from _carried(inner, outer)


def _told_apart(write: Ref, read: Access, index: str, outer: frozenset[str]) -> bool:
    """Whether the two cells can only be one cell in one and the same iteration of the loop over `index`."""
    hidden = {r.index for r in read.bound}
    axes = zip(write.subscripts, read.ref.subscripts, strict=False)
    known = outer - hidden
    return any(
        (left == right and index not in hidden and _pins(left, index, known))
        or (_distance(left, right) != 0 and _is_known(left, known))
        for left, right in axes
    )


def _is_known(subscript: Expr, outer: frozenset[str]) -> bool:
    """Whether the subscript's value follows from the outer indices."""
    form = as_affine(subscript)
    return form is not None and all(
        isinstance(atom, Size) or (isinstance(atom, Index) and atom.name in outer) for atom in form.coefficients
    )


def _pins(subscript: Expr, index: str, outer: frozenset[str]) -> bool:
    """Whether the subscript's value, given the outer indices, determines the index."""
    form = as_affine(subscript)
    return form is not None and Index(index) in form.coefficients and _is_known(subscript, outer | {index})


def shared_length(left: Program, right: Program) -> int:
    """How many statements both programs begin with that mean the same in both."""
    unlike = _declared_otherwise(left, right)
    length = 0
    for one, other in zip(left.body, right.body, strict=False):
        if one is not other and one != other:
            break
        if unlike and not unlike.isdisjoint(_names(one)):
            break
        length += 1
    return length


def _declared_otherwise(left: Program, right: Program) -> set[str]:
    """The tensors and indices of both programs that one declares in another way than the other does.

    What one of them alone declares stands in no statement of both, but for indices that are named after their sizes.
    """
    tensors, indices = right.tensor_named, (left.index_named, right.index_named)
    found = {n for n, one in left.tensor_named.items() if n in tensors and not _alike(one, tensors[n])}
    for name in indices[0].keys() | indices[1].keys():
        one, other = (declared.get(name) for declared in indices)
        if one is not other and own_range(name, indices[0]) != own_range(name, indices[1]):
            found.add(name)
    return found


def _names(node: Node) -> Iterator[str]:
    """The names of a node's tensors and indices."""
    yield from (part.name for part in walk_body((node,)) if isinstance(part, Ref))
    yield from (r.index for r in walk_ranges((node,)))


def _alike(one: Tensor, other: Tensor) -> bool:
    return one == other or _essence(one) == _essence(other)


def _essence(tensor: Tensor) -> tuple[object, ...]:
    """What of a tensor's declaration makes out what a statement does."""
    extents = tuple(axis.extent for axis in tensor.axes)
    return tensor.role, extents, tensor.initial, tensor.zero_outside, tensor.labels
