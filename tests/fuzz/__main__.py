"""A fuzz run: random pairs judged on all cores, and what came of them.

python -m tests.fuzz --pairs 20000 --seed 0
python -m tests.fuzz --seed 0 --only 137
python -m tests.fuzz --affine --pairs 5000 --seed 0
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from tests.fuzz.affine import affine_judged, affine_report, affine_reproducer
from tests.fuzz.judging import CONTRADICTION, Judged, judged, reproducer, verdict_on


def report(found: Sequence[Judged], seconds: float) -> str:
    """Counts of verdicts by kind, the undecided share, the slowest, and all that is wrong."""
    lines = []
    for kind in sorted({f.pair.kind for f in found}):
        for equal in (True, False):
            counts = Counter(f.status for f in found if f.pair.kind == kind and f.pair.equal == equal)
            made = "equal" if equal else "mutated"
            lines.append(f"{kind:12} {made:8} " + ", ".join(f"{n} {status}" for status, n in counts.most_common()))
    undecided = [f for f in found if f.status not in ("proved", "refuted")]
    times = sorted(f.seconds for f in found)
    lines.append(
        f"pairs {len(found)}, {seconds:.1f} s; a verdict: median {statistics.median(times) * 1e3:.1f} ms, "
        f"99% {times[int(len(times) * 0.99)] * 1e3:.0f} ms, worst {times[-1]:.2f} s"
    )
    lines.append(f"undecided {len(undecided)} = {100 * len(undecided) / len(found):.2f}%")
    faults = Counter(f.fault for f in found if f.fault)
    lines.append("faults: " + (", ".join(f"{n} {fault}" for fault, n in faults.items()) or "none"))
    lines += ["", "slowest:", *(f"  {f.seconds:.2f} s {f.status} {f.pair.seed}" for f in _slowest(found))]
    steps = Counter(step for f in undecided for step in f.pair.steps)
    lines += ["", "undecided, by step: " + ", ".join(f"{name} {n}" for name, n in steps.most_common(12))]
    wrong = sorted((f for f in found if f.fault), key=lambda f: f.fault != CONTRADICTION)
    return "\n".join([*lines, "", *(reproducer(f) + "\n" for f in wrong)])


def _slowest(found: Sequence[Judged]) -> list[Judged]:
    return sorted(found, key=lambda f: -f.seconds)[:5]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=2.0, help="seconds a verdict may take")
    parser.add_argument("--only", type=int, help="judge the pair of this number alone, and show it")
    parser.add_argument("--affine", action="store_true", help="affine programs instead of rectangular ones")
    parser.add_argument("--undecided", action="store_true", help="show the undecided pairs too")
    options = parser.parse_args()
    judge, tell, show = (
        (affine_judged, affine_report, affine_reproducer) if options.affine else (judged, report, reproducer)
    )
    if options.only is not None:
        found = judge(options.seed, options.only, options.budget)
        print(show(found))
        print(verdict_on(found.pair, options.budget))
        return bool(found.fault)
    start = time.perf_counter()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        results = pool.map(partial(judge, options.seed, budget=options.budget), range(options.pairs), chunksize=20)
    print(tell(results, time.perf_counter() - start))
    if options.undecided:
        print("\n\n".join(show(f) for f in results if f.status not in ("proved", "refuted") and not f.fault))
    return any(f.fault == CONTRADICTION for f in results)


if __name__ == "__main__":
    sys.exit(main())
