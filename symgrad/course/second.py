"""Second derivatives the right way: the backward program is differentiated as any other program is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from symgrad.calculus import hvp, vjp
from symgrad.calculus.activity import chosen, differentiable, join
from symgrad.course.claims import Link, prove_after, related
from symgrad.course.equations import read_chains
from symgrad.course.problem import Setting
from symgrad.errors import UsageError
from symgrad.language.build import loop, number
from symgrad.language.dependence import output_names
from symgrad.language.program import Define, Index, Number, Program, Range, Ref, Role
from symgrad.language.read import read_program
from symgrad.language.write import write_expr, write_program

if TYPE_CHECKING:
    from symgrad.evidence.chain_text import ChainText


def second_of(table: Mapping[str, Any], setting: Setting) -> Second:
    """What a table `second` of a problem file says, kept; errors come when its program is asked for."""
    wrt = table.get("wrt", ())
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    texts = (table.get("forward", ""), table.get("text", ""), table.get("equations", ""))
    return _kept(setting.forward, tuple(sorted(setting.aliases.items())), names, texts)


@lru_cache(maxsize=64)
def _kept(
    forward: Program, aliases: tuple[tuple[str, str], ...], wrt: tuple[str, ...], texts: tuple[str, str, str]
) -> Second:
    return Second(forward, aliases, texts[0], wrt, *texts[1:])


@dataclass(frozen=True)
class Second:
    """A program, and equations about its second derivatives.

    Attributes:
        shared: the problem's forward program.
        spellings: other spellings of tensors.
        own: a forward program of its own, as text; "" for the problem's.
        wrt: the tensors by which it is differentiated twice; all inputs where none is named.
        text: words about it.
        equations: what holds after the differentiated backward program.
    """

    shared: Program
    spellings: tuple[tuple[str, str], ...]
    own: str
    wrt: tuple[str, ...]
    text: str
    equations: str

    @cached_property
    def forward(self) -> Program:
        """The program that is differentiated."""
        return join(read_program(self.own)) if self.own else join(self.shared)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The tensors by which it is differentiated."""
        return chosen(self.forward, self.wrt or None, differentiable(self.forward), "an input to differentiate by")

    @property
    def introduction(self) -> str:
        """What is done, in words."""
        names = ", ".join(f"`{name}.grad`" for name in self.names)
        tangents = ", ".join(f"`{name}.dot`" for name in self.names)
        return (
            f"The backward program computes {names}, with the gradient of the output 1. Its derivative along "
            f"{tangents} is found statement by statement, as that of any program:"
        )

    @cached_property
    def along(self) -> Program:
        """The tangent of the backward program."""
        return hvp(self.forward, self.names)

    def listing(self) -> str:
        """The statements of the differentiated backward program."""
        return write_program(self.along, declarations=False).rstrip()

    @cached_property
    def context(self) -> Program:
        """The forward program, its backward program, the tangent of that, and the backward program of that."""
        whole = join(self.along)
        assert self.along.forward is not None
        twice = vjp(_backward(self.forward, self.names), self.names, tuple(f"{name}.grad" for name in self.names))
        known = whole.tensor_named
        added = tuple(t for t in twice.tensors if t.name not in known)
        whole = replace(
            whole,
            indices=(*whole.indices, *(i for i in twice.indices if i.name not in whole.index_named)),
            tensors=(*whole.tensors, *added),
            body=(*whole.body, *twice.body),
        )
        return _started(whole, self.forward, self.names)

    @cached_property
    def equated(self) -> tuple[ChainText, ...]:
        """The equations, read. Raises ReadingError and LegalityError."""
        return read_chains(self.equations, self.context, dict(self.spellings))

    def chains(self) -> Iterator[tuple[str, tuple[Link, ...]]]:
        """The equations, and that reverse mode used twice gives the same as a tangent of it, each link proved."""
        yield from related(self.equated)
        for name in self.names:
            axes = self.context.tensor_named[name].axes
            at = tuple(Index(axis.label) for axis in axes)
            twice, along = Ref(f"{name}.grad2", at), Ref(f"{name}.grad.dot", at)
            reason = "reverse mode used twice gives the same"
            yield "", (Link(write_expr(along), write_expr(twice), reason, prove_after(along, twice, self.context)),)


def _backward(forward: Program, names: tuple[str, ...]) -> Program:
    return vjp(forward, names)


def _started(whole: Program, forward: Program, names: tuple[str, ...]) -> Program:
    """The program with gradients of outputs 1, those of inputs from 0 on, and both second sweeps along one tangent."""
    outputs = output_names(forward)
    starts: list[tuple[str, Number | Ref]] = []
    for name in outputs:
        if forward.tensor_named[name].axes:
            raise UsageError(f"{name} is no scalar", hint="second derivatives are of a scalar output")
        starts.append((f"{name}.grad", number(1)))
    taken = {name for name, _ in starts} | {f"{name}.grad.grad2" for name in names}
    tensors = tuple(
        replace(t, role=Role.COMPUTED) if t.role is Role.ACCUMULATOR or t.name in taken else t for t in whole.tensors
    )
    body = [Define(Ref(name), value) for name, value in starts]
    nodes = list(whole.body)
    for name in names:
        at = tuple(Index(axis.label) for axis in forward.tensor_named[name].axes)
        define = Define(Ref(f"{name}.grad.grad2", at), Ref(f"{name}.dot", at))
        nodes.insert(0, loop(tuple(Range(index.name) for index in at), define))
    return replace(whole, tensors=tensors, body=(*body, *nodes), outputs=())
