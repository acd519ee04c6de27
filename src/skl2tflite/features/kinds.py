"""What a row is: of a table, or a text, a label, a set of labels, a dict of features, an image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.columns import sendable
from skl2tflite.features.frames import as_cells, column_types, frame_names, is_frame
from skl2tflite.features.reading import listed
from skl2tflite.fields import LARGEST, Fields, bounded, damaged, scalars

SAMPLE = 20
"""Rows given to ``convert`` that are looked at for what an estimator's own methods take."""


@dataclass(frozen=True)
class RowKind:
    """What a row is; a subclass for each kind, with what must be known of its rows."""

    @property
    def known(self) -> bool:
        """Whether all is known that a file needs; else rows given to ``convert`` must tell."""
        return True

    def seen_in(self, X: Any) -> RowKind:
        """Return the kind with what an estimator does not learn of its rows, taken from rows given to ``convert``."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name and what is known as JSON keeps them."""
        return {"kind": _NAMES[type(self)], **asdict(self)}


@dataclass(frozen=True)
class TableRows(RowKind):
    """Rows of a table: a cell for each feature.

    Parameters
    ----------
    count : int, optional
        Number of features, where rows given to ``convert`` say.
    names : tuple of str, optional
        Their names, where these are a DataFrame.
    dtypes : mapping of int to dtype
        Their dtypes, where that is one of pandas'.
    sample : DataFrame, optional
        Some of the rows, where that is one of pandas'.
    """

    count: int | None = field(default=None, compare=False)
    names: tuple[str, ...] | None = field(default=None, compare=False)
    dtypes: Mapping[int, Any] = field(default_factory=dict, compare=False, repr=False)
    sample: Any = field(default=None, compare=False, repr=False)

    def seen_in(self, X: Any) -> TableRows:
        """Return the kind with what rows say of their columns."""
        if is_frame(X):
            named = all(isinstance(name, str) for name in X.columns)
            names = tuple(frame_names(X)) if named else None
            return type(self)(len(X.columns), names, _dtypes(X), X.iloc[:SAMPLE] if hasattr(X, "iloc") else None)
        shape = getattr(X, "shape", None)
        shape = as_cells(X).shape if shape is None else shape
        return type(self)(int(shape[1]) if len(shape) == 2 else None)

    def take(self, positions: Sequence[int]) -> TableRows:
        """Return what is known of some of the columns."""
        if self.count is None or not all(0 <= at < self.count for at in positions):
            return TableRows(len(positions))
        names = None if self.names is None else tuple(self.names[at] for at in positions)
        dtypes = {i: self.dtypes[at] for i, at in enumerate(positions) if at in self.dtypes}
        sample = None if self.sample is None else self.sample.iloc[:, list(positions)]
        return TableRows(len(positions), names, dtypes, sample)

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name."""
        return {"kind": _NAMES[type(self)]}


@dataclass(frozen=True)
class ValueRows(TableRows):
    """Rows of a table of one column, or its values in a vector."""

    def as_table(self, X: Any) -> Any:
        """Return rows as a table."""
        return X if is_frame(X) or len(np.shape(as_cells(X))) != 1 else as_cells(X).reshape(-1, 1)


def _dtypes(X: Any) -> dict[int, Any]:
    """Return the dtypes of a DataFrame's columns, where they are those of pandas."""
    return {i: each.dtype for i, each in column_types(X).items() if each.dtype is not None}


@dataclass(frozen=True)
class TextRows(RowKind):
    """Texts."""


@dataclass(frozen=True)
class LabelRows(RowKind):
    """Labels, one a row."""


@dataclass(frozen=True)
class SetRows(RowKind):
    """Sets of labels.

    Parameters
    ----------
    labels : tuple of str or int
        Those that are known.
    """

    labels: tuple[str | int, ...]


