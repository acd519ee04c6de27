"""What every test here asks: an odd thing at a door ends well, or in one of the package's own errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from skl2tflite.errors import DefectError, Skl2TFLiteError

LAST_RESORT = "cannot be read as rows"
"""What an error says of rows whose own methods raise; of arrays and DataFrames it never should."""


def outcome(call: Callable[[], Any], *taken: type[Exception]) -> Exception | None:
    """Return the package's error that a call ends in, None where it ends well; anything else is raised.

    Parameters
    ----------
    call : callable
    *taken : type
        Errors of Python's own that are right too, as OSError of files.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except DefectError:
        raise
    except Skl2TFLiteError as error:
        text = str(error)
        assert text, "an error without words"
        assert text.isprintable(), f"a message that a terminal obeys: {text!r}"
        return error
    except taken as error:
        return error
    return None


def each(cases: Iterable[str], check: Callable[[str], Any]) -> None:
    """Check every case, and fail with all that do not pass by name: a test for each would take longer than its case."""
    failed = {}
    for case in cases:
        try:
            check(case)
        except Exception as error:
            failed[case] = f"{type(error).__name__}: {error}"
    assert not failed, "\n".join(f"{case}: {error}" for case, error in failed.items())
