"""``df.loc`` and ``df.iloc`` of symbolic frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.frame_values import FrameValues
from skl2tflite.tracing.pandas.row_labels import RowLabels
from skl2tflite.tracing.pandas.series import Series


class Located:
    """``df.loc`` or ``df.iloc`` of a symbolic frame: some columns of all rows; writing also where a mask holds."""

    def __init__(self, frame: FrameValues, by_name: bool) -> None:
        self.frame = frame
        self.by_name = by_name

    def _names(self, key: Any) -> Any:
        names = self.frame.table.names
        if not self.by_name:
            at = np.arange(len(names))[key]
            return names[at] if np.ndim(at) == 0 else [names[i] for i in at]
        if isinstance(key, slice):
            first, last = (None if end is None else self.frame.position_of(end) for end in (key.start, key.stop))
            return names[first : None if last is None else last + 1 : key.step]
        if isinstance(key, str):
            return key
        if not isinstance(key, list | tuple | np.ndarray):
            key = list(key)
        mask = np.asarray(key)
        return list(np.array(names, dtype=object)[mask]) if mask.dtype == bool else list(key)

    def _parts(self, key: Any) -> tuple[Any, Any]:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if (
            not isinstance(rows, Series | Tensor)
            and not (isinstance(rows, slice) and rows == slice(None))
            and not isinstance(rows, RowLabels)
        ):
            raise refusal("rows have no labels or places here; take all of them, or write where a mask holds")
        return rows, self._names(columns)

    def __getitem__(self, key: Any) -> Any:
        rows, names = self._parts(key)
        if isinstance(rows, Series | Tensor):
            raise refusal(
                "rows cannot be selected: their number would depend on the values; use where, mask or numpy.where"
            )
        return self.frame[names]

    def _nothing(self) -> Tensor:
        """Return NaN for every row: the values of a new column where the mask does not hold."""
        return plain(xp.broadcast_rows(np.asarray(np.nan), self.frame.table[0].values))  # type: ignore[no-any-return]

    def __setitem__(self, key: Any, value: Any) -> None:
        rows, names = self._parts(key)
        if not isinstance(rows, Series | Tensor):
            self.frame[names] = value
            return
        several = [names] if isinstance(names, str) else names
        if isinstance(value, Tensor) and value.ndim == 2:
            value = self.frame.of_array(plain(value), several)
        for name in several:
            column = self.frame[name] if name in self.frame else Series(self._nothing(), name)
            self.frame[name] = column.mask(rows, value[name] if isinstance(value, FrameValues) else value)
