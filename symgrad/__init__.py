"""symgrad: derive, prove, optimise and check backpropagation written as += loops over named indices.

    >>> import symgrad as sg
    >>> forward = sg.parse("for b, j: Z[b] += exp(s[b, j])")
    >>> print(sg.write(sg.vjp(forward), declarations=False))
    for b, j: s.grad[b, j] += Z.grad[b] exp(s[b, j])

The names below are imported when they are first used, so that importing the package costs nothing.
Some are also the name of a room (`evaluate`): as an attribute of the package such a name is always
the function; import what is in the room with `from symgrad.evaluate import ...`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symgrad.calculus import hvp, jacobian, jvp, vjp
    from symgrad.course import explicit_matrix, load_problem, solve
    from symgrad.errors import LegalityError, ReadingError, SymgradError, UsageError
    from symgrad.evaluate import check_gradients, evaluate
    from symgrad.evidence import Verdict, prove
    from symgrad.files import load
    from symgrad.language.program import Program
    from symgrad.language.read import read_program as parse
    from symgrad.language.write import write_program as write
    from symgrad.optimise import optimise

__version__ = "0.1.0"

_HOMES = {
    "LegalityError": "symgrad.errors",
    "Program": "symgrad.language.program",
    "ReadingError": "symgrad.errors",
    "SymgradError": "symgrad.errors",
    "UsageError": "symgrad.errors",
    "Verdict": "symgrad.evidence",
    "check_gradients": "symgrad.evaluate",
    "evaluate": "symgrad.evaluate",
    "explicit_matrix": "symgrad.course",
    "hvp": "symgrad.calculus",
    "jacobian": "symgrad.calculus",
    "jvp": "symgrad.calculus",
    "load": "symgrad.files",
    "load_problem": "symgrad.course",
    "optimise": "symgrad.optimise",
    "parse": "symgrad.language.read:read_program",
    "prove": "symgrad.evidence",
    "solve": "symgrad.course",
    "vjp": "symgrad.calculus",
    "write": "symgrad.language.write:write_program",
}
"""Where each exported name lives: a module, with the name it has there if that is another one."""

__all__ = [
    "LegalityError",
    "Program",
    "ReadingError",
    "SymgradError",
    "UsageError",
    "Verdict",
    "check_gradients",
    "evaluate",
    "explicit_matrix",
    "hvp",
    "jacobian",
    "jvp",
    "load",
    "load_problem",
    "optimise",
    "parse",
    "prove",
    "solve",
    "vjp",
    "write",
]


def __getattr__(name: str) -> Any:
    """Import an exported name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, inner = _HOMES[name].partition(":")
    value = getattr(import_module(module), inner or name)
    globals()[name] = value
    return value


class _FrontDoor(ModuleType):
    """The package itself. It keeps the import of a room from taking the place of the function of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _FrontDoor


def __dir__() -> list[str]:
    """The exported names, imported or not."""
    return sorted([*globals(), *(name for name in __all__ if name not in globals())])
