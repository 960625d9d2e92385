"""The sizes of undeclared indices and the extents of undeclared axes, from how tensors are accessed.

Two kinds of access tell what a size is. In `Z[b]`, with b over its own range, index and axis have
one size, so they are joined into one class; a class that meets a declared axis has its extent, and
one that meets none gets a size symbol of its own. In `L[2*x + d]`, or in `h[t]` with t from 1 to
T, the axis must merely be long enough: its extent is what the largest access needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symgrad.errors import Finding
from symgrad.language.accesses import Access, binding
from symgrad.language.affine import as_affine
from symgrad.language.integers import ONE, Bounds, Form, form_of
from symgrad.language.naming import index_stem, size_letter
from symgrad.language.program import Expr, Index, Range, Ref, Size
from symgrad.language.resolving.partition import Partition
from symgrad.language.walk import walk_expr

Key = tuple[str, str, int]
"""What can have a size: ("index", name, 0), ("axis", tensor, position) or ("labels", tensor, 0)."""


def index_key(name: str) -> Key:
    """The key of an index."""
    return "index", name, 0


def labels_key(tensor: str) -> Key:
    """The key of the number of labels of an integer tensor."""
    return "labels", tensor, 0


def axis_key(tensor: str, position: int) -> Key:
    """The key of a tensor's axis."""
    return "axis", tensor, position


@dataclass(frozen=True)
class Facts:
    """What is asked, and what is known before accesses are looked at.

    `axes` holds the extent of every axis, None where none is declared; `sliced` the axes of which
    a slice is given, with the extent that the slice needs; `linked` pairs of keys that a
    declaration gives one size; `letters` the undeclared index that a size symbol means the size
    of; `ranges` every range of an undeclared index; `taken` names that a new size must not have.
    """

    known: Bounds
    axes: Mapping[Key, Form | None]
    sliced: Mapping[Key, Form]
    linked: Sequence[tuple[Key, Key]]
    accesses: Sequence[Access]
    ranges: Mapping[str, Sequence[Range]]
    letters: Mapping[str, str]
    taken: frozenset[str]


@dataclass
class _Class:
    """What is known of indices and axes that have one size."""

    declared: list[Form] = field(default_factory=list)  # extents of declared axes that its indices run over
    needed: list[Form] = field(default_factory=list)  # sizes of declared indices that run over its axes
    reached: list[Key] = field(default_factory=list)  # axes that its indices run over, reached in other ways too


@dataclass(frozen=True)
class _Use:
    """An access to an axis whose extent is to be found; `bare` is the undeclared index that runs over it whole."""

    access: Access
    subscript: Expr
    bare: Key | None


class _Circle(Exception):
    """A size was asked for while it was being found."""


