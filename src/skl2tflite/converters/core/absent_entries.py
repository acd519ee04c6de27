"""Sparse rows whose absent entries some estimators (XGBoost) read as missing, and others as 0."""

from __future__ import annotations

from skl2tflite.flow.column import AbsentError
from skl2tflite.flow.matrix import Matrix, SparseRows
from skl2tflite.graph import Array, Tensor
from skl2tflite.tracing.tracing_context import Collector

sparsity_readers: Collector[bool] = Collector("sparsity_readers")
"""Collects, for each estimator that reads absent entries as missing, whether what it is given is sparse."""


def sparse_input(matrix: Tensor, absent_is_missing: bool) -> Matrix:
    """Return a model's input as a sparse matrix.

    Parameters
    ----------
    matrix : Tensor of shape (n_rows, n_columns)
    absent_is_missing : bool
        Whether the input has NaN for absent entries. Otherwise it has 0 for them, and a step that needs to know which
        entries are stored raises :class:`~skl2tflite.flow.column.AbsentError`.
    """
    if absent_is_missing:
        return SparseRows.of(matrix)

    def stored() -> Array:
        raise AbsentError

    return Matrix(matrix, None, True, stored)
