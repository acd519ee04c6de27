"""``Series.cat`` of symbolic columns: categories and codes of a categorical."""

from __future__ import annotations

from typing import Any

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import NoAttributeError, refusal
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.dtypes import as_category, dtype_of
from skl2tflite.tracing.pandas.looked_up import looked_up


class Categories:
    """``Series.cat`` of a symbolic column.

    Parameters
    ----------
    series : Series
        A column of categorical dtype.
    """

    def __init__(self, series: Any) -> None:
        self.series = series

    @property
    def _known_categories(self) -> tuple[Any, ...]:
        known: tuple[Any, ...] = self.series.column.categories or ()
        if not known:
            raise refusal(
                f"pandas takes the categories of {self.series!r} from the rows; name them "
                "(pandas.CategoricalDtype([…])), so that the code of a value does not depend on other rows"
            )
        return known

    @property
    def codes(self) -> Any:
        """Position of each value among the categories; -1 for missing values and values that are no category."""
        known = list(self._known_categories)
        codes = looked_up(self.series, known, list(range(len(known))), -1, -1)
        return type(self.series)(plain(xp.astype(codes.column.values, int)))

    @property
    def categories(self) -> Any:
        """The categories."""
        import pandas as pd

        return pd.Index(list(self._known_categories))

    @property
    def ordered(self) -> bool:
        """Whether the categories are ordered."""
        return bool(getattr(dtype_of(self.series.column), "ordered", False))

    def add_categories(self, new_categories: Any) -> Any:
        """Return the column with further categories behind its own."""
        import pandas as pd

        more = list(new_categories) if isinstance(new_categories, list | tuple) else [new_categories]
        dtype = pd.CategoricalDtype([*self._known_categories, *more], ordered=self.ordered)
        return type(self.series)(as_category(self.series.column, dtype), self.series.name)

    def set_categories(self, new_categories: Any, ordered: bool | None = None) -> Any:
        """Return the column with other categories; values that are none of them become missing."""
        import pandas as pd

        dtype = pd.CategoricalDtype(list(new_categories), ordered=self.ordered if ordered is None else ordered)
        return type(self.series)(as_category(self.series.column, dtype), self.series.name)

    def __getattr__(self, name: str) -> Any:
        raise NoAttributeError(f".cat.{name} of {self.series!r} cannot be recorded")
