"""Chains of equations and inequalities in problem files: read as everywhere, with a place for whatever is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.errors import Finding, Place, ReadingError
from symgrad.language.program import Program

if TYPE_CHECKING:
    from symgrad.evidence.chain_text import ChainText


def read_chains(text: str, context: Program, aliases: Mapping[str, str] | None = None) -> tuple[ChainText, ...]:
    """The chains of a text, in terms of the tensors of a program; `aliases` are other spellings of these.

    Raises ReadingError with everything that cannot be read or has no meaning, each with its place.
    """
    from symgrad.evidence import chain_text

    try:
        return chain_text.read_chains(text, context, aliases)
    except ReadingError as error:
        findings = [f if f.place else replace(f, place=Place(1, 1)) for f in error.findings]
        raise ReadingError("", findings=findings, source=text) from None


def shifted(finding: Finding, lines: int) -> Finding:
    """The finding, in a text that begins so many lines further down."""
    place = finding.place
    return replace(finding, place=place and replace(place, line=place.line + lines))
