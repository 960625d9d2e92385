"""Relations between two sides, and inequalities that may be cited without being proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symgrad.language.build import add, neg
from symgrad.language.program import Expr

RELATIONS = {
    **{op: op for op in ("=", ">=", "<=", ">", "<")},
    **{"≥": ">=", "≤": "<=", "⩾": ">=", "⩽": "<="},
}
"""The spellings of relations between the sides of a claim."""


@dataclass(frozen=True)
class Fact:
    """A relation that may be used; `text` is how it was written."""

    left: Expr
    relation: str
    right: Expr
    text: str

    @property
    def is_strict(self) -> bool:
        """Whether the sides are said to differ."""
        return RELATIONS[self.relation] in (">", "<")

    @property
    def nonnegative(self) -> Expr:
        """What the fact says is not negative: the greater side minus the smaller one."""
        turned = RELATIONS[self.relation] in ("<=", "<")
        left, right = (self.right, self.left) if turned else (self.left, self.right)
        return add(left, neg(right))


def composed(relations: Iterable[str]) -> str:
    """The relation of the first side of a chain to the last one; "" where its signs do not go together.

    >>> composed([">=", "=", ">"]), composed(["=", "="]), composed([">=", "<="])
    ('>', '=', '')
    """
    found = {RELATIONS[relation] for relation in relations} - {"="}
    if not found:
        return "="
    for strict, weak in ((">", ">="), ("<", "<=")):
        if found <= {strict, weak}:
            return strict if strict in found else weak
    return ""
