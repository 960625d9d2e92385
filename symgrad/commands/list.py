"""`symgrad list`: the problems and their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.commands.output import FORMAT, OK, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.course import Problem


def list_problems(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.course import load_problem, problem_names

    problems = [load_problem(name, args.folder, answers=False) for name in problem_names(args.folder)]
    if args.json:
        print_json({"format": FORMAT, "problems": [_object(problem) for problem in problems]})
        return OK
    width = max((len(part.name) for problem in problems for part in problem.parts), default=0)
    for problem in problems:
        print(f"{problem.name}: {problem.title}")
        for part in problem.parts:
            print(f"  {part.name:<{width}}  {part.ask:<9}  {_shortened(part.text)}")
    return OK


def _object(problem: Problem) -> dict[str, Any]:
    parts = [
        {"id": part.id, "name": part.name, "ask": part.ask, "points": part.points, "text": " ".join(part.text.split())}
        for part in problem.parts
    ]
    return {"name": problem.name, "title": problem.title, "source": list(problem.source), "parts": parts}


def _shortened(text: str, most: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} ..."
