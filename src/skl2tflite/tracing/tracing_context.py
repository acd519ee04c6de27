"""Collectors: what converters report while a method is recorded, beside the tensors that they return.

Each kind of report has one module-level :class:`Collector`. A converter calls its ``add``; whoever records the method
wraps that in ``with collector.collect() as found``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from skl2tflite.features.categoricals import Reading

T = TypeVar("T")


class Collector(Generic[T]):
    """A list that is there only while somebody collects; what is added otherwise is dropped.

    Collecting is per thread and may be nested: the innermost block gets what is added.

    Parameters
    ----------
    name : str
        Name of the context variable that holds the list.
    """

    def __init__(self, name: str) -> None:
        self._found: ContextVar[list[T] | None] = ContextVar(name, default=None)

    @contextmanager
    def collect(self) -> Iterator[list[T]]:
        """Yield the list of what is added within the block."""
        found: list[T] = []
        token = self._found.set(found)
        try:
            yield found
        finally:
            self._found.reset(token)

    @property
    def found(self) -> list[T]:
        """The list of the innermost block so far; empty where nobody collects."""
        return self._found.get() or []

    def add(self, item: T) -> None:
        """Append an item to the list of the innermost block."""
        found = self._found.get()
        if found is not None:
            found.append(item)


column_readings: Collector[Reading] = Collector("column_readings")
"""Collects how estimators read the columns of a DataFrame: as categoricals, with which categories, or as numbers."""

missing_asked: Collector[int] = Collector("missing_asked")
"""Collects the features, not yet known to be text or numbers, of which functions ask whether a value is missing."""

possible_reasons: Collector[str] = Collector("possible_reasons")
"""Collects, while a function is recorded, what it does that a file may compute otherwise, for the error if it does."""
