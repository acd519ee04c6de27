"""How names, texts and numbers are spelt in C++."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

_TAKEN = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl concept
    const const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern
    false float for friend goto if inline int int8_t int16_t int32_t int64_t long mutable namespace new noexcept not
    not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short signed
    sizeof size_t static static_assert static_cast std struct switch template tflite this thread_local throw true try
    typedef typeid typename uint8_t union unsigned using virtual void volatile wchar_t while xor xor_eq main
    arm bit constrain degrees far i386 interrupts linux max min near radians sq unix word
    abs acos asin atan ceil cos div exp floor fmod index log log2 log10 pow rand round sin sqrt tan time
"""
"""Words that mean something in C++, its headers, or Arduino's."""
# Operators whose Add… is not their name in CamelCase.
_METHODS = {"BATCH_MATMUL": "AddBatchMatMul", "CUMSUM": "AddCumSum", "PADV2": "AddPadV2"}


def identifier(text: str) -> str:
    """Return a C++ name like a text: lower case, its words joined by underscores."""
    words = re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")
    if not words:
        return "unnamed"
    if words[0].isdigit():
        words = f"x{words}"
    return f"{words}_" if words in _TAKEN.split() else words


def identifiers(texts: Sequence[str]) -> list[str]:
    """Return one C++ name for each text, all different."""
    names: list[str] = []
    for text in texts:
        name, number = identifier(text), 2
        while name in names:
            name, number = f"{identifier(text)}_{number}", number + 1
        names.append(name)
    return names


def comment(text: str) -> str:
    """Return a text that can stand behind ``//``: on one line, which no backslash continues."""
    return "".join(c if c.isprintable() else " " for c in text).rstrip("\\ ").replace("\\", "/").replace("??/", "?/")


def string(text: str) -> str:
    """Return a C string literal of UTF-8."""
    written = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in text.encode()
    )
    return f'"{written}"'


def number(value: Any) -> str:
    """Return a literal of a float32, whole or truth value, which reads back as the same number."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return "INT32_MIN" if value == -(2**31) else str(int(value))
    value = float(value)
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    digits = str(np.float32(value))
    return f"{digits}f" if any(c in digits for c in ".e") else f"{digits}.0f"


def numbers(values: Any) -> str:
    """Return an initializer: a number, or numbers in braces, axis by axis."""
    array = np.asarray(values)
    if array.ndim == 0:
        return number(array[()])
    return "{" + ", ".join(numbers(part) for part in array) + "}"


def octets(content: bytes, indent: str = "    ") -> str:
    """Return bytes as lines of an initializer."""
    lines = (content[start : start + 16] for start in range(0, len(content), 16))
    return "\n".join(indent + " ".join(f"0x{byte:02x}," for byte in line) for line in lines)


def resolver_method(operator: str) -> str:
    """Return the method of ``MicroMutableOpResolver`` that adds an operator."""
    if operator in _METHODS:
        return _METHODS[operator]
    return "Add" + "".join(part if re.fullmatch(r"\d+D", part) else part.capitalize() for part in operator.split("_"))
