"""What a model knows of the features of its rows, whatever kind its rows are of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.categoricals import Reading
from skl2tflite.features.columns import ColumnSpec
from skl2tflite.features.known import Known
from skl2tflite.features.narrow import Narrow

Form = Literal["dense", "sparse"]


@dataclass(frozen=True)
class FeatureSchema:
    """What a model knows of the features of its rows.

    Parameters
    ----------
    count : int
        Number of features.
    names : tuple of str, optional
        Their names, where the estimator was fitted on a DataFrame.
    allows_nan : bool or tuple of bool, default=False
        Whether scikit-learn takes NaN, in all columns alike or in each.
    columns : tuple of ColumnSpec, optional
        The columns that have a tensor each; without them all features are one matrix.
    needed : tuple of int, optional
        Where the estimator picks a DataFrame's columns by name, as ColumnTransformer does, those that must be there.
        Their order is free then, and others are ignored.
    known : tuple of Known
        Categories of the features in which scikit-learn refuses others.
    is_sparse : bool
        Whether rows were a sparse matrix when the model was made.
    absent_is_nan : bool
        Whether the input holds NaN for entries that a sparse matrix of rows does not have, as the estimator reads them
        as missing; else 0.
    only : {"dense", "sparse"}, optional
        The form that rows must have, where the estimator answers otherwise for the other one.
    readings : tuple of Reading
        The features that must be categoricals in a DataFrame, or must not be.
    narrow : tuple of Narrow
        What computes otherwise in some dtypes of rows than in floats, as the file does.
    read : tuple of int, optional
        Of a matrix, the features that the estimator looks at, where these are not all: others may be anything, and the
        input holds 0 for them.
    """

    count: int
    names: tuple[str, ...] | None = None
    allows_nan: bool | tuple[bool, ...] = False
    columns: tuple[ColumnSpec, ...] | None = None
    needed: tuple[int, ...] | None = None
    known: tuple[Known, ...] = ()
    is_sparse: bool = False
    absent_is_nan: bool = False
    only: Form | None = None
    readings: tuple[Reading, ...] = ()
    narrow: tuple[Narrow, ...] = ()
    read: tuple[int, ...] | None = None

    @cached_property
    def _allowed(self) -> NDArray[np.bool_]:
        return np.broadcast_to(np.asarray(self.allows_nan), self.count)

    @cached_property
    def _known(self) -> dict[int, Known]:
        return {each.feature: each for each in self.known}

    def column_tensor(self, spec: ColumnSpec, cells: Any, allows_nan: bool = False) -> NDArray[Any]:
        """Return a column's cells as its tensor holds them.

        Parameters
        ----------
        spec : ColumnSpec
        cells : Series or ndarray of shape (n_rows,)
        allows_nan : bool, default=False
            Whether NaN is taken even where the estimator takes none.

        Returns
        -------
        ndarray of shape (n_rows,)

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse a cell, or the tensor cannot hold it.
        """
        allowed = allows_nan or bool(self._allowed[spec.feature])
        return spec.tensor(cells, allowed, self._known.get(spec.feature))

    def describe(self, feature: int) -> str:
        """Return a feature's name for messages."""
        return f"feature {self.names[feature]!r}" if self.names else f"feature {feature}"
