"""Questions that are answered with loops: gradients of statements, whole backward programs, other forms of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from symgrad.calculus.activity import join
from symgrad.course.audit import audit
from symgrad.course.chains import Chain, read_answer_chains
from symgrad.course.checks import check_program, collected
from symgrad.course.claims import Claim, chains_of, related
from symgrad.course.form import FLAG, TENSORS, Form, Key
from symgrad.course.judge import judged_program
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.question import (
    batch_index,
    chain_context,
    concerned,
    derived,
    is_backward,
    read_answer,
    starts,
)
from symgrad.course.rules import EVERY_EQUATION, EVERY_UPDATE, Group, groups
from symgrad.course.shown import is_equation, judged_equations
from symgrad.course.solution import Block, Equations, Heading, Line, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError, UsageError
from symgrad.language.build import neg
from symgrad.language.program import Call, Define, FunctionDecl, Program, Ref, Statement, Update
from symgrad.language.walk import walk_statements, written
from symgrad.language.write import write_expr, write_program, write_statement

if TYPE_CHECKING:
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict

_LONG = 50
"""Characters of a statement's value that are repeated in front of each of its derivatives."""


class Loops(Kind):
    """The answer is loops: what the part's statements contribute to gradients, or a program that computes the same."""

    words = "asks for loops"
    uses = frozenset(("statements", "wrt", "derivation"))
    keys: Mapping[str, Key] = MappingProxyType({"welcome": TENSORS, "seed": FLAG})

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if part.ask == "show" and not (part.answer or part.derivation):
            form.say(path, "a part that asks to show something needs an answer or a derivation")
        elif not part.answer and not is_backward(part) and part.mistakes:
            form.say((*path, "mistake"), "mistakes need the answer that they are compared with")
        if sound and is_backward(part):
            sound = collected(form, (*path, "wrt" if part.wrt else "ask"), lambda: derived(part))
        if sound and "welcome" in part.more:
            sound = collected(form, (*path, "welcome"), lambda: derived(_with_welcome(part, part.more["welcome"])))
        if part.answer:
            collected(form, (*path, "answer"), lambda: check_program(part, part.answer), sound)
        if part.derivation:
            collected(form, (*path, "derivation"), lambda: chains_of(part, part.derivation), sound)

    def read(self, part: Part, text: str) -> Program | tuple[Chain, ...]:
        if is_equation(part, text):
            return read_answer_chains(text, join(chain_context(part)), part.setting.aliases)
        return read_answer(part, text)

    def judged(self, part: Part, text: str) -> Verdict:
        if is_equation(part, text):
            return judged_equations(part, text)
        return judged_program(_with_welcome(part, _given(part, text)), text)

    def claims(self, part: Part) -> Iterator[Claim]:
        yield from super().claims(part)
        if part.derivation:
            for _, links in related(chains_of(part, part.derivation)):
                yield from (link.claim() for link in links)

    def derived(self, part: Part) -> str:
        return _written(derived(part)) if is_backward(part) else ""

    def audited(self, part: Part) -> str:
        return audit(part).status if is_backward(part) else ""

    def numeric(self, part: Part) -> GradientReport | None:
        from symgrad.evaluate import check_gradients

        if not is_backward(part):
            return None
        return check_gradients(concerned(part), derived(part), average=batch_index(part))

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        earlier = ""
        if is_backward(part):
            earlier = page.earlier((write_program(part.setting.forward), self.derived(part)))
            yield Heading("Derivation", page.level)
            yield from _derived_before(part, earlier) if earlier else _derived(part, page)
            yield from _welcome(part)
        yield from _shown(part, page)
        if part.answer:
            yield from _answered(part, page)
        if is_backward(part) and not earlier:
            yield from self.checked(part, page)

    def checked(self, part: Part, page: Page) -> Iterator[Block]:
        """What forward mode and numbers say of the derived loops."""
        yield Heading("Checks of the derived loops", page.level)
        verdict = audit(part)
        if verdict.status in ("proved", "refuted"):
            page.statuses.append(verdict.status)
            yield Sentence(_audited(verdict))
        try:
            report = self.numeric(part)
        except UsageError as error:
            page.statuses.append("unknown")
            yield Sentence(f"No check on numbers could be made: {error.message}.")
            return
        if report is not None:
            page.statuses.append("refuted" if not report.ok else "proved" if page.statuses else "derived")
            yield Sentence(_numbers(report))


