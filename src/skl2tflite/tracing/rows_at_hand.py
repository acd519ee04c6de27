"""The rows given to ``convert``, for converters that need to know what the estimator does not keep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from skl2tflite.features import distinct_cells
from skl2tflite.features.columns import sendable


@dataclass(frozen=True, eq=False)
class Given:
    """The rows that were given to ``convert``.

    Attributes
    ----------
    X : array-like or DataFrame, optional
    alone : bool
        Whether the file will be run on these rows only, as in a check of the converter itself.
    """

    X: Any = None
    alone: bool = False

    @property
    def width(self) -> int | None:
        """Number of columns; None without rows, or where the rows are no table."""
        shape: tuple[int, ...] = () if self.X is None else np.shape(self.X)
        return int(shape[1]) if len(shape) == 2 else None

    @cached_property
    def texts(self) -> frozenset[str]:
        """All text that cells hold, and their integers as text."""
        if self.width is None:
            return frozenset()
        return frozenset(
            str(cell) if isinstance(cell, str) else str(int(cell))
            for cell in distinct_cells(self.X)
            if isinstance(cell, int | np.integer | np.bool_) or (isinstance(cell, str) and sendable(cell))
        )


_given: ContextVar[Given] = ContextVar("given", default=Given())  # noqa: B039 - it is never changed


@contextmanager
def rows_at_hand(X: Any, alone: bool = False) -> Iterator[None]:
    """Let converters see rows within the block; with None, they still see those of an enclosing block.

    Parameters
    ----------
    X : array-like, DataFrame or None
    alone : bool, default=False
        Whether the file will be run on these rows only.
    """
    if X is None and not alone:
        yield
        return
    token = _given.set(Given(X, alone))
    try:
        yield
    finally:
        _given.reset(token)


def given() -> Given:
    """Return the rows given to ``convert``."""
    return _given.get()
