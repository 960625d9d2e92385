"""What a program may not say: the one place where it is refused, with the reason and where it stands.

The rules come in three groups, each of which takes the ones before for granted: names are known
and bound (`legal_names.py`); subscripts are integers inside their extents (`legal_subscripts.py`);
nothing is read before it is complete and nothing overwritten (`legal_order.py`).
"""

from __future__ import annotations

from symgrad.errors import Finding, LegalityError, Place
from symgrad.language.legal.names import name_findings
from symgrad.language.legal.order import order_findings
from symgrad.language.legal.subscripts import subscript_findings
from symgrad.language.program import Program


def findings(program: Program) -> list[Finding]:
    """Everything that is wrong with a program, in the order of its text; empty for a legal one.

    Where one group of rules is broken, the groups that depend on it are not looked at. What is
    wrong several times in one line in the same way is said once.
    """
    for rules in (name_findings, subscript_findings, order_findings):
        found = sorted(rules(program), key=_position)
        if found:
            first: dict[tuple[str, int], Finding] = {}
            for finding in found:
                first.setdefault((finding.message, _position(finding)[0]), finding)
            return list(first.values())
    return []


def check(program: Program, name: str = "") -> None:
    """Do nothing if the program is legal.

    Raises:
        LegalityError: with all findings; `name` is what its messages call the text.
    """
    found = findings(program)
    if found:
        raise LegalityError("", findings=found, source=program.source, name=name)


def _position(finding: Finding) -> tuple[int, int]:
    place = finding.place or Place(0, 0)
    return place.line, place.column
