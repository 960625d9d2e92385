"""What names say: the tensor of an adjoint, the index that another is numbered after, the size of an index."""

from __future__ import annotations

import re

_ADJOINT = re.compile(r"(.+?)(\.(grad|dot)\d*'*)+")
_LAST = re.compile(r"(.+)\.(grad|dot)\d*'*")
_DERIVED = re.compile(r".+?(\.(grad|dot|jac)\d*'*)+")


def base_of(name: str) -> str:
    """The tensor that an adjoint or tangent belongs to; "" for any other name.

    >>> base_of("x.grad"), base_of("x.grad2.dot"), base_of("x"), base_of("x.gard")
    ('x', 'x', '', '')
    """
    found = _ADJOINT.fullmatch(name)
    return found[1] if found else ""


def derivative_of(name: str) -> str:
    """The tensor of which a name is the adjoint or tangent, which may be an adjoint itself; "" for any other name.

    >>> derivative_of("x.grad.dot"), derivative_of("x.grad"), derivative_of("x")
    ('x.grad', 'x', '')
    """
    found = _LAST.fullmatch(name)
    return found[1] if found else ""


def is_tangent(name: str) -> bool:
    """Whether a name is written like a tangent.

    >>> is_tangent("x.dot"), is_tangent("x.grad.dot2"), is_tangent("x.dot.grad")
    (True, True, False)
    """
    found = _LAST.fullmatch(name)
    return found is not None and found[2] == "dot"


def is_derived(name: str) -> bool:
    """Whether a name is written like an adjoint, a tangent or a Jacobian.

    >>> is_derived("x.grad"), is_derived("Z.jac"), is_derived("x.gard")
    (True, True, False)
    """
    return _DERIVED.fullmatch(name) is not None


def index_stem(index: str) -> str:
    """The index's name without what numbers it: t for t2 and t'."""
    return index.rstrip("0123456789'") or index


def size_letter(index: str) -> str:
    """The name of an undeclared index's size: its upper case without what numbers it.

    >>> size_letter("b"), size_letter("t2"), size_letter("j'")
    ('B', 'T', 'J')
    """
    stem = index_stem(index)
    capital = stem.upper()
    return capital if capital.isascii() and capital != stem else f"n_{index}"
