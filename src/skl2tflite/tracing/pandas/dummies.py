"""``pandas.get_dummies``. It makes a column for each value in the rows, so ``reindex`` must name the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.tracing.pandas.dtypes import dtype_of
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.series import Series

_OF_ROWS = (
    "pandas.get_dummies makes columns of the values in the rows; name the columns of the file with "
    ".reindex(columns=[…], fill_value=0), name the categories first (astype(pandas.CategoricalDtype([…]))), or use "
    "scikit-learn's OneHotEncoder"
)


class Dummies:
    """The result of ``get_dummies``, whose columns are not known yet.

    Parameters
    ----------
    kept : Frame or None
        The columns that stay as they are.
    text : mapping of str to Series
        The columns that become indicators. Each key is what the names of its indicators begin with.
    dtype : dtype, optional
        Of the indicators.
    """

    def __init__(self, kept: Frame | None, text: Mapping[str, Series], dtype: Any) -> None:
        self._kept = kept
        self._text = dict(text)
        self._dtype = dtype

    def reindex(
        self, labels: Any = None, axis: Any = 0, columns: Any = None, fill_value: Any = None, **_: Any
    ) -> Frame:
        """Return the columns that are named."""
        columns = labels if columns is None and axis in (1, "columns") else columns
        if columns is None or fill_value is None or float(fill_value) != 0:
            raise self.refusal()
        return Frame.of({str(name): self._column(str(name)) for name in columns})

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, **_: Any) -> Dummies:
        """Leave out columns that are no indicators."""
        gone = columns if columns is not None else labels if axis in (1, "columns") else None
        names = [gone] if isinstance(gone, str) else list(gone or ())
        if not names or self._kept is None or not set(names) <= set(self._kept.table.names):
            raise self.refusal()
        return Dummies(self._kept.drop(columns=names), self._text, self._dtype)

    def _column(self, name: str) -> Any:
        if self._kept is not None and name in self._kept.table.names:
            return self._kept[name]
        found = [(series, name.removeprefix(start)) for start, series in self._text.items() if name.startswith(start)]
        if len(found) != 1:
            raise refusal(
                f"{name!r} begins with the name of no column that pandas.get_dummies encodes"
                if not found
                else f"{name!r} may belong to several columns that pandas.get_dummies encodes; use OneHotEncoder"
            )
        series, value = found[0]
        made: Series = series.combine("equal", value)
        return made if self._dtype is None else made.astype(self._dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.refusal()

    def __getitem__(self, key: Any) -> Any:
        raise self.refusal()

    def refusal(self) -> GraphError:
        """Return the error for anything but ``reindex``."""
        return refusal(_OF_ROWS)


def dummies(
    data: Any, prefix: Any = None, prefix_sep: str = "_", columns: Any = None, dtype: Any = None, **others: Any
) -> Dummies | Frame:
    """Return what ``pandas.get_dummies`` makes of a DataFrame, or of one column: a frame if categories are known."""
    drop_first = bool(others.pop("drop_first", False))
    if wanted := [name for name, value in others.items() if value not in (None, False)]:
        raise refusal(f"pandas.get_dummies with {', '.join(wanted)} cannot be recorded; use OneHotEncoder")
    kept: Frame | None = None
    if isinstance(data, Series):
        encoded = {"" if prefix is None else f"{prefix}{prefix_sep}": data}
    else:
        made = [name for name, series in data.items() if _is_text(series)] if columns is None else list(columns)
        starts = _prefixes(prefix, made)
        kept = data.drop(columns=made) if len(made) < len(data.table.names) else None
        encoded = {f"{starts[name]}{prefix_sep}": data[name] for name in made}
    if all(series.column.categories for series in encoded.values()):
        indicators = {
            f"{start}{category}": series == category
            for start, series in encoded.items()
            for category in (series.column.categories or ())[drop_first:]
        }
        made_of = Frame.of(indicators)
        made_of = made_of if dtype is None else made_of.astype(dtype)
        return made_of if kept is None else Frame.of({**dict(kept.items()), **dict(made_of.items())})
    if drop_first:
        raise refusal(
            "pandas.get_dummies with drop_first depends on other rows where the categories are not known; name them "
            "first (astype(pandas.CategoricalDtype([…]))), or use scikit-learn's OneHotEncoder"
        )
    return Dummies(kept, encoded, dtype)


def _is_text(series: Series) -> bool:
    """Whether pandas encodes a column, as its dtype says."""
    if series.column.kind == DType.STRING:
        return True
    dtype = dtype_of(series.column)
    return hasattr(dtype, "categories") or getattr(dtype, "kind", "O") not in "fiub"


def _prefixes(prefix: Any, names: list[str]) -> dict[str, str]:
    if prefix is None:
        return {name: name for name in names}
    if isinstance(prefix, Mapping):
        return {name: str(prefix[name]) for name in names}
    given = [prefix] * len(names) if isinstance(prefix, str) else list(prefix)
    return dict(zip(names, map(str, given), strict=True))
