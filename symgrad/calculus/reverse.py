"""Reverse mode: from a program to the backward program that adds to its inputs' gradients.

The rule of the course: every single += of the forward loops is treated on its own. For each
occurrence X[g] in `for ...: T[f] += value` the backward program has one statement

    for ...: X.grad[g] += T.grad[f] * (d value / d X[g])

and the statements stand in reverse order. Loops that read what they write (time loops) keep their
nesting and run the other way round. (TTIC 31230 Backpropagation Problems, 2019, problems 1 to 4.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symgrad.calculus.activity import active, chosen, differentiable, join
from symgrad.calculus.adjoints import backward_program, batch_factor
from symgrad.calculus.length import check_length
from symgrad.calculus.occurrences import Contribution, Occurrences
from symgrad.calculus.product import product
from symgrad.calculus.scope import Scope, suffix_for, suffixed
from symgrad.language.build import ZERO, accumulate, loop, number
from symgrad.language.dependence import carried_indices, has_internal_reads, output_names
from symgrad.language.program import Expr, Loop, Node, Program, Range, Role, Statement, Update
from symgrad.language.walk import values_read, walk_statements, written


def vjp(
    program: Program,
    wrt: Sequence[str] | str | None = None,
    of: Sequence[str] | str | None = None,
    average: str | None = None,
) -> Program:
    """The backward program: reverse-mode differentiation of a legal program.

    Args:
        program: any legal program; a derived one too, which is differentiated together with the
            program whose tensors it uses.
        wrt: the tensors whose gradients are wanted; by default all inputs and params.
        of: the tensors whose gradients are given, of the same shape; by default the outputs.
        average: a batch index; gradients of params are divided by its size.

    Returns:
        A program whose tensors `x.grad` have the shape of `x`. The gradients asked for start at
        whatever they hold and are added to, those in between start at zero. It reads the forward
        program's tensors by name; that program is its `forward`.

    Raises:
        UsageError: a name the program does not have, or nothing to differentiate.
    """
    forward = join(program)
    asked = chosen(forward, wrt, differentiable(forward), "an input to differentiate by")
    given = chosen(forward, of, output_names(forward), "an output to differentiate")
    through = active(forward, asked, given)
    check_length(forward, through)
    sweep = _Sweep(forward, through, batch_factor(forward, average))
    body = tuple(sweep.reverse(forward.body))
    while unreached := sweep.unreached(body, given):
        sweep.leave_out(unreached)
        body = tuple(sweep.reverse(forward.body))
    if wrt is None:  # an output whose given slice nothing reads: its gradient is the given one
        added_to = written(body)
        asked = tuple(n for n in asked if n not in given or n + sweep.suffix in added_to) or asked
    return backward_program(forward, body, sweep.scope.indices, sweep.suffix, asked=asked, given=given)


Ranges = tuple[Range, ...]


class _Sweep:
    """The reverse sweep over one program's nodes."""

    def __init__(self, program: Program, through: frozenset[str], per_param: Expr) -> None:
        self.program = program
        self.suffix = suffix_for(program, "grad")
        self.scope = Scope(program)
        self.through = through
        self._adjoints = {name + self.suffix for name in through}
        self.per_param = per_param
        self.occurrences = Occurrences(through, self.scope)

    def unreached(self, body: tuple[Node, ...], given: Sequence[str]) -> frozenset[str]:
        """The computed tensors whose adjoints are read, though they are not given and nothing adds to them.

        There are some where a derivative is literally zero, as that of x^0, and what only they add
        to is left out with them.
        """
        writers = dict.fromkeys(self.through & written(self.program.body) - set(given), 0)
        added: dict[str, list[str]] = {}  # to each tensor whose adjoint is read: those whose adjoints it adds to
        for _, statement in walk_statements(body):
            name = statement.target.name.removesuffix(self.suffix)
            if name in writers:
                for upstream in values_read(statement.value) & self._adjoints:
                    writers[name] += 1
                    added.setdefault(upstream.removesuffix(self.suffix), []).append(name)
        pending = [name for name, count in writers.items() if not count]
        found = set(pending)
        while pending:
            for name in added.get(pending.pop(), ()):
                writers[name] -= 1
                if not writers[name] and name not in found:
                    found.add(name)
                    pending.append(name)
        return frozenset(found)

    def leave_out(self, names: frozenset[str]) -> None:
        """Let the sweep not pass through these tensors."""
        self.through -= names
        self.occurrences = Occurrences(self.through, self.scope)

    def reverse(self, nodes: Sequence[Node], around: Ranges = ()) -> Iterator[Node]:
        """The backward nodes of nodes that run one after the other inside the loops around them."""
        for node in reversed(nodes):
            if isinstance(node, Loop) and has_internal_reads(node):
                body = tuple(self.reverse(node.body, around + node.ranges))
                if body:
                    yield loop(_turned(node), *body)
            else:
                for ranges, statement in reversed(list(walk_statements((node,)))):
                    for extra, backward in self.pull_back(statement, around + ranges):
                        yield loop(ranges + extra, backward)

    def pull_back(
        self, statement: Statement, loops: tuple[Range, ...]
    ) -> Iterator[tuple[tuple[Range, ...], Statement]]:
        """One backward statement, with the loops it needs besides its own, for each occurrence."""
        sign = statement.sign if isinstance(statement, Update) else 1
        upstream = suffixed(statement.target, self.suffix)
        for found in self.occurrences.of(statement, loops):
            value = product(number(sign), self.weight(found), upstream, found.derivative)
            if value != ZERO:
                yield found.ranges, accumulate(suffixed(found.ref, self.suffix), value, statement.place)

    def weight(self, found: Contribution) -> Expr:
        """1/B for a param whose gradient is averaged over the batch, else 1."""
        tensor = self.program.tensor_named[found.ref.name]
        return self.per_param if tensor.role is Role.PARAM else number(1)


def _turned(node: Loop) -> Ranges:
    """The loop's ranges, the other way round where its steps depend on one another."""
    carried = carried_indices((node,))
    return tuple(replace(r, descending=not r.descending) if r.index in carried else r for r in node.ranges)
