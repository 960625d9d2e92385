"""Relations between two sides, and inequalities that may be cited without being proved."""

from __future__ import annotations

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
    def nonnegative(self) -> Expr:
        """What the fact says is not negative: the greater side minus the smaller one."""
        turned = RELATIONS[self.relation] in ("<=", "<")
        left, right = (self.right, self.left) if turned else (self.left, self.right)
        return add(left, neg(right))
