"""Literals of values in C++17."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skl2tflite.bundle.cpp_names import number as _number
from skl2tflite.escaping import cpp_string


def number(value: Any) -> str:
    """Return the literal of a float32, an int32 or a truth value."""
    return {"NAN": "kMissing", "INFINITY": "kInfinity", "-INFINITY": "-kInfinity"}.get(_number(value), _number(value))


def floats(values: Iterable[Any]) -> str:
    """Return the literals of numbers, as float32."""
    return ", ".join(number(float(value)) for value in values)


def view(text: str) -> str:
    """Return the literal of a ``std::string_view``, whatever characters the text holds."""
    return f"std::string_view({cpp_string(text)}, {len(text.encode(errors='surrogatepass'))})"


def label(value: str | bool | int | float) -> str:
    """Return the literal of a label."""
    if isinstance(value, str):
        return view(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"(-{2**63 - 1} - 1)" if value == -(2**63) else f"INT64_C({value})"
    return repr(value)  # a finite number
