"""What flows out of ``transform``: sparsity, dtype, which entries are stored, and which transformer has made it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table
from skl2tflite.forest.transformed import Monotone, note
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.trial_calls import quiet


class TransformOutput:
    """The part of a converter that says how scikit-learn holds what ``transform`` gives.

    Attributes
    ----------
    estimator : estimator
    path : str
        Place in the model.
    keeps_sparse : bool
        Whether ``transform`` gives a sparse matrix for a sparse one. Otherwise it always gives a dense one.
    keeps_dtype : bool
        Whether ``transform`` gives integers for integers, of the same width. Otherwise it always gives floats.
    """

    estimator: Any
    path: str
    keeps_sparse: ClassVar[bool] = False
    keeps_dtype: ClassVar[bool] = False

    def gives_sparse(self, sparse: bool) -> bool:
        """Return whether ``transform`` gives a sparse matrix, for a sparse matrix or a dense one."""
        return self.keeps_sparse and sparse

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
        """Return the dtype of ``transform``'s result for a dtype; None stands for floats as wide as the rows."""
        return dtype if self.keeps_dtype else None

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the least and greatest integer that ``transform`` can give; None where they are not known."""
        return None

    def stored(self, X: Any, result: Array) -> Callable[[], Array] | None:
        """Return a function that says which entries the sparse matrix stores that ``transform`` gives.

        Parameters
        ----------
        X : Table, Matrix or array
            What ``transform`` was given.
        result : array of shape (n_rows, n_columns)
            What it gave.

        Returns
        -------
        callable or None
            Returns booleans of the result's shape. None stands for the numbers other than 0.
        """
        if not isinstance(X, Matrix) or X.stored is None:
            return None
        # A stored entry is found by transforming 1 in place of it, which gives a number other than 0.
        return lambda: self.transform(xp.astype(X.present, float)) != 0  # type: ignore[attr-defined]

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        """Return how ``transform`` computes each column as a monotone function of one column; None if it does not.

        Such transformers are folded into the thresholds of trees behind them.

        Parameters
        ----------
        X : Tensor
        transformed : Tensor
            The result of ``transform`` for X.
        """
        return None

    def _noted(self, transform: Callable[[Array], Any]) -> Callable[[Array], Any]:
        """Return ``transform`` whose result carries a note which transformer has computed it (:class:`Transformed`)."""

        def noted(X: Array) -> Any:
            result = transform(X)
            made = result.matrix_so_far if isinstance(result, Table) else result
            read = self.numbers_read(X, made)
            if not isinstance(read, Tensor) or not isinstance(made, Tensor) or made is read:
                return result
            made = note(self.path, self.estimator, self.scikit_transform, self.monotone(read, made), read, made)
            return result.with_matrix(made) if isinstance(result, Table) else made

        return noted

    def numbers_read(self, X: Any, made: Any) -> Any:
        """Return the numbers of which ``transform`` has made its result, if they are known."""
        return X.matrix_so_far if isinstance(X, Table) else X.values if isinstance(X, Matrix) else X

    def scikit_transform(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return scikit-learn's own ``transform`` of an array, without its checks for NaN and infinity."""
        from sklearn import config_context

        with config_context(assume_finite=True), quiet():
            return np.asarray(self.estimator.transform(np.array(X)))
