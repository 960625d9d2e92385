"""Components by name, from a file, or from a text of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from symgrad.edf.component import Component
from symgrad.errors import UsageError
from symgrad.files import read_text
from symgrad.language.program import Program
from symgrad.language.read import read_program

SUFFIX = ".loops"
_NAME = re.compile(r"\w+")


def component(
    what: str | Path | Program, name: str = "", *, batch: str = "b", sizes: Mapping[str, int] | None = None
) -> Component:
    """A component.

    Args:
        what: the name of a shipped component (see `component_names`), the path of a `.loops` file,
            a text in the loop language, or a program.
        name: what messages call it; by default its own name, or "component".
        batch: the batch index; a program without an index of this name has no batches.
        sizes: sizes that do not show in the shapes of what it is given.

    Raises:
        UsageError: there is none of that name, or the program cannot be a component.
        ReadingError, LegalityError: the text is no program.
    """
    if isinstance(what, Program):
        return Component(what, name or "component", batch, sizes)
    if not isinstance(what, str | Path):
        raise UsageError(f"a component is made of a name, a text or a program, not of a {type(what).__name__}")
    if isinstance(what, Path) or what.endswith(SUFFIX):
        program = read_program(read_text(what), name=str(what))
        return Component(program, name or Path(what).stem, batch, sizes)
    if not _NAME.fullmatch(what.strip()):
        return Component(read_program(what, name=name), name or "component", batch, sizes)
    if name or sizes or batch != "b":
        return Component(_shipped(what).program, name or what, batch, sizes)
    return _shipped(what)


def component_names() -> tuple[str, ...]:
    """The names of the shipped components."""
    found = (file.name for file in files(__package__).joinpath("components").iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)))


@cache
def _shipped(name: str) -> Component:
    """A shipped component; one for all, so that what is derived and compiled is so once."""
    names = component_names()
    if name not in names:
        near = get_close_matches(name, names, 1)
        known = f"known are {', '.join(names)}"
        raise UsageError(f"there is no component {name!r}", hint=f"did you mean {near[0]}? {known}" if near else known)
    text = files(__package__).joinpath("components", name + SUFFIX).read_text(encoding="utf-8")
    return Component(read_program(text, name=name + SUFFIX), name)
