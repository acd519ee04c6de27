"""The backends that there are, found by the names of their targets."""

from __future__ import annotations

from typing import Any

from skl2tflite.backends.backend import Backend
from skl2tflite.backends.tflite.backend import TFLITE

BACKENDS: tuple[Backend[Any, Any], ...] = (TFLITE,)


def backend_of(target: str) -> Backend[Any, Any]:
    """Return the backend that has a target of this name.

    Raises
    ------
    KeyError
        If none has.
    """
    for backend in BACKENDS:
        if target in backend.targets:
            return backend
    raise KeyError(target)
