"""The error for NaN where a model takes none."""

from __future__ import annotations

from skl2tflite.errors import InvalidInputError


def nan_refused(row: int, where: str) -> InvalidInputError:
    """Return the error for NaN in a row, and in the column that ``where`` names."""
    return InvalidInputError(
        f"X contains NaN (row {row}, {where}), which this estimator does not take; put an imputer in front (or, if it "
        "takes NaN and the model was converted without rows, give convert rows)"
    )
