"""Sums of products of arrays whose axes have names: planned once for given lengths, then run on many arrays.

Two arrays that share a summed axis are multiplied as matrices, which is what processors do best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

Axes = tuple[str, ...]
"""The name of each axis of an array, in order; no two are the same."""

Change = Callable[[Any], Any]
"""What is done to an array before it is used, a view where that is possible."""

Product = Callable[[Sequence[Any]], Any]
"""The summed product of arrays of the planned axes."""


def aligned(axes: Axes, to: Axes) -> Change | None:
    """How an array with some axes is made to broadcast against one that has all of `to`; None: as it is.

    >>> x = np.array([1.0, 2.0])
    >>> aligned(("b",), ("b", "j"))(x).shape
    (2, 1)
    >>> aligned(("j",), ("b", "j")) is None
    True
    """
    order = tuple(axes.index(name) for name in to if name in axes)
    turned = order != tuple(range(len(order)))
    index = tuple(slice(None) if name in axes else None for name in to)
    while index and index[0] is None:  # leading axes are added by broadcasting itself
        index = index[1:]
    widened = None in index
    if turned and widened:
        return lambda array: array.transpose(order)[index]
    if turned:
        return lambda array: array.transpose(order)
    return (lambda array: array[index]) if widened else None


def plan_product(factors: Sequence[Axes], lengths: Mapping[str, int], kept: Axes) -> Product:
    """The product of arrays with these axes, summed over all axes but those that are kept.

    Args:
        factors: the axes of each array; one or more.
        lengths: how long each axis is.
        kept: the axes of the result, in its order; each must be one of some array.

    >>> product = plan_product([("b", "i"), ("j", "i")], {"b": 1, "i": 2, "j": 1}, ("b", "j"))
    >>> product([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[11.]])
    """
    if len(factors) == 1:
        return _lone(factors[0], kept)
    for first, one in enumerate(factors):
        for second in range(first + 1, len(factors)):
            if set(one) == set(factors[second]):
                return _merged(factors, first, second, lengths, kept)
    if len(factors) == 2:
        return _pair(factors[0], factors[1], lengths, kept)
    by_size = sorted(range(len(factors)), key=lambda at: prod(lengths[name] for name in factors[at]))
    for small in by_size:
        for large in by_size:
            if small != large and set(factors[small]) <= set(factors[large]):
                return _merged(factors, large, small, lengths, kept)
    for at in by_size:
        if set(factors[at]) <= set(kept):
            return _with_last(factors, at, lengths, kept)
    return _einsum(factors, lengths, kept)


def _lone(axes: Axes, kept: Axes) -> Product:
    summed = tuple(at for at, name in enumerate(axes) if name not in kept)
    turn = aligned(tuple(name for name in axes if name in kept), kept)
    if not summed:
        return lambda arrays: arrays[0] if turn is None else turn(arrays[0])
    if turn is None:
        return lambda arrays: arrays[0].sum(axis=summed)
    return lambda arrays: turn(arrays[0].sum(axis=summed))


def _merged(factors: Sequence[Axes], host: int, guest: int, lengths: Mapping[str, int], kept: Axes) -> Product:
    """The guest, whose axes are all among the host's, is multiplied into it first."""
    turn = aligned(factors[guest], factors[host])
    rest = [at for at in range(len(factors)) if at not in (host, guest)]
    after = plan_product([factors[host], *(factors[at] for at in rest)], lengths, kept)

    def run(arrays: Sequence[Any]) -> Any:
        other = arrays[guest] if turn is None else turn(arrays[guest])
        return after([arrays[host] * other, *(arrays[at] for at in rest)])

    return run


def _with_last(factors: Sequence[Axes], last: int, lengths: Mapping[str, int], kept: Axes) -> Product:
    """The product of the others, times one factor that no sum runs over."""
    rest = [at for at in range(len(factors)) if at != last]
    met = {name for at in rest for name in factors[at]}
    inner = tuple(name for name in kept if name in met)
    before = plan_product([factors[at] for at in rest], lengths, inner)
    after = _broadcast((inner, factors[last]), kept, 0)
    return lambda arrays: after((before([arrays[at] for at in rest]), arrays[last]))


