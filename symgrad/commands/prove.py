"""`symgrad prove`: whether two programs compute the same, for all sizes, or where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.commands.output import FORMAT, OK, REFUTED, UNDECIDED, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.language.program import Program


def prove(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.evidence import prove
    from symgrad.files import load

    forward = None if args.forward is None else load(args.forward)
    remarks: list[str] = []
    first, second = (read_program_file(path, forward, remarks) for path in (args.first, args.second))
    if args.witness is not None:
        return _replay(args, (first, second), forward, remarks)
    verdict = prove(first, second, forward, args.tensors, budget=args.budget)
    if args.json:
        print_json({"format": FORMAT, **verdict.to_json(), "remarks": remarks})
    else:
        print(verdict)
        for remark in remarks:
            print(f"remark: {remark}")
    return {"proved": OK, "refuted": REFUTED}.get(verdict.status, UNDECIDED)


def _replay(
    args: argparse.Namespace, sides: tuple[Program, Program], forward: Program | None, remarks: list[str]
) -> int:
    """Run both programs at the point of a witness and show every cell."""
    from symgrad.evidence.replay import replay
    from symgrad.evidence.witness_files import read_witness
    from symgrad.files import read_text

    found = replay(*sides, read_witness(read_text(args.witness)), forward, args.tensors)
    if args.json:
        print_json({"format": FORMAT, **found.to_json(), "remarks": remarks})
    else:
        print(found)
        for remark in remarks:
            print(f"remark: {remark}")
    return REFUTED if found.refutes else UNDECIDED


def read_program_file(path: str, forward: Program | None, remarks: list[str]) -> Program:
    """The program of a file. What it reads too early is run as it is written, and remarked.

    Raises ReadingError for what cannot be read, LegalityError for names and subscripts that have no meaning.
    """
    from symgrad.errors import LegalityError
    from symgrad.files import read_text
    from symgrad.language.legal.names import name_findings
    from symgrad.language.legal.subscripts import subscript_findings
    from symgrad.language.legality import findings
    from symgrad.language.read import read_program

    program = read_program(read_text(path), name=path, context=forward, check=False)
    remarks += [f"{path}: {remark}" for remark in program.remarks]
    found = findings(program)
    if found and (any(name_findings(program)) or any(subscript_findings(program))):
        raise LegalityError("", findings=found, source=program.source, name=path)
    for finding in found:  # of the order of reads and writes
        where = f":{finding.place}" if finding.place else ""
        remarks.append(f"{path}{where}: {finding.message}; it is run as it is written")
    return program
