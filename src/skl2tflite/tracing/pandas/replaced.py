"""``DataFrame.replace`` in columns of which it is not yet known whether they hold numbers or text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from skl2tflite.flow.column import NAN, Column, KindError
from skl2tflite.flow.renamed import Renamed
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain


class Replaced(Renamed):
    """A column in which values are replaced: numbers if it holds numbers, text if it holds text.

    Which of the two is decided by the first step that uses the column.

    Parameters
    ----------
    column : Column
    of_numbers, of_text : callable
        Replace values in a tensor of numbers, or of text.
    numbers_stay : bool
        Whether no number is replaced, so that numbers keep the dtype of the rows.
    """

    def __init__(
        self,
        column: Column,
        of_numbers: Callable[[Tensor], Tensor],
        of_text: Callable[[Tensor], Tensor],
        numbers_stay: bool,
    ) -> None:
        super().__init__(column.name, column)
        self.numbers_stay = numbers_stay
        self._of_numbers = of_numbers
        self._of_text = of_text

    @property
    def categories(self) -> None:
        """None: replacing values of a categorical would change its categories."""
        return None

    @property
    def origin(self) -> None:
        """None: the column is computed."""
        return None

    @property
    def place(self) -> None:
        """None: the column is computed."""
        return None

    @property
    def values(self) -> Tensor:
        """The values in their own dtype; floats, as long as nothing else is known."""
        return self._became(self.column.values)

    def tensor(self, kind: DType) -> Tensor:
        """Return the values as a tensor of a dtype."""
        return self._became(self.column.tensor(kind))

    def numbers(self) -> Tensor:
        """Return the numbers."""
        return self._became(self.column.numbers())

    def numbers_but(self, missing: str) -> Tensor:
        """Return the numbers."""
        return self.numbers()

    def integers(self) -> Tensor:
        """Return the integers."""
        return self._became(self.column.integers())

    def strings(self) -> Tensor:
        """Return the texts."""
        return self._became(self.column.strings())

    def digits(self) -> Tensor:
        """Return the texts."""
        return self.strings()

    def characters(self) -> Tensor:
        """Refuse: a vectorizer reads the texts of the rows themselves."""
        raise KindError(f"column {self.name!r} is replaced, and cannot be read as text")

    def terms(self, *_: Any) -> Tensor:
        """Refuse: a vectorizer reads the texts of the rows themselves."""
        return self.characters()

    def _became(self, values: Tensor) -> Tensor:
        return self._of_text(values) if values.dtype == DType.STRING else self._of_numbers(values)


def pairs_of(to_replace: Any, value: Any) -> dict[Any, Any]:
    """Return the new value for each old one, from the arguments of pandas' ``replace``."""
    if isinstance(to_replace, Mapping):
        return dict(to_replace)
    if not isinstance(to_replace, list | tuple):
        return {to_replace: value}
    if isinstance(value, list | tuple):
        if len(value) != len(to_replace):
            raise ValueError(f"replace: {len(to_replace)} values take as many others, not {len(value)}")
        return dict(zip(to_replace, value, strict=True))
    return dict.fromkeys(to_replace, value)


def by_kind(pairs: Mapping[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]] | None:
    """Return the replacements of numbers and those of text; None where one of them is neither.

    A text may become a missing value; replacements of missing values are not handled here.
    """
    numbers = {old: new for old, new in pairs.items() if _is_number(old) and old == old and _is_number(new)}
    texts = {old: new for old, new in pairs.items() if isinstance(old, str) and (isinstance(new, str) or new != new)}
    return (numbers, texts) if len(numbers) + len(texts) == len(pairs) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def replaced(column: Any, numbers: Mapping[Any, Any], texts: Mapping[Any, Any]) -> Any:
    """Return a Series with replaced values.

    Parameters
    ----------
    column : Series
    numbers : mapping
        New values of numbers, used if the column holds numbers.
    texts : mapping
        New values of text, used if it holds text.
    """

    def of(pairs: Mapping[Any, Any]) -> Callable[[Tensor], Tensor]:
        return lambda values: plain(type(column)(values).replace(pairs)) if pairs else values

    kind = column.column.kind
    if kind is None:
        return type(column)(Replaced(column.column, of(numbers), of(texts), not numbers), column.name)
    pairs = texts if kind == DType.STRING else numbers
    return column.replace(pairs) if pairs else column


def is_missing(value: Any) -> bool:
    """Return whether a value is one number or object that stands for what is missing."""
    return np.ndim(value) == 0 and not isinstance(value, Tensor) and (value is None or value != value)


def blanked(column: Column, kept: Tensor) -> Replaced:
    """Return a column, of numbers or of text, that is missing but for the rows of a condition."""

    def of(missing: Any) -> Callable[[Tensor], Tensor]:
        return lambda values: plain(xp.where(kept, values, missing))

    return Replaced(column, of(np.nan), of(NAN), False)
