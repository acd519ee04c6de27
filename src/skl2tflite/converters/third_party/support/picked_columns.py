"""Transformers that only select columns of a DataFrame by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.flow.table import Table, TableLike


class PickedConverter(SeenConverter, TransformerConverter):
    """A selection of columns by name; subclasses say which."""

    exact = TRANSFORM
    takes_tables = True

    def kept(self, names: Sequence[str]) -> Sequence[Any]:
        """Return the names of the columns to keep, in their order, among the names that there are."""
        raise NotImplementedError

    def _places(self, names: Sequence[str]) -> list[int]:
        known = list(names)
        kept = [str(name) for name in self.kept(known)]
        lost = [name for name in kept if name not in known]
        if lost:
            raise self.refuse(f"picks column {lost[0]!r}, and there are {', '.join(map(repr, known[:5]))} here")
        return [known.index(name) for name in kept]

    def transform(self, X: TableLike) -> TableLike:
        if isinstance(X, Table):
            return X.take(self._places(X.names))
        if isinstance(X, np.ndarray) and self.feature_names is not None:
            return X[:, self._places(self.feature_names)]
        raise self.refuse(
            "picks columns by name, and the step in front gives an array", "put it first, or pick columns by position"
        )

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """The columns that are kept; others need not be there."""
        names = self.feature_names
        return None if names is None else tuple(sorted(self._places(names)))

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All, or those that are not kept if ``clean``: no value is read."""
        needed = self.needed_columns
        if needed is None:
            return not clean
        allowed: NDArray[np.bool_] = np.ones(self.n_features, dtype=bool)
        allowed[list(needed)] = not clean
        return allowed
