"""The declarations of a program as text: what is needed so that reading it gives the same program.

Sizes that an index declaration names, and computed tensors whose axes follow from how they are
accessed, are not declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from symgrad.language.accesses import accesses
from symgrad.language.build import ONE, ZERO, add, neg
from symgrad.language.integers import form_of
from symgrad.language.program import (
    Axis,
    Expr,
    FunctionDecl,
    Index,
    IndexDecl,
    Program,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
)
from symgrad.language.walk import walk_ranges, walk_statements
from symgrad.language.writing.pieces import Level, Sub
from symgrad.language.writing.printer import Printer, names_in, tight

_WIDTH = 110  # a longer line of declarations goes on in another


class DeclarationWriter:
    """Writes the declarations of one program."""

    def __init__(self, program: Program, printer: Printer) -> None:
        self._program = program
        self._printer = printer
        self._written = {statement.target.name for _, statement in walk_statements(program.body)}
        self._names = {*program.tensor_named, *program.size_named, *program.index_named, *program.function_named}
        self._restricted = {r.index for r in walk_ranges(program.body) if not r.whole}
        self._refs: dict[str, list[Ref]] = {}
        for access in accesses(program.body):
            self._refs.setdefault(access.ref.name, []).append(access.ref)

    def lines(self) -> Iterator[str]:
        """The lines: sizes, indices, functions, tensors, constraints, outputs."""
        program = self._program
        yield from self._line("size", map(self._size, self._sizes()))
        yield from self._line("index", self._indices())
        yield from self._line("function", map(self._function, program.functions))
        tensors = [tensor for tensor in program.tensors if self._is_needed(tensor)]
        for word, group in groupby(tensors, key=_word):
            # Clauses of several words read better, and more surely, on a line of their own.
            for own_line, some in groupby(group, key=lambda tensor: bool(tensor.over or tensor.zero_outside)):
                texts = [self._tensor(tensor) for tensor in some]
                for line in [[text] for text in texts] if own_line else [texts]:
                    yield from self._line(word, line)
        for constraint in program.constraints:
            sign = self._printer.notation.comparisons[constraint.op]
            text = f"{self._printer.text(constraint.left)} {sign} {self._printer.text(constraint.right)}"
            yield from self._line("constraint", [text])
        yield from self._line("output", map(self._name, program.outputs))

    def _line(self, word: str, items: Iterable[str]) -> Iterator[str]:
        """The items behind the word that declares them, on as many lines as it takes."""
        start = self._printer.notation.write_words(word) + self._printer.notation.word_gap
        line = ""
        for item in items:
            if line and len(line) + len(item) > _WIDTH:
                yield line
                line = ""
            line = f"{line}, {item}" if line else start + item
        if line:
            yield line

    def _sizes(self) -> Iterator[SizeDecl]:
        """The sizes of which more is to be said than the ranges of indices and other sizes say."""
        program = self._program
        told = [end for index in program.indices for end in (index.low, index.high)]
        told += [size.definition for size in program.sizes if size.definition is not None]
        named = {name for expr in told for name in names_in(expr)}
        for size in program.sizes:
            could_be_index = size.name[:1].islower()
            if size.name not in named or size.minimum > 1 or size.definition is not None or could_be_index:
                yield size

    def _name(self, name: str) -> str:
        return self._printer.notation.write_name(name)

    def _size(self, size: SizeDecl) -> str:
        definition = "" if size.definition is None else f" = {self._extent(size.definition)}"
        minimum = f" {self._printer.notation.comparisons['>=']} {size.minimum}" if size.minimum > 1 else ""
        return self._name(size.name) + definition + minimum

    def _indices(self) -> Iterator[str]:
        """`i, k in H`: neighbours that run over the same stand together."""
        for (low, high), group in groupby(self._program.indices, key=lambda index: (index.low, index.high)):
            names = ", ".join(self._name(index.name) for index in group)
            yield f"{names}{self._printer.notation.element}{self._interval(low, high)}"

    def _interval(self, low: Expr, high: Expr) -> str:
        size = _bare_size(IndexDecl("", low, high))
        return self._name(size) if size else f"{self._end(low)}..{self._end(high)}"

    def _end(self, expr: Expr) -> str:
        """An end of a range, as loops have it: `0..T-2`."""
        return self._printer.join(tight(expr, subscript=True))

    def _extent(self, expr: Expr) -> str:
        return self._printer.join([Sub(expr, Level.SUM, subscript=True)])

    def _function(self, function: FunctionDecl) -> str:
        return f"{self._name(function.name)}({', '.join(map(self._name, function.parameters))})"

    def _tensor(self, tensor: Tensor) -> str:
        text = self._name(tensor.name)
        if tensor.axes:
            fixed = tensor.initial or (None,) * len(tensor.axes)
            axes = (
                self._axis(axis, tensor) if at is None else self._printer.text(at)
                for axis, at in zip(tensor.axes, fixed, strict=True)
            )
            text += f"[{', '.join(axes)}]"
        if tensor.sign and not tensor.over:
            op, bound = tensor.sign.split()
            text += f" {self._printer.notation.comparisons[op]} {bound}"
        if tensor.labels:
            text += self._printer.notation.element + self._interval(*tensor.labels)
        if tensor.over:
            text += self._clause("over") + self._printer.notation.word_gap + ", ".join(map(self._name, tensor.over))
        if tensor.zero_outside:
            text += self._clause("zero outside")
        return text

    def _clause(self, words: str) -> str:
        return self._printer.notation.word_gap + self._printer.notation.write_words(words)

    def _axis(self, axis: Axis, tensor: Tensor) -> str:
        """An index that runs along the whole axis, else its extent; `0..n` where a bare extent would be a slice."""
        if self._labelled(axis):
            return self._name(axis.label)
        last = form_of(add(axis.extent, neg(ONE)))
        shorter = last is not None and last.terms.get((), 0) >= 0
        if last is not None and (shorter or tensor.name in self._written):
            return "0.." + self._end(last.to_expr())
        return self._extent(axis.extent)

    def _labelled(self, axis: Axis) -> bool:
        index = self._program.index_named.get(axis.label)
        return index is not None and _same(add(index.high, ONE), axis.extent)

    def _is_needed(self, tensor: Tensor) -> bool:
        if tensor.role is not Role.COMPUTED or tensor.initial is not None:
            return True
        return self._needs_its_name(tensor) or not self._is_inferred(tensor)

    def _needs_its_name(self, tensor: Tensor) -> bool:
        """Whether the undeclared name would be read as something else: `B^R` as a power, `x_grad` as `x.grad`."""
        base, power, exponent = tensor.name.partition("^")
        if power and "," not in exponent and (not tensor.axes or base in self._names):
            return True
        stems = (tensor.name.removesuffix("_grad"), tensor.name.removeprefix("grad_"), tensor.name.removeprefix("d"))
        return any(stem != tensor.name and stem in self._names for stem in stems)

    def _is_inferred(self, tensor: Tensor) -> bool:
        """Whether reading finds the same axes: every access is by bare indices that run over exactly its axes."""
        if tensor.name not in self._written:
            return False
        return all(self._axis_is_inferred(tensor, position) for position in range(len(tensor.axes)))

    def _axis_is_inferred(self, tensor: Tensor, position: int) -> bool:
        axis = tensor.axes[position]
        used = [ref.subscripts[position] for ref in self._refs[tensor.name] if position < len(ref.subscripts)]
        names = dict.fromkeys(subscript.name for subscript in used if isinstance(subscript, Index))
        exact = all(isinstance(subscript, Index) for subscript in used) and all(
            name not in self._restricted and self._runs_along(name, axis) for name in names
        )
        return exact and next(iter(names), "") == axis.label

    def _runs_along(self, name: str, axis: Axis) -> bool:
        """Whether the index's own range is exactly the axis."""
        index = self._program.index_named.get(name)
        return index is not None and index.low == ZERO and _same(add(index.high, ONE), axis.extent)


def _word(tensor: Tensor) -> str:
    """The word that declares a tensor."""
    if tensor.over:
        return "distribution"
    if tensor.initial is not None:
        return "input"
    return tensor.role.value


def _bare_size(index: IndexDecl) -> str:
    """N where the range is 0..N-1, else nothing."""
    if index.low != ZERO:
        return ""
    count = form_of(add(index.high, ONE))
    size = count.to_expr() if count is not None else None
    return size.name if isinstance(size, Size) else ""


def _same(left: Expr, right: Expr) -> bool:
    """Whether two extents are one polynomial."""
    return left == right or (form_of(left) is not None and form_of(left) == form_of(right))
