"""The functions that compute the numbers that trees test, or that are compared, from the columns of the sources."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.float_keys import Ints
from skl2tflite.forest.rounding import is_computed
from skl2tflite.graph import Tensor
from skl2tflite.passes.preprocessing import Columns, Preprocessing, grown_columns


class Features:
    """The columns of a tensor as functions of source columns.

    Has the attributes of :class:`~skl2tflite.forest.threshold_search.Images`.

    Parameters
    ----------
    way : Preprocessing
        What lies between the sources and the tensor.
    x : Tensor
        The tensor that trees test.
    columns : Columns
        For each of its columns the source column, and what is known of the function.
    """

    def __init__(self, way: Preprocessing, x: Tensor, columns: Columns) -> None:
        self.way = way
        self.x = x
        self.source = np.where(columns.mixed, -1, columns.source)
        self.mixed = columns.mixed
        self.moved = columns.moved
        self.steady = columns.steady
        self.rounded = way.rounded()[columns.source]
        self.computed = is_computed(x)
        self.n_columns = way.n_columns

    @cached_property
    def grown(self) -> Ints:
        """How much the way to each feature enlarges rounding errors (:class:`~skl2tflite.forest.rounding.Growth`)."""
        return grown_columns(self.x, np.arange(len(self.source)))

    def __call__(self, X: NDArray[np.float32], shift: int = 0) -> NDArray[np.floating]:
        """Return the features of rows, given the values of all source columns."""
        return self.way.values(self.x, X, shift)
