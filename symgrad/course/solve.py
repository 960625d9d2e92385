"""The worked solution of a part or a problem: the log of the rules that were applied, every step of it checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from symgrad.course.audit import audit
from symgrad.course.judge import Link, derivation, judged, linked, numeric_check
from symgrad.course.problem import Part, Problem
from symgrad.course.prose import pieces
from symgrad.course.question import batch_index, concerned, derived, is_backward, read_answer, starts
from symgrad.course.rules import EVERY_UPDATE, Group, groups
from symgrad.course.solution import Block, Equations, Heading, Line, Listing, Sentence, Solution
from symgrad.errors import UsageError
from symgrad.language.build import neg
from symgrad.language.program import Call, FunctionDecl, Ref, Statement, Update
from symgrad.language.write import write_expr, write_program, write_statement

if TYPE_CHECKING:
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict

WORST_LAST = ("proved", "derived", "probable", "unknown", "refuted")
"""The statuses of verdicts, the best first."""


_LONG = 50
"""Characters of a statement's value that are repeated in front of each of its derivatives."""


def solve(question: Part | Problem) -> Solution:
    """The worked solution: the statements' gradients one by one with their rules, the author's equations with a
    verdict on each line, the loops, and what is proved of them.

    Raises UsageError where a part has nothing to differentiate.
    """
    if not isinstance(question, Part | Problem):
        raise UsageError(
            f"there is nothing to solve in {type(question).__name__}",
            hint='solve a problem or a part of one, as in solve(load_problem("NAME").part("a"))',
        )
    parts = question.parts if isinstance(question, Problem) else (question,)
    setting = parts[0].setting
    alone = len(parts) == 1
    title = f"{setting.title}, part {parts[0].id}" if alone and parts[0].id else setting.title
    blocks: list[Block] = [Heading(title, 1)]
    if setting.source:
        blocks.append(Sentence(f"From {'; '.join(setting.source)}."))
    if setting.text:
        blocks.append(Sentence(_one_line(setting.text)))
    blocks += [Sentence("The forward program:"), Listing(write_program(setting.forward).rstrip())]
    statuses: list[str] = []
    for part in parts:
        if not alone:
            blocks.append(Heading(f"Part {part.id}", 2))
        writer = _Writer(part, 2 if alone else 3)
        blocks += writer.blocks()
        statuses += writer.statuses
    return Solution(title, tuple(blocks), max(statuses, key=WORST_LAST.index, default="unknown"))


class _Writer:
    """Writes the blocks of one part, and keeps the statuses of the verdicts in them."""

    def __init__(self, part: Part, level: int) -> None:
        self.part = part
        self.level = level
        self.statuses: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """The question, then what answers it."""
        yield Sentence(_one_line(self.part.text))
        if self.part.ask == "explain":
            yield from self._explained()
            return
        if is_backward(self.part):
            yield Heading("Derivation", self.level)
            yield from self._derived()
        yield from self._shown()
        if self.part.answer:
            yield from self._answered()
        if is_backward(self.part):
            yield from self._checked()

    def _derived(self) -> Iterator[Block]:
        """The backward statements one by one, then together."""
        yield Sentence(EVERY_UPDATE)
        backward = derived(self.part)
        forward, program = self.part.setting.forward, concerned(self.part)
        for group in groups(forward, program, backward, averaged=batch_index(self.part) is not None):
            yield from self._group(group)
        yield Heading("The loops, in the order they are executed", self.level)
        yield Listing(write_program(backward, declarations=False).rstrip())
        yield Sentence(_starts(self.part))

    def _group(self, group: Group) -> Iterator[Block]:
        functions = self.part.setting.forward.functions
        if not group.steps:
            return
        yield Sentence(f"Statement {group.number}:")
        yield Listing(write_statement(group.ranges, group.statement, functions=functions))
        added = _added(group.statement, functions)
        for step in group.steps:
            cell, derivative = write_expr(step.by), write_expr(step.derivative, functions=functions)
            which = ""
            if step.occurrences > 1:
                which = f", occurrence {step.occurrence} of {step.occurrences} of `{step.by.name}`"
            between = f"{which.replace('`', '')}: " if which else " = "
            yield Sentence(f"By `{cell}`{which}: {step.reason}")
            yield Equations("", (Line("", f"d {added} / d {cell}{between}{derivative}"),))
            yield Listing(write_statement(step.ranges, step.statement, functions=functions))

    def _shown(self) -> Iterator[Block]:
        """The author's equations, each line with its verdict."""
        if not (self.part.hint or self.part.derivation):
            return
        yield Heading("Step by step", self.level)
        if self.part.hint:
            yield Sentence(f"Hint: {_one_line(self.part.hint)}")
        _, added_to, _ = starts(self.part) if is_backward(self.part) else ((), (), ())
        if self.part.derivation and added_to:
            names = ", ".join(f"`{name}`" for name in added_to)
            yield Sentence(f"In these equations {names} {_is(added_to)} what the loops add, from 0 on.")
        for head, links in derivation(self.part):
            yield from self._equations(head, links)

    def _equations(self, head: str, links: tuple[Link, ...]) -> Iterator[Block]:
        lines = [Line("", links[0].left)]
        for link in links:
            self.statuses.append(link.verdict.status)
            lines.append(Line("=", link.right, link.reason, _word(link.verdict)))
        yield Equations(head, tuple(lines))
        assumptions = dict.fromkeys(words for link in links for words in link.verdict.assumptions)
        if assumptions:
            yield Sentence(_assumed(assumptions))

    def _answered(self) -> Iterator[Block]:
        """The author's answer and what is known of it."""
        answer = write_program(read_answer(self.part, self.part.answer), declarations=False).rstrip()
        same = is_backward(self.part) and answer == write_program(derived(self.part), declarations=False).rstrip()
        if not same:
            yield Heading("The answer", self.level)
            yield Listing(answer)
        verdict = judged(self.part, self.part.answer)
        self.statuses.append(verdict.status)
        against = "the derived loops" if is_backward(self.part) else "the forward program"
        yield Sentence(
            f"{'The answer is these loops' if same else f'It computes the same as {against}'}: {_said(verdict)}"
        )

    def _explained(self) -> Iterator[Block]:
        """The worked text with its programs and equations, each with its verdict."""
        for piece in pieces(self.part.answer):
            if piece.kind == "prose":
                yield Sentence(piece.text)
            elif piece.kind == "loops":
                verdict = judged(self.part, piece.text)
                self.statuses.append(verdict.status)
                yield Listing(piece.text)
                yield Sentence(f"It computes the same as the forward program: {_said(verdict)}")
            else:
                for head, links in linked(self.part, piece.text, self.part.setting.forward):
                    yield from self._equations(head, links)

    def _checked(self) -> Iterator[Block]:
        """What forward mode and numbers say of the derived loops."""
        yield Heading("Checks of the derived loops", self.level)
        verdict = audit(self.part)
        if verdict.status in ("proved", "refuted"):
            self.statuses.append(verdict.status)
            yield Sentence(_audited(verdict))
        try:
            report = numeric_check(self.part)
        except UsageError as error:
            self.statuses.append("unknown")
            yield Sentence(f"No check on numbers could be made: {error.message}.")
            return
        if report is not None:
            self.statuses.append("refuted" if not report.ok else "proved" if self.statuses else "derived")
            yield Sentence(_numbers(report))