class Extents:
    """Finds sizes and extents; `findings` are the reasons why some could not be found."""

    def __init__(self, facts: Facts) -> None:
        self.findings: list[Finding] = []
        self._facts = facts
        self._partition = Partition(index_key(name) for name in facts.ranges)
        self._classes: dict[Key, _Class] = {}
        self._found: dict[Key, Form | None] = {}
        self._extents: dict[Key, Form | None] = {}
        self._given_names: set[str] = set()
        self._uses: dict[Key, list[_Use]] = {}  # of axes whose extent is to be found
        self._met: list[tuple[Key, Form]] = []  # undeclared indices and the declared extents they run over
        self._labelled = {key for pair in facts.linked for key in pair if key[0] == "axis"}
        # Ranges of undeclared indices are added as they are found.
        self._bounds = replace(facts.known, own=dict(facts.known.own), labels=dict(facts.known.labels))
        self._collect()
        self._join()

    def size_of_index(self, name: str) -> Form:
        """How many values an undeclared index takes over its own range."""
        size = self._solve(index_key(name))
        self._note(index_key(name), size)
        return size

    def own_end(self, name: str) -> Form | None:
        """The last value of an undeclared index's own range, if it has one."""
        return self.size_of_index(name) - ONE if index_key(name) in self._partition else None

    def is_used(self, key: Key) -> bool:
        """Whether some access or declaration says what the key's size is."""
        return self._partition.root(key) in self._classes

    def label_count(self, tensor: str) -> Form:
        """How many labels an integer tensor without declared ones has."""
        size = self._solve(labels_key(tensor))
        self._note(labels_key(tensor), size)
        return size

    def extent(self, key: Key) -> Form | None:
        """The extent of an axis; None if it cannot be told, which is one of the findings."""
        declared = self._facts.axes.get(key)
        if declared is not None:
            return declared
        if key in self._labelled or not self._is_reached(key):
            return self._solve(key)
        if key not in self._extents:
            self._extents[key] = self._longest(key)
        return self._extents[key]

    def meanings(self) -> dict[Expr, Form]:
        """The size symbols that mean a size of another name."""
        meant: dict[Expr, Form] = {}
        for letter, index in self._facts.letters.items():
            size = self.size_of_index(index)
            if Size(letter) not in size.atoms:
                meant[Size(letter)] = size
        return meant

    # Collecting: what each access says.

    def _collect(self) -> None:
        for access in self._facts.accesses:
            for position, subscript in enumerate(access.ref.subscripts):
                key = axis_key(access.ref.name, position)
                if key not in self._facts.axes:
                    continue
                bare, extent = self._bare(subscript, access.bound), self._facts.axes[key]
                if extent is None:
                    self._uses.setdefault(key, []).append(_Use(access, subscript, bare))
                elif bare is not None:
                    self._met.append((bare, extent))

    def _bare(self, subscript: Expr, scope: Sequence[Range]) -> Key | None:
        """The key of the undeclared index or integer tensor that the subscript is, over its whole range."""
        match subscript:
            case Index(name) if name not in self._facts.known.own:
                return index_key(name) if _runs_over_its_own(binding(name, scope)) else None
            case Ref(name) if name not in self._facts.known.labels:
                return labels_key(name)
        return None

    def _join(self) -> None:
        """Join what has one size, and then gather what is known of each class."""
        for left, right in self._facts.linked:
            self._partition.join(left, right)
        bare_uses = [(key, use.bare) for key, uses in self._uses.items() for use in uses if use.bare is not None]
        apart = {key for key in self._uses if self._is_reached(key) and key not in self._labelled}
        for key, bare in bare_uses:
            if key not in apart:
                self._partition.join(bare, key)
        for bare, extent in self._met:
            self._class(bare).declared.append(extent)
        for key, bare in bare_uses:
            if key in apart:
                self._class(bare).reached.append(key)
        for key in self._uses:
            if key in self._labelled:
                self._class(key).reached.append(key)
            elif key not in apart:
                self._class(key).needed += self._declared_sizes(key)

    def _class(self, key: Key) -> _Class:
        return self._classes.setdefault(self._partition.root(key), _Class())

    def _is_reached(self, key: Key) -> bool:
        """Whether some access to the axis is by more than a bare index over its own range."""
        if key in self._facts.sliced:
            return True
        return any(use.bare is None and not self._is_declared_index(use) for use in self._uses.get(key, ()))

    def _is_declared_index(self, use: _Use) -> bool:
        match use.subscript:
            case Index(name) if name in self._facts.known.own:
                return _runs_over_its_own(binding(name, use.access.bound))
            case Ref(name):
                return name in self._facts.known.labels
        return False

    def _declared_sizes(self, key: Key) -> list[Form]:
        uses = [use for use in self._uses[key] if self._is_declared_index(use)]
        return [end + ONE for end in (self._declared_end(use.subscript) for use in uses) if end is not None]

    def _declared_end(self, subscript: Expr) -> Form | None:
        match subscript:
            case Index(name):
                return self._facts.known.own[name][1]
            case Ref(name):
                return self._facts.known.labels[name][1]
        return None

    # Solving: one size for each class, one extent for each axis that is reached in several ways.

    def _solve(self, key: Key) -> Form:
        root = self._partition.root(key)
        if root in self._found:
            known = self._found[root]
            if known is None:
                raise _Circle
            return known
        self._found[root] = None
        size = self._size(root)
        self._found[root] = size
        for member in self._partition.members(root):
            self._note(member, size)
        return size

    def _note(self, key: Key, size: Form) -> None:
        kind, name, _ = key
        own, labels = self._bounds.own, self._bounds.labels
        if kind == "index" and name not in own and isinstance(own, dict):
            own[name] = (Form({}), size - ONE)
        if kind == "labels" and name not in labels and isinstance(labels, dict):
            labels[name] = (Form({}), size - ONE)

    def _size(self, root: Key) -> Form:
        found = self._classes.get(root, _Class())
        if found.declared:
            return found.declared[0]
        if found.needed:
            return self._greatest(found.needed) or found.needed[0]
        members = [key[1] for key in self._partition.members(root) if key[0] == "index"]
        letter = next((s for s, index in self._facts.letters.items() if index in members), None)
        for candidate in self._candidates(found, members):
            if letter is not None and self._bounds.is_nonnegative(Form({(Size(letter),): 1}) - candidate):
                break  # the text has a symbol for this size, and it is long enough
            return candidate
        return Form({(Size(self._new_name(members, root, letter)),): 1})

    def _candidates(self, found: _Class, members: Sequence[str]) -> Iterator[Form]:
        """Sizes that would do for a class without a declared one.

        By its axes, then by its indices' ranges, at last by their names: t2 runs like t.
        """
        for key in dict.fromkeys(found.reached):
            try:
                extent = self._longest(key, bare=False)
            except _Circle:
                continue
            if extent is not None:
                yield extent
        for r in (r for name in members for r in self._facts.ranges.get(name, ())):
            try:
                size = self._size_by_range(r)
            except _Circle:
                continue
            if size is not None:
                yield size
        for name in members:
            low, high = self._facts.known.own.get(index_stem(name), (None, None))
            if low is not None and high is not None and not low.terms:
                yield high + ONE

    def _size_by_range(self, r: Range) -> Form | None:
        """The size that a range suggests for its index: t's for `t2 <= t`, n for `i < n`."""
        limit = r.high if r.high is not None else r.low
        form = None if limit is None else as_affine(limit)
        if form is None:
            return None
        indices = [atom for atom in form.coefficients if isinstance(atom, Index)]
        if r.high is not None and all(isinstance(atom, Size | Ref) for atom in form.coefficients):
            end = self._bounds.greatest(form_of(r.high) or ONE, ())
            return None if end is None else end + ONE
        if len(indices) != 1 or indices[0].name == r.index:
            return None
        own = self._facts.known.own.get(indices[0].name)
        return own[1] + ONE if own is not None else self._solve(index_key(indices[0].name))

    def _new_name(self, members: Sequence[str], root: Key, letter: str | None) -> str:
        first = members[0] if members else root[1]
        wished = letter or size_letter(first)
        if letter is None and (wished in self._facts.taken or wished in self._given_names):
            wished = f"n_{first}"
        self._given_names.add(wished)
        return wished

    def _longest(self, key: Key, bare: bool = True) -> Form | None:
        """The extent that the largest access to an axis needs."""
        uses = self._uses.get(key, [])
        plain = [self._solve(use.bare) for use in uses if use.bare is not None] if bare else []
        declared = self._declared_sizes(key) if uses else []
        # What is no integer is refused in `legality`, with a better reason than one there could be here.
        integers = [use for use in uses if as_affine(use.subscript) is not None]
        others = [use for use in integers if use.bare is None and not self._is_declared_index(use)]
        reached = [self._need(use) for use in others]
        sliced = [self._facts.sliced[key]] if key in self._facts.sliced else []
        needs = [*plain, *declared, *sliced, *(need for need in reached if need is not None)]
        longest = self._greatest(needs)
        unknown = [use for use, need in zip(others, reached, strict=True) if need is None]
        unknown = [use for use in unknown if longest is None or not self._is_inside(use, longest)]
        if longest is not None and not unknown:
            return longest
        if not others and not sliced:
            return ONE if bare else None  # accesses by bare indices alone say nothing of the index's size
        if plain or declared:
            return (plain + declared)[0]  # the other accesses are then out of its extent, or not
        if bare:
            self.findings.append(_unclear(key, unknown, others, needs))
        return None

    def _is_inside(self, use: _Use, extent: Form) -> bool:
        """Whether the access is shown to be less than an extent: that may be known where what it needs is not."""
        form = form_of(use.subscript)
        return form is not None and self._bounds.is_never_above(form, extent - ONE, use.access.bound)

    def _need(self, use: _Use) -> Form | None:
        form = form_of(use.subscript)
        if form is None:
            return None
        self._prepare(form, use.access.bound)
        end = self._bounds.greatest(form, use.access.bound)
        return None if end is None else end + ONE

    def _prepare(self, form: Form, scope: Sequence[Range]) -> None:
        """Find the sizes of the undeclared indices on which a form's bounds depend."""
        pending = [part for atom in form.atoms for part in walk_expr(atom)]
        done: set[str] = set()
        while pending:
            part = pending.pop()
            if isinstance(part, Ref) and part.name not in self._bounds.labels and self.is_used(labels_key(part.name)):
                self._solve(labels_key(part.name))
            if not isinstance(part, Index) or part.name in done:
                continue
            done.add(part.name)
            around = binding(part.name, scope)
            if (around.low is None or around.high is None) and part.name not in self._bounds.own:
                self._solve(index_key(part.name))
            for limit in (around.low, around.high):
                pending += walk_expr(limit) if limit is not None else ()

    def _greatest(self, forms: Sequence[Form]) -> Form | None:
        """The one of the forms that is never less than another, or None if there is none."""
        if not forms:
            return None
        greatest = forms[0]
        for form in forms[1:]:  # only the last one that was not less than the one before it can be the greatest
            if form != greatest and self._bounds.is_nonnegative(form - greatest):
                greatest = form
        is_it = all(form == greatest or self._bounds.is_nonnegative(greatest - form) for form in forms)
        return greatest if is_it else None


def _runs_over_its_own(r: Range) -> bool:
    """Whether the range's end is the index's own: `t`, `t2 <= t`, but not `t in 1..T` or `i < n`."""
    if r.high is None:
        return True
    return r.low is None and any(isinstance(part, Index) for part in walk_expr(r.high))


def _unclear(key: Key, unknown: Sequence[_Use], uses: Sequence[_Use], needs: Sequence[Form]) -> Finding:
    """Why an extent cannot be told: an access of which it is unknown what it needs, or needs none of which is most."""
    from symgrad.language.write import write_expr

    _, tensor, position = key
    reason = ""
    if unknown:
        reason = f": how large {write_expr(unknown[0].subscript)} gets is not known"
    elif len(needs) > 1:
        how_long = " or ".join(dict.fromkeys(write_expr(need.to_expr()) for need in needs))
        reason = f": it needs {how_long} cells, whichever is more"
    place = next((use.access.ref.place for use in (*unknown, *uses)), None)
    hint = f"declare {tensor} with an axis `0..n` there"
    return Finding(f"how long {tensor} is at position {position + 1} cannot be told{reason}", place, hint)
