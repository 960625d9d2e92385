"""Small sizes for checks: distinct, so that swapped axes show, and large enough that sums do not degenerate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from random import Random

from symgrad.errors import UsageError
from symgrad.evaluate.exact import depends_on_sizes_only, shape_of, size_value
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.sizes import complete_sizes
from symgrad.language.affine import as_affine
from symgrad.language.program import Program, Range, Ref, SizeDecl
from symgrad.language.ranges import ends
from symgrad.language.walk import walk_body, walk_statements

SMALLEST = 3
"""With fewer, true gradients may vanish and wrong ones be right: at 1 a sum is its only term."""

WORK = 20_000
"""How much work (see `Footprint.work`) one run should take at most; sizes repeat before it gets more."""

_DISTINCT = (12, 6, 4, 3, 2, 1)
_ATTEMPTS = 300
_FARTHEST = 6

Chosen = dict[str, int]


def choose_sizes(program: Program, given: Mapping[str, int], draw: Random) -> Chosen:
    """Sizes for a check: those given, and small ones for the others, distinct where that is not too much work.

    Respects minimums and definitions; no tensor and no loop whose range only sizes decide is empty.
    Raises UsageError if no such sizes are found.
    """
    free = [s for s in program.sizes if s.definition is None and s.name not in given]
    if not free:
        return complete_sizes(program, given)
    best: tuple[int, Chosen] | None = None
    for sizes in _candidates(program, free, given, draw):
        work = Footprint(program, sizes).work()
        if work <= WORK:
            return sizes
        best = (work, sizes) if best is None or work < best[0] else best
    if best is None:
        raise UsageError("no small sizes were found at which no tensor and no loop is empty", hint="give the sizes")
    return best[1]


def _candidates(program: Program, free: Sequence[SizeDecl], given: Mapping[str, int], draw: Random) -> Iterator[Chosen]:
    """Sizes at which nothing is empty, the best ones first."""
    reach = _reach(program)
    regular = [*_regular(free, SMALLEST + reach), *(_regular(free, SMALLEST) if reach else ())]
    for at, chosen in enumerate(regular):
        sizes = _completed(program, {**chosen, **given}, SMALLEST)
        if sizes is None and at == 0:  # a definition such as X - D + 1 asks for sizes in another order
            drawn = (_completed(program, {**other, **given}, least) for least, other in _drawn(free, draw))
            sizes = next((found for found in drawn if found is not None), None)
        if sizes is not None:
            yield sizes


def _reach(program: Program) -> int:
    """How many more cells than usual an axis should have for the farthest reads, as y[t-3], to be of written cells."""
    subscripts = (s for part in walk_body(program.body) if isinstance(part, Ref) for s in part.subscripts)
    forms = (form for form in map(as_affine, subscripts) if form is not None)
    farthest = max((abs(form.constant) for form in forms if form.coefficients), default=0)
    return max(0, min(_FARTHEST, farthest - 1))


def _regular(free: Sequence[SizeDecl], least: int) -> Iterator[Chosen]:
    """The sizes 3, 4, 5, ... (from `least` on) for the free ones, starting again sooner and sooner."""
    for distinct in _DISTINCT:
        steps = islice(cycle(range(distinct)), len(free))
        yield {s.name: max(s.minimum, least + step) for s, step in zip(free, steps, strict=True)}


def _drawn(free: Sequence[SizeDecl], draw: Random) -> Iterator[tuple[int, Chosen]]:
    """Random distinct choices for the free sizes, with the least value that a defined size may have then."""
    for attempt in range(_ATTEMPTS):
        pool = range(2, SMALLEST + 1 + len(free) + attempt // 20)
        drawn = draw.sample(pool, len(free))
        least = max(1, SMALLEST - 3 * attempt // _ATTEMPTS)
        yield least, {s.name: max(s.minimum, value) for s, value in zip(free, drawn, strict=True)}


def _completed(program: Program, chosen: Mapping[str, int], least: int) -> Chosen | None:
    """All sizes with these chosen, unless a defined one gets too small or something is empty."""
    try:
        sizes = complete_sizes(program, chosen)
    except UsageError:  # a definition that gives no whole number, or one below its minimum
        return None
    defined = (sizes[s.name] for s in program.sizes if s.definition is not None)
    return sizes if all(value >= least for value in defined) and _nothing_empty(program, sizes) else None


def _nothing_empty(program: Program, sizes: Mapping[str, int]) -> bool:
    try:
        extents = [extent for tensor in program.tensors for extent in shape_of(tensor, sizes)]
        lengths = [_length(program, r, sizes) for around, _ in walk_statements(program.body) for r in around]
    except UsageError:  # an extent that is not a whole number
        return False
    return all(count > 0 for count in extents + lengths)


def _length(program: Program, r: Range, sizes: Mapping[str, int]) -> int:
    low, high = ends(r, program.index_named)
    if not (depends_on_sizes_only(low) and depends_on_sizes_only(high)):
        return 1
    return size_value(high, sizes) - size_value(low, sizes) + 1