def _audited(verdict: Verdict) -> str:
    if not verdict:
        return f"Forward mode contradicts them. This is an error of symgrad. {verdict}"
    sizes = f" {', '.join(verdict.sizes)}" if verdict.sizes else ""
    return (
        f"Against forward mode: with `x.dot` for the tangent of `x`, `{verdict.compared[0]}` is proved "
        f"for all sizes{sizes}, all given gradients and all tangents."
    )


def _numbers(report: GradientReport) -> str:
    from symgrad.evaluate.gradient_report import CENTRAL_TOLERANCE, COMPLEX_TOLERANCE

    names = ", ".join(f"`{gradient.name}`" for gradient in report.gradients)
    sizes = ", ".join(f"{name} = {value}" for name, value in report.sizes.items())
    at = f"At a random point with {sizes}" if sizes else "At a random point"
    if not report.ok:
        return f"{at} the derived loops are contradicted. This is an error of symgrad. {report}"
    verb, whose = ("agree", "their") if len(report.gradients) > 1 else ("agrees", "its")
    return (
        f"{at} the derived {names} {verb} with derivatives by complex step, to {COMPLEX_TOLERANCE:g} of {whose} size, "
        f"and by central differences, to {CENTRAL_TOLERANCE:g}."
    )


def _starts(part: Part) -> str:
    """What the gradients hold before the loops run, as a sentence."""
    words = ("is given", "is added to what it holds", "starts at 0"), ("are given", "are added to", "start at 0")
    said = [
        f"{', '.join(f'`{name}`' for name in names)} {words[len(names) > 1][kind]}"
        for kind, names in enumerate(starts(part))
        if names
    ]
    return "; ".join(said) + "."


def _said(verdict: Verdict) -> str:
    """A verdict as sentences."""
    if verdict.status == "proved":
        sizes = f" {', '.join(verdict.sizes)}" if verdict.sizes else ""
        text = f"proved for all sizes{sizes} and all inputs at which both are defined."
        return f"{text} {_assumed(verdict.assumptions)}" if verdict.assumptions else text
    grounds = f" ({verdict.reason})" if verdict.reason else ""
    return f"{_word(verdict)}{grounds}." + (f" {verdict.witness}" if verdict.witness else "")


def _assumed(assumptions: Iterable[str]) -> str:
    return f"Assumed: {'; '.join(f'`{words}`' for words in assumptions)}."


def _word(verdict: Verdict) -> str:
    return {"proved": "proved", "refuted": "REFUTED", "probable": "probable, not proved"}.get(
        verdict.status, "NOT DECIDED"
    )


def _added(statement: Statement, functions: tuple[FunctionDecl, ...]) -> str:
    """What a statement adds, as it stands behind a sign d; dots where it is long, since it stands above."""
    value = statement.value
    if isinstance(statement, Update) and statement.sign < 0:
        value = neg(value)
    text = write_expr(value, functions=functions)
    if len(text) > _LONG:
        return "(...)"
    return text if isinstance(value, Ref | Call) else f"({text})"


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _one_line(text: str) -> str:
    return " ".join(text.split())
