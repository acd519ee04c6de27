"""Rows given to convert, for converters that learn from them what an estimator does not keep."""

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
    """Rows that are there while a method is recorded.

    Attributes
    ----------
    X : array-like or DataFrame, optional
    alone : bool
        Whether no others will ever be asked of what is recorded.
    """

    X: Any = None
    alone: bool = False

    @property
    def width(self) -> int | None:
        """Number of columns, None where the rows are no table."""
        shape: tuple[int, ...] = () if self.X is None else np.shape(self.X)
        return int(shape[1]) if len(shape) == 2 else None

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text in some cell, and every whole number as text."""
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
    """Let converters look at rows while methods are recorded; where there are none, at those of the caller."""
    if X is None and not alone:
        yield
        return
    token = _given.set(Given(X, alone))
    try:
        yield
    finally:
        _given.reset(token)


def given() -> Given:
    """Return the rows that there are."""
    return _given.get()
