"""Guards as sets of the integer set library isl, which decides what plain comparison does not.

All keys of a question become dimensions of one space, sizes among them. islpy is imported at the first question;
its work is bounded by a number of steps, fewer when little time is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from symgrad.algebra.ranges.guards import FALSE, TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import OutOfReachError

if TYPE_CHECKING:
    import islpy as isl

    from symgrad.algebra.ranges.space import Space

_OPERATIONS = 3_000_000
"""Steps of isl in about a second: what one question may take at most."""

_FEWEST_OPERATIONS = 100_000

_FEW = 4

T = TypeVar("T")


class Sets:
    """Questions about guards for one Space, answers kept."""

    def __init__(self, space: Space) -> None:
        import islpy as isl

        self.isl = isl
        self._space = space
        self._context = isl.Context()
        self._empty: dict[Guard, bool] = {}
        self._spaces: dict[int, Any] = {}

    def ask(self, question: Callable[[], T]) -> T:
        """The answer to a question that uses sets made here. Raises OutOfReachError where that takes too long."""
        self._space.budget.look()
        left = int(self._space.budget.left * _OPERATIONS)
        self._context.set_max_operations(min(max(left, _FEWEST_OPERATIONS), _OPERATIONS))
        self._context.reset_operations()
        try:
            return question()
        except self.isl.Error as error:
            raise OutOfReachError("the ranges of the sums have too many cases") from error

    def is_empty(self, guard: Guard) -> bool:
        """Whether no integer point satisfies the guard, for any sizes from their least values on."""
        if guard in (FALSE, TRUE):
            return guard == FALSE
        found = self._empty.get(guard)
        if found is None:
            dims = columns(guard)
            found = self._empty[guard] = self.ask(lambda: bool(self.set_of(guard, dims).is_empty()))
        return found

    def follows(self, guard: Guard, conclusion: Guard) -> bool:
        """Whether the conclusion holds at all points of the guard."""
        return all(self.is_empty(guard & opposite) for opposite in conclusion.negated())

    def basic(self, equal: Sequence[Linear], nonneg: Sequence[Linear], dims: Mapping[Key, int]) -> Any:
        """The set of equations and inequalities over the given dimensions."""
        isl = self.isl
        kind = isl.dim_type.set
        space = self._spaces.get(len(dims))
        if space is None:
            space = self._spaces[len(dims)] = isl.Space.set_alloc(self._context, 0, len(dims))
        local = isl.LocalSpace.from_space(space)
        result: Any = isl.BasicSet.universe(space)
        for make, forms in ((isl.Constraint.equality_alloc, equal), (isl.Constraint.inequality_alloc, nonneg)):
            for form in forms:
                row = make(local)
                if form.constant:
                    row = row.set_constant_val(form.constant)
                for key, c in form.terms:
                    row = row.set_coefficient_val(kind, dims[key], c)
                result = result.add_constraint(row)
        return result

    def set_of(self, guard: Guard, dims: Mapping[Key, int]) -> isl.Set:
        """The points of a guard over the given dimensions, sizes from their least values on."""
        least = [Linear.of(key) - self._space.minimum.get(key, 1) for key in dims if isinstance(key, str)]
        result = self.isl.Set.from_basic_set(self.basic(guard.equal, [*guard.nonneg, *least], dims))
        for form in guard.different:
            more = self.isl.Set.from_basic_set(self.basic((), (form - 1,), dims))
            less = self.isl.Set.from_basic_set(self.basic((), (-form - 1,), dims))
            result = result.intersect(more.union(less))
        return result

    def shadow(self, guard: Guard, dims: Mapping[Key, int]) -> isl.Set:
        """The points of the given dimensions at which the guard holds for some values of its other keys."""
        rest = sorted((k for k in guard.keys - dims.keys() if isinstance(k, int)), reverse=True)
        wider: dict[Key, int] = {**dims}
        wider.update({key: len(dims) + at for at, key in enumerate(rest)})
        return self.set_of(guard, wider).project_out(self.isl.dim_type.set, len(dims), len(rest))

    def equations(self, points: isl.Set, dims: Mapping[Key, int]) -> list[Linear]:
        """Equations over the dimensions that hold at all points."""
        kind = self.isl.dim_type.set
        keys = list(dims)
        out = []
        for row in self.ask(points.affine_hull).get_constraints():
            if row.is_equality() and not _has_divisions(row, self.isl):
                cells = [int(row.get_coefficient_val(kind, at).to_python()) for at in range(len(keys))]
                constant = int(row.get_constant_val().to_python())
                out.append(Linear.make(constant, zip(keys, cells, strict=True)))
        return out

    def few_values(self, points: isl.Set, at: int) -> list[int]:
        """The values of a dimension on the points, if they lie within a few fixed ones."""
        low, high = self.ask(lambda: (points.dim_min_val(at), points.dim_max_val(at)))
        if not (low.is_int() and high.is_int()):
            return []
        values = range(int(low.to_python()), int(high.to_python()) + 1)
        return list(values) if len(values) <= _FEW else []

    def with_value(self, points: isl.Set, form: Linear, value: int, dims: Mapping[Key, int]) -> isl.Set:
        """The points at which a form has a value."""
        return self.ask(lambda: points.intersect(self.isl.Set.from_basic_set(self.basic((form - value,), (), dims))))

    def sample(self, points: isl.Set, dims: Mapping[Key, int]) -> dict[Key, int] | None:
        """One of the points, near the origin where that is easily had, or None if there are none."""
        kind = self.isl.dim_type.set
        least = self.ask(points.sample_point)
        if least.is_void():
            return None
        return {key: int(least.get_coordinate_val(kind, at).to_python()) for key, at in dims.items()}


def _has_divisions(row: Any, isl: Any) -> bool:
    kind = isl.dim_type.div
    return any(int(row.get_coefficient_val(kind, at).to_python()) for at in range(row.dim(kind)))


def columns(*guards: Guard) -> dict[Key, int]:
    """Dimensions for all keys of guards: sizes, free atoms, bound ones."""
    return numbered({key for guard in guards for key in guard.keys})


def numbered(keys: Iterable[Key]) -> dict[Key, int]:
    """Places for keys: sizes, free atoms, bound ones."""
    keys = set(keys)
    order: list[Key] = []
    order += sorted(k for k in keys if isinstance(k, str))
    order += sorted(k for k in keys if isinstance(k, int) and k >= 0)
    order += sorted((k for k in keys if isinstance(k, int) and k < 0), reverse=True)
    return {key: at for at, key in enumerate(order)}
