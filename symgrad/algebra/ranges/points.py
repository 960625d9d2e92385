"""Integer points under linear constraints: whether there are any, for any sizes, and one of them as an example.

A set is described by affine equations and inequalities over names (of loop variables, or made up) and
sizes. A product of sizes counts as a size of its own. What is not linear otherwise (a remainder by a
size, a label) becomes an unknown within its bounds, so that a set that is found empty is empty; one
that is not may be too large, and is then not `exact`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.language.affine import Affine, Atom
from symgrad.language.integers import Monomial, form_of
from symgrad.language.program import Expr, FloorDiv, Index, Mod, Number, Program, Range, Ref, Size
from symgrad.language.ranges import all_ends

if TYPE_CHECKING:
    import islpy as isl

_OPERATIONS = 500_000
"""Steps of the integer set library for one question, less than a second."""


class Points:
    """A set of integer points, being described. A `scope` says which unknown each index of an expression is."""

    def __init__(self, program: Program, budget: Budget) -> None:
        self._program, self._budget = program, budget
        self._equal: list[Affine] = []
        self._nonnegative: list[Affine] = []
        self._made = 0
        self.exact = True

    def copy(self) -> Points:
        """Another set of the same points."""
        new = Points(self._program, self._budget)
        new._equal, new._nonnegative = list(self._equal), list(self._nonnegative)
        new._made, new.exact = self._made, self.exact
        return new

    def demand_equal(self, one: Affine, other: Affine) -> None:
        """Leave only points at which both are equal."""
        self._equal.append(one - other)

    def demand_at_most(self, one: Affine, other: Affine, gap: int = 0) -> None:
        """Leave only points with one + gap <= other."""
        self._nonnegative.append(other - one - Affine({}, gap))

    def bind(self, ranges: Iterable[Range], mark: str) -> dict[str, str]:
        """A scope in which each range's index is a new unknown, its name and the mark, that lies in the range."""
        scope: dict[str, str] = {}
        for r in ranges:
            lows, highs = ([self.linear(e, scope) for e in es] for es in all_ends(r, self._program.index_named))
            scope[r.index] = self._name() if r.index in scope else r.index + mark
            here = unknown(scope[r.index])
            for low in lows:
                self.demand_at_most(low, here)
            for high in highs:
                self.demand_at_most(here, high)
        return scope

    def linear(self, expr: Expr, scope: Mapping[str, str]) -> Affine:
        """The expression over the unknowns, with unknowns made up for floors, remainders, labels and what is left."""
        form = form_of(expr)
        if form is None:
            return self._new(exact=False)
        total = Affine({})
        for monomial, coefficient in form.terms.items():
            total = total + self._monomial(monomial, scope).times(coefficient)
        return total

    def _monomial(self, monomial: Monomial, scope: Mapping[str, str]) -> Affine:
        match monomial:
            case ():
                return Affine({}, 1)
            case (Index(name),):
                return unknown(scope.get(name, name))
            case (Size(name) as size,):
                declared = self._program.size_named.get(name)
                if declared is None or declared.definition is None:
                    return Affine({size: 1})
                return self.linear(declared.definition, {})
            case (Ref(name),):
                label, labels = self._new(exact=False), self._program.tensor_named[name].labels
                if labels is not None:
                    self.demand_at_most(self.linear(labels[0], {}), label)
                    self.demand_at_most(label, self.linear(labels[1], {}))
                return label
            case (FloorDiv(left, right),):
                return self._divided(left, right, scope)[0]
            case (Mod(left, right),):
                return self._divided(left, right, scope)[1]
        if all(isinstance(atom, Size) for atom in monomial):
            return Affine({Size("*".join(atom.name for atom in monomial if isinstance(atom, Size))): 1})
        return self._new(exact=False)

    def _divided(self, left: Expr, right: Expr, scope: Mapping[str, str]) -> tuple[Affine, Affine]:
        """The floor and the remainder of a division."""
        if not isinstance(right, Number) or right.value < 1 or right.value.denominator != 1:
            remainder = self._new(exact=False)
            self.demand_at_most(Affine({}), remainder)
            self.demand_at_most(remainder, self.linear(right, scope), 1)
            return self._new(exact=False), remainder
        quotient = self._new()
        remainder = self.linear(left, scope) - quotient.times(int(right.value))
        self.demand_at_most(Affine({}), remainder)
        self.demand_at_most(remainder, Affine({}, int(right.value)), 1)
        return quotient, remainder

    def _new(self, *, exact: bool = True) -> Affine:
        self.exact &= exact
        return unknown(self._name())

    def _name(self) -> str:
        self._made += 1
        return f"?{self._made}"

    def is_empty(self) -> bool:
        """Whether there are none, for any sizes from their least values on.

        Raises OutOfReachError where that takes too long.
        """
        return _asked(lambda context: self._set(context, *self._names()).is_empty(), self._budget) is True

    def example(self) -> dict[str, int]:
        """The unknowns and sizes of one of the points; {} if there is none."""
        names, sizes = self._names()
        point = _asked(lambda context: self._set(context, names, sizes).sample_point(), self._budget)
        if point.is_void():
            return {}
        import islpy as isl

        kinds = ((isl.dim_type.param, sizes), (isl.dim_type.set, names))
        return {
            name: int(point.get_coordinate_val(kind, place).to_python())
            for kind, listed in kinds
            for place, name in enumerate(listed)
        }

    def lies_in(self, others: Sequence[Points], names: Sequence[str]) -> bool:
        """Whether the points, seen by the named unknowns alone, are all among the others."""
        sizes = list(dict.fromkeys(size for one in (self, *others) for size in one._names()[1]))

        def answer(context: isl.Context) -> bool:
            mine = self._shadow(context, names, sizes)
            theirs = [other._shadow(context, names, sizes) for other in others if other.exact]
            union = theirs[0] if theirs else mine.subtract(mine)
            for one in theirs[1:]:
                union = union.union(one)
            return bool(mine.is_subset(union))

        return bool(_asked(answer, self._budget))

    def _shadow(self, context: isl.Context, names: Sequence[str], sizes: Sequence[str]) -> isl.Set:
        """The set of the named unknowns."""
        import islpy as isl

        rest = [name for name in self._names()[0] if name not in names]
        whole = self._set(context, [*names, *rest], sizes).to_set()
        return whole.project_out(isl.dim_type.set, len(names), len(rest))

    def _names(self) -> tuple[list[str], list[str]]:
        atoms = dict.fromkeys(a for row in (*self._equal, *self._nonnegative) for a in row.coefficients)
        return [a.name for a in atoms if isinstance(a, Index)], [a.name for a in atoms if isinstance(a, Size)]

    def _set(self, context: isl.Context, names: Sequence[str], sizes: Sequence[str]) -> isl.BasicSet:
        import islpy as isl

        declared = self._program.size_named
        least = [Affine({Size(n): 1}, -(declared[n].minimum if n in declared else 1)) for n in sizes]
        atoms: list[Atom] = [*map(Size, sizes), *map(Index, names)]
        columns = {atom: at for at, atom in enumerate(atoms)}
        space = isl.Space.set_alloc(context, len(sizes), len(names))
        equal, nonnegative = (_matrix(context, rows, columns) for rows in (self._equal, [*self._nonnegative, *least]))
        make: Any = isl.BasicSet.from_constraint_matrices  # the library's own stubs leave its arguments out
        kinds = (getattr(isl.dim_type, kind) for kind in ("param", "set", "div", "cst"))
        made: isl.BasicSet = make(space, equal, nonnegative, *kinds)
        return made


def unknown(name: str) -> Affine:
    """The unknown of a name."""
    return Affine({Index(name): 1})


def _asked(question: Any, budget: Budget) -> Any:
    import islpy as isl

    if budget.left <= 0:
        raise OutOfReachError(f"the order of reads and writes was not found out in {budget.seconds:g} s")
    context = _context()
    context.reset_operations()
    try:
        return question(context)
    except isl.Error as error:
        raise OutOfReachError("the order of reads and writes has too many cases") from error


@cache
def _context() -> isl.Context:
    import islpy as isl

    context = isl.Context()
    context.set_max_operations(_OPERATIONS)
    return context


def _matrix(context: isl.Context, rows: Sequence[Affine], columns: Mapping[Atom, int]) -> isl.Mat:
    import islpy as isl

    width = len(columns)
    matrix = isl.Mat.alloc(context, len(rows), width + 1)
    for at, row in enumerate(rows):
        cells = [0] * width + [row.constant]
        for atom, coefficient in row.coefficients.items():
            cells[columns[atom]] = coefficient
        for place, cell in enumerate(cells):
            matrix = matrix.set_element_val(at, place, cell)
    return matrix
