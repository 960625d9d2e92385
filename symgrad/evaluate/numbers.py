"""The kinds of number that a program can be run on: one protocol, so that there is one interpreter.

Floats             Python floats; what has no value is nan or an infinity, as in NumPy
ComplexNumbers     Python complex numbers; comparisons and kinked functions look at the real part
Rationals          exact fractions; a function without an exact value there is a UsageError
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from symgrad.errors import UsageError
from symgrad.evaluate.elementary import Elementary, function_table
from symgrad.evaluate.scalars import COMPLEX, INFINITY, NAN, REAL
from symgrad.evaluate.stand_ins import UserFunction, concrete_functions
from symgrad.language.program import Program

N = TypeVar("N")

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The comparisons an Indicator or a Constraint may make, by how they are written."""


CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
"""The values of the named constants."""


class Numbers(Protocol[N]):
    """What the interpreter asks of a kind of number."""

    def from_rational(self, value: int | Fraction) -> N:
        """The number that an exact one is."""

    def constant(self, name: str) -> N:
        """The value of a named constant."""

    def add(self, x: N, y: N, /) -> N:
        """x + y"""

    def negate(self, x: N, /) -> N:
        """-x"""

    def multiply(self, x: N, y: N, /) -> N:
        """x * y"""

    def invert(self, x: N, /) -> N:
        """1/x"""

    def power(self, base: N, exponent: Fraction) -> N:
        """The base to an exponent that is known exactly; real branch."""

    def general_power(self, base: N, exponent: N) -> N:
        """The base, a positive number, to an exponent of the same kind."""

    def call(self, function: str, args: Sequence[N], orders: tuple[int, ...]) -> N:
        """A function of the table, or an uninterpreted one differentiated so often by each argument."""

    def compare(self, op: str, x: N, y: N) -> bool:
        """Whether the comparison holds; `op` is one of COMPARISONS."""


class _Inexact:
    """What floats and complex numbers share: a table of functions and concrete stand-ins for uninterpreted ones."""

    add = staticmethod(operator.add)
    negate = staticmethod(operator.neg)
    multiply = staticmethod(operator.mul)

    def __init__(self, kind: Elementary, program: Program | None, functions: Mapping[str, UserFunction] | None) -> None:
        self._table = function_table(kind)
        self._user = concrete_functions(program or Program(), kind.base["sin"], functions)

    def call(self, function: str, args: Sequence[Any], orders: tuple[int, ...]) -> Any:
        """The function's value; that of the table, else of the concrete function of this name."""
        if function in self._user:
            return self._user[function](args, orders)
        if function not in self._table:
            raise UsageError(f"there is no function {function} with values", hint=f"declare it: function {function}(x)")
        return self._table[function](*args)


def nearest_float(value: int | Fraction) -> float:
    """The float that is nearest to an exact number; infinite beyond the largest one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


class Floats(_Inexact):
    """Python floats. `functions` are the program's uninterpreted functions where the stand-ins will not do."""

    def __init__(self, program: Program | None = None, functions: Mapping[str, UserFunction] | None = None) -> None:
        super().__init__(REAL, program, functions)

    def from_rational(self, value: int | Fraction) -> float:
        """The nearest float; infinite where there is none."""
        return nearest_float(value)

    def constant(self, name: str) -> float:
        """pi or e."""
        return CONSTANTS[name]

    def invert(self, x: float) -> float:
        """1/x; an infinity at 0."""
        return 1 / x if x else math.copysign(INFINITY, x)

    def power(self, base: float, exponent: Fraction) -> float:
        """The real power; nan where a negative base has none."""
        if exponent == 2:
            return base * base
        return self.general_power(base, float(exponent))

    def general_power(self, base: float, exponent: float) -> float:
        """base ** exponent as IEEE arithmetic has it."""
        try:
            return math.pow(base, exponent)
        except OverflowError:
            odd = exponent % 2 == 1
            return -INFINITY if base < 0 and odd else INFINITY
        except ValueError:
            return INFINITY if base == 0 else NAN

    def compare(self, op: str, x: float, y: float) -> bool:
        """Whether the comparison holds."""
        return bool(COMPARISONS[op](x, y))


