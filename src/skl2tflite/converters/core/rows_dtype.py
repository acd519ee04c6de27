"""scikit-learn's estimators that compute in the dtype of the rows, as they do not convert integers to floats."""

from __future__ import annotations

from typing import Any

from skl2tflite.converters.core.base import Converter
from skl2tflite.flow.table import Table
from skl2tflite.tracing.function_checks import is_symbolic
from skl2tflite.tracing.narrow_dtypes import note_narrow_dtypes
from skl2tflite.tracing.sample_rows import AsArray


class ComputesAsGiven(Converter):
    """A converter of an estimator that gives other results for integers than for the same numbers as floats."""

    def method(self, name: str) -> Any:
        """Return a method that reports for which dtypes the results differ."""
        function = super().method(name)
        if name == "inverse_transform":
            return function

        def call(X: Any) -> Any:
            result = function(X)
            if not is_symbolic(X):
                return result
            rows = AsArray(X) if isinstance(X, Table) else X
            return note_narrow_dtypes(getattr(self.estimator, name), rows, result, self.path)

        return call
