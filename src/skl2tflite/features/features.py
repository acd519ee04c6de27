"""What rows a model takes, and how they become what its input tensors hold."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Number
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError, Skl2TFLiteError
from skl2tflite.features.categoricals import Categorical, Reading, reading_from_json
from skl2tflite.features.columns import READ, ColumnSpec, Known
from skl2tflite.features.frames import (
    as_cells,
    columns_of,
    frame_names,
    frame_to_array,
    is_frame,
    quoted,
    without_na,
)
from skl2tflite.features.kinds import (
    TABLE,
    HashedRows,
    ImageRows,
    LabelRows,
    RecordRows,
    RowKind,
    SetRows,
    TableRows,
    TextRows,
    ValueRows,
    kind_from_json,
    label_sets,
    records,
)
from skl2tflite.features.narrow import Narrow, narrow_from_json, not_met
from skl2tflite.features.reading import check_given, unreadable
from skl2tflite.features.texts import Analyzer, Rows, as_texts
from skl2tflite.fields import Fields, damaged, scalars, within
from skl2tflite.flow.column import TextInput
from skl2tflite.graph import DType

KINDS = {
    "float32": DType.FLOAT,
    "int32": DType.INT,
    "bool": DType.BOOL,
    "string": DType.STRING,
    **dict.fromkeys(READ, DType.STRING),
}
Form = Literal["dense", "sparse"]
TENSORS = {"characters": "int32", "tokens": "int32", "counts": "float32"}
"""Dtype of the input tensor for text, by what the file is fed with: characters, tokens or the counts of tokens."""
LABELS_NAME = "y"
"""Name of the input tensor of labels."""
INPUT_NAME = "X"
"""Name of the one input tensor that holds all features."""
TEXT_NAME = "text"
"""Name of the input tensor of a model whose rows are texts."""


@dataclass(frozen=True)
class Features:
    """What rows a model takes.

    Parameters
    ----------
    count : int
        Number of features.
    names : tuple of str, optional
        Their names, where the estimator was fitted on a DataFrame.
    allows_nan : bool or tuple of bool, default=False
        Whether scikit-learn takes NaN, in all columns alike or in each.
    columns : tuple of ColumnSpec, optional
        The columns that have a tensor each; without them all features are one matrix.
    needed : tuple of int, optional
        Where the estimator picks a DataFrame's columns by name, as ColumnTransformer does, those that must be there.
        Their order is free then, and others are ignored.
    known : tuple of Known
        Categories of the features in which scikit-learn refuses others.
    rows : RowKind
        What a row is: of a table, by default.
    is_sparse : bool
        Whether rows were a sparse matrix when the model was made.
    absent_is_nan : bool
        Whether the input holds NaN for entries that a sparse matrix of rows does not have, as the estimator reads them
        as missing; else 0.
    only : {"dense", "sparse"}, optional
        The form that rows must have, where the estimator answers otherwise for the other one.
    readings : tuple of Reading
        The features that must be categoricals in a DataFrame, or must not be.
    narrow : tuple of Narrow
        What computes otherwise in some dtypes of rows than in floats, as the file does.
    read : tuple of int, optional
        Of a matrix, the features that the estimator looks at, where these are not all: others may be anything, and the
        input holds 0 for them.
    tells_stored_zeros : bool
        Whether the estimator tells zeros that sparse rows hold from absent entries, which the model does not.
    """

    count: int
    names: tuple[str, ...] | None = None
    allows_nan: bool | tuple[bool, ...] = False
    columns: tuple[ColumnSpec, ...] | None = None
    needed: tuple[int, ...] | None = None
    known: tuple[Known, ...] = ()
    rows: RowKind = TABLE
    is_sparse: bool = False
    absent_is_nan: bool = False
    only: Form | None = None
    readings: tuple[Reading, ...] = ()
    narrow: tuple[Narrow, ...] = ()
    read: tuple[int, ...] | None = None
    tells_stored_zeros: bool = False

    @property
    def categories(self) -> dict[int, tuple[Any, ...]]:
        """The categories of features that must be categoricals, empty where their order is of no account."""
        found = {each.feature: each.order or () for each in self.readings if isinstance(each, Categorical)}
        return {feature: categories for feature, categories in found.items() if feature is not None}

    @property
    def holds_integers(self) -> bool:
        """Whether a column travels as whole numbers, which may be beyond those of float32."""
        return any(column.dtype == "int32" and not column.holds_text for column in self.columns or ())

    @property
    def reads_texts(self) -> bool:
        """Whether a vectorizer reads texts of the rows: the file takes one row at a time then."""
        return any(column.is_read for column in self.columns or ())

    @property
    def text_input(self) -> TextInput:
        """How texts travel that a vectorizer reads."""
        read: set[str] = {column.dtype for column in self.columns or ()}
        return "tokens" if "tokens" in read else "counts" if "counts" in read else "characters"

    def with_analyzers(self, analyzers: Mapping[str, Analyzer]) -> Features:
        """Return the same features, with what makes terms of their texts, by the names of the tensors.

        Raises
        ------
        InvalidInputError
            Where a name is that of no tensor of tokens.
        """
        taken = [c.name for c in self.columns or () if c.is_read and c.dtype != "characters"]
        for name in analyzers:
            if name not in taken:
                raise InvalidInputError(f"no input of tokens is called {name!r}; there are: {quoted(taken) or 'none'}")
        if self.columns is None:
            return self
        return replace(
            self, columns=tuple(replace(c, analyzer=analyzers.get(c.name, c.analyzer)) for c in self.columns)
        )

    def with_narrow(self, narrow: Iterable[Narrow], X: Any = None) -> Features:
        """Return the same features, with what computes otherwise in some dtypes, but those of rows that are compared.

        Raises
        ------
        ConversionError
            Where rows are an array of few bits, of which a comparison sees too few numbers.
        """
        kept = tuple(narrow)
        if X is not None and kept:
            kept = tuple(filter(None, (not_met(each, X, partial(self._places, X)) for each in kept)))
        return replace(self, narrow=kept)

    @property
    def as_strings(self) -> Features:
        """The same features with all text as strings."""
        return self if self.columns is None else replace(self, columns=tuple(c.as_strings for c in self.columns))

    @property
    def kinds(self) -> dict[int, DType] | None:
        """Kind of each column that has a tensor; None where all features are one matrix."""
        if self.columns is None:
            return None
        return {column.feature: KINDS[column.dtype] for column in self.columns}

    def tensors(self, X: Any) -> dict[str, Rows]:
        """Return rows as what the input tensors hold.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)
            Numbers, rounded to float32 once; text and whole numbers where the model has columns for them.

        Returns
        -------
        dict of str to ndarray
            Of texts, a list of arrays of shape (1, length).

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse the rows, or they do not fit the tensors.
        """
        check_given(X, once=not isinstance(self.rows, TableRows | ImageRows))
        try:
            for narrow in self.narrow:
                narrow.check(X, partial(self._places, X))
            return self._tensors(X)
        except (Skl2TFLiteError, Warning):
            raise
        except Exception as error:
            raise unreadable(X, error) from error

    def _tensors(self, X: Any) -> dict[str, Rows]:
        if isinstance(self.rows, ImageRows):
            return {INPUT_NAME: self.images(X)}
        if isinstance(self.rows, ValueRows):
            X = self.rows.as_table(X)
        if self.columns is None:
            return {INPUT_NAME: self.matrix(X)}
        if isinstance(self.rows, TextRows):
            texts = as_texts(X)
            return {spec.name: spec.texts(texts) for spec in self.columns}
        if isinstance(self.rows, RecordRows | HashedRows):
            return {name: self._checked(name, cells) for name, cells in self._cells_of(X).items()}
        if isinstance(self.rows, SetRows):
            return {spec.name: spec.sets(label_sets(X), self.rows.labels) for spec in self.columns}
        if isinstance(self.rows, LabelRows):
            labels = X if hasattr(X, "iloc") else as_cells(X)
            if len(np.shape(labels)) != 1:
                raise InvalidInputError(f"labels have {len(np.shape(labels))} axes, expected one")
            return {spec.name: self._checked(spec.name, labels) for spec in self.columns}
        places = self._places(X)
        self._check_dtypes(X, places)
        found = columns_of(X, [places[column.feature] for column in self.columns])
        allowed = np.broadcast_to(np.asarray(self.allows_nan), self.count)
        known = {each.feature: each for each in self.known}
        return {
            spec.name: spec.texts(column)
            if spec.is_read
            else spec.tensor(column, bool(allowed[spec.feature]), known.get(spec.feature))
            for spec, column in zip(self.columns, found, strict=True)
        }

    def _checked(self, name: str, cells: Any) -> NDArray[Any]:
        """Return the tensor of a column by its name."""
        (spec,) = (column for column in self.columns or () if column.name == name)
        known = next((each for each in self.known if each.feature == spec.feature), None)
        absent_is_nan = isinstance(self.rows, RecordRows) and self.rows.absent_is_nan
        allowed = np.broadcast_to(np.asarray(self.allows_nan), self.count)[spec.feature]
        return spec.tensor(cells, bool(allowed) or absent_is_nan, known)

    def _cells_of(self, X: Any) -> dict[str, NDArray[Any]]:
        """Return the cells of each column of rows that are dicts: 0, NaN or no text for what a row lacks."""
        rows = records(X)
        separator = self.rows.separator if isinstance(self.rows, RecordRows) else ""
        absent = np.nan if isinstance(self.rows, RecordRows) and self.rows.absent_is_nan else 0.0
        columns = {spec.name: spec for spec in self.columns or ()}
        cells: dict[str, list[Any]] = {name: [] for name in columns}
        for number, row in enumerate(rows):
            for name, value in row.items():
                if isinstance(self.rows, HashedRows):
                    _check_hashed(number, name, value, columns)
                if name not in columns and separator and separator in str(name):
                    raise InvalidInputError(
                        f"row {number} has the feature {name!r}: with {separator!r} in it, it cannot be told from "
                        "a feature and its text"
                    )
                if not isinstance(value, str | Number) and value is not None:
                    raise InvalidInputError(
                        f"row {number}: feature {name!r} is a {type(value).__name__}, expected a number or a string"
                    )
                if absent != 0.0 and (value is None or value != value):
                    raise InvalidInputError(
                        f"row {number}: feature {name!r} is {value}, which the model does not tell from one that a row "
                        "lacks; leave it out"
                    )
            for name, spec in columns.items():
                value = row.get(name, ... if spec.holds_text else absent)
                cells[name].append(absent if isinstance(value, str) and not spec.holds_text else value)
        return {name: np.array([*values, None], dtype=object)[:-1] for name, values in cells.items()}

    def _places(self, X: Any) -> dict[int, int]:
        """Return where each feature stands among the columns of rows."""
        if is_frame(X):
            names = frame_names(X)
            self._check_names(names)
            if self.names is not None and self.needed is not None:
                at = {name: i for i, name in reversed(list(enumerate(names)))}
                return {feature: at[name] for feature, name in enumerate(self.names) if name in at}
            shape: tuple[int, ...] = (0, len(names))
        else:
            shape = np.shape(as_cells(X))
        self._check_shape(shape)
        return {feature: feature for feature in range(self.count)}

    def _check_dtypes(self, X: Any, places: Mapping[int, int]) -> None:
        """Raise where a column is a categorical that must not be, or is none though it must be."""
        if not self.readings:
            return
        single = {reading.feature: reading for reading in self.readings if reading.feature is not None}
        others = next((reading for reading in self.readings if reading.feature is None), None)
        if not is_frame(X):
            for feature, reading in single.items():
                reading.check_array(self.describe(feature))
            return
        for feature, column in zip(places, columns_of(X, places.values()), strict=True):
            found = single.get(feature, others)
            if found is not None:
                found.check(column, self.describe(feature))

    def matrix(self, X: Any) -> NDArray[np.float32]:
        """Return rows as one float32 matrix; see :meth:`tensors`."""
        if self.only is not None or self.tells_stored_zeros:
            self._check_form(X)
        if self.absent_is_nan and hasattr(X, "toarray"):
            return self._of_sparse(X)
        if self.readings:
            self._check_dtypes(X, self._places(X))
        if type(X) is not np.ndarray:
            X = self._as_array(X)
        if self.read is not None and X.dtype.kind == "O":
            X = self._as_read(X)
        if X.dtype != np.float32:
            X = self._as_float32(X)
        self._check_shape(X.shape)
        if self.read is not None and not _is_finite(X):
            X = self._as_read(X)
        self._check_finite(X)
        for known in self.known:
            known.check(X[:, known.feature], self.describe(known.feature))
        return X if X.flags.c_contiguous else np.ascontiguousarray(X)

    def _as_read(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return rows with 0 in the features that nothing looks at."""
        self._check_shape(X.shape)
        places, read = list(self.read or ()), np.zeros_like(X)
        read[:, places] = X[:, places]
        return read

    def _of_sparse(self, X: Any) -> NDArray[np.float32]:
        """Return rows in a sparse matrix, of which some estimator reads what they do not hold as missing."""
        matrix = replace(self, only=None).matrix(X.toarray())  # which looks at what is held
        held = np.zeros(matrix.shape, dtype=bool)
        entries = X.tocoo()
        held[entries.row, entries.col] = True
        return np.where(held, matrix, np.float32(np.nan))

    def _check_form(self, X: Any) -> None:
        """Refuse dense or sparse rows where the model was made for the others, and the estimator tells them apart."""
        if hasattr(X, "toarray") and self.only == "dense":
            raise InvalidInputError(
                "X is a sparse matrix, whose absent entries the estimator reads as missing, and the model was made for "
                "dense rows; convert with sparse rows, or give X.toarray()"
            )
        if not hasattr(X, "toarray") and self.only == "sparse":
            raise InvalidInputError(
                "X is dense, and the model was made for sparse rows, which the estimator answers otherwise; convert "
                "with dense rows, or give scipy.sparse.csr_array(X)"
            )
        if self.tells_stored_zeros and hasattr(X, "toarray") and _holds_zeros(X):
            raise InvalidInputError(
                "X is a sparse matrix that holds zeros, which the estimator does not read as missing, as it reads what "
                "the matrix does not hold; convert with sparse rows, whose model tells them apart"
            )

    def images(self, X: Any) -> NDArray[np.float32]:
        """Return images as one float32 array; see :meth:`tensors`."""
        assert isinstance(self.rows, ImageRows)
        images = self._as_float32(as_cells(X))
        if images.shape[1:] != self.rows.shape:
            raise InvalidInputError(f"X has shape {images.shape}, but the model takes images of {self.rows}")
        self._check_finite(images.reshape(len(images), self.count))
        return np.ascontiguousarray(images)

    def _check_shape(self, shape: tuple[int, ...]) -> None:
        if len(shape) != 2:
            raise InvalidInputError(
                f"X has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}, expected rows of {self.count} features; "
                f"use X.reshape({'-1, 1) for a single feature' if self.count == 1 else '1, -1) for a single row'}"
            )
        if shape[1] != self.count:
            raise InvalidInputError(f"X has {shape[1]} features, but the model takes {self.count}")

    def _as_array(self, X: Any) -> NDArray[Any]:
        if is_frame(X):
            names = frame_names(X)
            self._check_names(names)
            in_order = self.names is None or self.needed is None or tuple(names) == self.names
            if in_order and self.read is None and (self.needed is None or len(self.needed) == self.count):
                return frame_to_array(X)
            places, read = self._places(X), self.needed if self.read is None else self.read
            return frame_to_array(X, [places.get(i) if read is None or i in read else None for i in range(self.count)])
        if hasattr(X, "toarray"):  # scipy.sparse
            return np.asarray(X.toarray())
        try:
            return np.asarray(X)
        except ValueError as error:
            raise InvalidInputError(f"X is not a table of numbers ({error})") from None

    def _check_names(self, names: Sequence[str]) -> None:
        if self.names is None or tuple(names) == self.names:
            return
        if self.needed is not None:
            missing = [self.names[feature] for feature in self.needed if self.names[feature] not in names]
            if missing:
                raise InvalidInputError(f"columns are missing that the model was fitted on: {quoted(missing)}")
            return
        missing = [name for name in self.names if name not in names]
        extra = [name for name in names if name not in self.names]
        if missing or extra:
            details = [f"{quoted(missing)} missing"] * bool(missing)
            details += [f"{quoted(extra)} unknown"] * bool(extra)
            raise InvalidInputError("columns differ from those the model was fitted on: " + "; ".join(details))
        raise InvalidInputError(
            f"columns are in another order than when the model was fitted; use X[{list(self.names)!r}]"
        )

    def _as_float32(self, X: NDArray[Any]) -> NDArray[np.float32]:
        if X.dtype.kind == "O":
            try:
                X = without_na(X).astype(np.float64)
            except (TypeError, ValueError, OverflowError):
                raise InvalidInputError(
                    "X holds values that are not numbers; encode strings and categories before, or inside the pipeline"
                ) from None
        if X.dtype.kind not in "fiub":
            raise InvalidInputError(f"X holds {X.dtype} values; the model takes real numbers")
        with np.errstate(over="ignore"):
            return X.astype(np.float32)

    def _check_finite(self, X: NDArray[np.float32]) -> None:
        if _is_finite(X):
            return
        refused = np.isnan(X) & ~np.asarray(self.allows_nan)
        if refused.any():
            row, column = np.argwhere(refused)[0]
            raise InvalidInputError(
                f"X contains NaN (row {row}, {self.describe(column)}), which "
                + (
                    "the model does not tell from what sparse rows do not hold; give X.toarray() to convert, and to "
                    "the model"
                    if self.absent_is_nan
                    else "this estimator does not take; put an imputer in front"
                )
            )
        if np.isinf(X).any():
            row, column = np.argwhere(np.isinf(X))[0]
            raise InvalidInputError(
                f"X contains infinity or a value too large for float32 (row {row}, {self.describe(column)})"
            )

    def describe(self, column: int) -> str:
        """Return a column's name for messages."""
        if isinstance(self.rows, ImageRows):
            return f"pixel {tuple(map(int, np.unravel_index(column, self.rows.shape)))}"
        return f"feature {self.names[column]!r}" if self.names else f"feature {column}"

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        fields: dict[str, object] = {
            "count": self.count,
            "names": self.names and list(self.names),
            "allows_nan": self.allows_nan,
        }
        if self.columns is not None:
            fields["columns"] = [column.to_json() for column in self.columns]
        if self.needed is not None:
            fields["needed"] = list(self.needed)
        if self.known:
            fields["known"] = [[known.feature, list(known.values)] for known in self.known]
        if self.rows != TABLE:
            fields["rows"] = self.rows.to_json()
        if self.is_sparse:
            fields["sparse"] = True
        if self.absent_is_nan:
            fields["absent_is_nan"] = True
        if self.only is not None:
            fields["only"] = self.only
        if self.readings:
            fields["readings"] = [reading.to_json() for reading in self.readings]
        if self.narrow:
            fields["narrow"] = [narrow.to_json() for narrow in self.narrow]
        if self.read is not None:
            fields["read"] = list(self.read)
        if self.tells_stored_zeros:
            fields["tells_stored_zeros"] = True
        return fields

    def misfit(self, inputs: Mapping[str, tuple[str, tuple[int, ...]]]) -> str:
        """Say what of the features does not fit a file's inputs, given by dtype and shape; nothing where all does."""
        if self.columns is None:
            shape = self.rows.shape if isinstance(self.rows, ImageRows) else (self.count,)
            fits = all(dtype == "float32" and taken[1:] == shape for dtype, taken in inputs.values())
            fits &= inputs.keys() == {INPUT_NAME}
            return "" if fits else f"tell of {self.count} features, and its input does not"
        columns = {column.name: column for column in self.columns}
        for name, (dtype, shape) in inputs.items():
            if name not in columns:
                return f"do not tell of its input {name!r}"
            if dtype != TENSORS.get(columns[name].dtype, columns[name].dtype):
                return f"say that input {name!r} holds {columns[name].dtype}, and it is {dtype}"
            if len(shape) != (2 if columns[name].is_read or isinstance(self.rows, SetRows) else 1):
                return f"tell of another number of axes than input {name!r} has"
        return ""

    @classmethod
    def from_json(cls, data: Fields) -> Features:
        """Return what :meth:`to_json` wrote."""
        features = cls(
            data.count("count"),
            data.maybe_many("names", str),
            data.many("allows_nan", bool) if data.is_list("allows_nan") else data.get("allows_nan", bool),
            tuple(map(ColumnSpec.from_json, data.several("columns"))) if "columns" in data else None,
            data.maybe_many("needed", int),
            tuple(_known_from_json(pair, data.at("known")) for pair in data.lists("known")),
            kind_from_json(data.fields("rows")) if "rows" in data else TABLE,
            data.maybe("sparse", bool, False),
            data.maybe("absent_is_nan", bool, False),
            _form(data),
            tuple(map(reading_from_json, data.several("readings"))) if "readings" in data else (),
            tuple(map(narrow_from_json, data.several("narrow"))) if "narrow" in data else (),
            data.maybe_many("read", int),
            data.maybe("tells_stored_zeros", bool, False),
        )
        features._check_consistent(data)
        return features

    def _check_consistent(self, data: Fields) -> None:
        """Raise where what a file holds refers to features that there are not."""
        columns = self.columns or ()
        for name, held in (("names", self.names), ("allows_nan", self.allows_nan)):
            if isinstance(held, tuple) and len(held) != self.count:
                raise damaged(data.at(name), f"has {len(held)} items, and there are {self.count} features")
        taken = [column.feature for column in columns]
        for name, places in (
            ("columns", taken),
            ("needed", self.needed or ()),
            ("read", self.read or ()),
            ("known", [each.feature for each in self.known]),
            ("readings", [each.feature for each in self.readings if each.feature is not None]),
            ("narrow", [feature for each in self.narrow for feature in each.features or ()]),
        ):
            if any(not 0 <= place < self.count for place in places):
                raise damaged(data.at(name), f"refers to features that there are not; there are {self.count}")
        if len({column.name for column in columns}) < len(columns):
            raise damaged(data.at("columns"), "has two of one name")
        if isinstance(self.rows, ImageRows):
            if math.prod(self.rows.shape) != self.count or self.columns is not None:
                raise damaged(data.at("rows"), f"is of another size than {self.count} features")
        elif not isinstance(self.rows, TableRows) and self.columns is None:
            raise damaged(data.at("columns"), "is missing")