def _pair(one: Axes, other: Axes, lengths: Mapping[str, int], kept: Axes) -> Product:
    shared = [name for name in one if name in other]
    own = [tuple(name for name in axes if name in kept and name not in shared) for axes in (one, other)]
    lost = [tuple(name for name in axes if name not in kept and name not in shared) for axes in (one, other)]
    both = tuple(name for name in kept if name in shared)
    contracted = tuple(name for name in shared if name not in kept)
    if lost[0] or lost[1]:  # axes that only one array has are summed up in it first
        return _after_sums((one, other), lost, lengths, kept)
    if not contracted or (both and not (own[0] and own[1])):
        return _broadcast((one, other), (*kept, *contracted), len(contracted))
    if own[0] and own[1] and kept.index(own[1][0]) < kept.index(own[0][0]):  # the result comes in order the other way
        swapped = _pair(other, one, lengths, kept)
        return lambda arrays: swapped((arrays[1], arrays[0]))
    left = _as_matrix(one, both, own[0], contracted, lengths)
    right = _as_matrix(other, both, contracted, own[1], lengths)
    axes = both + own[0] + own[1]
    shape, turn = tuple(lengths[name] for name in axes), aligned(axes, kept)
    plain = len(own[0]) <= 1 and len(own[1]) <= 1 and len(both) <= 1

    def run(arrays: Sequence[Any]) -> Any:
        product = np.matmul(
            arrays[0] if left is None else left(arrays[0]), arrays[1] if right is None else right(arrays[1])
        )
        product = product if plain else product.reshape(shape)
        return product if turn is None else turn(product)

    return run


def _after_sums(pair: tuple[Axes, Axes], lost: Sequence[Axes], lengths: Mapping[str, int], kept: Axes) -> Product:
    left, right = (tuple(name for name in axes if name not in gone) for axes, gone in zip(pair, lost, strict=True))
    sums = [_lone(axes, less) for axes, less in zip(pair, (left, right), strict=True)]
    after = plan_product((left, right), lengths, kept)
    return lambda arrays: after((sums[0](arrays[:1]), sums[1](arrays[1:])))


def _broadcast(pair: tuple[Axes, Axes], order: Axes, summed: int) -> Product:
    """Multiplied cell by cell, then summed over so many of the last axes."""
    left, right = (aligned(axes, order) for axes in pair)
    last = tuple(range(-summed, 0))

    def run(arrays: Sequence[Any]) -> Any:
        one = arrays[0] if left is None else left(arrays[0])
        product = one * (arrays[1] if right is None else right(arrays[1]))
        return product.sum(axis=last) if last else product

    return run


def _as_matrix(axes: Axes, both: Axes, rows: Axes, columns: Axes, lengths: Mapping[str, int]) -> Change | None:
    """How an array becomes a matrix, or a stack of them, with groups of axes for rows and columns; or a vector."""
    wanted = both + rows + columns
    order = tuple(axes.index(name) for name in wanted)
    turned = order != tuple(range(len(order)))
    if len(rows) <= 1 and len(columns) <= 1 and len(both) <= 1:
        return (lambda array: array.transpose(order)) if turned else None
    groups = [group for group in (both, rows, columns) if group]
    shape = tuple(prod(lengths[name] for name in group) for group in groups)
    return lambda array: array.transpose(order).reshape(shape)


def _einsum(factors: Sequence[Axes], lengths: Mapping[str, int], kept: Axes) -> Product:
    """Three or more arrays, none of which fits into another: in the order that NumPy finds cheapest."""
    names = {name: at for at, name in enumerate(lengths)}
    axes = [[names[name] for name in factor] for factor in factors]
    shapes = [np.empty([lengths[name] for name in factor]) for factor in factors]
    out = [names[name] for name in kept]

    def operands(arrays: Sequence[Any]) -> list[Any]:
        return [part for pair in zip(arrays, axes, strict=True) for part in pair]

    path, _ = np.einsum_path(*operands(shapes), out, optimize="optimal")
    return lambda arrays: np.einsum(*operands(arrays), out, optimize=path)
