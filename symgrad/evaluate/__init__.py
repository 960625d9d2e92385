"""Numbers from programs: one interpreter over any kind of number, a NumPy path, and numeric gradient checks."""

from symgrad.evaluate.gradient_check import check_gradients
from symgrad.evaluate.gradient_report import GradientError, GradientReport
from symgrad.evaluate.prepare import Prepared, prepare
from symgrad.evaluate.run import evaluate
from symgrad.evaluate.sample import Sample, sample

__all__ = [
    "GradientError",
    "GradientReport",
    "Prepared",
    "Sample",
    "check_gradients",
    "evaluate",
    "prepare",
    "sample",
]
