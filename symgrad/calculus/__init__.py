"""From programs to programs: reverse mode, forward mode, Jacobians, Hessian-vector products, gather form."""

from symgrad.calculus.forward_mode import jacobian, jvp
from symgrad.calculus.gather import gather
from symgrad.calculus.hessian import hvp
from symgrad.calculus.reverse import vjp

__all__ = ["gather", "hvp", "jacobian", "jvp", "vjp"]
