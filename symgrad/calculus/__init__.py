"""From programs to programs: reverse mode, forward mode, Jacobians, Hessian-vector products, other forms of loops."""

from symgrad.calculus.accumulate import as_updates
from symgrad.calculus.forward_mode import jacobian, jvp
from symgrad.calculus.gather import gather
from symgrad.calculus.hessian import hvp
from symgrad.calculus.reverse import vjp

__all__ = ["as_updates", "gather", "hvp", "jacobian", "jvp", "vjp"]
