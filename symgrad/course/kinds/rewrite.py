"""Questions that ask to write equations with sums as loops that add, all computed tensors starting at zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from symgrad.calculus.accumulate import Accumulation, accumulated, has_sum
from symgrad.course.checks import check_program, collected
from symgrad.course.claims import REFUTED
from symgrad.course.form import Form
from symgrad.course.judge import judged_program
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.question import concerned, misfits, read_answer
from symgrad.course.solution import Block, Heading, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError, Place
from symgrad.language.program import Define, Node, Program, Range, Update
from symgrad.language.walk import walk_statements, written
from symgrad.language.write import write_expr, write_program, write_statement

if TYPE_CHECKING:
    from symgrad.evidence import Verdict

_WHY = (
    "All computed tensors start at zero, so adding to a cell once is the same as assigning to it. A sum is added up "
    "term by term: its index becomes one more loop around the statement. A tensor is read only when all loops that add "
    "to it have ended."
)


class Rewrite(Kind):
    """The answer is loops of `+=` and `-=` without sums that compute the same as the forward program's equations."""

    words = "asks to rewrite equations"
    uses = frozenset(("statements",))

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if sound and not any(_is_equation(s) for _, s in walk_statements(concerned(part).body)):
            form.say(path, "there is nothing to rewrite: the forward program has neither an equation nor a sum")
        if part.answer:
            collected(form, (*path, "answer"), lambda: _check(part), sound)

    def read(self, part: Part, text: str) -> Program:
        return read_answer(_alone(part), text)

    def judged(self, part: Part, text: str) -> Verdict:
        from symgrad.evidence import Verdict

        asked = _alone(part)
        try:
            program = read_answer(asked, text)
        except LegalityError:  # judged_program says so
            return judged_program(asked, text)
        fault = "" if misfits(program) else _fault(asked.setting.forward, program)[0]
        return Verdict(REFUTED, reason=fault) if fault else judged_program(asked, text)

    def derived(self, part: Part) -> str:
        return _written(accumulated(concerned(part))[0])

    def audited(self, part: Part) -> str:
        return _same(part).status

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        equations = concerned(part)
        loops, records = accumulated(equations)
        yield Heading("Derivation", page.level)
        yield Sentence(_WHY)
        for number, record in enumerate(records, start=1):
            yield from _step(f"Equation {number}" if len(records) > 1 else "The equation", record, equations)
        if len(records) > 1:
            yield Heading("The loops, in the order they are executed", page.level)
            yield Listing(_written(loops))
        yield Sentence(f"They compute the same as the {_equations(equations)}: {page.said(_same(part))}")
        if not part.answer:
            return
        answer = _written(read_answer(_alone(part), part.answer))
        if answer != _written(loops):
            yield Heading("The answer", page.level)
            yield Listing(answer)
            said = page.said(self.judged(part, part.answer))
            yield Sentence(f"It computes the same as the {_equations(equations)}: {said}")


@lru_cache(maxsize=64)
def _alone(part: Part) -> Part:
    """The part with those equations alone that it is about; what others compute is given."""
    return replace(part, setting=replace(part.setting, forward=concerned(part)), statements=())


def _same(part: Part) -> Verdict:
    """Whether the derived loops compute the same as the equations."""
    from symgrad.evidence import prove

    equations = concerned(part)
    names = [t.name for t in equations.tensors if t.name in written(equations.body)]
    return prove(equations, accumulated(equations)[0], None, names)


def _check(part: Part) -> None:
    """Raise what is wrong with the author's answer."""
    asked = _alone(part)
    check_program(asked, part.answer)
    fault, place = _fault(asked.setting.forward, read_answer(asked, part.answer))
    if fault:
        raise LegalityError(fault, place)


def _fault(equations: Program, program: Program) -> tuple[str, Place | None]:
    """Why a program is not in the form that is asked for, and where; ("", None) if it is."""
    for _, statement in walk_statements(program.body):
        cell = write_expr(statement.target)
        if isinstance(statement, Define):
            return f"`{cell} = ...` is an assignment: write loops that add, with `+=` or `-=`", statement.place
        if has_sum(statement.value):
            return f"what is added to {cell} still has a sum in it: write its index as a loop", statement.place
    for name in dict.fromkeys(s.target.name for _, s in walk_statements(equations.body)):
        if name not in written(program.body):
            return f"it does not compute {name}", Place(1, 1)
    return "", None


def _is_equation(statement: object) -> bool:
    return isinstance(statement, Define) or (isinstance(statement, Update) and has_sum(statement.value))


def _equations(program: Program) -> str:
    return "equation" if len(list(walk_statements(program.body))) == 1 else "equations"


def _step(head: str, record: Accumulation, program: Program) -> Iterator[Block]:
    """One equation, how it is rewritten, and its loops."""
    own = _looped(record.updates)
    shared = [r.index for r in record.ranges if r.index not in own]
    within = f", within the loop over {_listed(shared)}" if shared else ""
    ranges = tuple(r for r in record.ranges if r.index in own)
    yield Sentence(f"{head}{within}:")
    yield Listing(write_statement(ranges, record.statement, functions=program.functions))
    said = "; ".join(_rules(record))
    yield Sentence(f"{said[0].upper()}{said[1:]}:")
    yield Listing(_written(replace(program, body=(*record.before, *record.updates))))


def _rules(record: Accumulation) -> Iterator[str]:
    """What is done to an equation, in words."""
    if record.before:
        names = list(dict.fromkeys(s.target.name for _, s in walk_statements(record.before)))
        yield f"a sum that is no term or plain factor is added up first, in {_listed(names)}"
    around = {r.index for r in record.ranges}
    summed = [name for name in _looped(record.updates) if name not in around]
    if summed:
        sums, loops = ("the sums", "become loops") if len(summed) > 1 else ("the sum", "becomes a loop")
        yield f"{sums} over {_listed(summed)} {loops}"
    if len(record.updates) > 1:
        yield "each term is added on its own"
    if any(isinstance(s, Update) and s.sign < 0 for _, s in walk_statements(record.updates)):
        yield "a term with a minus sign is subtracted"
    if not (summed or record.before or len(record.updates) > 1):
        yield "there is no sum in it, so each cell is added to once"


def _looped(nodes: tuple[Node, ...]) -> list[str]:
    """The indices of the loops around statements."""
    ranges: list[Range] = [r for around, _ in walk_statements(nodes) for r in around]
    return list(dict.fromkeys(r.index for r in ranges))


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _written(program: Program) -> str:
    return write_program(program, declarations=False).rstrip()


KINDS = {"rewrite": Rewrite()}
