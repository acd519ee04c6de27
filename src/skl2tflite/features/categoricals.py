"""Categorical columns of pandas and polars.

Boosting libraries look at a DataFrame's dtypes: of a categorical they read the codes, of any other column the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import categories_of, quoted
from skl2tflite.stored import FeatureReading, damaged

TEXT, NUMBERS, BOOLS = "text", "numbers", "truth values"
"""Kinds of categories, as files have them."""
"""What the categories of a column may be."""
_ANY = "any"


@dataclass(frozen=True)
class Reading:
    """How an estimator reads a feature of a DataFrame.

    Parameters
    ----------
    feature : int or None
        None stands for every feature that has no reading of its own.
    reader : str
        Name of the library that reads it, for error messages.
    """

    feature: int | None
    reader: str

    def check(self, column: Any, name: str) -> None:
        """Raise where a column of a DataFrame is not what the estimator was fitted on."""
        raise NotImplementedError

    def check_array(self, name: str) -> None:
        """Raise where the estimator would read an array otherwise than the DataFrame that it was fitted on."""
        raise NotImplementedError

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        return {"feature": self.feature, "reader": self.reader}


@dataclass(frozen=True)
class Plain(Reading):
    """A feature that was plain numbers at fit. It must not be a categorical: the estimator would read its codes."""

    def check(self, column: Any, name: str) -> None:
        """Raise where a column is a categorical."""
        if categories_of(column) is not None:
            raise InvalidInputError(
                f"{name} is a categorical, and {self.reader} was fitted on plain numbers there: it would take the "
                "codes; give its numbers, or fit on the categorical"
            )

    def check_array(self, name: str) -> None:
        """Accept any array: it holds plain numbers."""


@dataclass(frozen=True)
class Categorical(Reading):
    """A feature that was a categorical at fit, and must be one in a DataFrame; the file takes its values, not codes.

    Parameters
    ----------
    kind : {"text", "numbers", "truth values"} or None
        What its categories are; None where they may be anything, because no tree splits on the feature.
    order : tuple, optional
        All categories in the order of their codes, for an estimator that reads codes without comparing the categories
        that they stand for: a column must then have these categories, or the first of them.
    pandas_only : bool, default=False
        Whether the estimator takes categoricals of pandas only, none of polars.
    ascii_only : bool, default=False
        Whether the estimator misreads categoricals of pandas with categories that are not ASCII.
    """

    kind: str | None
    order: tuple[str | float | bool, ...] | None = None
    pandas_only: bool = False
    ascii_only: bool = False

    def check(self, column: Any, name: str) -> None:
        """Raise where a column is no categorical, or has categories that the estimator cannot take."""
        found = categories_of(column)
        if found is None:
            raise InvalidInputError(
                f"{name} is no categorical: {self.reader} was fitted on a DataFrame with dtype 'category' there; use "
                "astype('category')"
            )
        if self.pandas_only and not hasattr(column, "iloc"):
            raise InvalidInputError(f"{name} is a categorical of polars, and {self.reader} takes those of pandas only")
        if found and self.kind is not None and kind_of(found) != self.kind:
            kind = "booleans" if self.kind == BOOLS else self.kind
            raise InvalidInputError(f"{name} has the categories {quoted(found)}; {self.reader} was fitted on {kind}")
        if self.order is not None and found != self.order[: len(found)]:
            raise InvalidInputError(
                f"{name} does not have the categories that the model was converted with, in their order, and "
                f"{self.reader} reads only their positions; use .cat.set_categories({list(self.order)!r:.200})"
            )
        if self.ascii_only and hasattr(column, "iloc") and not all(str(each).isascii() for each in found):
            raise InvalidInputError(
                f"{name} has categories with letters beyond ASCII, which {self.reader} misreads; leave out those that "
                "the model does not know"
            )

    def check_array(self, name: str) -> None:
        """Refuse arrays."""
        raise InvalidInputError(
            f"{name} is a categorical, and of an array {self.reader} would take the numbers for codes; give a "
            "DataFrame with dtype 'category'"
        )

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        fields: dict[str, object] = {**super().to_json(), "kind": self.kind or _ANY}
        if self.order is not None:
            fields["order"] = list(self.order)
        for flag in ("pandas_only", "ascii_only"):
            if getattr(self, flag):
                fields[flag] = True
        return fields


def kind_of(categories: Sequence[Any]) -> str | None:
    """Return what categories are: text, numbers or booleans; None where they are mixed, or anything else."""
    if all(isinstance(each, str) for each in categories):
        return TEXT
    if all(isinstance(each, bool | np.bool_) for each in categories):
        return BOOLS
    numbers = all(isinstance(each, int | float | np.number) and not isinstance(each, bool) for each in categories)
    return NUMBERS if numbers else None


def readings_of(read: Iterable[Reading], count: int) -> tuple[Reading, ...]:
    """Return one reading for each feature.

    Where every feature has one, those of plain numbers are joined to a single one, whose feature is None.

    Parameters
    ----------
    read : iterable of Reading
    count : int
        Number of features.
    """
    kept: dict[int | None, Reading] = {}
    for reading in read:
        if isinstance(reading, Categorical) or reading.feature not in kept:
            kept[reading.feature] = reading
    categorical = [reading for reading in kept.values() if isinstance(reading, Categorical)]
    plain = [reading for reading in kept.values() if isinstance(reading, Plain)]
    if len(kept) == count and len({reading.reader for reading in plain}) == 1:
        plain = [Plain(None, plain[0].reader)]
    return (*sorted(categorical, key=_feature), *sorted(plain, key=_feature))


def reading_from_facts(facts: FeatureReading) -> Reading:
    """Return what :meth:`Reading.to_json` wrote."""
    if facts.kind is None:
        return Plain(facts.feature, facts.reader)
    kind = None if facts.kind == _ANY else facts.kind
    order = None if kind is None else facts.order
    if order and kind is not None and kind_of(order) != kind:
        raise damaged("the order of categories", f"holds other things than {kind}")
    return Categorical(facts.feature, facts.reader, kind, order, facts.pandas_only, facts.ascii_only)


def _feature(reading: Reading) -> int:
    return -1 if reading.feature is None else reading.feature