def _is_finite(X: NDArray[np.float32]) -> bool:
    """Whether all numbers are finite: their sum is NaN or infinite if any of them is."""
    with np.errstate(all="ignore"):
        return math.isfinite(float(X.sum(dtype=np.float64)))


def _holds_zeros(X: Any) -> bool:
    """Whether a sparse matrix holds entries that are 0."""
    rows = X.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return bool((rows.data == 0).any())


def _form(data: Fields) -> Form | None:
    if "only" not in data:
        return None
    return "sparse" if data.choice("only", ("dense", "sparse")) == "sparse" else "dense"


def _known_from_json(pair: tuple[object, ...], place: str) -> Known:
    """Return the categories of a feature as :meth:`Features.to_json` wrote them."""
    if len(pair) != 2 or not isinstance(pair[0], int):
        raise damaged(place, "holds what is no feature with its values")
    values = tuple(scalars(pair[1], place))
    numbers = [value for value in values if value is not None and not isinstance(value, str)]
    if numbers and any(isinstance(value, str) for value in values):
        raise damaged(place, "holds texts beside numbers")
    for value in numbers:
        within(value, place)
    return Known(pair[0], values)


def _check_hashed(row: int, name: object, value: object, known: Collection[str]) -> None:
    """Raise where a file cannot know the column that scikit-learn's hash gives a feature."""
    if name not in known:
        raise InvalidInputError(
            f"row {row} has the feature {name!r}, which was in no row given to convert: scikit-learn hashes it too, "
            "so leaving it out would change the answer; convert with rows that have it"
        )
    if isinstance(value, str):
        raise InvalidInputError(
            f"row {row}: feature {name!r} is text, and any text has a hash of its own, which a file cannot compute; "
            "use DictVectorizer or OneHotEncoder"
        )
    if value is None:
        raise InvalidInputError(f"row {row}: feature {name!r} is None, expected a number; scikit-learn refuses it too")
