"""The command line: a thin layer over the package. Only argparse is imported before a command is known.

Exit codes: 0 all is well; 1 the numeric check contradicts the derivation or something else broke
inside (both are errors of symgrad, said loudly); 2 the input or the call cannot be used; 3 derived,
but there is nothing the numeric check could be made with.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symgrad import __version__

if TYPE_CHECKING:
    from symgrad.errors import SymgradError, UsageError
    from symgrad.evaluate import GradientReport
    from symgrad.language.program import Program

FORMAT = 1
"""The format number of all JSON that is printed."""

OK, INTERNAL, UNUSABLE, UNDECIDED, INTERRUPTED, CLOSED = 0, 1, 2, 3, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    try:
        code = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="symgrad",
        description="Backpropagation written as += loops over named indices, with sizes that stay symbols.",
    )
    parser.add_argument("--version", action="version", version=f"symgrad {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    derive = commands.add_parser(
        "derive",
        help="derive the backward loops of a forward program and check them on numbers",
        description="Print a forward program, its backward loops in the order they are to be executed, and the result "
        "of comparing them with numeric derivatives. Exit code: 0 derived and checked, 1 the check failed (an internal "
        "error), 2 the program cannot be used, 3 derived but not checked.",
    )
    derive.add_argument("file", metavar="FILE", help="a program in the loop language, - for standard input")
    for option, name, chosen in (
        ("--wrt", "x", "a tensor to differentiate by; may be repeated (default: inputs and params)"),
        ("--of", "y", "a tensor whose adjoint is given; may be repeated (default: the outputs)"),
    ):
        derive.add_argument(option, metavar=name, action="append", help=chosen)
    derive.add_argument("--average", metavar="b", help="divide parameter gradients by the size of this batch index")
    derive.add_argument("--style", choices=("plain", "unicode", "latex"), default="plain", help="notation of the loops")
    derive.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the numbers that are checked with")
    derive.add_argument("--json", action="store_true", help="print one JSON object")
    derive.set_defaults(run=_derive)
    return parser


def _run(args: argparse.Namespace) -> int:
    """Run the chosen command; every error becomes a message and an exit code."""
    from symgrad.errors import SymgradError

    try:
        return int(args.run(args))
    except SymgradError as error:
        _report(error, args.json)
        return UNUSABLE
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        if os.environ.get("SYMGRAD_TRACEBACK"):
            raise
        print(f"symgrad: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("  hint: this is a fault of symgrad; SYMGRAD_TRACEBACK=1 shows where it happened", file=sys.stderr)
        return INTERNAL


def _derive(args: argparse.Namespace) -> int:
    from symgrad.calculus import vjp
    from symgrad.errors import UsageError
    from symgrad.evaluate import check_gradients
    from symgrad.files import load

    forward = load(args.file)
    backward = vjp(forward, wrt=args.wrt, of=args.of, average=args.average)
    check: GradientReport | UsageError
    try:
        check = check_gradients(forward, backward, seed=args.seed, average=args.average)
    except UsageError as error:  # no point at which the program is defined, say
        check = error
    show = _print_derivation_json if args.json else _print_derivation
    show(forward, backward, check, args.style)
    return _verdict(check)


def _verdict(check: GradientReport | UsageError) -> int:
    """The exit code that a check means; what is not as it should be is said to standard error."""
    from symgrad.evaluate import GradientReport

    if not isinstance(check, GradientReport):
        print(f"symgrad: derived, but not checked on numbers: {check}", file=sys.stderr)
        return UNDECIDED
    if not check.ok:
        print(f"symgrad: internal error: the numbers contradict the derivation {check}", file=sys.stderr)
        return INTERNAL
    return OK


def _print_derivation(forward: Program, backward: Program, check: GradientReport | UsageError, style: str) -> None:
    from symgrad.language.write import write_program

    print("# forward")
    print(write_program(forward, style, declarations=False).rstrip())
    for remark in forward.remarks:
        print(f"# remark: {remark}")
    print("\n# backward")
    print(f"# {_starts(backward)}")
    print(write_program(backward, style, declarations=False).rstrip() or "# nothing to add: every gradient is zero")
    print("\n# numeric check")
    print("\n".join(f"# {line}" for line in str(check).splitlines()))


def _starts(backward: Program) -> str:
    """What the adjoints of a backward program hold before it runs, in words."""
    from symgrad.calculus.activity import written
    from symgrad.language.program import Role

    forward = backward.forward
    computed = written(forward.body) if forward else set()
    own = [t for t in backward.tensors if forward is None or t.name not in forward.tensor_named]
    upstream = [
        t for t in own if t.role is Role.INPUT or (t.role is Role.ACCUMULATOR and t.name.rpartition(".")[0] in computed)
    ]
    kinds = {
        "given": upstream,
        "from 0": [t for t in own if t.role is Role.COMPUTED],
        "added to": [t for t in own if t.role is Role.ACCUMULATOR and t not in upstream],
    }
    return "; ".join(f"{words}: {', '.join(t.name for t in kind)}" for words, kind in kinds.items() if kind)


def _print_derivation_json(forward: Program, backward: Program, check: GradientReport | UsageError, style: str) -> None:
    """Print `plain`, the derived program as it comes (an optimised one would stand beside it), and the rest."""
    from symgrad.language.write import write_program

    derivation = {
        "format": FORMAT,
        "forward": write_program(forward, style),
        "remarks": list(forward.remarks),
        "plain": write_program(backward, style),
        "check": _check_object(check),
    }
    _print_json(derivation)


def _check_object(check: GradientReport | UsageError) -> dict[str, Any]:
    """The check for JSON; `ok` is null where nothing could be checked, an error where it is infinite or no number."""
    from symgrad.evaluate import GradientReport

    if not isinstance(check, GradientReport):
        return {"ok": None, "reason": check.message}
    gradients = [
        {
            "name": gradient.name,
            "ok": gradient.ok,
            "cells": gradient.cells,
            "checked": gradient.checked,
            "complex_step_error": _errors(gradient.complex_relative, gradient.complex_absolute),
            "central_difference_error": _errors(gradient.central_relative, gradient.central_absolute),
        }
        for gradient in check.gradients
    ]
    return {"ok": check.ok, "sizes": dict(check.sizes), "seed": check.seed, "gradients": gradients}


def _errors(relative: float, absolute: float) -> dict[str, float | None]:
    """Both errors for JSON, which has no infinity."""
    named = {"relative": relative, "absolute": absolute}
    return {name: value if value < float("inf") else None for name, value in named.items()}


def _report(error: SymgradError, as_json: bool) -> None:
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
        _print_json({"format": FORMAT, "error": findings})


def _print_json(value: dict[str, Any]) -> None:
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
