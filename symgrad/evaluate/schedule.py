"""Which loops may be run as whole arrays, and which must step through their values one by one.

The decision is made once, from the program's structure. A nest may be taken apart into its
statements, each over all its loops at once, unless a statement reads what another iteration
writes. Otherwise the outermost loop steps, and what is inside is judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symgrad.language.accesses import expr_reads
from symgrad.language.affine import as_affine
from symgrad.language.program import Define, Expr, Index, Loop, Node, Range, Ref, Size, Statement, Update


@dataclass(frozen=True)
class Whole:
    """A statement to be run over all its loops at once."""

    ranges: tuple[Range, ...]
    statement: Statement


@dataclass(frozen=True)
class Stepped:
    """A loop whose index takes its values one by one, in order, around what is to be run at each."""

    range: Range
    body: tuple[Step, ...]


Step = Whole | Stepped


def schedule(nodes: Sequence[Node], fixed: frozenset[str] = frozenset()) -> tuple[Step, ...]:
    """The steps that run the nodes in order; `fixed` are the indices that already have one value."""
    return tuple(step for node in nodes for step in _steps(node, fixed))


def _steps(node: Node, fixed: frozenset[str]) -> Iterator[Step]:
    placed = list(_placed(node))
    if all(_independent(one, other, fixed) for one in placed for other in placed):
        for item in placed:
            yield Whole(item.ranges, item.statement)
    elif isinstance(node, Loop):
        first, rest = node.ranges[0], node.ranges[1:]
        inner: tuple[Node, ...] = (replace(node, ranges=rest),) if rest else node.body
        yield Stepped(first, schedule(inner, fixed | {first.index}))


@dataclass(frozen=True)
class _Placed:
    """A statement of a nest with its loops, outermost first, and the number of each loop in the nest."""

    statement: Statement
    ranges: tuple[Range, ...] = ()
    loops: tuple[int, ...] = ()

    def shared(self, other: _Placed) -> set[str]:
        """The indices of the loops that both statements stand in."""
        shared = zip(self.ranges, self.loops, other.loops, strict=False)
        return {r.index for r, mine, theirs in shared if mine == theirs}


def _placed(node: Node) -> Iterator[_Placed]:
    count = 0

    def visit(inner: Node, ranges: tuple[Range, ...], loops: tuple[int, ...]) -> Iterator[_Placed]:
        nonlocal count
        match inner:
            case Loop(own, body):
                numbers = tuple(range(count, count + len(own)))
                count += len(own)
                for child in body:
                    yield from visit(child, ranges + own, loops + numbers)
            case Update() | Define():
                yield _Placed(inner, ranges, loops)

    return visit(node, (), ())


def _independent(writer: _Placed, other: _Placed, fixed: frozenset[str]) -> bool:
    """Whether no iteration of the loops that both share minds what another iteration of `writer` writes."""
    target, shared = writer.statement.target, writer.shared(other)
    for ref, hidden in _accesses(other.statement):
        if ref.name != target.name or _apart(target, ref, fixed - hidden):
            continue
        if shared & hidden or not all(_same_iteration(target, ref, index, fixed - hidden) for index in shared):
            return False
    overwrites = isinstance(writer.statement, Define) or isinstance(other.statement, Define)
    if not overwrites or other.statement.target.name != target.name:
        return True
    return all(_same_iteration(target, other.statement.target, index, fixed) for index in shared)


def _accesses(statement: Statement) -> Iterator[tuple[Ref, frozenset[str]]]:
    """Every cell that a statement reads, with the indices that reductions bind around it."""
    for expr in (*statement.target.subscripts, statement.value):
        for read in expr_reads(expr):
            yield read.ref, frozenset(r.index for r in read.bound)


def _apart(write: Ref, read: Ref, fixed: frozenset[str]) -> bool:
    """Whether the two can never be one cell: subscripts of fixed indices that differ by a number."""
    for left, right in zip(write.subscripts, read.subscripts, strict=True):
        one, other = as_affine(left), as_affine(right)
        if one is None or other is None or not all(_is_fixed(atom, fixed) for atom in one.coefficients):
            continue
        difference = one - other
        if not difference.coefficients and difference.constant:
            return True
    return False


def _same_iteration(write: Ref, read: Ref, index: str, fixed: frozenset[str]) -> bool:
    """Whether the two can be one cell only in one and the same iteration of the loop over the index."""
    pairs = zip(write.subscripts, read.subscripts, strict=True)
    return any(left == right and _tells(left, index, fixed) for left, right in pairs)


def _tells(subscript: Expr, index: str, fixed: frozenset[str]) -> bool:
    """Whether the subscript's value, given the fixed indices, tells the index's value."""
    form = as_affine(subscript)
    if form is None or Index(index) not in form.coefficients:
        return False
    return all(atom == Index(index) or _is_fixed(atom, fixed) for atom in form.coefficients)


def _is_fixed(atom: Expr, fixed: frozenset[str]) -> bool:
    return isinstance(atom, Size) or (isinstance(atom, Index) and atom.name in fixed)
