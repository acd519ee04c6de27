"""Matrices between steps that are not dense matrices of floats: sparse ones, and integers or booleans.

A dense matrix of floats is a plain tensor or array. A :class:`Matrix` adds the dtype and the sparsity that
scikit-learn's own result has: XGBoost reads absent entries of sparse matrices as missing, and integers of few bits wrap
around.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.flow.zeros import Width, is_zero, without
from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import Array


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix of numbers with the dtype and sparsity that it has in scikit-learn.

    Attributes
    ----------
    values : array or Tensor of shape (n_rows, n_columns)
        The numbers; 0 where a sparse matrix stores no entry.
    dtype : numpy.dtype, optional
        Dtype in scikit-learn; None for floats of the same width as the model's rows.
    is_sparse : bool
        Whether it is a sparse matrix in scikit-learn.
    stored : callable, optional
        Of a sparse matrix: returns booleans of its shape that say which entries are stored. None where these are
        the numbers other than 0.
    bounds : tuple of float, optional
        Least and greatest number that it can hold, where they are known.
    with_holes : callable, optional
        Of a sparse matrix: returns the numbers with NaN where no entry is stored. Without, they follow from ``stored``.
    """

    values: Array
    dtype: np.dtype[Any] | None = None
    is_sparse: bool = False
    stored: Callable[[], Array] | None = None
    bounds: tuple[float, float] | None = None
    with_holes: Callable[[], Array] | None = None

    @property
    def shape(self) -> Any:
        """Shape of the numbers."""
        return self.values.shape

    @property
    def ndim(self) -> int:
        """Two, as of any matrix."""
        return 2

    def __getitem__(self, key: Any) -> Array:
        return self.values[key]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.values, dtype=dtype)

    @property
    def present(self) -> Array:
        """Booleans of the matrix's shape: which entries are stored."""
        if self.stored is not None:
            return self.stored()
        values = as_floats(self.values)
        return ~xp.within(values, 0.0, 0.0, is_zero(values, self._width))

    @property
    def _width(self) -> Width:
        return np.float32 if self.dtype == np.float32 else np.float64

    def with_nan(self) -> Array:
        """Return the numbers, with NaN where a sparse matrix stores no entry."""
        values = as_floats(self.values)
        if not self.is_sparse:
            return values
        if self.with_holes is not None:
            return self.with_holes()
        return (
            without(values, 0.0, width=self._width) if self.stored is None else xp.where(self.present, values, np.nan)
        )

    def take(self, positions: Sequence[int] | NDArray[np.intp]) -> Matrix:
        """Return some of the columns."""
        at = np.asarray(positions, dtype=int)
        stored = None if self.stored is None else lambda: xp.take(self.present, at, axis=1)
        holed = None if self.with_holes is None else lambda: xp.take(self.with_nan(), at, axis=1)
        return replace(self, values=xp.take(self.values, at, axis=1), stored=stored, with_holes=holed)

    def times(self, weight: float) -> Matrix:
        """Return the numbers times a weight (of a FeatureUnion); the same entries are stored."""
        stored = (lambda: self.present) if self.is_sparse and weight == 0 else self.stored
        return replace(
            self, values=as_floats(self.values) * weight, dtype=None, stored=stored, bounds=None, with_holes=None
        )


def is_sparse(X: object) -> bool:
    """Return whether X is a sparse matrix in scikit-learn."""
    return isinstance(X, Matrix) and X.is_sparse


def dtype_of(X: object) -> np.dtype[Any] | None:
    """Return the dtype of X in scikit-learn; None for floats of the same width as the model's rows."""
    return X.dtype if isinstance(X, Matrix) else None


def as_floats(x: Array) -> Array:
    """Return integers and booleans as floats."""
    return x if xp.dtype_of(x) == "float" else xp.astype(x, float)


def side_by_side(parts: Sequence[Any], sparse: bool) -> Any:
    """Return matrices next to each other, as NumPy or SciPy joins them.

    Parameters
    ----------
    parts : sequence of Matrix or array
    sparse : bool
        Whether the result is a sparse matrix. The zeros of dense parts are no entries of it.

    Returns
    -------
    Matrix or array
        An array where the result is dense and of floats.
    """
    values = [part.values if isinstance(part, Matrix) else part for part in parts]
    dtypes = [dtype_of(part) for part in parts]
    known = [dtype for dtype in dtypes if dtype is not None]
    dtype = reduce(np.promote_types, known) if len(known) == len(parts) else None
    joined = xp.concat(values, axis=1)
    stored = with_holes = None
    if sparse and any(isinstance(part, Matrix) and (part.stored or part.dtype == np.float32) for part in parts):
        stored, with_holes = partial(_all_present, parts), partial(_all_with_nan, parts)
    if not sparse and (dtype is None or dtype.kind == "f"):
        return joined
    return Matrix(joined, dtype, sparse, stored, with_holes=with_holes)


def _all_present(parts: Sequence[Any]) -> Array:
    """Return which entries are stored by a sparse matrix that is joined from parts, some of which may be dense."""
    return xp.concat([part.present for part in _as_matrices(parts)], axis=1)


def _all_with_nan(parts: Sequence[Any]) -> Array:
    """Return the numbers of such a matrix with NaN where it has no entry."""
    return xp.concat([replace(part, is_sparse=True).with_nan() for part in _as_matrices(parts)], axis=1)


def _as_matrices(parts: Sequence[Any]) -> list[Matrix]:
    return [part if isinstance(part, Matrix) else Matrix(part) for part in parts]
