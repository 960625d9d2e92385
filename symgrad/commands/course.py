"""The options of the commands about problems: list, verify, solve. What they do stands in modules of their names."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_list(commands: Commands) -> None:
    """Add the options of `symgrad list`."""
    parser = commands.add_parser("list", help="list the problems and their parts", description="List the problems.")
    _shared(parser)
    parser.set_defaults(run=_list)


def add_verify(commands: Commands) -> None:
    """Add the options of `symgrad verify`."""
    parser = commands.add_parser(
        "verify",
        help="derive, prove, refute and check everything that problems say",
        description="For each part of each problem: derive what it asks for, prove the answer and every step of the "
        "derivation, refute the known mistakes, check the derived loops on numbers. Exit code: 0 all is as it should "
        "be, 1 something is contradicted or undecided, 2 a problem cannot be read.",
    )
    parser.add_argument("problems", metavar="PROBLEM", nargs="*", help="a name or a .toml file (default: all problems)")
    _shared(parser)
    parser.set_defaults(run=_verify)


def add_solve(commands: Commands) -> None:
    """Add the options of `symgrad solve`."""
    parser = commands.add_parser(
        "solve",
        help="write the worked solution of a problem or a part of it",
        description="Write the worked solution: the gradients of each statement with the rules that give them, the "
        "equations of the problem's file with a verdict on each, the loops, and what is proved of them. Exit code: 0 "
        "everything in it is proved (or nothing is claimed), 1 something is refuted, 2 there is no such problem or it "
        "cannot be read, 3 something is neither proved nor refuted.",
    )
    parser.add_argument("problem", metavar="PROBLEM[.PART]", help="a name or a .toml file, and a part's name")
    parser.add_argument("--format", choices=("text", "md"), default="text", help="plain text or Markdown")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to this file (default: standard output)")
    _shared(parser)
    parser.set_defaults(run=_solve)


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--problems", dest="folder", metavar="DIR", help="a folder with problem files of your own")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _list(args: argparse.Namespace) -> int:
    from symgrad.commands.list import list_problems

    return list_problems(args)


def _verify(args: argparse.Namespace) -> int:
    from symgrad.commands.verify import verify

    return verify(args)


def _solve(args: argparse.Namespace) -> int:
    from symgrad.commands.solve import solve

    return solve(args)
