"""Programs from files, read with bounds and with errors for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from symgrad.errors import UsageError

if TYPE_CHECKING:
    from symgrad.language.program import Program

LONGEST = 1 << 20
"""How many bytes are read of a file at most; the language's own bound on texts is far below."""


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, or of standard input where the path is "-".

    Raises UsageError for what is missing, unreadable, a directory, too long or not UTF-8.
    """
    try:
        if str(path) == "-":
            content = _read(sys.stdin.buffer) if sys.stdin else b""
        else:
            with Path(path).open("rb") as file:
                content = _read(file)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"cannot read {_shown(path)}: {reason}") from error
    if len(content) > LONGEST:
        raise UsageError(f"cannot read {_shown(path)}: it is longer than {LONGEST >> 20} MB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"cannot read {_shown(path)}: line {line} is not UTF-8 text (byte {content[error.start]:#04x})"
        raise UsageError(message, hint="save the file with the encoding UTF-8") from error


def load(path: str | Path) -> Program:
    """The program that a file of the loop language says, for instance `load("softmax.loops")`.

    Raises UsageError if the file cannot be read, ReadingError or LegalityError if its text cannot be.
    """
    from symgrad.language.read import read_program

    return read_program(read_text(path), name=str(path))


def _read(file: BinaryIO) -> bytes:
    return file.read(LONGEST + 1)


def _shown(path: str | Path) -> str:
    return "standard input" if str(path) == "-" else repr(str(path))
