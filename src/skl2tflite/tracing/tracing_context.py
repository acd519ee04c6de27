"""What converters say while a method is recorded, for whoever records it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from skl2tflite.features.categoricals import Reading

T = TypeVar("T")


class Collector(Generic[T]):
    """Takes things while somebody collects them, and drops them otherwise.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name: str) -> None:
        self._found: ContextVar[list[T] | None] = ContextVar(name, default=None)

    @contextmanager
    def collect(self) -> Iterator[list[T]]:
        """Collect all that is added within."""
        found: list[T] = []
        token = self._found.set(found)
        try:
            yield found
        finally:
            self._found.reset(token)

    @property
    def found(self) -> list[T]:
        """What has been collected so far, nothing where nobody collects."""
        return self._found.get() or []

    def add(self, item: T) -> None:
        """Give something to whoever collects."""
        found = self._found.get()
        if found is not None:
            found.append(item)


column_readings: Collector[Reading] = Collector("column_readings")
"""How estimators read the columns of a DataFrame, by their dtypes."""

missing_asked: Collector[int] = Collector("missing_asked")
"""Of which features, of no kind that is known, functions ask whether a value is missing."""
