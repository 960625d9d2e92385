"""What a second form of a program is, and how it is written in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.forms.edits import FORMS_FOLDER, Edit, Written, edits_of, statements_of
from tests.programs import PROGRAMS, Case


@dataclass(frozen=True)
class Form:
    """A backward program of `program` (a name of CASES) and edits that make it wrong.

    `wrt` are the tensors whose gradients it computes. `labels`: the program has integer tensors,
    which is more than rectangular loops over plain indices.
    """

    name: str
    program: str
    text: str
    wrt: tuple[str, ...]
    wrong: tuple[Edit, ...]
    labels: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def case(self) -> Case:
        """The forward program."""
        return CASES[self.program]

    def edited(self, edit: Edit) -> str:
        """The text after an edit."""
        return edit.of(self.text)


def _cases() -> Iterator[Case]:
    yield from PROGRAMS
    for path in sorted((FORMS_FOLDER / "programs").glob("*.loops")):
        yield Case(path.stem, path.read_text(encoding="utf-8"))


CASES = {case.name: case for case in _cases()}
"""All forward programs that have a second form, and others."""


def perceptron_form(depth: int) -> str:
    """The backward program of `perceptron(depth)` by 1 - h^2, from the last layer to the first."""
    lines = []
    for n in range(depth, 0, -1):
        lines.append(f"for b, j: d{n}[b, j] += h{n}.grad[b, j] (1 - h{n}[b, j]^2)")
        lines.append(f"for b, j: c{n}.grad[j] += d{n}[b, j]")
        lines.append(f"for b, j, i: W{n}.grad[j, i] += d{n}[b, j] h{n - 1}[b, i]")
        lines.append(f"for b, j, i: h{n - 1}.grad[b, i] += W{n}[j, i] d{n}[b, j]")
    return "\n".join(lines) + "\n"


def form(
    name: str,
    wrt: str,
    *wrong: Written,
    program: str = "",
    file: str = "",
    text: str = "",
    labels: bool = False,
) -> Form:
    """The form of the file `tests/forms/FILE.loops`, of a program; both are named as the form unless said otherwise."""
    text = text or (FORMS_FOLDER / f"{file or name}.loops").read_text(encoding="utf-8")
    asked = tuple(wrt.split())
    return Form(name, program or name, text, asked, edits_of(text, (*wrong, *_overwriting(text, asked))), labels)


def _overwriting(text: str, asked: Sequence[str]) -> Iterator[Written]:
    """`=` in place of the `+=` of the first statement that adds to a gradient that was asked for."""
    for statement in statements_of(text):
        head, found, _ = statement.partition(" += ")
        target = head.partition(": ")[2]
        if found and target.partition(".grad")[0] in asked:
            yield "= for +=", f"{target} += ", f"{target} = ", "illegal"
            return
