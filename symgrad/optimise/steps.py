"""What was done to a program, in sentences: for people, and for worked solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.algebra.terms import Kind, Poly
from symgrad.language.program import Expr
from symgrad.language.write import write_expr
from symgrad.optimise.writing import Writer

if TYPE_CHECKING:
    from symgrad.optimise.candidate import Candidate
    from symgrad.optimise.facts import Fact
    from symgrad.optimise.lines import Line

FACT, INSERTED, ZERO, SCALED, SUMMED = "fact", "inserted", "zero", "scaled", "summed"
COMPUTED, WRITTEN = "computed once", "written"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        kind: one of `fact`, `inserted`, `zero`, `scaled`, `summed`, `computed once`, `written`.
        sentence: what was done, in words.
        left: with `right`, an equation that the step states or uses; None if it has none.
        right: see `left`.
    """

    kind: str
    sentence: str
    left: Expr | None = None
    right: Expr | None = None

    def __str__(self) -> str:
        return self.sentence

    def to_json(self) -> dict[str, str]:
        """The step for JSON."""
        sides = {"left": self.left, "right": self.right}
        written = {name: write_expr(side) for name, side in sides.items() if side is not None}
        return {"kind": self.kind, "sentence": self.sentence, **written}


def steps(found: Candidate) -> Iterator[Step]:
    """The steps to a candidate: facts, what was put into what, what is computed once, what is written."""
    for fact in found.facts:
        yield _fact(found, fact)
    model = found.emitter.model
    kept = {value.name for value in found.values}
    outputs = model.program.outputs
    multiples = {value.multiple_of: value.name for value in found.values if value.multiple_of}
    for name in model.adjoints:
        if name in kept:
            continue
        if name in multiples:
            yield Step(SCALED, f"A factor that all who read {name} have is put into it: {multiples[name]}.")
        elif name in outputs:
            yield Step(ZERO, f"{name} is 0: nothing is added to it.")
        elif name in found.zero:
            yield Step(ZERO, f"{name} turns out to be 0 and is left out.")
        else:
            yield Step(INSERTED, f"What {name} is equal to is put in where it is read.")
    yield from (_line(line) for line in found.lines)


def _fact(found: Candidate, fact: Fact) -> Step:
    ring, letters = found.emitter.model.ring, found.emitter.letters
    pattern: Poly = {fact.pattern: 1}
    names = letters.named(sorted(ring.free(pattern)))
    writer = Writer(ring, letters, names)
    left, right = writer.plain(pattern).expr, writer.plain(fact.value).expr
    source = _source(found, fact.source)
    is_sum = ring.generators[fact.number].kind is Kind.SUM
    words = f"follows from {source}" if is_sum else f"is {source} solved for it"
    return Step(FACT, f"{write_expr(left)} = {write_expr(right)}: this {words}.", left, right)


def _source(found: Candidate, name: str) -> str:
    if not name:
        return "what is declared"
    if name in found.emitter.model.parts and name not in found.emitter.model.whole.tensor_named:
        return f"the part {name} of the forward pass"
    return f"the definition of {name}"


def _line(line: Line) -> Step:
    cell, value = write_expr(line.target), write_expr(line.value)
    if not line.temporary:
        return Step(WRITTEN, f"{cell} += {value}" if line.sign else f"{cell} = {value}", line.target, line.value)
    bound = [name for name in line.indices if name not in write_indices(line)]
    if line.sign:
        text = f"{cell} sums {value} over {', '.join(bound)}" if bound else f"{cell} adds {value}"
        return Step(SUMMED, f"{text}.", line.target, line.value)
    note = f", which {line.note}" if line.note else ""
    return Step(COMPUTED, f"{cell} = {value}{note}.", line.target, line.value)


def write_indices(line: Line) -> set[str]:
    """The indices of a line's target."""
    return {write_expr(subscript) for subscript in line.target.subscripts}