class ComplexNumbers(_Inexact):
    """Python complex numbers. Comparisons look at real parts, so that a complex step keeps its branch."""

    def __init__(self, program: Program | None = None, functions: Mapping[str, UserFunction] | None = None) -> None:
        super().__init__(COMPLEX, program, functions)

    def from_rational(self, value: int | Fraction) -> complex:
        """The nearest number; infinite where there is none."""
        return complex(nearest_float(value))

    def constant(self, name: str) -> complex:
        """pi or e."""
        return complex(CONSTANTS[name])

    def invert(self, x: complex) -> complex:
        """1/x; not a number at 0."""
        return 1 / x if x else complex(NAN, NAN)

    def power(self, base: complex, exponent: Fraction) -> complex:
        """The principal power; whole exponents by multiplying."""
        if exponent.denominator == 1:
            return (
                _whole_power(base, int(exponent)) if exponent >= 0 else self.invert(_whole_power(base, -int(exponent)))
            )
        if exponent.denominator == 2:
            return self.power(cmath.sqrt(base), 2 * exponent)
        return self.general_power(base, complex(exponent))

    def general_power(self, base: complex, exponent: complex) -> complex:
        """exp(exponent * log(base))"""
        if not base:
            return complex(0 if exponent.real > 0 else NAN)
        try:
            return cmath.exp(exponent * cmath.log(base))
        except (OverflowError, ValueError):
            return complex(NAN, NAN)

    def compare(self, op: str, x: complex, y: complex) -> bool:
        """Whether the comparison holds of the real parts."""
        return bool(COMPARISONS[op](x.real, y.real))


def _whole_power(base: complex, exponent: int) -> complex:
    """By repeated squaring: unlike Python's power it never goes through logarithms, so small parts survive."""
    result = complex(1)
    while exponent:
        if exponent & 1:
            result *= base
        base, exponent = base * base, exponent >> 1
    return result


class Rationals:
    """Exact fractions: rational operations, roots of perfect powers, and functions where their value is rational."""

    add = staticmethod(operator.add)
    negate = staticmethod(operator.neg)
    multiply = staticmethod(operator.mul)

    def from_rational(self, value: int | Fraction) -> Fraction:
        """The number itself."""
        return Fraction(value)

    def constant(self, name: str) -> Fraction:
        """Raises UsageError: no named constant is rational."""
        raise UsageError(f"{name} is not a rational number", hint="evaluate on floats instead")

    def invert(self, x: Fraction) -> Fraction:
        """1/x; UsageError at 0."""
        if not x:
            raise UsageError("division by zero")
        return 1 / x

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        """An exact power, if it is rational."""
        if not base and exponent < 0:
            raise UsageError("division by zero")
        root = base if exponent.denominator == 1 else _exact_root(base, exponent.denominator)
        if root is None:
            raise UsageError(f"({base})^({exponent}) is not rational", hint="evaluate on floats instead")
        return Fraction(root**exponent.numerator)

    def general_power(self, base: Fraction, exponent: Fraction) -> Fraction:
        """An exact power, if it is rational."""
        return self.power(base, exponent)

    def call(self, function: str, args: Sequence[Fraction], orders: tuple[int, ...]) -> Fraction:
        """An exact value, if there is one."""
        if function in _EXACT_FUNCTIONS:
            return Fraction(_EXACT_FUNCTIONS[function](*args))
        if function == "sqrt":
            return self.power(args[0], Fraction(1, 2))
        value = _EXACT_POINTS.get((function, *args))
        if value is None:
            shown = ", ".join(map(str, args))
            raise UsageError(f"{function}({shown}) has no known rational value", hint="evaluate on floats instead")
        return value

    def compare(self, op: str, x: Fraction, y: Fraction) -> bool:
        """Whether the comparison holds."""
        return bool(COMPARISONS[op](x, y))


_EXACT_FUNCTIONS: dict[str, Callable[..., int | Fraction]] = {
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "step": lambda x: int(x > 0),
    "relu": lambda x: max(x, Fraction(0)),
    "max": max,
    "min": min,
}

_VANISH_AT_ZERO = (
    *("expm1", "log1p", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "erfi"),
    *("gelu", "gelu_tanh", "silu", "lambertw"),
)
_ONE_AT_ZERO = ("exp", "cos", "cosh", "erfc", "sec", "sech")

_EXACT_POINTS: dict[tuple[Any, ...], Fraction] = {
    **{(name, Fraction(0)): Fraction(0) for name in _VANISH_AT_ZERO},
    **{(name, Fraction(0)): Fraction(1) for name in _ONE_AT_ZERO},
    ("sigmoid", Fraction(0)): Fraction(1, 2),
    ("log", Fraction(1)): Fraction(0),
    ("acos", Fraction(1)): Fraction(0),
    ("acosh", Fraction(1)): Fraction(0),
    **{("gamma", Fraction(n)): Fraction(math.factorial(n - 1)) for n in range(1, 20)},
    **{("loggamma", Fraction(n)): Fraction(0) for n in (1, 2)},
}
"""Where functions with irrational values elsewhere have a rational one."""


def _exact_root(x: Fraction, degree: int) -> Fraction | None:
    """The real root of that degree, if it is rational."""
    if x < 0:
        return None
    above, below = _integer_root(x.numerator, degree), _integer_root(x.denominator, degree)
    return Fraction(above, below) if Fraction(above, below) ** degree == x else None


def _integer_root(n: int, degree: int) -> int:
    """The floor of the root, by bisection."""
    low, high = 0, 1 << (n.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= n else (low, middle - 1)
    return low
