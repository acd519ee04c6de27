"""Names and numbers as they are written in C++."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from skl2tflite.errors import ConversionError
from skl2tflite.escaping import cpp_string

_WORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class
    co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype
    default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline
    int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public
    register reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile
    wchar_t while xor xor_eq arm complex errno far i386 linux near stderr stdin stdout typeof unix abs bit
    constrain degrees interrupts max min radians round sq word int8_t int16_t int32_t int64_t size_t uint8_t
"""
WORDS = frozenset(_WORDS.split())
"""Keywords of C++, macros of its headers and of Arduino's, types that the generated code names."""
_NAMES = """
    main setup loop std tflite abort abs access acos alarm asin assert atan atexit bind calloc ceil clock close
    connect cos count delay difftime div dup exit exp fabs fill find floor fmod fork free gamma gets hypot index
    isatty j0 j1 jn kill labs link listen log logb malloc map memory micros millis mktime modf move nan nice
    open pause perror pipe poll pow printf putc puts qsort raise rand random read realloc remainder remove
    rename rewind rint round scanf search select send setjmp signal sin sinh sleep sort sqrt stat swap system
    tan tanh time tolower tone toupper trunc unlink wait write y0 y1 yield yn
"""
"""Functions and namespaces that headers declare globally."""
# Operators whose Add… is not their name in CamelCase.
_METHODS = {"BATCH_MATMUL": "AddBatchMatMul", "CUMSUM": "AddCumSum", "PADV2": "AddPadV2"}


def identifier(text: str) -> str:
    """Return a C++ name made of a text: its words in lower case, joined by underscores."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^0-9a-z]+", "_", plain).strip("_")
    if not words:
        return "unnamed"
    if words[0].isdigit():
        words = f"x{words}"
    return f"{words}_" if words in WORDS else words


def namespace(text: str) -> str:
    """Return a name made of a text for a namespace, which must differ from all global names of the headers."""
    words = identifier(text)
    return f"{words}_" if words in _NAMES.split() else words


def identifiers(texts: Sequence[str], reserved: Collection[str] = ()) -> list[str]:
    """Return one C++ name for each text, all different, and none of those that are reserved."""
    taken = set(reserved)
    names: list[str] = []
    for text in texts:
        name, number = identifier(text), 2
        while name in taken:
            name, number = f"{identifier(text)}_{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def text(given: str, what: str) -> str:
    """Return the literal of a text that the compiled code compares or shows.

    Raises
    ------
    ConversionError
        Where it holds a NUL, at which C's texts end.
    """
    if "\0" in given:
        raise ConversionError(f"the {what} {given!r} holds a NUL, at which texts end in C; give it another name")
    return cpp_string(given)


def number(value: Any) -> str:
    """Return a literal of a float32, an int32 or a bool, which the compiler reads back as the same value."""
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
    """Return bytes as the lines of an array's initializer."""
    lines = (content[start : start + 16] for start in range(0, len(content), 16))
    return "\n".join(indent + " ".join(f"0x{byte:02x}," for byte in line) for line in lines)


def resolver_method(operator: str) -> str:
    """Return the method of ``MicroMutableOpResolver`` that adds an operator."""
    if operator in _METHODS:
        return _METHODS[operator]
    return "Add" + "".join(part if re.fullmatch(r"\d+D", part) else part.capitalize() for part in operator.split("_"))
