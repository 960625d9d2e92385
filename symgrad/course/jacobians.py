"""A question about a Jacobian, worked out: its derivation, the program in whose terms answers are read, verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from symgrad.calculus import vjp
from symgrad.calculus.activity import chosen, differentiable, join
from symgrad.calculus.definitions import definition
from symgrad.calculus.explicit import agrees, written_out
from symgrad.calculus.worked_jacobian import Derivation, Jacobian, jacobian_steps, row_times
from symgrad.course.chains import Chain, read_answer_chains
from symgrad.course.claims import Link, prove_after
from symgrad.course.question import defined
from symgrad.errors import UsageError
from symgrad.evidence import Verdict
from symgrad.evidence.expressions import read_side
from symgrad.language.build import loop, map_expr, mul
from symgrad.language.dependence import output_names
from symgrad.language.program import Define, Expr, Index, Program, Range, Reduce, Ref, Role, Tensor
from symgrad.language.walk import written
from symgrad.language.write import write_expr
from symgrad.language.writing.vectors import write_vectors


def question_of(
    forward: Program, *, of: str, wrt: str, name: str, row: str, define: str, aliases: Mapping[str, str]
) -> Question:
    """Work out a question.

    Args:
        forward: the forward program.
        of: the tensor that is differentiated; "" for the only output.
        wrt: the tensor by whose cells; "" for the only input.
        name: what answers may call the Jacobian.
        row: a row vector that it is multiplied with, such as `y.grad`; "" where the Jacobian itself is asked for.
        define: definitions of further tensors that answers may name.
        aliases: other spellings of tensors.

    Raises:
        UsageError: there is no such Jacobian, or a name is unknown.
        ReadingError, LegalityError: what is wrong with the definitions.
    """
    whole = join(forward)
    of = _single(chosen(whole, of or None, output_names(whole), "an output to differentiate"), "output", "of")
    wrt = _single(chosen(whole, wrt or None, differentiable(whole), "an input to differentiate by"), "input", "wrt")
    backward = vjp(whole, [wrt], [of])
    fresh = tuple(replace(t, role=Role.COMPUTED) if t.role is Role.ACCUMULATOR else t for t in backward.tensors)
    complete = join(replace(backward, tensors=fresh))
    jacobian = jacobian_steps(complete, of, wrt, within=written(whole.body))
    if name in jacobian.program.tensor_named:
        raise UsageError(f"{name} is a tensor of the forward program", hint='give the Jacobian another `name`, as "J"')
    context = _with_name(jacobian, name)
    if define:
        context = defined(define, context, aliases)
    if row and row not in context.tensor_named:
        known = ", ".join(context.tensor_named)
        raise UsageError(f"there is no tensor {row} to multiply the Jacobian with", hint=f"here are {known}")
    if row and context.tensor_named[row].axes != whole.tensor_named[of].axes:
        raise UsageError(f"{row} is not shaped as {of}", hint="the row has a cell for each row of the Jacobian")
    return Question(name, row, backward, jacobian, context)


def _single(names: tuple[str, ...], what: str, key: str) -> str:
    if len(names) > 1:
        raise UsageError(f"the program has more than one {what}: {', '.join(names)}", hint=f"name one with `{key}`")
    return names[0]


def _with_name(jacobian: Jacobian, name: str) -> Program:
    """The program with the Jacobian under the name that answers use."""
    program, cell = jacobian.program, jacobian.parts[-1].cell
    tensor = Tensor(name, program.tensor_named[cell.name].axes, Role.COMPUTED)
    ranges = tuple(Range(index) for index in jacobian.letters)
    body = (*program.body, loop(ranges, Define(Ref(name, cell.subscripts), cell)))
    return replace(program, tensors=(*program.tensors, tensor), body=body)


@dataclass(frozen=True)
class Target:
    """What an answer may end in.

    Attributes:
        value: as an expression.
        cell: how it is shown.
        letters: its indices.
        names: tensors whose cells it is, by which an answer may name its indices.
    """

    value: Expr
    cell: Ref
    letters: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Question:
    """What is asked: the Jacobian `name`, or the row vector `row` times it.

    Attributes:
        name: what the Jacobian is called.
        row: the row vector's name, or "".
        backward: the backward program, by reverse mode.
        jacobian: the derivation.
        context: the complete program in whose terms answers are read.
    """

    name: str
    row: str
    backward: Program
    jacobian: Jacobian
    context: Program

    @cached_property
    def cell(self) -> Ref:
        """The Jacobian's cell under its name."""
        return Ref(self.name, tuple(map(Index, self.jacobian.letters)))

    @cached_property
    def product(self) -> Derivation:
        """The row vector times the Jacobian, step by step."""
        return row_times(self.jacobian, self.row)

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """Everything that is derived, in order."""
        return (*self.jacobian.parts, self.product) if self.row else self.jacobian.parts

    @property
    def targets(self) -> tuple[Target, ...]:
        """What an answer may end in: the row vector times the Jacobian, if there is one; the Jacobian itself."""
        names = frozenset((self.name, self.jacobian.cell.name))
        whole = Target(self.cell, self.cell, self.jacobian.letters, names)
        if not self.row:
            return (whole,)
        letters = tuple(s.name for s in self.product.cell.subscripts if isinstance(s, Index))
        rows = self.cell.subscripts[: len(self.cell.subscripts) - len(letters)]
        ranges = tuple(Range(index.name) for index in rows if isinstance(index, Index))
        total = Reduce("sum", ranges, mul(Ref(self.row, rows), self.cell))
        reverse = Ref(self.backward.outputs[0], tuple(map(Index, letters)))
        return Target(total, reverse, letters, frozenset(self.backward.outputs)), whole

    @property
    def asked(self) -> Target:
        """What is asked for."""
        return self.targets[0]

    @property
    def value(self) -> Expr:
        """The last expression that was derived."""
        return self.derivations[-1].value

    @property
    def introduction(self) -> str:
        """What is done, in words."""
        by = f"{self.jacobian.wrt}[{', '.join(self.jacobian.letters[-self._columns :])}]"
        cell = self.shown(self.cell)
        of = f"{self.jacobian.of}[{', '.join(self.jacobian.letters[: -self._columns])}]"
        return (
            f"`{cell}` is the derivative of `{of}` by `{by}`. Each statement on the way is differentiated by `{by}`; "
            "an indicator such as `1[i = j]` is 1 where its two indices are equal, and 0 elsewhere."
        )

    @property
    def _columns(self) -> int:
        return len(self.context.tensor_named[self.jacobian.wrt].axes)

    # What is derived, with its proofs.

    def shown(self, expr: Expr) -> str:
        """The text of an expression, with derivatives as people write them."""
        return write_expr(self._displayed(expr), functions=self.context.functions)

    def _displayed(self, expr: Expr) -> Expr:
        if isinstance(expr, Ref) and expr.name == self.jacobian.cell.name:
            return Ref(self.name, expr.subscripts)
        if isinstance(expr, Ref) and expr.name.startswith("∂"):
            source, _, by = expr.name[1:].partition("/∂")
            ahead = len(self.context.tensor_named[source].axes)
            name = f"∂{write_expr(Ref(source, expr.subscripts[:ahead]))}/∂{by}"
            return Ref(name, expr.subscripts[ahead:])
        return map_expr(expr, self._displayed)

    def proved_steps(self, derivation: Derivation) -> Iterator[tuple[str, tuple[Link, ...]]]:
        """The chain of a derivation, each link with its verdict."""
        values: list[tuple[Expr, str]] = [(step.value, step.reason) for step in derivation.steps]
        if derivation.cell.name:
            source = derivation.cell.name[1:].partition("/")[0]
            known = definition(self.context, source, self.jacobian.algebra.scope)
            told = ""
            if known is not None:
                cell = Ref(source, tuple(map(Index, known.indices)))
                told = f"the derivative of {write_expr(cell)} = {write_expr(known.value)}"
            values = [(derivation.cell, ""), (values[0][0], told), *values[1:]]
        links = []
        for (left, _), (right, reason) in pairwise(values):
            verdict = prove_after(left, right, self.context)
            said = reason.replace(self.jacobian.cell.name, self.name)
            links.append(Link(self.shown(left), self.shown(right), said, verdict))
        if links:
            yield "", tuple(links)

    def in_vectors(self) -> list[tuple[str, str]]:
        """What is asked for and its forms without indices, as pairs of sides."""
        whole = write_vectors(self.jacobian.value, self.jacobian.letters)
        pairs = [(self.name, whole)] if whole is not None else []
        if self.row:
            texts = dict.fromkeys(write_vectors(step.value, self.asked.letters) for step in self.product.steps[1:])
            pairs += pairwise([f"{self.row} {self.name}", *(text for text in texts if text is not None)])
        return pairs

    def vector_chains(self) -> tuple[tuple[Link, ...], ...]:
        """The same as chains, read back from their texts and proved."""
        chains: list[list[Link]] = []
        for left, right in self.in_vectors():
            first, own = read_side(left, self.context)
            second, own = read_side(right, own)
            link = Link(left, right, "", prove_after(first, second, own))
            if chains and chains[-1][-1].right == left:
                chains[-1].append(link)
            else:
                chains.append([link])
        return tuple(map(tuple, chains))

    @property
    def about_vectors(self) -> str:
        """What the notation means, in words."""
        return (
            "`a * b` is the product cell by cell, `a · b` the sum of these products, `a b^T` the matrix of all "
            "products, and `diag(a)` the matrix with `a` on its diagonal."
        )

    def results(self) -> list[str]:
        """What was derived: the last expression, and its last form without indices."""
        last = self.derivations[-len(self.targets) :]
        pairs = zip(self.targets[::-1], last, strict=True)
        lines = [f"{self.shown(target.value)} = {self.shown(derivation.value)}" for target, derivation in pairs]
        forms = {self.name: "", f"{self.row} {self.name}": ""}
        for left, right in self.in_vectors():
            forms[self.name if left == self.name else f"{self.row} {self.name}"] = right
        return lines + [f"{left} = {right}" for left, right in forms.items() if right]

    def explicit(self, size: int) -> tuple[list[str], str, bool]:
        """The rows of the matrix where every size has this value, these sizes in words, and whether SymPy agrees."""
        from symgrad.language.sympy_bridge import from_sympy

        free = [s.name for s in self.context.sizes if s.definition is None]
        sizes = dict.fromkeys(free, size)
        matrix = written_out(self.jacobian, sizes)
        algebra = self.jacobian.algebra

        def text(entry: Any) -> str:
            return write_expr(algebra.to_expr(algebra.terms(from_sympy(entry))))

        texts = [[text(entry) for entry in matrix.row(at)] for at in range(matrix.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        rows = ["[ " + "   ".join(f"{t:<{w}}" for t, w in zip(row, widths, strict=True)) + " ]" for row in texts]
        return rows, ", ".join(f"{name} = {size}" for name in free), agrees(self.jacobian, matrix, sizes)

    @property
    def audit_text(self) -> str:
        """The equation of the audit."""
        return f"{self.shown(self._by_reverse[0])} = {self.shown(self._by_reverse[1])}"

    @property
    def _by_reverse(self) -> tuple[Expr, Expr]:
        rows = self.cell.subscripts[: len(self.cell.subscripts) - self._columns]
        ranges = tuple(Range(index.name) for index in rows if isinstance(index, Index))
        total = mul(Ref(f"{self.jacobian.of}.grad", rows), self.cell)
        left = Reduce("sum", ranges, total) if ranges else total
        return left, Ref(self.backward.outputs[0], self.cell.subscripts[len(rows) :])

    def audit(self) -> Verdict:
        """Forward mode against reverse mode: y.grad times the Jacobian is what the backward program adds to x.grad."""
        return prove_after(*self._by_reverse, self.context)

    # Answers.

    def read(self, text: str, aliases: Mapping[str, str]) -> tuple[Chain, ...]:
        """The equations of an answer; kept, since a file's texts are read when it is loaded and when it is judged.

        Raises ReadingError and LegalityError, as `read_answer_chains`.
        """
        if text not in self._read:
            self._read[text] = read_answer_chains(text, self.context, aliases, alone=True)
        return self._read[text]

    @cached_property
    def _read(self) -> dict[str, tuple[Chain, ...]]:
        return {}
