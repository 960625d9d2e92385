"""Declarations that no inputs satisfy: found where that is certain, and refused by their names.

At small sizes every constraint is written out as linear forms in monomials of the inputs' cells
(`monomials`); together with what is known of signs that is a linear system, which is solved or shown
to have no solution exactly (`linear_systems`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from symgrad.errors import Place, UsageError
from symgrad.evaluate.cells import Cell, Cells, given_cells
from symgrad.evaluate.expressions import Expressions
from symgrad.evaluate.sizes import complete_sizes
from symgrad.evidence.exact_constraints import distribution_rows
from symgrad.evidence.linear_systems import Row, solution
from symgrad.evidence.monomials import Monomial, Monomials, Poly
from symgrad.language.program import Program, Range, Ref, Role
from symgrad.language.walk import free_indices, walk_expr
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.language.program import Constraint, Tensor

_SIZES, _DISTINCT = 8, 3
"""How many values of each size are looked at, from its least one on: all sizes equal, or each another one."""

_MOST_UNKNOWNS, _MOST_ROWS = 60, 120

_ROW_OF = {"=": ("=", 1), ">=": (">=", 1), ">": (">", 1), "<=": (">=", -1), "<": (">", -1)}
"""For each comparison the one of a row, and the sign with which the difference of the sides stands in it."""

Tables = dict[str, Cells[Poly]]
System = dict[str, list[Row]]
"""The rows that each declaration gives, by its text; under _ALWAYS those that hold of all numbers."""

_ALWAYS = ""


def refuse_contradictions(programs: Sequence[Program]) -> None:
    """Raise UsageError if, at each of some small choices of sizes, no inputs are as the programs declare.

    Nothing happens where that is not certain.
    """
    if not any(program.constraints for program in programs):
        return
    found: dict[str, None] = {}
    looked: list[Mapping[str, int]] = []
    for sizes in _choices(programs[0]):
        try:
            system = written_out(programs, sizes)
        except UsageError:
            continue
        rows = [row for rows in system.values() for row in rows]
        if len(rows) > _MOST_ROWS or len({u for row in rows for u in row.coefficients}) > _MOST_UNKNOWNS:
            continue
        if solution(rows) is not None:
            return
        looked.append(sizes)
        found |= dict.fromkeys(_conflict(system))
    if found:
        raise UsageError(_message(list(found), looked), _place(programs, found), "change one of them, or leave it out")


def _message(names: list[str], looked: Sequence[Mapping[str, int]]) -> str:
    shown = [", ".join(f"{name} = {value}" for name, value in at.items()) for at in looked if at]
    where = f" at {shown[0]}" if shown else ""
    if len(shown) > 1:
        where += f", nor at other sizes up to {shown[-1]},"
    if len(names) == 1:
        return f"no inputs{where} satisfy `{names[0]}`"
    return f"the declarations contradict each other: no inputs{where} satisfy {' and '.join(f'`{n}`' for n in names)}"


def _place(programs: Sequence[Program], names: Iterable[str]) -> Place | None:
    places = {_text(c): c.place for program in programs for c in program.constraints}
    return next((places[name] for name in names if places.get(name) is not None), None)


def _choices(program: Program) -> Iterator[dict[str, int]]:
    """Small sizes, all of them equal or each another one."""
    free = [s for s in program.sizes if s.definition is None]
    seen = []
    for more in range(_SIZES):
        for step in (0, 1) if more < _DISTINCT else (0,):
            chosen = {s.name: s.minimum + more + step * at for at, s in enumerate(free)}
            if chosen in seen:
                continue
            seen.append(chosen)
            try:
                yield complete_sizes(program, chosen)
            except UsageError:
                continue


def _conflict(system: System) -> list[str]:
    """Declarations that contradict each other, none of which can be left out."""
    kept = dict(system)
    for name in [name for name in system if name != _ALWAYS]:
        less = {other: rows for other, rows in kept.items() if other != name}
        if solution([row for rows in less.values() for row in rows]) is None:
            kept = less
    return [name for name in kept if name != _ALWAYS]


def written_out(programs: Sequence[Program], sizes: Mapping[str, int]) -> System:
    """What the programs declare of their inputs at these sizes, as rows over monomials in cells.

    A cell is the unknown `(tensor, cell)`, to the first power. Raises UsageError where something is too long.
    """
    numbers = Monomials()
    system: System = {}
    tables: Tables = {}
    for program in programs:
        for tensor in program.tensors:
            if tensor.given and tensor.role is not Role.INTEGER:
                tables.setdefault(tensor.name, {}).update(_cells(tensor, sizes, numbers, system))
    for program in programs:
        for constraint in program.constraints:
            system.setdefault(_text(constraint), _rows(constraint, program, sizes, numbers, tables))
    used = {u for rows in system.values() for row in rows for u in row.coefficients}
    known = [(m, numbers.sign_of(m)) for m in used if not is_cell(m)]
    system[_ALWAYS] = [Row({m: Fraction(1)}, Fraction(0), sign) for m, sign in known if sign]
    return system


def is_cell(monomial: Monomial) -> bool:
    """Whether a monomial is a cell to the first power."""
    (name, exponent), *others = monomial
    return not others and exponent == 1 and isinstance(name, tuple) and name[0] == "cell"


def unknown_of(tensor: str, cell: Cell) -> Monomial:
    """The unknown that a cell of a tensor is."""
    return ((("cell", tensor, cell), 1),)


def _cells(tensor: Tensor, sizes: Mapping[str, int], numbers: Monomials, system: System) -> Cells[Poly]:
    """The unknown of every cell; what is declared of them is added to the system."""
    op = tensor.sign.split()[0] if tensor.sign in ("> 0", ">= 0") else ">=" if tensor.over else ""
    made = {cell: numbers.unknown(("cell", tensor.name, cell), op) for cell in given_cells(tensor, sizes)}
    if op:
        rows = [Row({unknown_of(tensor.name, cell): Fraction(1)}, Fraction(0), op) for cell in made]
        groups = distribution_rows(tensor, list(made)) if tensor.over else ()
        rows += [Row({unknown_of(tensor.name, c): Fraction(1) for c in group}, Fraction(-1), "=") for group in groups]
        system[f"distribution {tensor.name}" if tensor.over else f"{tensor.name} {tensor.sign}"] = rows
    return made


def _rows(
    constraint: Constraint, program: Program, sizes: Mapping[str, int], numbers: Monomials, tables: Tables
) -> list[Row]:
    """A constraint at every choice of its free indices; no rows where it says nothing linear."""
    parts = [part for side in (constraint.left, constraint.right) for part in walk_expr(side)]
    if constraint.op not in _ROW_OF or any(isinstance(part, Ref) and part.name not in tables for part in parts):
        return []
    try:
        return list(_rows_of(constraint, Expressions(program, sizes, numbers, tables), numbers))
    except UsageError:  # too long, or it compares values
        return []


def _rows_of(constraint: Constraint, expressions: Expressions[Poly], numbers: Monomials) -> Iterator[Row]:
    left, right = expressions.value(constraint.left), expressions.value(constraint.right)
    free = dict.fromkeys((*free_indices(constraint.left), *free_indices(constraint.right)))
    runs = [list(expressions.values_of(Range(name))({})) for name in free]
    op, sign = _ROW_OF[constraint.op]
    for at in product(*runs):
        env = dict(zip(free, at, strict=True))
        difference = numbers.add(left(env), numbers.negate(right(env)))
        forms = {monomial: sign * c for monomial, c in difference.items()}
        constant = forms.pop((), Fraction(0))
        yield Row(forms, constant, op)


def _text(constraint: Constraint) -> str:
    return f"constraint {write_expr(constraint.left)} {constraint.op} {write_expr(constraint.right)}"
