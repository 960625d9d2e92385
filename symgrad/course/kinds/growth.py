"""Questions about how depth or work grow with a size: of objects that are built, or of a program in loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from symgrad.construct.counts import LENGTHS, QUANTITIES, counted
from symgrad.construct.values import Failure
from symgrad.cost.operations import operations
from symgrad.cost.orders import CONSTANT, Order, order_of
from symgrad.cost.paths import SUMS, TREE
from symgrad.cost.span import span
from symgrad.cost.unrolled import unrolled
from symgrad.course.checks import collected
from symgrad.course.form import NEEDED_TEXT, TEXT, TEXTS, Form, Key
from symgrad.course.growth import ABOVE, BELOW, LOWER, UPPER, Said, read_growth
from symgrad.course.kinds.construct import task
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page, one_line
from symgrad.course.problem import Part
from symgrad.course.solution import Block, Equations, Heading, Line, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError
from symgrad.language.program import Program

if TYPE_CHECKING:
    from symgrad.evidence import Verdict

_SUMS = {
    "tree": "with sums added up by trees",
    "sequential": "with sums added up one term after the other",
    "whole": "with each sum counted as one step",
}

_SHOWN = 6
"""Counts that are written out."""


_MEASURED = (2, 4, 8)
"""Values of the size at which a program is gone through step by step; others have the value `_OTHERS`."""

_OTHERS = 2

_NEAR = Fraction(1, 4)


@dataclass(frozen=True)
class Truth:
    """How a quantity grows: its order, and what is known of it in words."""

    order: Order
    words: str


class Growth(Kind):
    """The answer says how something grows with a size; what is counted of graphs and programs decides."""

    words = "asks how something grows"
    keys: Mapping[str, Key] = MappingProxyType(
        {"quantity": NEEDED_TEXT, "size": TEXT, "given": TEXT, "definition": TEXT, "sums": TEXTS}
    )
    needs_forward = False

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        form.chosen((*path, "quantity"), part.more.get("quantity"), tuple(QUANTITIES), "{} is nothing that is counted")
        for way in part.more.get("sums", ()):
            form.chosen((*path, "sums"), way, SUMS, "{} is no way to add up")
        if ("given" in part.more) != ("definition" in part.more):
            form.say(path, "given and definition belong together")
        elif "definition" not in part.more and not part.setting.forward.body:
            form.say(path, "a part that asks how something grows needs a definition or a forward program")
        elif part.more.get("quantity") in QUANTITIES and not {*part.more.get("sums", ())} - {*SUMS}:
            where = "definition" if "definition" in part.more else "ask"
            collected(form, (*path, where), lambda: truths(part))
        if part.answer:
            collected(form, (*path, "answer"), lambda: self.read(part, part.answer))

    def read(self, part: Part, text: str) -> tuple[Said, ...]:
        return read_growth(text, _size(part))

    def judged(self, part: Part, text: str) -> Verdict:
        return judged_growth(self.read(part, text), truths(part), _size(part))

    def derived(self, part: Part) -> str:
        return "\n".join(truth.words for truth in truths(part))

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        yield Heading("Counted", page.level)
        if "definition" in part.more:
            values = counted(task(part), part.more["quantity"]).values[:_SHOWN]
            name = _size(part)
            lines = (Line("", f"{name} = {at}: {value}") for at, value in enumerate(values))
            yield Equations("", tuple(lines))
        for truth in truths(part):
            yield Sentence(f"{truth.words[0].upper()}{truth.words[1:]}.")
        if part.answer:
            verdict = self.judged(part, part.answer)
            page.statuses.append(verdict.status)
            yield Heading("The answer", page.level)
            yield Sentence(one_line(part.answer))
            if verdict.status != "proved":
                yield Sentence(f"{verdict.status.upper()}: {verdict.reason}.")


def _size(part: Part) -> str:
    """The size in which the growth is asked for."""
    if "size" in part.more:
        return str(part.more["size"])
    return task(part).setting.length if "given" in part.more else "T"


def truths(part: Part) -> tuple[Truth, ...]:
    """How the quantity grows, by each way of counting sums that the part allows.

    Raises LegalityError where nothing can be said.
    """
    quantity, name = part.more["quantity"], _size(part)
    if "definition" in part.more:
        return (_of_graph(part, quantity, name),)
    program = part.setting.forward
    if name not in program.size_named:
        raise LegalityError(f"the forward program has no size {name}", None, f'give one, as in size = "{name}"')
    if quantity == "work":
        cost = operations(program)
        words = f"the program does {'' if cost.exact else 'at most '}{cost.total} operations"
        return (Truth(order_of(cost.total, name), words),)
    found = span(program)
    ways = part.more.get("sums", (TREE,))
    depths = [(way, {"tree": found.tree, "sequential": found.sequential, "whole": found.whole}[way]) for way in ways]
    found_truths = []
    for way, depth in depths:
        order = order_of(depth, name)
        seen = _measured(program, name, order) if way == TREE else ""
        found_truths.append(Truth(order, f"{_SUMS[way]}, the program takes at most {depth} steps{seen}"))
    return tuple(found_truths)


def _measured(program: Program, name: str, order: Order) -> str:
    """What the depth is at some values of the size, as words behind the bound.

    Raises LegalityError where it does not grow there as the bound does, so that the bound may be too high.
    """
    declared = program.forward or program
    others = {s.name: max(s.minimum, _OTHERS) for s in declared.sizes if s.definition is None}
    depths = [unrolled(program, {**others, name: value}).depth for value in _MEASURED]
    slower, faster = depths[-2] - depths[-3], depths[-1] - depths[-2]
    fits = {CONSTANT: slower == faster == 0, Order(logs=Fraction(1)): slower == faster > 0}
    powers = order.power > 0 and not order.logs and slower > 0
    grown = powers and abs(Fraction(faster, slower) / 2 ** int(order.power) - 1) < _NEAR
    if not (fits.get(order, False) or grown):
        sizes = ", ".join(map(str, _MEASURED))
        said = ", ".join(map(str, depths))
        message = f"the depth is bounded by {order.written(name)}, but for {name} = {sizes} it is {said}"
        raise LegalityError(message, None, "ask for the growth of a program of which the bound is reached")
    at, said = ", ".join(map(str, _MEASURED)), ", ".join(map(str, depths))
    return f"; measured, with all other sizes small, the depth at {name} = {at} is {said}"


def _of_graph(part: Part, quantity: str, name: str) -> Truth:
    asked = task(part)
    try:
        found = counted(asked, quantity)
    except Failure as failure:
        raise LegalityError(failure.message, failure.place, failure.hint) from None
    if found.formula is None:
        raise LegalityError(f"the counts {', '.join(map(str, found.values))} are no polynomial of low degree")
    procedures = " and ".join(p.name for p in asked.setting.procedures)
    of = f"applications of {procedures}"
    what = f"the longest chain of {of} is" if quantity == "depth" else f"the number of {of} is"
    if found.reason:
        words = f"{what} {found.formula} for every {name}: {found.reason}"
    else:
        words = f"{what} {found.formula} for {name} = {LENGTHS[0]} .. {LENGTHS[-1]}, by counting"
    return Truth(order_of(found.formula, name), words)


def judged_growth(said: tuple[Said, ...], truths: tuple[Truth, ...], name: str) -> Verdict:
    """What is known of an answer that says how something grows.

    O(T) is taken for the order itself, as people write it: a larger one is a true bound, but does not say how it grows.
    """
    from symgrad.evidence import Verdict

    orders = {one.order for one in said}
    if not said:
        hint = f"say it as in O({name}^3), {name}^3, or cubic in {name}"
        return Verdict("unknown", reason=f"it is not said how it grows with {name}: {hint}")
    if len(orders) > 1:
        words = " and ".join(f"“{one.text}”" for one in said)
        return Verdict("unknown", reason=f"several growths are named, {words}: name the one that is meant")
    fitting = [truth for truth in truths if truth.order == said[0].order]
    bounds = {one.bound for one in said}
    compared = (f"growth with {name}",)
    if fitting and bounds - {LOWER, BELOW, ABOVE}:
        evidence = tuple(truth.words for truth in fitting)
        return Verdict("proved", evidence=evidence, compared=compared)
    return Verdict("refuted", reason=_mistaken(said[0], bounds, bool(fitting), truths, name), compared=compared)


def _mistaken(said: Said, bounds: set[str], fits: bool, truths: tuple[Truth, ...], name: str) -> str:
    """What is wrong with an answer."""
    order = said.order.written(name)
    if fits and LOWER in bounds:
        return f"Ω({order}) says that it grows at least so fast: how it grows needs an upper bound as well"
    if fits:
        return (
            f"{said.bound}({order}) says that it grows more {'slowly' if BELOW in bounds else 'quickly'} than {order}"
        )
    largest, least = max(truth.order for truth in truths), min(truth.order for truth in truths)
    if said.order > largest and bounds == {UPPER}:
        return f"O({order}) is an upper bound, but not a tight one: it grows more slowly than {order}"
    if said.order > largest:
        return f"it grows more slowly than {order}"
    if said.order < least:
        return f"it grows faster than {order}"
    return f"it does not grow as {order}"


KINDS = {"growth": Growth()}
