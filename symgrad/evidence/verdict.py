"""What is known of a claim: proved, refuted by a witness, or undecided, and on which grounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.evidence.near import Near

if TYPE_CHECKING:
    from symgrad.evidence.inequalities.certificate import Certificate

Value = Fraction | Decimal
"""An exact number, or the digits of one that is not rational."""

Nested = Any
"""A tensor's cells as nested lists of numbers; a number for a scalar."""

_WIDEST = 100  # characters of a row of numbers that are shown in one line

PROVED, PROBABLE, REFUTED, UNKNOWN = "proved", "probable", "refuted", "unknown"


@dataclass(frozen=True)
class Witness:
    """A point at which a claim fails. Everything in it is exact, so that it can be replayed.

    Attributes:
        sizes: the value of every size.
        inputs: for each given tensor its cells as nested lists, start values of accumulators among them.
        tensor: the tensor that differs; "" where two expressions were compared.
        cell: the subscripts at which it differs, or the values of the expressions' free indices.
        left: the value that the first program or expression has there.
        right: the value of the second one.
        indices: the names of the free indices, where expressions were compared.
        functions: a formula for each uninterpreted function.
    """

    sizes: Mapping[str, int]
    inputs: Mapping[str, Nested]
    tensor: str
    cell: tuple[int, ...]
    left: Value
    right: Value
    indices: tuple[str, ...] = ()
    functions: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.told("the first", "the second") if self.tensor else self.told("the left side", "the right side")

    def told(self, left: str, right: str) -> str:
        """The witness in words, with names for the two sides."""
        where = self.tensor + (f"[{', '.join(map(str, self.cell))}]" if self.cell and self.tensor else "")
        if not self.tensor:
            where = ", ".join(f"{name} = {at}" for name, at in zip(self.indices, self.cell, strict=True))
        lines = ["at " + ", ".join(f"{name} = {value}" for name, value in self.sizes.items())] if self.sizes else []
        lines += [f"  {text}" for text in input_lines({**self.functions, **self.inputs})]
        between = ": " if where else ""
        values = f"{shown_value(self.left)} by {left}, {shown_value(self.right)} by {right}"
        return "\n".join([*lines, f"{where}{between}{values}"])

    def to_json(self) -> dict[str, Any]:
        """The witness for JSON: a whole number is a number, any other the text of a fraction or of its digits."""
        return {
            "sizes": dict(self.sizes),
            "inputs": {name: plain(cells) for name, cells in self.inputs.items()},
            "tensor": self.tensor,
            "cell": list(self.cell),
            "left": plain(self.left),
            "right": plain(self.right),
            "indices": list(self.indices),
            "functions": dict(self.functions),
        }


@dataclass(frozen=True)
class Verdict:
    """What is known of a claim. True only where it is proved.

    Attributes:
        status: "proved" (for all sizes and all inputs at which both sides are defined), "refuted",
            "probable" (the same, but for a chance of at most 2^-bits) or "unknown".
        assumptions: what was assumed, as `Z[b] != 0`.
        evidence: how it is known, what each judge says.
        compared: what was compared: tensors, or the text of an equation.
        witness: where a refuted claim fails; None too for tensors that differ in shape.
        reason: why a claim is undecided or refuted without a witness; "" else.
        relations: equations between tensors that were used, as `Z.grad[b] = e[b]/Z[b]`.
        sizes: the sizes, with their least values where these are above 1.
        bits: the bound of a probable claim.
        certificate: why an inequality holds.
    """

    status: str
    assumptions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    witness: Witness | None = None
    reason: str = ""
    relations: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    bits: int = 0
    certificate: Certificate | None = None

    def __bool__(self) -> bool:
        return self.status == PROVED

    def __str__(self) -> str:
        status = f"{self.status} 2^-{self.bits}" if self.status == PROBABLE else self.status
        head = f"{status}: {', '.join(self.compared)}" if self.compared else status
        if self.status in (PROVED, PROBABLE) and self.sizes:
            head += f", for all sizes {', '.join(self.sizes)}"
        lines = [head]
        lines += [f"  {words}" for words in (self.reason, *self.evidence) if words]
        lines += [f"  assuming {words}" for words in self.assumptions]
        lines += [f"  it holds that {words}" for words in self.relations]
        if self.certificate is not None:
            lines += [f"  {line}" for line in self.certificate.lines()]
        if self.witness is not None:
            lines += [f"  {line}" for line in str(self.witness).splitlines()]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The verdict for JSON; a certificate stands in it where there is one."""
        found = {} if self.certificate is None else {"certificate": self.certificate.to_json()}
        return {
            **found,
            "verdict": self.status,
            "assumptions": list(self.assumptions),
            "evidence": list(self.evidence),
            "witness": None if self.witness is None else self.witness.to_json(),
            "compared": list(self.compared),
            "relations": list(self.relations),
            "reason": self.reason,
            "bits": self.bits,
        }


def input_lines(named: Mapping[str, Nested]) -> list[str]:
    """Aligned rows `name = cells`; a tensor of several axes takes several lines where one would be long."""
    width = max((len(name) for name in named), default=0)
    lines: list[str] = []
    for name, cells in named.items():
        rows = _rows(cells)
        lines.append(f"{name:<{width}} = {rows[0]}")
        lines += [" " * (width + 3) + row for row in rows[1:]]
    return lines


def _rows(cells: Nested) -> list[str]:
    text = _text(cells)
    if len(text) <= _WIDEST or not isinstance(cells, list) or not isinstance(cells[0], list):
        return [text]
    lines = [line for row in cells for line in [*_rows(row)[:-1], _rows(row)[-1] + ","]]
    return ["[" + lines[0], *(" " + line for line in lines[1:-1]), " " + lines[-1].rstrip(",") + "]"]


def _text(cells: Nested) -> str:
    if isinstance(cells, list):
        return f"[{', '.join(map(_text, cells))}]"
    return str(cells)


_LONG = 24  # characters from which a fraction is shown by its digits


def shown_value(value: Value) -> str:
    """The value as people read it: a long fraction by its digits."""
    text = str(value)
    if isinstance(value, Fraction) and len(text) > _LONG:
        from decimal import localcontext

        with localcontext(prec=20):
            return str(Decimal(value.numerator) / Decimal(value.denominator))
    return text


def plain(cells: Nested) -> Any:
    """Numbers for JSON: a whole number is a number, any other the text of a fraction or of its digits."""
    if isinstance(cells, list):
        return [plain(cell) for cell in cells]
    if isinstance(cells, str | int):
        return cells
    if isinstance(cells, Near):
        return cells.text
    return int(cells) if isinstance(cells, Fraction) and cells.denominator == 1 else str(cells)
