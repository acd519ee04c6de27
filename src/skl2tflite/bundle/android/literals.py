"""Literals of values in Kotlin."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

MOST_NUMBERS = 2000
"""In one text: the JVM has no constants of more than 65 535 bytes."""


def text(value: str) -> str:
    """Return the literal of a string."""
    units = value.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return '"' + "".join(chr(c) if 32 <= c < 127 and chr(c) not in '"\\$' else f"\\u{c:04x}" for c in codes) + '"'


def number(value: Any) -> str:
    """Return the literal of a float32, an int32 or a truth value."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return "Int.MIN_VALUE" if value == -(2**31) else str(int(value))
    value = float(value)
    if math.isnan(value):
        return "Float.NaN"
    if math.isinf(value):
        return "Float.POSITIVE_INFINITY" if value > 0 else "Float.NEGATIVE_INFINITY"
    return f"{np.float32(value)}f"


def label(value: str | bool | int | float) -> str:
    """Return the literal of a label."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return number(value)
    if isinstance(value, int):
        return "Long.MIN_VALUE" if value == -(2**63) else f"{value}L"
    return repr(value)


def numbers(values: Iterable[Any]) -> str:
    """Return texts that ``numbers()`` of the generated code reads."""
    return ", ".join(_parts([_spelt(float(value)) for value in np.asarray(values).tolist()]))


def _parts(spelt: list[str]) -> Iterator[str]:
    for start in range(0, len(spelt), MOST_NUMBERS):
        yield '"' + " ".join(spelt[start : start + MOST_NUMBERS]) + '"'


def _spelt(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(value) if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def comment(value: str) -> str:
    """Return a text that can stand in a comment of several lines."""
    shown = "".join(c if c.isprintable() else " " for c in value)
    return shown.replace("*/", "* /").replace("/*", "/ *").replace("\\u", "\\ u").strip()
