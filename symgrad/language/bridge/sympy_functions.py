"""The functions of the language in SymPy: one table, read in both directions.

Import this only from where SymPy is wanted.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy

SympyFunction = Callable[..., sympy.Expr]

CLASSES: dict[str, SympyFunction] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "sign": sympy.sign,
    "step": sympy.Heaviside,
    "erf": sympy.erf,
    "max": sympy.Max,
    "min": sympy.Min,
    "erfc": sympy.erfc,
    "erfi": sympy.erfi,
    "cot": sympy.cot,
    "sec": sympy.sec,
    "csc": sympy.csc,
    "coth": sympy.coth,
    "sech": sympy.sech,
    "csch": sympy.csch,
    "gamma": sympy.gamma,
    "loggamma": sympy.loggamma,
    "digamma": sympy.digamma,
    "lambertw": sympy.LambertW,
}
"""Functions that SymPy has, and that are found again when they come back."""

_GELU_CUBE = sympy.Rational(44715, 1000000)  # the constant of the tanh approximation: Hendrycks and Gimpel, 2016

DEFINITIONS: dict[str, SympyFunction] = {
    "expm1": lambda x: sympy.exp(x) - 1,
    "log1p": lambda x: sympy.log(1 + x),
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "relu": lambda x: sympy.Max(0, x),
    "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (x + _GELU_CUBE * x**3))) / 2,
    "silu": lambda x: x / (1 + sympy.exp(-x)),
}
"""Functions that SymPy does not have, by those that it has; they come back as what they are made of."""

IN_SYMPY: dict[str, SympyFunction] = {**CLASSES, **DEFINITIONS}

NAMES: dict[SympyFunction, str] = {made: name for name, made in CLASSES.items() if isinstance(made, type)}
"""The language's name of each SymPy class."""
