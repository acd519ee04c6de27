"""What is asked when a model is compared with its estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from skl2tflite.conversion import Conversion
from skl2tflite.converters import Converter
from skl2tflite.model import TFLiteModel

Reading: TypeAlias = Literal["as given", "float32"]
"""Rows as they were given, or rounded to float32."""


@dataclass(frozen=True, eq=False)
class Question:
    """One method of a model and its estimator, asked on rows.

    Attributes
    ----------
    model : TFLiteModel
    conversion : Conversion
        The estimator and its converter.
    method : str
    X : array-like
        The rows that the method is given.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    each : int
        Rows of the answer for each of X: 1, but of images cut into patches.
    reference : {"as given", "float32"}
        What the estimator was given: X itself, where float32 holds its numbers exactly, or X rounded to float32.
    """

    model: TFLiteModel
    conversion: Conversion
    method: str
    X: Any
    tolerance: float
    each: int = 1
    reference: Reading = "float32"

    @property
    def converter(self) -> Converter:
        """The estimator's converter."""
        return self.conversion.converter
