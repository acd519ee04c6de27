"""Who is asked for the error where something of an estimator cannot be recorded."""

from __future__ import annotations

from typing import Protocol

from skl2tflite.errors import UnsupportedEstimatorError


class Refusing(Protocol):
    """What tracing needs of a converter: where its estimator stands in the model, and the error that names it."""

    path: str

    def refuse(self, what: str, instead: str = "") -> UnsupportedEstimatorError:
        """Return the error for something of the estimator that cannot be converted, and what to do instead."""
        ...
