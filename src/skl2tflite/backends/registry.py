"""The backends that there are, found by the names of their targets."""

from __future__ import annotations

from typing import Any

from skl2tflite.backends.backend import Backend, Target
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


def target_names() -> tuple[str, ...]:
    """Return the names of all targets, those of the first backend first."""
    return tuple(name for backend in BACKENDS for name in backend.targets)


def target_of(name: str) -> Target:
    """Return the target of a name.

    Raises
    ------
    KeyError
        If no backend has one.
    """
    target: Target = backend_of(name).targets[name]
    return target