def _given(part: Part, text: str) -> tuple[str, ...]:
    """The tensors whose gradients an answer gives, of those whose gradients are welcome."""
    welcome: tuple[str, ...] = part.more.get("welcome", ())
    if not welcome:
        return ()
    try:
        given = written(read_answer(part, text).body)
    except LegalityError:
        return ()
    return tuple(name for name in welcome if f"{name}.grad" in given)


def _with_welcome(part: Part, welcome: tuple[str, ...]) -> Part:
    """The part with further gradients that are asked for."""
    return replace(part, wrt=(*part.wrt, *welcome)) if part.wrt and welcome else part


def _derived(part: Part, page: Page) -> Iterator[Block]:
    """The backward statements one by one, then together."""
    defines = any(isinstance(statement, Define) for _, statement in walk_statements(concerned(part).body))
    yield Sentence(EVERY_EQUATION if defines else EVERY_UPDATE)
    backward = derived(part)
    forward, program = part.setting.forward, concerned(part)
    for group in groups(forward, program, backward, averaged=batch_index(part) is not None):
        yield from _group(part, group)
    yield Heading("The loops, in the order they are executed", page.level)
    yield Listing(_written(backward))
    yield Sentence(_starts(part))
    if part.more.get("seed"):
        yield Sentence("Where the answer and the equations begin, the gradients of scalar outputs are 1.")


def _derived_before(part: Part, earlier: str) -> Iterator[Block]:
    """The backward loops that another part has derived."""
    yield Sentence(f"These loops are derived in {earlier}:")
    yield Listing(_written(derived(part)))
    yield Sentence(_starts(part))


def _welcome(part: Part) -> Iterator[Block]:
    """The loops for gradients that an answer may give as well."""
    names = {f"{name}.grad" for name in part.more.get("welcome", ())}
    program = derived(_with_welcome(part, tuple(part.more.get("welcome", ()))))
    loops = [(around, made) for around, made in walk_statements(program.body) if made.target.name in names]
    if loops:
        yield Sentence("Not asked for, but welcome:")
        functions = program.functions
        yield Listing("\n".join(write_statement(around, made, functions=functions) for around, made in loops))


def _group(part: Part, group: Group) -> Iterator[Block]:
    functions = part.setting.forward.functions
    if not group.steps:
        return
    yield Sentence(f"Statement {group.number}:")
    yield Listing(write_statement(group.ranges, group.statement, functions=functions))
    added = _added(group.statement, functions)
    for step in group.steps:
        cell, derivative = write_expr(step.by), write_expr(step.derivative, functions=functions)
        if step.occurrences > 1:
            which = f", occurrence {step.occurrence} of {step.occurrences} of `{step.by.name}`"
            line = f"derivative by this occurrence: {derivative}"
        else:
            which, line = "", f"d {added} / d {cell} = {derivative}"
        yield Sentence(f"By `{cell}`{which}: {step.reason}")
        yield Equations("", (Line("", line),))
        yield Listing(write_statement(step.ranges, step.statement, functions=functions))


def _shown(part: Part, page: Page) -> Iterator[Block]:
    """The author's equations, each line with its verdict."""
    if not part.derivation:
        return
    said = ""
    _, added_to, _ = starts(part) if is_backward(part) else ((), (), ())
    if added_to:
        names = ", ".join(f"`{name}`" for name in added_to)
        verb = "is" if len(added_to) == 1 else "are"
        said = f"In these equations {names} {verb} what the loops add, from 0 on."
    yield from page.step_by_step(related(chains_of(part, part.derivation)), said)


def _answered(part: Part, page: Page) -> Iterator[Block]:
    """The author's answer and what is known of it."""
    answer = _written(read_answer(part, part.answer))
    same = is_backward(part) and answer == _written(derived(part))
    if not same:
        yield Heading("The answer", page.level)
        yield Listing(answer)
    said = page.said(judged_program(part, part.answer))
    against = "the derived loops" if is_backward(part) else "the forward program"
    yield Sentence(f"{'The answer is these loops' if same else f'It computes the same as {against}'}: {said}")


def _written(program: Program) -> str:
    return write_program(program, declarations=False).rstrip()


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


def _added(statement: Statement, functions: tuple[FunctionDecl, ...]) -> str:
    """What a statement adds, as it stands behind a sign d; dots where it is long, since it stands above."""
    value = statement.value
    if isinstance(statement, Update) and statement.sign < 0:
        value = neg(value)
    text = write_expr(value, functions=functions)
    if len(text) > _LONG:
        return "(...)"
    return text if isinstance(value, Ref | Call) else f"({text})"


KINDS = dict.fromkeys(("adjoint", "loops", "show"), Loops())
