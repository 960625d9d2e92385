"""Witnesses read back from JSON: what `Witness.to_json` writes, checked before anything is done with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from symgrad.errors import UsageError
from symgrad.evidence.near import read_near
from symgrad.evidence.verdict import Nested, Value, Witness

LARGEST_FILE = 1_000_000
"""Characters of a file with a witness."""

_LONGEST_NUMBER = 2000  # characters
_NUMBER = re.compile(r"[+-]?\d+(/\d+|(\.\d*)?([eE][+-]?\d{1,3})?)|[+-]?\.\d+([eE][+-]?\d{1,3})?")
_VALUE = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,18})?")
_DEEPEST = 20  # axes of a tensor


def read_witness(text: str) -> Witness:
    """The witness in a JSON text: that of a verdict, or the witness alone.

    >>> read_witness('{"sizes": {}, "inputs": {"x": "1/2"}, "tensor": "y", "cell": [], "left": 1, "right": 2}').inputs
    {'x': Fraction(1, 2)}

    Raises:
        UsageError: the text is no JSON, or no witness; it says where.
    """
    if len(text) > LARGEST_FILE:
        raise UsageError(f"a witness of {len(text)} characters is too long", hint=f"at most {LARGEST_FILE} are read")
    try:
        found = json.loads(text, parse_float=str, parse_constant=str, parse_int=_whole)
    except RecursionError:
        raise UsageError("the witness is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"this is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    return witness_from_json(found)


def witness_from_json(found: Any) -> Witness:
    """The witness in a JSON object: that of a verdict, or the witness alone. Raises UsageError for another one."""
    if isinstance(found, dict) and "witness" in found:
        if found["witness"] is None:
            verdict = found.get("verdict")
            said = f": its verdict is {verdict}" if isinstance(verdict, str) else ""
            raise UsageError(f"there is no witness in this file{said}")
        found = found["witness"]
    if not isinstance(found, dict):
        hint = "a witness is what `symgrad prove --json` prints of a refuted claim"
        raise UsageError("this is no witness: it is no JSON object", hint=hint)
    for key in ("sizes", "inputs", "tensor", "cell"):
        if key not in found:
            raise UsageError(f"this is no witness: it has no “{key}”")
    tensor, cell, indices = found["tensor"], found["cell"], found.get("indices", [])
    if not isinstance(tensor, str):
        raise UsageError("the “tensor” of the witness is no text")
    if not isinstance(cell, list) or not all(isinstance(at, int) and not isinstance(at, bool) for at in cell):
        raise UsageError("the “cell” of the witness is no list of whole numbers")
    if not isinstance(indices, list) or not all(isinstance(name, str) for name in indices):
        raise UsageError("the “indices” of the witness are no list of names")
    inputs = {name: _cells(name, cells, 0) for name, cells in _object(found, "inputs").items()}
    left, right = (_value(found.get(side, 0), side) for side in ("left", "right"))
    return Witness(_sizes(found), inputs, tensor, tuple(cell), left, right, tuple(indices), _functions(found))


def _object(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"the “{key}” of the witness are no JSON object")
    return value


def _sizes(found: Mapping[str, Any]) -> dict[str, int]:
    for name, value in _object(found, "sizes").items():
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 1 << 31:
            raise UsageError(f"the size {name} of the witness is {_shown(value)}, not a whole number from 1 on")
    return dict(found["sizes"])


def _functions(found: Mapping[str, Any]) -> dict[str, str]:
    for name, formula in _object(found, "functions").items():
        if not isinstance(formula, str) or len(formula) > _LONGEST_NUMBER * 10:
            raise UsageError(f"the function {name} of the witness is no formula")
    return dict(_object(found, "functions"))


def _cells(name: str, cells: Any, depth: int) -> Nested:
    """The cells of a tensor with every number exact."""
    if isinstance(cells, list):
        if depth >= _DEEPEST:
            raise UsageError(f"the values of {name} in the witness are nested too deeply")
        return [_cells(name, cell, depth + 1) for cell in cells]
    irrational = read_near(cells) if isinstance(cells, str) else None
    return exact_number(cells, f"a value of {name} in the witness") if irrational is None else irrational


def exact_number(value: Any, what: str) -> Fraction:
    """The fraction that a JSON value stands for: a whole number, or the text of a fraction or decimal number."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        raise UsageError(f"{what} has {len(value)} digits; at most {_LONGEST_NUMBER} are read")
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        raise UsageError(f"{what} is {_shown(value)}, which is no number", hint="write it as 3, “1/3” or 0.25")
    try:
        return Fraction(value.strip())
    except ZeroDivisionError:
        raise UsageError(f"{what} is {_shown(value)}, which divides by zero") from None


def _value(value: Any, side: str) -> Value:
    """A side's value: a fraction, or the digits of what is not rational."""
    if isinstance(value, str) and len(value) < _LONGEST_NUMBER and "/" not in value and _VALUE.fullmatch(value):
        return Decimal(value)
    return exact_number(value, f"the {side} value of the witness")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
