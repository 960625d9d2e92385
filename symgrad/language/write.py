r"""Programs, statements and expressions to text: plain as it is typed, Unicode, or LaTeX.

Plain and Unicode text reads back as the same program. LaTeX text is one statement a line, each a
formula of its own: put a line between `\[` and `\]`, or all of them, with `\\` at their ends, into
an environment such as `gather*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.language.program import (
    Define,
    Expr,
    FunctionDecl,
    Index,
    IndexDecl,
    Loop,
    Node,
    Program,
    Range,
    Statement,
    Update,
)
from symgrad.language.ranges import ends
from symgrad.language.writing.declarations import DeclarationWriter
from symgrad.language.writing.notation import Notation, notation_named
from symgrad.language.writing.pieces import Piece
from symgrad.language.writing.printer import Printer, names_in


def write_expr(expr: Expr, style: str = "plain", *, functions: Sequence[FunctionDecl] = ()) -> str:
    """The expression as text, with the fewest parentheses that read back.

    Args:
        expr: any expression.
        style: "plain", "unicode" or "latex"; UsageError for another.
        functions: the uninterpreted functions, by whose parameters derivatives are named (`f_y`).

    >>> from symgrad.language.build import call, inv, mul, power
    >>> from symgrad.language.program import Ref
    >>> s, Z = Ref("s", (Index("b"), Index("j"))), Ref("Z", (Index("b"),))
    >>> write_expr(mul(call("exp", s), inv(power(Z, 2))))
    'exp(s[b, j])/Z[b]^2'
    """
    return _printer(style, names_in(expr), functions).text(expr)


def write_statement(
    ranges: tuple[Range, ...],
    statement: Statement,
    style: str = "plain",
    *,
    functions: Sequence[FunctionDecl] = (),
) -> str:
    """The statement inside loops over the ranges, outermost first, on one line; arguments as `write_expr`.

    >>> from symgrad.language.program import Ref
    >>> b = Index("b")
    >>> write_statement((Range("b"),), Update(Ref("c"), -1, Ref("x", (b,))))
    'for b: c -= x[b]'
    """
    taken = names_in(statement.target) | names_in(statement.value)
    writer = _Writer(_printer(style, taken, functions), {})
    return "\n".join(writer.lines((Loop(ranges, (statement,)) if ranges else statement,)))


def write_program(program: Program, style: str = "plain", declarations: bool = True) -> str:
    """The program as text: its declarations, unless they are not asked for, and its loops."""
    printer = _printer(style, program.tensor_named, program.functions)
    head = DeclarationWriter(program, printer).lines() if declarations else ()
    return "\n".join([*head, *_Writer(printer, program.index_named).lines(program.body)])


def _printer(style: str, taken: Iterable[str], functions: Sequence[FunctionDecl]) -> Printer:
    parameters = {function.name: function.parameters for function in functions}
    return Printer(notation_named(style), parameters, frozenset(taken))


@dataclass(frozen=True)
class _Writer:
    """Writes loops and statements; `indices` says what an index runs over where a range does not."""

    printer: Printer
    indices: Mapping[str, IndexDecl]

    @property
    def _notation(self) -> Notation:
        return self.printer.notation

    def lines(self, body: tuple[Node, ...]) -> list[str]:
        """The lines of a program's body."""
        lines: list[str] = []
        for node in body:
            self._write(node, 0, frozenset(), lines)
        return lines

    def _write(self, node: Node, depth: int, bound: frozenset[str], lines: list[str]) -> None:
        """Add the lines of a node that stands `depth` blocks deep, inside loops over the indices `bound`."""
        loops: list[tuple[Range, ...]] = []
        while isinstance(node, Loop) and len(node.body) == 1:
            (inner,) = node.body
            if bound or not (isinstance(inner, Define) and _implied(node.ranges, inner)):
                loops.append(node.ranges)
            bound |= {r.index for r in node.ranges}
            node = inner
        indent = self._notation.indent
        if isinstance(node, Statement):
            heads = "".join(self._head(ranges, self._notation.loop_list) for ranges in loops)
            lines.append(indent(depth) + heads + self._statement(node))
        elif isinstance(node, Loop):
            for level, ranges in enumerate([*loops, node.ranges], start=depth):
                lines.append(indent(level) + self._head(ranges, self._notation.loop_block))
            bound |= {r.index for r in node.ranges}
            for inner in node.body:
                self._write(inner, depth + len(loops) + 1, bound, lines)
        else:
            raise TypeError(f"not a node: {node!r}")

    def _head(self, ranges: tuple[Range, ...], colon: str) -> str:
        explicit = tuple(self._explicit(r) for r in ranges)
        return self.printer.join([Piece(self._notation.loop), *self.printer.ranges(explicit), Piece(colon)])

    def _explicit(self, r: Range) -> Range:
        """A descending range is written with both of its ends."""
        if not r.descending:
            return r
        low, high = ends(r, self.indices)
        return replace(r, low=low, high=high)

    def _statement(self, statement: Statement) -> str:
        match statement:
            case Update(target, sign, value):
                between = self._notation.updates[sign]
            case Define(target, value):
                between = " = "
        return f"{self.printer.text(target)}{between}{self.printer.text(value)}"


def _implied(ranges: tuple[Range, ...], define: Define) -> bool:
    """Whether a definition outside of loops, without its `for`, would be read as looping over these ranges."""
    bare = dict.fromkeys(subscript.name for subscript in define.target.subscripts if isinstance(subscript, Index))
    return all(r.whole for r in ranges) and [r.index for r in ranges] == list(bare)
