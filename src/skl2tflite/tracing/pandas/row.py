"""One row of a symbolic DataFrame, as ``DataFrame.apply(function, axis=1)`` gives it to a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skl2tflite.tracing.pandas.dtypes import no_attribute

REDUCTIONS = frozenset(
    {"sum", "mean", "max", "min", "prod", "std", "var", "median", "any", "all", "count", "idxmax", "idxmin"}
)
"""Methods that reduce a row to one value."""
ALIKE = frozenset({"isna", "isnull", "notna", "notnull", "fillna", "astype", "abs", "clip", "copy", "isin"})
"""Methods that give a row again."""


class Row:
    """The stand-in for a row: its values by the columns' names, each of them a symbolic column.

    Parameters
    ----------
    frame : FrameReductions
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __repr__(self) -> str:
        return "<row of a DataFrame>"

    def __getitem__(self, key: Any) -> Any:
        found = self._frame[key]
        return Row(found) if type(found) is type(self._frame) else found

    def get(self, key: Any, default: Any = None) -> Any:
        """Return a value, or a default where there is no column of that name."""
        return self._frame.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._frame.table.names

    def __len__(self) -> int:
        return len(self._frame.table.names)

    def __iter__(self) -> Iterator[Any]:
        return (self._frame[name] for name in self._frame.table.names)

    def items(self) -> Any:
        """Names of columns and values."""
        return self._frame.items()

    @property
    def index(self) -> Any:
        """Names of the columns, as a pandas Index."""
        return self._frame.columns

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        if name in REDUCTIONS:
            return lambda *args, **kwargs: getattr(self._frame, name)(*args, axis=1, **kwargs)
        if name in ALIKE:
            return lambda *args, **kwargs: Row(getattr(self._frame, name)(*args, **kwargs))
        raise no_attribute(name, "a row of a DataFrame")
