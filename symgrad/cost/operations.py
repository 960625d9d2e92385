"""The operations of a program: how many of each kind, as polynomials in its sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import total_ordering
from types import MappingProxyType
from typing import Any

from symgrad.cost.iterations import Iterations
from symgrad.cost.passes import passes
from symgrad.cost.polynomials import Degree, Polynomial, number
from symgrad.cost.tally import ADD, COMPARE, DIVIDE, MULTIPLY, READ, WRITE, Ranges, Tally, tally
from symgrad.language.dependence import output_names
from symgrad.language.program import Program, Statement, Update
from symgrad.language.walk import walk_statements, written

ZERO = number(0)

_PLAIN = (ADD, MULTIPLY, DIVIDE, COMPARE, READ, WRITE)


@total_ordering
@dataclass(frozen=True, eq=False)
class Cost:
    """What running a program takes. Costs are ordered, see `__lt__`.

    Attributes:
        additions: additions and subtractions, one for each `+=` or `-=` that is executed.
        multiplications: of two factors each.
        divisions: quotients of two values.
        comparisons: those of indicators, max, min and functions with kinks.
        calls: how often each other function is called, roots and powers among them.
        reads: cells that are read, those that are added to among them.
        writes: cells that are written.
        passes: how often the largest arrays are gone over, see `symgrad.cost.passes`.
        temporaries: tensors that are computed on the way, and are no outputs.
        statements: the statements of the program.
        exact: whether the numbers are exact; otherwise they are upper bounds.
    """

    additions: Polynomial = ZERO
    multiplications: Polynomial = ZERO
    divisions: Polynomial = ZERO
    comparisons: Polynomial = ZERO
    calls: Mapping[str, Polynomial] = field(default_factory=lambda: MappingProxyType({}))
    reads: Polynomial = ZERO
    writes: Polynomial = ZERO
    passes: int = 0
    temporaries: int = 0
    statements: int = 0
    exact: bool = True

    @property
    def functions(self) -> Polynomial:
        """All calls of functions."""
        return sum(self.calls.values(), ZERO)

    @property
    def other(self) -> Polynomial:
        """What is neither a call nor a division."""
        return self.additions + self.multiplications + self.comparisons

    @property
    def total(self) -> Polynomial:
        """All operations, those on memory left out."""
        return self.functions + self.divisions + self.other

    @property
    def order(self) -> Polynomial:
        """How the number of operations grows: what stands in O(...)."""
        return self.total.order()

    def _degrees(self) -> dict[Degree, tuple[Any, Any, Any]]:
        kinds = [dict(kind.degrees()) for kind in (self.functions, self.divisions, self.other)]
        return {d: tuple(kind.get(d, 0) for kind in kinds) for kind in kinds for d in kind}  # type: ignore[misc]

    def __lt__(self, other: Cost) -> bool:
        """Whether this is cheaper for large sizes that grow alike.

        At the highest degree in the sizes calls count before divisions, and these before all else; then the same at
        the next degree, and so on. What is equal so far is told apart by passes, temporaries and statements, then by
        the text.
        """
        ours, theirs = self._degrees(), other._degrees()
        for degree in sorted({*ours, *theirs}, reverse=True):
            left, right = ours.get(degree, (0, 0, 0)), theirs.get(degree, (0, 0, 0))
            if left != right:
                return left < right
        return self._rest() < other._rest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cost) and not self < other and not other < self

    def __hash__(self) -> int:
        return hash(self._rest())

    def _rest(self) -> tuple[int, int, int, str]:
        return self.passes, self.temporaries, self.statements, str(self)

    def rows(self) -> list[tuple[str, str]]:
        """What is not zero, each with its name, for tables.

        >>> Cost(additions=number(2)).rows()
        [('additions', '2')]
        """
        named = [
            *((f"calls of {name}", count) for name, count in sorted(self.calls.items())),
            ("divisions", self.divisions),
            ("multiplications", self.multiplications),
            ("additions", self.additions),
            ("comparisons", self.comparisons),
        ]
        return [(name, str(count)) for name, count in named if count]

    def __str__(self) -> str:
        said = ", ".join(f"{count} {name}" for name, count in self.rows()) or "no operations"
        return said if self.exact else f"at most {said}"

    def __repr__(self) -> str:
        return f"<Cost {self}>"

    def to_json(self) -> dict[str, Any]:
        """The cost for JSON; polynomials as text and term by term."""
        return {
            "additions": self.additions.to_json(),
            "multiplications": self.multiplications.to_json(),
            "divisions": self.divisions.to_json(),
            "comparisons": self.comparisons.to_json(),
            "calls": {name: count.to_json() for name, count in sorted(self.calls.items())},
            "reads": self.reads.to_json(),
            "writes": self.writes.to_json(),
            "total": self.total.to_json(),
            "order": str(self.order),
            "passes": self.passes,
            "temporaries": self.temporaries,
            "statements": self.statements,
            "exact": self.exact,
        }


def operations(program: Program) -> Cost:
    """The operations of a program as it is written.

    Nothing is shared, moved out of loops or left out: a value that is written twice is computed twice. Loops whose
    number of iterations is no polynomial in the sizes make the cost an upper bound.

    Raises UsageError for a loop of which no bound is known.

    >>> from symgrad.language.read import read_program
    >>> print(operations(read_program("for b, j: Z[b] += exp(s[b, j])")))
    B J calls of exp, B J additions
    """
    counted = Iterations(program)
    kinds: dict[str, Polynomial] = {}
    exact = True
    everything = list(walk_statements(program.body))
    for ranges, statement in everything:
        for (kind, around), times in statement_tally(statement, ranges).items():
            points = counted.of(around)
            exact = exact and points.exact
            kinds[kind] = kinds.get(kind, ZERO) + points.number.scaled(times)
    plain = {kind: kinds.pop(kind, ZERO) for kind in _PLAIN}
    return Cost(
        additions=plain[ADD],
        multiplications=plain[MULTIPLY],
        divisions=plain[DIVIDE],
        comparisons=plain[COMPARE],
        calls=MappingProxyType({name: count for name, count in kinds.items() if count}),
        reads=plain[READ],
        writes=plain[WRITE],
        passes=passes(program, counted),
        temporaries=len(written(program.body) - set(output_names(program))),
        statements=len(everything),
        exact=exact,
    )


def statement_tally(statement: Statement, around: Ranges) -> Tally:
    """The operations of a statement inside loops: those of its value, and one addition and a read for `+=`."""
    total = tally(statement.value, around)
    for subscript in statement.target.subscripts:
        total += _labels(tally(subscript, around))
    total[WRITE, around] += 1
    if isinstance(statement, Update):
        total[ADD, around] += 1
        total[READ, around] += 1
    return total


def _labels(found: Tally) -> Tally:
    """Of a subscript's operations the reads alone: arithmetic on indices is not counted."""
    return Counter({key: times for key, times in found.items() if key[0] == READ})


def table(named: Mapping[str, Program]) -> list[tuple[str, ...]]:
    """A table of several programs' operations: a heading, a row for each kind, and how all of them grow."""
    costs = {name: operations(program) for name, program in named.items()}
    columns = {name: dict(cost.rows()) for name, cost in costs.items()}
    rows = [("", *costs)]
    rows += [(kind, *(column.get(kind, "0") for column in columns.values())) for kind in _kinds(costs.values())]
    rows.append(("together", *(f"{'' if c.exact else 'at most '}{c.total}" for c in costs.values())))
    rows.append(("grows as", *(str(c.order) for c in costs.values())))
    return rows


def _kinds(costs: Iterable[Cost]) -> list[str]:
    """The kinds of operations that occur, calls first."""
    found = {kind for cost in costs for kind, _ in cost.rows()}
    plain = ("divisions", "multiplications", "additions", "comparisons")
    return [*sorted(found - {*plain}), *(kind for kind in plain if kind in found)]
