"""From claims to verdicts: two programs, two expressions or a chain of equations, proved for all sizes or refuted."""

from symgrad.evidence.chain import Chain, Link, prove_chain
from symgrad.evidence.inequalities.judge import prove_inequality
from symgrad.evidence.judge import prove, prove_equation
from symgrad.evidence.replay import Replay, replay, replay_equation
from symgrad.evidence.transpose import prove_transpose
from symgrad.evidence.verdict import Verdict, Witness
from symgrad.evidence.witness_files import read_witness

__all__ = [
    "Chain",
    "Link",
    "Replay",
    "Verdict",
    "Witness",
    "prove",
    "prove_chain",
    "prove_equation",
    "prove_inequality",
    "prove_transpose",
    "read_witness",
    "replay",
    "replay_equation",
]
