"""The command line: a thin layer over the package. Only argparse is imported before a command is known.

Here stand the options of every command; what a command does stands in `commands/`.

Exit codes: 0 all is well, a claim is proved; 1 a claim is refuted, or an error of symgrad (numbers
that contradict a derivation, or something broke inside), which is said loudly; 2 the input or the
call cannot be used; 3 undecided: neither proved nor refuted, or derived without a check on numbers.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad import __version__
from symgrad.commands.course import add_list, add_solve, add_verify
from symgrad.commands.output import CLOSED, INTERNAL, INTERRUPTED, UNUSABLE, report

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    gc.set_threshold(50_000, 20, 20)  # programs are trees: looking for cycles often takes 5% and finds nothing
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
    _add_derive(commands)
    _add_prove(commands)
    _add_cost(commands)
    add_list(commands)
    add_verify(commands)
    add_solve(commands)
    return parser


def _add_derive(commands: _Commands) -> None:
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
    derive.add_argument("--gather", action="store_true", help="also print loops that sum up each cell in one place")
    derive.add_argument("--optimise", action="store_true", help="also print the cheapest loops found and proved")
    derive.add_argument(
        "--saved", metavar="p", action="append", help="a computed tensor that was saved; may be repeated (default: all)"
    )
    derive.add_argument("--style", choices=("plain", "unicode", "latex"), default="plain", help="notation of the loops")
    derive.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the numbers that are checked with")
    derive.add_argument("--json", action="store_true", help="print one JSON object")
    derive.set_defaults(run=_derive)


def _add_prove(commands: _Commands) -> None:
    prove = commands.add_parser(
        "prove",
        help="prove that two programs compute the same, for all sizes, or show where they differ",
        description="Compare two programs: the tensors named by --for; else, with --forward, the gradients of that "
        "program's inputs; else what both of them compute. Exit code: 0 proved, 1 refuted, 2 the programs cannot be "
        "read or compared, 3 neither proved nor refuted. With --witness: 1 the witness refutes, 3 it does not.",
    )
    prove.add_argument("first", metavar="FILE_A", help="a program in the loop language, - for standard input")
    prove.add_argument("second", metavar="FILE_B", help="the other program")
    prove.add_argument("--forward", metavar="FILE", help="the program whose tensors both of them read")
    prove.add_argument(
        "--for", dest="tensors", metavar="x.grad", action="append", help="a tensor to compare; may be repeated"
    )
    prove.add_argument("--budget", type=_seconds, default=2.0, metavar="S", help="seconds that the verdict may take")
    prove.add_argument(
        "--witness", metavar="FILE", help="replay the witness that --json printed: every cell, by both programs"
    )
    prove.add_argument("--json", action="store_true", help="print one JSON object")
    prove.set_defaults(run=_prove)


def _add_cost(commands: _Commands) -> None:
    cost = commands.add_parser(
        "cost",
        help="count the operations and the depth of programs, for all sizes",
        description="Print how many operations of each kind programs do, and how many of them have to follow one "
        "another, as polynomials in their sizes, a column for each program.",
    )
    cost.add_argument("files", metavar="FILE", nargs="+", help="a program in the loop language, - for standard input")
    cost.add_argument("--forward", metavar="FILE", help="the program whose tensors the others read")
    cost.add_argument("--json", action="store_true", help="print one JSON object")
    cost.set_defaults(run=_cost)


def _seconds(text: str) -> float:
    """A number of seconds above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds above 0")
    return value


def _run(args: argparse.Namespace) -> int:
    """Run the chosen command; every error becomes a message and an exit code."""
    from symgrad.errors import SymgradError

    try:
        return int(args.run(args))
    except SymgradError as error:
        report(error, args.json)
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
    from symgrad.commands.derive import derive

    return derive(args)


def _cost(args: argparse.Namespace) -> int:
    from symgrad.commands.cost import cost

    return cost(args)


def _prove(args: argparse.Namespace) -> int:
    from symgrad.commands.prove import prove

    return prove(args)


if __name__ == "__main__":
    sys.exit(main())
