"""From programs to programs: reverse mode, forward mode, Jacobians, Hessian-vector products."""

from symgrad.calculus.forward_mode import jacobian, jvp
from symgrad.calculus.hessian import hvp
from symgrad.calculus.reverse import vjp

__all__ = ["hvp", "jacobian", "jvp", "vjp"]
