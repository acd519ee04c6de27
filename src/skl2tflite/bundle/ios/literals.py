"""Literals of values in Swift."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np


def text(value: str) -> str:
    """Return the literal of a string; what no string of Swift can hold, half of a surrogate pair, becomes U+FFFD."""
    shown = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\u{{{ord(c):x}}}" for c in shown) + '"'


def number(value: Any) -> str:
    """Return the literal of a float32, an int32 or a truth value."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    value = float(value)
    if math.isnan(value):
        return "Float.nan"
    if math.isinf(value):
        return "Float.infinity" if value > 0 else "-Float.infinity"
    return str(np.float32(value))


def numbers(values: Iterable[Any]) -> str:
    """Return the literals of numbers."""
    return ", ".join(number(each) for each in values)


def texts(values: Iterable[str]) -> str:
    """Return the literals of strings."""
    return ", ".join(map(text, values))


def labels(values: Iterable[str | bool | int | float]) -> str:
    """Return the literals of labels."""
    return ", ".join(text(each) if isinstance(each, str) else str(each).lower() for each in values)


def comment(value: str) -> str:
    """Return a text that can stand behind ``//``, on one line."""
    return "".join(c if c.isprintable() else " " for c in value).strip()
