"""What the recording of user functions needs to know of a converter."""

from __future__ import annotations

from typing import Protocol

from skl2tflite.errors import UnsupportedEstimatorError


class Refusing(Protocol):
    """A converter, for code that must not import converters: its place in the model, and the error that names it."""

    path: str

    def refuse(self, what: str, instead: str = "") -> UnsupportedEstimatorError:
        """Return the error for something of the estimator that cannot be converted, and what to do instead."""
        ...
