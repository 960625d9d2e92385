"""The values of sizes: found from the shapes of arrays, completed by definitions, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.errors import UsageError
from symgrad.evaluate.exact import expr_text, size_value, sizes_in
from symgrad.language.program import Expr, FloorDiv, Mod, Number, Program, Tensor
from symgrad.language.walk import walk_expr


def complete_sizes(program: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    """Every size's value from those of the undefined ones.

    Raises UsageError for an unknown or missing size, one below its minimum, or one that
    contradicts its definition.

    >>> from symgrad.language.build import mul, number
    >>> from symgrad.language.program import Size, SizeDecl
    >>> program = Program(sizes=(SizeDecl("D"), SizeDecl("H", definition=mul(number(2), Size("D")))))
    >>> complete_sizes(program, {"D": 3})
    {'D': 3, 'H': 6}
    """
    known = _checked(program, sizes)
    apply_definitions(program, known)
    missing = [size.name for size in program.sizes if size.name not in known]
    if missing:
        names = ", ".join(missing)
        raise UsageError(f"the value of size {names} is not known", hint="give it: sizes={" + repr(missing[0]) + ": 4}")
    for size in program.sizes:
        if known[size.name] < size.minimum:
            raise UsageError(f"size {size.name} is {known[size.name]}, but at least {size.minimum} is needed")
    return {size.name: known[size.name] for size in program.sizes}


def _checked(program: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    for name, value in sizes.items():
        if name not in program.size_named:
            known = ", ".join(program.size_named) or "none"
            raise UsageError(f"there is no size {name}", hint=f"the program's sizes are: {known}")
        if isinstance(value, bool) or int(value) != value:
            raise UsageError(f"size {name} must be a whole number, not {value!r}")
    return {name: int(value) for name, value in sizes.items()}


def apply_definitions(program: Program, known: dict[str, int]) -> None:
    """Add every size whose definition can be evaluated; a contradiction is a UsageError."""
    for _ in program.sizes:  # a definition may need another one that stands after it
        for size in program.sizes:
            if size.definition is None or not sizes_in(size.definition) <= known.keys():
                continue
            value = size_value(size.definition, known)
            if known.setdefault(size.name, value) != value:
                raise UsageError(
                    f"size {size.name} is {known[size.name]}, but by its definition "
                    f"{size.name} = {expr_text(size.definition)} it is {value}"
                )


@dataclass(frozen=True)
class _Fact:
    """That an axis has an extent: the expression, the value found, and where it was seen."""

    extent: Expr
    value: int
    where: str


def infer_sizes(
    program: Program, shapes: Mapping[str, Sequence[int]], sizes: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The sizes that arrays of these shapes have, by tensors' names; `sizes` gives those that do not show.

    A tensor of which a slice is given has the shape of that slice.

    Raises UsageError for a wrong number of axes, two arrays that contradict each other, and a
    size that cannot be found.
    """
    return complete_sizes(program, known_sizes(program, shapes, sizes))


def known_sizes(
    program: Program, shapes: Mapping[str, Sequence[int]], sizes: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Those sizes that arrays of these shapes have, and the sizes given. Errors are those of `infer_sizes`."""
    known = _checked(program, sizes or {})
    sources = dict.fromkeys(known, "the sizes given")
    facts = [fact for name, shape in shapes.items() for fact in _facts(program.tensor_named[name], shape)]
    progress = True
    while progress:
        apply_definitions(program, known)
        defined = [
            _Fact(s.definition, known[s.name], s.name) for s in program.sizes if s.definition and s.name in known
        ]
        progress = any(_learn(fact, known, sources) for fact in facts + defined)
    for fact in facts:
        _confirm(fact, known, sources)
    return known


def _facts(tensor: Tensor, shape: Sequence[int]) -> list[_Fact]:
    fixed = tensor.initial or (None,) * len(tensor.axes)
    axes = [(at, axis) for at, (axis, given) in enumerate(zip(tensor.axes, fixed, strict=True)) if given is None]
    if len(axes) != len(shape):
        wanted = ", ".join(axis.label or expr_text(axis.extent) for _, axis in axes)
        what = f"the given slice of {tensor.name}" if tensor.initial else tensor.name
        raise UsageError(
            f"{what} needs an array with {len(axes)} {'axis' if len(axes) == 1 else 'axes'} [{wanted}], "
            f"not one of shape {tuple(shape)}"
        )
    return [
        _Fact(
            axis.extent, int(length), f"axis {at} ({axis.label}) of {tensor.name}" if axis.label else _axis(at, tensor)
        )
        for at, ((_, axis), length) in enumerate(zip(axes, shape, strict=True))
    ]


def _axis(at: int, tensor: Tensor) -> str:
    return f"axis {at} of {tensor.name}"


def _learn(fact: _Fact, known: dict[str, int], sources: dict[str, str]) -> bool:
    """Solve the fact for its one unknown size, if it has just one and is linear in it."""
    unknown = sizes_in(fact.extent) - known.keys()
    if len(unknown) != 1:
        return False
    (name,) = unknown
    solution = _solve(fact.extent, fact.value, name, known)
    if solution is None:
        return False
    if solution.denominator != 1 or solution < 1:
        raise UsageError(
            f"{fact.where} has {fact.value} values, but its extent is {expr_text(fact.extent)}, "
            f"and no positive whole number {name} makes it so"
        )
    known[name], sources[name] = int(solution), fact.where
    return True


def _solve(extent: Expr, value: int, name: str, known: Mapping[str, int]) -> Fraction | None:
    """The size that gives the extent its value, where the extent is a line in it."""
    if any(isinstance(part, FloorDiv | Mod) for part in walk_expr(extent)):
        return None
    near, middle, far = (size_value(extent, {**known, name: at}) for at in (12, 24, 36))
    rise = middle - near
    if rise == 0 or far - middle != rise:
        return None
    slope = Fraction(rise, 12)
    return (value - near) / slope + 12


def _confirm(fact: _Fact, known: Mapping[str, int], sources: Mapping[str, str]) -> None:
    names = sizes_in(fact.extent)
    if not names <= known.keys():
        return
    wanted = size_value(fact.extent, known)
    if wanted == fact.value:
        return
    if isinstance(fact.extent, Number):
        raise UsageError(f"{fact.where} must have {wanted} values, but it has {fact.value}")
    reasons = "; ".join(f"{name} = {known[name]} by {sources.get(name, 'its definition')}" for name in sorted(names))
    shown = expr_text(fact.extent)
    raise UsageError(f"{fact.where} has {fact.value} values, but {shown} = {wanted} is needed ({reasons})")
