"""The values of a symbolic DataFrame as an array: of numbers, or of objects where columns have several dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.flow.column import KindError
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import FULL_SLICE, Writable, with_row_count


class Values(Writable):
    """An array that holds the cells of a table, as ``df.values`` does.

    Arithmetic on it uses the matrix of the table's numbers. Where it is only copied or columns of it are taken, the
    columns stay columns of the table, so that text among them stays text.

    Parameters
    ----------
    table : Table
    owner : str
        Who else holds the array, so that writing to it is refused; empty where nobody does.
    """

    __slots__ = ("_table",)

    def __init__(self, table: Table, base: Values | None = None, key: Any = None, owner: str = "") -> None:
        self._table: Table | None = table
        self._base = base
        self._key = key
        self._seen = None
        self.owner = owner

    @property
    def table(self) -> Table | None:
        """The table whose cells the array holds; None once the array, or the one that it is a view of, is written
        to.
        """
        if isinstance(self._base, Values) and self._base.table is None:
            self._table = None
        return self._table

    @property
    def value(self) -> Tensor:
        """The cells as a tensor of numbers; refused where a column holds text."""
        table = self.table
        if table is None:
            return super().value
        try:
            matrix = table.matrix()
            truths = table.columns and all(getattr(column.dtype, "kind", "") == "b" for column in table.columns)
            return _tensor(matrix != 0.0) if truths and matrix.dtype == DType.FLOAT else matrix
        except KindError as error:
            raise refusal(f"an array of objects cannot be computed with: {error.reason}") from None

    def write(self, value: Tensor) -> None:
        """Replace the cells by a tensor, as a write to the array does."""
        super().write(value)
        self._table = None

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Rows and columns."""
        table = self.table
        return super().shape if table is None else with_row_count((table.batch, len(table.columns)))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return 2 if self.table is not None else super().ndim

    @property
    def holds_text(self) -> bool:
        """Whether some column is known to hold text."""
        return self.table is not None and any(column.kind == DType.STRING for column in self.table.columns)

    def __getitem__(self, key: Any) -> Tensor:
        table = self.table
        if table is None or not isinstance(key, tuple) or len(key) != 2 or isinstance(key[1], Tensor):
            return super().__getitem__(key)
        if key[0] is not Ellipsis and not (isinstance(key[0], slice) and key[0] == FULL_SLICE):
            return super().__getitem__(key)
        places: Any = None if key[1] is None or key[1] is Ellipsis else np.arange(len(table.columns))[key[1]]
        if np.ndim(places) == 1 and np.size(places):
            a_view = isinstance(key[1], slice)
            matrix = None if table.whole is None else _tensor(xp.getitem(table.whole, key))
            part = Table([table.columns[i] for i in places.tolist()], matrix)
            return Values(part, self if a_view else None, key if a_view else None)
        if self.holds_text and isinstance(places, np.integer):
            return Writable(table.columns[int(places)].values, owner="a column of an array of objects")
        return super().__getitem__(key)

    def copy(self, *_: object, **__: object) -> Tensor:
        """Return a new array of the same cells."""
        return Writable(self.value) if self.table is None else Values(self.table)

    def astype(self, dtype: object, **_: object) -> Tensor:
        """Convert the cells to another dtype; to ``object`` as they are."""
        return self.copy() if dtype in (object, "object", "O") else super().astype(dtype)


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x
