"""One method of a model, to be compared with its estimator's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.answering import Answering
from skl2tflite.conversion import Conversion
from skl2tflite.converters import Converter
from skl2tflite.features import RowKind
from skl2tflite.reports import Reading
from skl2tflite.verify.differences import as_rows


@dataclass(frozen=True, eq=False)
class Comparison:
    """One method of a model and of its estimator, and the rows on which their answers are compared.

    Attributes
    ----------
    model : Answering
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
    made : bool
        Whether the rows were made from the model, to lie on its thresholds.
    """

    model: Answering
    conversion: Conversion
    method: str
    X: Any
    tolerance: float
    each: int = 1
    reference: Reading = "float32"
    made: bool = False

    @property
    def kind(self) -> RowKind:
        """What a row is that the method takes."""
        return self.model.facts.features_of(self.method).rows

    @property
    def converter(self) -> Converter:
        """The estimator's converter."""
        return self.conversion.converter

    def float64_error(self, want: NDArray[Any]) -> NDArray[np.float64]:
        """Return how far each of the estimator's own values may be from its formula, each row as one axis."""
        error = self.converter.contract.float64_error(self.method, want)
        return as_rows(np.broadcast_to(np.asarray(error, dtype=np.float64), want.shape))
