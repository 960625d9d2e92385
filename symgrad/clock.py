"""The clock of all limits of time: seconds of computation, not of waiting.

A verdict must not depend on what else a machine is doing, so that a limit counts the time that this
thread computes: a claim that is proved in 0.1 s is proved on a busy machine too.
"""

from time import thread_time as now

__all__ = ["now"]
