"""What rows a model takes, and how they become what its input tensors hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from skl2tflite.errors import InvalidInputError, Skl2TFLiteError
from skl2tflite.features.categoricals import Categorical, reading_from_facts
from skl2tflite.features.columns import READ, ColumnSpec
from skl2tflite.features.frames import quoted
from skl2tflite.features.known import known_from_facts
from skl2tflite.features.narrow import Narrow, narrow_from_facts, not_met
from skl2tflite.features.reading import check_given, unreadable
from skl2tflite.features.rows import TABLE, RowKind, kind_from_facts
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.table_columns import column_places
from skl2tflite.features.tensor_names import INPUT_NAME, column_names
from skl2tflite.features.texts import Analyzer, Rows
from skl2tflite.flow.column import TextInput
from skl2tflite.graph import DType
from skl2tflite.stored import FeatureFacts, damaged

KINDS = {
    "float32": DType.FLOAT,
    "int32": DType.INT,
    "bool": DType.BOOL,
    "truth": DType.BOOL,
    "string": DType.STRING,
    **dict.fromkeys(READ, DType.STRING),
}
TENSORS = {"truth": "int32", "characters": "int32", "tokens": "int32", "counts": "float32"}
"""Dtype of the input tensor, by the dtype of the column where that is no dtype of tensors."""


@dataclass(frozen=True)
class Features(FeatureSchema):
    """What rows a model takes: the schema of their features, and what a row is.

    Parameters
    ----------
    count, names, allows_nan, columns, needed, known, is_sparse, absent_is_nan, only, readings, narrow, read
        As in :class:`FeatureSchema`, and so is ``tells_stored_zeros``.
    rows : RowKind
        What a row is; by default one of a table.
    """

    rows: RowKind = TABLE

    @property
    def categories(self) -> dict[int, tuple[Any, ...]]:
        """The categories of each feature that must be a categorical, empty where their order does not matter."""
        found = {each.feature: each.order or () for each in self.readings if isinstance(each, Categorical)}
        return {feature: categories for feature, categories in found.items() if feature is not None}

    @property
    def names_of_values(self) -> list[str]:
        """Names of what a row is made of: the features; nothing where rows cannot be divided, as images cannot."""
        if self.rows.undivided:
            return []
        return [self.rows.only_column] if self.rows.only_column else column_names(self.names, self.count)

    @property
    def holds_integers(self) -> bool:
        """Whether a column is sent as int32, which holds integers that float32 does not."""
        return any(column.dtype == "int32" and not column.holds_text for column in self.columns or ())

    @property
    def reads_texts(self) -> bool:
        """Whether a vectorizer reads texts of the rows: the file takes one row at a time then."""
        return any(column.is_read for column in self.columns or ())

    @property
    def text_input(self) -> TextInput:
        """How texts that a vectorizer reads are sent."""
        read: set[str] = {column.dtype for column in self.columns or ()}
        return "tokens" if "tokens" in read else "counts" if "counts" in read else "characters"

    @property
    def text_length(self) -> int | None:
        """Length of texts that a vectorizer reads, where it is fixed."""
        return next((column.length for column in self.columns or () if column.is_read), None)

    def with_analyzers(self, analyzers: Mapping[str, Analyzer]) -> Features:
        """Return the same features with analyzers, which make terms of their texts, by the names of the tensors.

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
        """Return the same features, with the parts of the model that answer otherwise for some dtypes of rows.

        Parameters
        ----------
        narrow : iterable of Narrow
            These parts.
        X : array-like or DataFrame, optional
            Rows on which the model is compared with its estimator; their dtypes are left out of the parts.

        Raises
        ------
        ConversionError
            Where rows are an array of 8 or 16 bits: they hold too few different numbers for a comparison to show it.
        """
        kept = tuple(narrow)
        if X is not None and kept:
            kept = tuple(filter(None, (not_met(each, X, partial(column_places, X, self)) for each in kept)))
        return replace(self, narrow=kept)

    @property
    def as_strings(self) -> Features:
        """The same features with all text sent as strings."""
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
            Numbers, rounded to float32 once; text and integers where the model has columns for them. Where rows
            are no table, what scikit-learn takes: texts, dicts, images.

        Returns
        -------
        dict of str to ndarray
            Of texts, a list of arrays of shape (1, length).

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse the rows, or they do not fit the tensors.
        """
        check_given(X, once=self.rows.read_once)
        try:
            for narrow in self.narrow:
                narrow.check(X, partial(column_places, X, self))
            return self.rows.tensors(X, self)
        except (Skl2TFLiteError, Warning):
            raise
        except Exception as error:
            raise unreadable(X, error) from error

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
            fields["known"] = [known.to_json() for known in self.known]
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
        """Say how the features differ from a file's inputs, given by dtype and shape; empty where they fit."""
        if self.columns is None:
            shape = self.rows.row_shape(self.count)
            fits = all(dtype == "float32" and taken[1:] == shape for dtype, taken in inputs.values())
            fits &= inputs.keys() == {INPUT_NAME}
            return "" if fits else f"tell of {self.count} features, and its input does not"
        columns = {column.name: column for column in self.columns}
        for name, (dtype, shape) in inputs.items():
            if name not in columns:
                return f"do not tell of its input {name!r}"
            if dtype != TENSORS.get(columns[name].dtype, columns[name].dtype):
                return f"say that input {name!r} holds {columns[name].dtype}, and it is {dtype}"
            if len(shape) != (2 if columns[name].is_read else self.rows.column_axes):
                return f"tell of another number of axes than input {name!r} has"
            if columns[name].is_read and columns[name].dtype != "counts" and shape[1] != (columns[name].length or -1):
                return f"tell of another length than input {name!r} has"
        return ""

    @classmethod
    def from_facts(cls, facts: FeatureFacts) -> Features:
        """Return what :meth:`to_json` wrote."""
        features = cls(
            facts.count,
            facts.names,
            facts.allows_nan,
            None if facts.columns is None else tuple(map(ColumnSpec.from_facts, facts.columns)),
            facts.needed,
            tuple(known_from_facts(*each) for each in facts.known),
            facts.sparse,
            facts.absent_is_nan,
            facts.only,
            tuple(map(reading_from_facts, facts.readings)),
            tuple(map(narrow_from_facts, facts.narrow)),
            facts.read,
            facts.tells_stored_zeros,
            kind_from_facts(facts.rows),
        )
        features._check_consistent()
        return features

    def _check_consistent(self) -> None:
        """Raise where a file's fields refer to features that do not exist, or contradict one another."""
        columns = self.columns or ()
        for name, held in (("names", self.names), ("allows_nan", self.allows_nan)):
            if isinstance(held, tuple) and len(held) != self.count:
                raise damaged(name, f"has {len(held)} items, and there are {self.count} features")
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
                raise damaged(name, f"refers to features that do not exist; there are {self.count}")
        if len({column.name for column in columns}) < len(columns):
            raise damaged("columns", "has two of one name")
        self.rows.check_consistent(self)
