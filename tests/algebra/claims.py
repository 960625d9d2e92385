"""Every form, pair and identity, right and wrong, as a claim of two complete programs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from symgrad.algebra.compare import Outcome, compare_expressions, compare_programs
from symgrad.calculus import vjp
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.expressions import read_equation
from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.algebra.transformations import Claim
from tests.forms.edits import Edit
from tests.identities import IDENTITIES, Identity
from tests.second_forms import FORMS, FORWARD_PAIRS, Form, ForwardPair
from tests.test_second_forms import backward_of, context_of, first_of, forward_of, read_edited


@dataclass(frozen=True)
class Listed:
    """A claim of the lists; `edit` is what is wrong with it, None where it is right."""

    about: Form | ForwardPair | Identity
    edit: Edit | None = None

    @property
    def right(self) -> bool:
        """Whether both sides are equal."""
        return self.about.true if isinstance(self.about, Identity) else self.edit is None

    @property
    def text(self) -> str:
        """The text of what it is about, declarations too."""
        match self.about:
            case Form():
                return self.about.case.text + self.about.text
            case ForwardPair():
                return self.about.first + self.about.second
        return self.about.declarations + self.about.left + self.about.right

    def __str__(self) -> str:
        return f"{type(self.about).__name__} {self.about}" + (f" ({self.edit})" if self.edit else "")


@cache
def claim_of(listed: Listed) -> Claim:
    """The programs of a claim."""
    about, edit = listed.about, listed.edit
    match about:
        case Form():
            backward = read_edited(about.edited(edit), edit, forward_of(about)) if edit else backward_of(about)
            return _claim(backward, _derived(about), forward_of(about))
        case ForwardPair():
            second = read_edited(about.edited(edit), edit) if edit else read_program(about.second)
            return _claim(first_of(about), second, tensors=about.tensors)
    equation = read_equation(about.left, about.right, context_of(about.declarations))
    return Claim(*equation.programs(), (equation.name,))


@cache
def _derived(form: Form) -> Program:
    return vjp(forward_of(form), wrt=form.wrt, average=form.case.average)


def _claim(a: Program, b: Program, forward: Program | None = None, tensors: tuple[str, ...] | None = None) -> Claim:
    claim = equal_programs(a, b, forward, tensors)
    assert not claim.mismatch
    return Claim(claim.left, claim.right, claim.tensors)


def _all() -> list[Listed]:
    forms = [form for form in FORMS if not form.labels and len(form.text) < 2000]
    edited: list[Form | ForwardPair] = [*forms, *FORWARD_PAIRS]
    found = [Listed(about, edit) for about in edited for edit in (None, *about.wrong)]
    return found + [Listed(identity) for identity in IDENTITIES]


LISTED = _all()
"""All claims but those of very long programs and of integer tensors."""


def outcome_of(claim: Claim, budget: float = 2.0) -> Outcome:
    """What the normal form says of a claim."""
    return compare_programs(claim.left, claim.right, claim.tensors, budget=budget)


def said_of(declarations: str, equation: str, budget: float = 2.0) -> Outcome:
    """What the normal form alone says of an equation `left == right` after declarations and statements."""
    left, _, right = equation.partition(" == ")
    found = read_equation(left, right, read_program(declarations, check=False))
    return compare_expressions(found.left, found.right, found.context, budget=budget)