@dataclass(frozen=True)
class RecordRows(RowKind):
    """Dicts of features.

    Parameters
    ----------
    separator : str
        What stands between a feature's name and its text in the fitted names.
    absent_is_nan : bool
        Whether inputs of numbers hold NaN where a row lacks the feature, as an estimator reads it as missing; else 0.
    """

    separator: str
    absent_is_nan: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name, the separator, and what is not as usual."""
        fields = super().to_json()
        return fields if self.absent_is_nan else {k: v for k, v in fields.items() if k != "absent_is_nan"}


@dataclass(frozen=True)
class HashedRows(RowKind):
    """Dicts of numbers, of which every name counts, by its hash: others than the known ones are refused.

    Parameters
    ----------
    names : tuple of str
        Those that rows given to ``convert`` have, sorted.
    """

    names: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the names are."""
        return bool(self.names)

    def seen_in(self, X: Any) -> HashedRows:
        """Return the kind with the names that rows have."""
        return HashedRows(tuple(record_names(X)))


@dataclass(frozen=True)
class ImageRows(RowKind):
    """Images of one size, which travel as they are.

    Parameters
    ----------
    shape : tuple of int
        Height, width and, where there are any, channels: those of images given to ``convert``.
    """

    shape: tuple[int, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the size is."""
        return bool(self.shape)

    def __str__(self) -> str:
        return " × ".join(map(str, self.shape))

    def seen_in(self, X: Any) -> ImageRows:
        """Return the kind with the shape that images have."""
        shape = as_cells(X).shape
        if len(shape) < 3 or 0 in shape[1:]:
            raise InvalidInputError(
                f"X has shape {shape}, expected images: (n_images, height, width), or channels behind these"
            )
        return ImageRows(shape[1:])


TABLE = TableRows()
"""What the rows of most models are."""

_NAMES: dict[type[RowKind], str] = {
    TableRows: "table",
    ValueRows: "values",
    TextRows: "texts",
    LabelRows: "labels",
    SetRows: "sets",
    RecordRows: "records",
    HashedRows: "hashed",
    ImageRows: "images",
}


def kind_from_json(data: Fields) -> RowKind:
    """Return what :meth:`RowKind.to_json` wrote."""
    kinds = {name: kind for kind, name in _NAMES.items()}
    kind = kinds[data.choice("kind", kinds)]
    if kind is SetRows:
        return SetRows(_set_labels(data))
    if kind is RecordRows:
        return RecordRows(data.get("separator", str), data.maybe("absent_is_nan", bool, False))
    if kind is HashedRows:
        return HashedRows(data.many("names", str))
    if kind is ImageRows:
        shape = data.many("shape", int)
        if len(shape) < 2 or min(shape) < 1:
            raise damaged(data.at("shape"), "is none of an image")
        return ImageRows(shape)
    return kind()


def _set_labels(data: Fields) -> tuple[str | int, ...]:
    labels = scalars(data.get("labels", list), data.at("labels"))
    texts, numbers = (tuple(x for x in labels if isinstance(x, kind)) for kind in (str, int))
    for number in numbers:
        bounded(abs(int(number)), data.at("labels"), LARGEST)
    if len(labels) not in (len(texts), len(numbers)):
        raise damaged(data.at("labels"), "holds other things than strings or whole numbers, or both of these")
    return texts or numbers


def label_sets(X: Any) -> NDArray[np.object_]:
    """Return rows that are sets of labels as tuples, in an array of one axis.

    Raises
    ------
    InvalidInputError
        Where one is something else.
    """
    rows = listed(X, "sets of labels") if isinstance(X, Iterable) else [X]
    sets = np.empty(len(rows), dtype=object)
    for at, row in enumerate(rows):
        if not isinstance(row, Iterable):
            raise InvalidInputError(f"row {at} is a {type(row).__name__}, expected a set of labels")
        sets[at] = tuple(row)
    return sets


def records(X: Any) -> list[Mapping[Any, Any]]:
    """Return rows that are dicts, in a list.

    Raises
    ------
    InvalidInputError
        Where one is something else.
    """
    one = isinstance(X, Mapping) and not hasattr(X, "toarray")  # SciPy's matrices by keys are mappings too
    rows = [X] if one else listed(X, "dicts of features")
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInputError(f"row {number} is a {type(row).__name__}, expected a dict of features")
    return rows


def record_names(X: Any) -> list[str]:
    """Return the names of all features that rows have, sorted.

    Raises
    ------
    InvalidInputError
        Where a row is no dict, or a name no text.
    """
    names = {name for row in records(X) for name in row}
    for name in names:
        if not isinstance(name, str) or not sendable(name):
            raise InvalidInputError(f"feature {name!r} has a name that is no text (str) in UTF-8")
    return sorted(names)
