"""A question about a false equation, worked out: the difference of its sides, the smallest functions that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, product

from symgrad.calculus.activity import join
from symgrad.calculus.definitions import Definition, definition, put_in
from symgrad.calculus.terms import Algebra, Term
from symgrad.course.chains import Chain, names_behind, read_answer_chains
from symgrad.course.claims import PROVED, REFUTED, Link, prove_after
from symgrad.course.question import defined, kept
from symgrad.errors import UsageError
from symgrad.evidence import Verdict, Witness
from symgrad.evidence.expressions import equation_of
from symgrad.evidence.smallest import smallest_refutation
from symgrad.language.build import ZERO, add, map_expr, neg
from symgrad.language.program import Call, Expr, Program, Ref, Role
from symgrad.language.reading.vocabulary import Vocabulary
from symgrad.language.walk import walk_expr, written
from symgrad.language.write import write_expr

_DEPTH = 40
"""How often definitions are put into one another."""


def refutation_of(forward: Program, *, claim: str, define: str, aliases: Mapping[str, str]) -> Refutation:
    """Work out a question.

    Args:
        forward: the forward program.
        claim: the false equation, `left = right`.
        define: definitions of further tensors that the claim and answers may name.
        aliases: other spellings of tensors.

    Raises:
        UsageError: the claim is no single equation.
        ReadingError, LegalityError: what is wrong with the texts.
    """
    context = join(forward)
    made: frozenset[str] = frozenset()
    if define:
        whole = defined(define, context, aliases)
        made = frozenset(written(whole.body) - written(context.body))
        context = whole
    chains = read_answer_chains(claim, context, aliases)
    if len(chains) != 1 or [side.sign for side in chains[0].sides] != ["", "="]:
        raise UsageError("the claim is one equation", hint="write `left = right`")
    return Refutation(forward, context, chains[0], made, tuple(sorted(aliases.items())))


@dataclass(frozen=True)
class Refutation:
    """What is asked: to show that an equation is false.

    Attributes:
        forward: the forward program.
        context: the complete program in whose terms answers are read.
        claim: the equation, with the program that it brings along.
        made: the tensors that the problem defines beside the forward program.
        spellings: other spellings of tensors.
    """

    forward: Program
    context: Program
    claim: Chain
    made: frozenset[str]
    spellings: tuple[tuple[str, str], ...]

    @property
    def left(self) -> Expr:
        """The claim's left side."""
        return self.claim.sides[0].expr

    @property
    def right(self) -> Expr:
        """The claim's right side."""
        return self.claim.sides[1].expr

    @property
    def given(self) -> frozenset[str]:
        """What the forward program is given."""
        return frozenset(t.name for t in join(self.forward).tensors if t.given and t.role is not Role.INTEGER)

    # What is derived.

    @cached_property
    def verdict(self) -> Verdict:
        """What is known of the claim."""
        return prove_after(self.left, self.right, self.claim.context)

    @cached_property
    def algebra(self) -> Algebra:
        """What rearranges the sides."""
        return Algebra(self.claim.context)

    def written_out(self, expr: Expr) -> list[Term]:
        """The terms of a side in derivatives of the functions and tensors of the forward program."""
        program = self.claim.context
        names = {t.name for t in program.tensors if t.name.startswith("∂") or t.name in self.made}
        known: dict[str, Definition] = {}
        for name in names:
            found = definition(program, name, self.algebra.scope)
            if found is not None:
                known[name] = found
        for _ in range(_DEPTH):
            if not any(isinstance(part, Ref) and part.name in known for part in walk_expr(expr)):
                break
            expr = put_in(expr, known, self.algebra.scope)
        return [replace(term, powers=tuple(sorted(term.powers, key=self._order))) for term in self.algebra.terms(expr)]

    def _order(self, factor: tuple[Expr, object]) -> int:
        """Where a factor stands in a product: functions in the order of their declarations, behind what has none."""
        names = [function.name for function in self.context.functions]
        base = factor[0]
        return names.index(base.function) + 1 if isinstance(base, Call) and base.function in names else 0

    @cached_property
    def sides(self) -> tuple[list[Term], list[Term]]:
        """The terms of both sides."""
        return self.written_out(self.left), self.written_out(self.right)

    @cached_property
    def difference(self) -> Expr:
        """The left side without the right one, term by term."""
        return self.algebra.to_expr(self.written_out(add(self.left, neg(self.right))))

    @property
    def difference_text(self) -> str:
        """The difference as it is written."""
        left, right = (side.text for side in self.claim.sides)
        simple = isinstance(self.right, Ref | Call)
        return f"{left} - {right}" if simple else f"{left} - ({right})"

    def links(self) -> tuple[Link, ...]:
        """Both sides and their difference, each with what it was found to be, proved."""
        left, right = (self.algebra.to_expr(terms) for terms in self.sides)
        texts = [side.text for side in self.claim.sides]
        pairs = [
            (texts[0], self.left, left),
            (texts[1], self.right, right),
            (self.difference_text, add(self.left, neg(self.right)), self.difference),
        ]
        return tuple(
            Link(text, self.shown(found), "", prove_after(side, found, self.claim.context))
            for text, side, found in pairs
        )

    def missing(self) -> tuple[list[str], list[str], list[str]]:
        """Terms that the left side has alone, that the right side has alone, and that both have, not as often."""
        left, right = ({term.key: term for term in terms} for terms in self.sides)
        alone = [left[key] for key in left if key not in right]
        extra = [right[key] for key in right if key not in left]
        other = [left[key] for key in left if key in right and left[key].coefficient != right[key].coefficient]
        one, two, three = (
            [self.shown(self.algebra.to_expr([term])) for term in terms] for terms in (alone, extra, other)
        )
        return one, two, three

    @cached_property
    def witness(self) -> Witness | None:
        """The smallest functions, and inputs, for which the sides differ."""
        if not self.context.functions:
            return self.verdict.witness
        return smallest_refutation(equation_of(self.left, self.right, self.claim.context))

    def shown(self, expr: Expr) -> str:
        """The text of an expression; functions at their own point are written without it: f_y for f_y(y, z)."""
        return write_expr(self._short(expr), functions=self.context.functions)

    def _short(self, expr: Expr) -> Expr:
        if isinstance(expr, Call) and expr.function in self._points and expr.args == self._points[expr.function]:
            name = write_expr(expr, functions=self.context.functions).partition("(")[0]
            return Ref(name)
        return map_expr(expr, self._short)

    @cached_property
    def _points(self) -> dict[str, tuple[Expr, ...]]:
        """The arguments at which each function is taken, where these are scalars alone."""
        vocabulary = Vocabulary(self.context)
        found = {}
        for function in self.context.functions:
            point = vocabulary.point(function.name)
            if point is not None and all(isinstance(arg, Ref) for arg in point):
                found[function.name] = point
        return found

    def at_points(self) -> str:
        """What functions without arguments mean, in words."""
        said = []
        for function in self.context.functions:
            point = self._points.get(function.name)
            if point is not None:
                said.append(f"`{function.name}` at `({', '.join(map(write_expr, point))})`")
        return f"Functions and their derivatives are taken at their own points: {', '.join(said)}." if said else ""

    # Answers that are derivations.

    def read(self, text: str) -> tuple[Chain, ...]:
        """The equations of an answer. Raises ReadingError and LegalityError."""
        if text not in self._read:
            self._read[text] = read_answer_chains(text, self.context, dict(self.spellings))
        return self._read[text]

    @cached_property
    def _read(self) -> dict[str, tuple[Chain, ...]]:
        return {}

    def judged_chains(self, chains: Sequence[Chain]) -> Verdict:
        """Whether a derivation holds, and shows that the claim is false."""
        assumptions: dict[str, None] = {}
        for chain in chains:
            for left, right in zip(chain.sides, chain.sides[1:], strict=False):
                verdict = prove_after(left.expr, right.expr, chain.context)
                wanted = REFUTED if right.sign == "≠" else PROVED
                where = f"line {right.place.line}: `{left.text}` and `{right.text}`"
                if verdict.status != wanted:
                    said = {PROVED: "are equal", REFUTED: "differ"}.get(verdict.status, "could not be compared")
                    status = REFUTED if verdict.status in (PROVED, REFUTED) else verdict.status
                    reason = "; ".join(words for words in (f"{where} {said}", verdict.reason) if words)
                    return replace(verdict, status=status, reason=reason)
                assumptions |= dict.fromkeys(verdict.assumptions)
        reason = next((words for chain in chains if (words := self._shows(chain))), "")
        if reason:
            return Verdict(PROVED, assumptions=tuple(assumptions), evidence=(reason,))
        claim = " = ".join(side.text for side in self.claim.sides)
        unfolded = next((words for chain in chains if (words := self._unfolds(chain))), "")
        said = f"its equations hold, but they do not show that `{claim}` is false"
        return Verdict(REFUTED, reason="; ".join(words for words in (said, unfolded) if words))

    def _shows(self, chain: Chain) -> str:
        """How a chain shows that the claim is false; "" where it does not."""
        context = chain.context
        for before, after in _parts(chain):
            if after and self._is_derived(context, before, after):
                return "the two sides of the claim are shown to differ"
            told = [side for side in before if self._is_explicit(side, context)]
            rest = [ZERO] if not after else [side for side in after if self._is_explicit(side, context)]
            difference = add(self.left, neg(self.right))
            for one, other in product(told, rest):
                found = add(one, neg(other))
                if self._are_any(context, found, (difference, neg(difference))):
                    nonzero = bool(after) or self._compared(context, one, ZERO).status == REFUTED
                    said = "the difference of the two sides is derived, and it is not 0 for all functions"
                    return said if nonzero else ""
            if told and not after and len(before) > 1:
                for side, other in self._told_sides(context, told[-1]):
                    if self._compared(context, told[-1], other).status == REFUTED and self._asks_for(side):
                        return "one side is derived, and the other one is not equal to it"
        return ""

    def _is_derived(self, context: Program, before: tuple[Expr, ...], after: tuple[Expr, ...]) -> bool:
        """Whether these are the two sides of the claim, of which each that has to be derived is."""
        for side, other in ((self.left, self.right), (self.right, self.left)):
            if self._equal(context, before[0], side) and self._equal(context, after[0], other):
                groups = ((side, before), (other, after))
                wanted = [group for claimed, group in groups if self._asks_for(claimed)]
                return any(self._is_explicit(expr, context) for group in wanted for expr in group)
        return False

    def _told_sides(self, context: Program, expr: Expr) -> Iterator[tuple[Expr, Expr]]:
        """The sides of the claim that an expression is equal to, each with the other side."""
        for side, other in ((self.left, self.right), (self.right, self.left)):
            if self._equal(context, expr, side):
                yield side, other

    def _asks_for(self, side: Expr) -> bool:
        """Whether a side of the claim has to be derived: it has derivatives that are left undone, or no side has."""
        undone = [claimed for claimed in (self.left, self.right) if self._has_undone(claimed)]
        return not undone or side in undone

    def _has_undone(self, side: Expr) -> bool:
        read = names_behind(side, self.claim.context, self.context)
        return bool(self.given & {name.rpartition("/∂")[2] for name in read if name.startswith("∂")})

    def _unfolds(self, chain: Chain) -> str:
        """A sentence on a chain that says only how a side of the claim is defined; "" for other chains."""
        for side, claimed, other in zip((self.left, self.right), self.claim.sides, self.claim.sides[::-1], strict=True):
            explicit = [s.expr for s in chain.sides if self._is_explicit(s.expr, chain.context)]
            if not self._asks_for(side) and any(self._equal(chain.context, expr, side) for expr in explicit):
                return f"this is what {claimed.text} is defined to be; {other.text} has to be worked out"
        return ""

    def _are_any(self, context: Program, one: Expr, others: tuple[Expr, ...]) -> bool:
        return any(self._equal(context, one, other) for other in others)

    def _equal(self, context: Program, one: Expr, side: Expr) -> bool:
        return one == side or bool(self._compared(context, one, side))

    def _compared(self, context: Program, one: Expr, other: Expr) -> Verdict:
        """What is known of two expressions, of which one or both belong to the claim."""
        return prove_after(one, other, _with(context, self.claim.context))

    def _is_explicit(self, expr: Expr, context: Program) -> bool:
        """Whether an expression says what a derivative is: it has none by an input, nor what the file defines."""
        read = names_behind(expr, context, self.context)
        by = {name.rpartition("/∂")[2] for name in read if name.startswith("∂")}
        return not by & self.given and not read & self.made


def _parts(chain: Chain) -> Iterator[tuple[tuple[Expr, ...], tuple[Expr, ...]]]:
    """The sides before and after each sign ≠; all sides and none where there is no such sign."""
    groups: list[list[Expr]] = [[]]
    for side in chain.sides:
        if side.sign == "≠":
            groups.append([])
        groups[-1].append(side.expr)
    if len(groups) == 1:
        yield tuple(groups[0]), ()
    for before, after in pairwise(groups):
        yield tuple(before), tuple(after)


def _with(context: Program, other: Program) -> Program:
    """The program with the statements for derivatives that the other one has beside it."""
    known = context.tensor_named
    added = tuple(t for t in other.tensors if t.name not in known)
    if not added:
        return context
    names = {t.name for t in added}
    body = tuple(kept(other.body, lambda statement: statement.target.name in names))
    indices = tuple(i for i in other.indices if i.name not in context.index_named)
    return replace(
        context,
        indices=(*context.indices, *indices),
        tensors=(*context.tensors, *added),
        body=(*context.body, *body),
    )
