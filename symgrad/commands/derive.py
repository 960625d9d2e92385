"""`symgrad derive`: the backward loops of a forward program, and what comparing them with numbers says."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.commands.output import FORMAT, INTERNAL, OK, UNDECIDED, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.errors import UsageError
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict
    from symgrad.language.program import Program
    from symgrad.optimise import Optimised


def derive(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
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
    gathered = _gathered(forward, backward) if args.gather else None
    optimised = _optimised(backward, args)
    show = _print_derivation_json if args.json else _print_derivation
    show(_Derivation(forward, backward, gathered, optimised, check), args.style)
    return max(_verdict(check), OK if gathered is None or gathered.verdict else UNDECIDED)


def _optimised(backward: Program, args: argparse.Namespace) -> Optimised | None:
    from symgrad.errors import UsageError
    from symgrad.optimise import optimise

    if args.optimise:
        return optimise(backward, saved=args.saved)
    if args.saved:
        raise UsageError("--saved goes with --optimise")
    return None


@dataclass(frozen=True)
class _Gathered:
    """Backward loops in gather form, and whether they compute the same as those that were derived."""

    program: Program
    verdict: Verdict


@dataclass(frozen=True)
class _Derivation:
    """All that is printed."""

    forward: Program
    backward: Program
    gathered: _Gathered | None
    optimised: Optimised | None
    check: GradientReport | UsageError


def _gathered(forward: Program, backward: Program) -> _Gathered:
    from symgrad.calculus import gather
    from symgrad.evidence import Verdict, prove

    found = gather(backward)
    if found.body == backward.body:
        return _Gathered(found, Verdict("proved", evidence=("no loop is changed",)))
    return _Gathered(found, prove(backward, found, forward))


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


def _print_derivation(found: _Derivation, style: str) -> None:
    from symgrad.commands.optimised import lines_of
    from symgrad.language.write import write_program

    forward, backward, gathered = found.forward, found.backward, found.gathered
    print("# forward")
    print(write_program(forward, style, declarations=False).rstrip())
    for remark in forward.remarks:
        print(f"# remark: {remark}")
    print("\n# backward")
    print(f"# {_starts(backward)}")
    print(write_program(backward, style, declarations=False).rstrip() or "# nothing to add: every gradient is zero")
    if gathered is not None:
        print("\n# backward, gathered")
        print(write_program(gathered.program, style, declarations=False).rstrip() or "# nothing to add")
        print("\n".join(f"# {line}" for line in str(gathered.verdict).splitlines()))
    if found.optimised is not None:
        print("\n".join(lines_of(found.optimised, backward, style)))
    print("\n# numeric check")
    print("\n".join(f"# {line}" for line in str(found.check).splitlines()))


def _starts(backward: Program) -> str:
    """What the adjoints of a backward program hold before it runs, in words."""
    from symgrad.language.program import Role
    from symgrad.language.walk import written

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


def _print_derivation_json(found: _Derivation, style: str) -> None:
    """Print `plain`, the derived program as it comes, and the rest."""
    from symgrad.language.write import write_program

    forward, backward, gathered = found.forward, found.backward, found.gathered
    derivation = {
        "format": FORMAT,
        "forward": write_program(forward, style),
        "remarks": list(forward.remarks),
        "plain": write_program(backward, style),
        "check": _check_object(found.check),
    }
    if gathered is not None:
        derivation["gathered"] = write_program(gathered.program, style)
        derivation["gathered_verdict"] = gathered.verdict.to_json()
    if found.optimised is not None:
        derivation["optimised"] = found.optimised.to_json(style)
    print_json(derivation)


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
