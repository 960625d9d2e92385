"""How many applications a construction makes, and how many of them follow one another, as functions of the length.

They are counted for small lengths, and a polynomial is fitted by differences. For a definition of the form "item t from
item t - 1" the formula of the longest chain holds for all lengths: each item needs the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symgrad.construct import syntax as s
from symgrad.construct.run import Task
from symgrad.construct.shape import recurrence_of
from symgrad.construct.terms import Terms, applications, longest_chain
from symgrad.cost.polynomials import Polynomial, number, size

LENGTHS = range(13)

QUANTITIES: dict[str, Callable[[Iterable[object]], int]] = {"depth": longest_chain, "work": applications}
"""What can be counted: the longest chain of applications, and all applications."""

_MOST_DEGREE = 3


@dataclass(frozen=True)
class Counted:
    """Counts for the lengths from 0 on, the polynomial that they are values of (if one is found), and why it holds for
    all lengths ("" where it is known for these alone)."""

    values: tuple[int, ...]
    formula: Polynomial | None
    reason: str = ""


def counted(task: Task, quantity: str) -> Counted:
    """Count the applications in what the definition of a task builds.

    Args:
        task: the task.
        quantity: one of QUANTITIES.

    Raises:
        Failure: the definition fails.
    """
    count = QUANTITIES[quantity]
    values = [count(task.sequence(last, Terms())) for last in LENGTHS]
    formula = fitted(values, task.setting.length)
    reason = _reason(task, quantity, values) if formula is not None else ""
    return Counted(tuple(values), formula, reason)


def fitted(values: Sequence[int], name: str) -> Polynomial | None:
    """The polynomial of low degree that has these values at 0, 1, 2, ..., if all of them lie on it.

    >>> print(fitted([1, 2, 4, 7, 11, 16, 22], "n"))
    1/2 n^2 + 1/2 n + 1
    """
    total, basis, row = number(0), number(1), list(values)
    for degree in range(_MOST_DEGREE + 1):
        total += basis.scaled(row[0])
        row = [after - before for before, after in pairwise(row)]
        if not any(row):
            return total
        basis = basis * (size(name) - number(degree)) * number(Fraction(1, degree + 1))
    return None


def _reason(task: Task, quantity: str, values: Sequence[int]) -> str:
    """Why the counts go on as they begin, for a definition of two equations: a first item, and each from the last.

    With one application around the item before, item t has depth and work one more than item t - 1.
    """
    form = recurrence_of(task.definition.body, task.setting.length)
    if form is None or form.step.named:
        return ""
    args = form.step.args
    inner = [arg for arg in args if any(isinstance(node, s.Call) for node in s.walk(arg))]
    uses = sum(node == form.before for arg in args for node in s.walk(arg))
    own = sum(isinstance(node, s.Item) and node.base == s.Name(form.name) for arg in args for node in s.walk(arg))
    if form.before in args and uses == own == 1 and not inner and values[0] == 1:
        what = "longer chain" if quantity == "depth" else "further application"
        return f"each item is one application of the item before, so that each step makes one {what}"
    return ""
