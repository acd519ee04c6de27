"""Arguments of the public functions, looked at before any work."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from skl2tflite.errors import InvalidInputError, Skl2TFLiteError

MOST_THREADS = 1024
"""Threads of one call: a runtime that is asked for more takes the machine's memory for them."""

ErrorType = type[Skl2TFLiteError]


def choice(name: str, value: object, choices: Sequence[str], error: ErrorType = InvalidInputError) -> None:
    """Raise where an argument is none of some words.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : object
        What was given.
    choices : sequence of str
    error : type
        Of the error that is raised.
    """
    if not isinstance(value, str) or value not in choices:
        *others, last = map(repr, choices)
        words = f"{', '.join(others)} or {last}" if others else last
        raise error(f"{name} is {words}, not {shown(value)}")


def whole(name: str, value: Any, least: int, most: int | None = None, error: ErrorType = InvalidInputError) -> int:
    """Return an argument that is an integer, or raise.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : object
        What was given.
    least : int
    most : int, optional
    error : type
        Of the error that is raised.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise error(f"{name} is an integer, not {shown(value)}")
    number = int(value)
    if number < least or (most is not None and number > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise error(f"{name} is {bounds}, not {shown(value)}")
    return number


def positive(name: str, value: Any) -> float:
    """Return an argument that is a number of at least 0, or raise."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidInputError(f"{name} is a number of at least 0, not {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not 0 <= number < math.inf:
        raise InvalidInputError(f"{name} is a number of at least 0, not {shown(value)}")
    return number


def path(name: str, value: Any) -> Path:
    """Return an argument that names a file, or raise."""
    try:
        spelled = os.fspath(value)
    except TypeError:
        raise InvalidInputError(f"{name} is a str or a path, not {shown(value)}") from None
    if not isinstance(spelled, str):
        raise InvalidInputError(f"{name} is a str or a path of one, not {shown(spelled)}")
    if "\0" in spelled:
        raise InvalidInputError(f"{name} is no path: there is a NUL in {shown(spelled)}")
    try:
        os.fsencode(spelled)
    except UnicodeEncodeError:
        raise InvalidInputError(f"{name} is no path: {shown(spelled)} cannot be encoded") from None
    return Path(spelled)


def functions(name: str, value: Any) -> dict[str, Callable[..., Any]]:
    """Return an argument that maps names to functions as a dict, or raise; None is no functions."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"{name} is a dict of functions by the names of inputs, not {shown(value)}")
    for key, function in value.items():
        if not isinstance(key, str) or not callable(function):
            raise InvalidInputError(
                f"{name} has {shown(function)} under {shown(key)}, expected a function under a name"
            )
    return dict(value)


def shown(value: object) -> str:
    """Return how an argument is called in a message: as Python spells it, shortened, or by its type."""
    try:
        text = f"{value!r:.80}"
    except Exception:  # a __repr__ of the user's, or an int of too many digits
        return f"a {type(value).__name__}"
    return text if len(text) < 80 else f"{text}…"
