"""Sparse rows whose absent entries some estimators (XGBoost) read as missing, and others as 0."""

from __future__ import annotations

from skl2tflite.flow.matrix import Matrix
from skl2tflite.graph import Array, Tensor, apply, ops
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.tracing_context import Collector

sparsity_readers: Collector[bool] = Collector("sparsity_readers")
"""Collects, for each estimator that reads absent entries as missing, whether what it is given is sparse."""

absent_asked: Collector[str] = Collector("absent_asked")
"""Collects who asks which entries the model's rows hold, so that inputs must have NaN for the others."""


def sparse_input(matrix: Tensor) -> Matrix:
    """Return a model's input as a sparse matrix; it has NaN for absent entries where a step asks for these, else 0."""

    def with_holes() -> Array:
        absent_asked.add("sparse rows")
        return matrix

    return Matrix(apply(ops.AbsentAsZero(), matrix), None, True, lambda: ~xp.isnan(with_holes()), None, with_holes)
