"""What all commands share: exit codes, the JSON they print, and how an error is said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symgrad.errors import SymgradError

FORMAT = 1
"""The format number of all JSON that is printed."""

OK, REFUTED, INTERNAL, UNUSABLE, UNDECIDED, INTERRUPTED, CLOSED = 0, 1, 1, 2, 3, 130, 141
"""Exit codes: 1 is that of a refuted claim, and of an error of symgrad."""


def report(error: SymgradError, as_json: bool) -> None:
    """Say an error to standard error; where JSON is wanted, print it as an object too."""
    print(f"symgrad: {error}" if error.place is None else error, file=sys.stderr)
    if as_json:
        findings = [
            {
                "line": finding.place.line if finding.place else None,
                "column": finding.place.column if finding.place else None,
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in error.findings
        ]
        print_json({"format": FORMAT, "error": findings})


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object to standard output."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
