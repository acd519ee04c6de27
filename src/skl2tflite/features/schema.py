"""What is known of the features of a model's rows, whatever kind of rows these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.categoricals import Reading
from skl2tflite.features.columns import ColumnSpec
from skl2tflite.features.known import Known
from skl2tflite.features.narrow import Narrow
from skl2tflite.lazily import cached_property

Form = Literal["dense", "sparse"]


@dataclass(frozen=True)
class FeatureSchema:
    """What is known of the features of a model's rows.

    Parameters
    ----------
    count : int
        Number of features.
    names : tuple of str, optional
        Their names, where the estimator was fitted on a DataFrame.
    allows_nan : bool or tuple of bool, default=False
        Whether scikit-learn takes NaN: one answer for all features, or one for each.
    columns : tuple of ColumnSpec, optional
        The features as columns with an input tensor each; None where all features are one matrix.
    needed : tuple of int, optional
        The features that a DataFrame must have, where the estimator picks columns by name, as ColumnTransformer does:
        columns may then be in any order, and others are ignored. None where the names must be exactly ``names``.
    known : tuple of Known
        The categories of the features in which scikit-learn refuses unknown ones.
    is_sparse : bool
        Whether rows were a sparse matrix when the model was made.
    absent_is_nan : bool
        What the input holds for entries that a sparse matrix does not store: NaN, where the estimator reads them as
        missing; else 0.
    only : {"dense", "sparse"}, optional
        The form that rows must have, where the estimator gives other answers for the other form.
    readings : tuple of Reading
        Which features of a DataFrame must be categoricals, and which must not be.
    narrow : tuple of Narrow
        The parts of the model that answer otherwise for some dtypes of rows than for floats, in which a file computes.
    read : tuple of int, optional
        The features of a matrix that the estimator reads; None where it reads all. Others may hold anything, and the
        input holds 0 for them.
    tells_stored_zeros : bool
        Whether the estimator tells zeros that a sparse matrix stores from entries that it does not store, which the
        model does not.
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
    tells_stored_zeros: bool = False

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
