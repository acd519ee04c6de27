"""What a row may be, and what every kind of rows must say of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Self

from skl2tflite import stored
from skl2tflite.features.exactness import held_exactly
from skl2tflite.features.reference import given_rows, reference_rows
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import column_names
from skl2tflite.features.texts import Rows
from skl2tflite.flow.column import ColumnType
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.graph import DType

RowsFile = Literal["table", "column", "images", "dicts", "sets"]
"""What the command line reads rows from: a table, a table of one column, a .npy file, or lines of JSON."""
MOST_NAMES = 8
"""Number of features whose names a description shows."""


class SeenColumns(NamedTuple):
    """What rows given to ``convert`` show of their columns.

    Attributes
    ----------
    kinds : dict of int to DType
        The columns that hold text or booleans.
    types : dict of int to ColumnType or None
        What a DataFrame shows of its columns; None where rows are no table.
    is_sparse : bool
        Whether rows are a sparse matrix.
    """

    kinds: dict[int, DType]
    types: dict[int, ColumnType] | None
    is_sparse: bool


@dataclass(frozen=True)
class RowKind(ABC):
    """What a row is. Each kind of rows has a subclass, which says how its rows become tensors.

    An instance holds what is known of the rows of one model, such as the size of images. What follows are the defaults
    of rows whose features have a tensor each; subclasses say what is different.

    Attributes
    ----------
    kind : str
        The kind's name in files.
    file : {"table", "column", "images", "dicts", "sets"}
        What the command line reads such rows from.
    is_table : bool
        Whether a row has a cell for each feature. Only tables have a matrix of all features as their input.
    passes_through : bool
        Whether a meta-estimator hands such rows to its members as they are, and does not make an array of them.
    read_once : bool
        Whether rows are read only once, so that an iterator of them will do.
    only_column : str
        Name of the tensor of rows that are one column; empty of rows with a column for each feature.
    column_axes : int
        Number of axes of a column's tensor, unless a vectorizer reads its texts.
    undivided : str
        For error messages: what rows are called that are sent whole, in one tensor of several axes, and have no
        columns. Empty for all others.
    unbounded : str
        For error messages: what has no fixed length in a row, and so in its tensor. Empty where all lengths are fixed.
    """

    kind: ClassVar[str]
    file: ClassVar[RowsFile]
    is_table: ClassVar[bool] = False
    passes_through: ClassVar[bool] = False
    read_once: ClassVar[bool] = True
    only_column: ClassVar[str] = ""
    column_axes: ClassVar[int] = 1
    undivided: ClassVar[str] = ""
    unbounded: ClassVar[str] = ""

    @abstractmethod
    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return rows as what the input tensors hold.

        Parameters
        ----------
        X : object
            Rows, as scikit-learn takes them.
        schema : FeatureSchema
            What is known of their features.

        Returns
        -------
        dict of str to ndarray
            Of texts that a vectorizer reads, a list of arrays of shape (1, length).

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse the rows, or they do not fit the tensors.
        """

    # --- what rows given to ``convert`` show ---

    @property
    def known(self) -> bool:
        """Whether all is known that a file depends on; else ``convert`` needs rows, for :meth:`seen_in`."""
        return True

    @property
    def n_features(self) -> int | None:
        """Number of features: 1 of rows that are one column; None where the estimator has to say it."""
        return 1 if self.only_column else None

    def seen_in(self, X: Any) -> RowKind:
        """Return the kind with what only rows given to ``convert`` show, as their estimator has not learned it."""
        return self

    def columns_in(self, X: Any) -> SeenColumns:
        """Return what rows given to ``convert`` show of their columns."""
        return SeenColumns({}, None, False)

    def is_like(self, other: RowKind) -> bool:
        """Whether an estimator that takes rows of this kind can use what is known of the other."""
        return type(self) is type(other)

    def in_array(self) -> RowKind:
        """Return what is known of the array that an estimator makes of rows: it has no names."""
        return self

    def with_nan_for_absent(self) -> RowKind | None:
        """Return the kind whose tensors hold NaN, not 0, for features that a row lacks; None where rows lack none."""
        return None

    @property
    def has_nan_for_absent(self) -> bool:
        """Whether tensors hold NaN for features that a row lacks."""
        return self.with_nan_for_absent() == self

    # --- the inputs of a graph ---

    def tensor_names(self, names: Sequence[str] | None, count: int) -> list[str]:
        """Return the names of the columns' tensors.

        Parameters
        ----------
        names : sequence of str, optional
            Names of the features, where the estimator knows them.
        count : int
            Number of features.
        """
        return [self.only_column] if self.only_column else column_names(names, count)

    @property
    def first_kinds(self) -> dict[int, DType]:
        """What is known of the columns' kinds, though neither rows nor an estimator tell of them."""
        return {}

    def symbolic(self, columns: InputColumns) -> Any:
        """Return what an estimator's method is called with while its graph is recorded: a table, a column or a tensor.

        Parameters
        ----------
        columns : InputColumns
            The features.
        """
        return columns[0] if self.only_column else columns.table()

    def row_shape(self, count: int) -> tuple[int, ...]:
        """Return the shape of a row in a tensor that holds all features; there are ``count`` of them."""
        return (count,)

    # --- rows of a model in use ---

    def materialized(self, X: Any) -> Any:
        """Return rows in a form that can be read several times."""
        return X

    def answers_per_row(self, n_answers: int, X: Any) -> int:
        """Return how many of ``n_answers`` rows of answers there are for each row of X."""
        return 1

    # --- what the estimator is given, to be compared with a file ---

    def held_exactly(self, X: Any) -> bool:
        """Return whether float32 holds every number in rows exactly."""
        return held_exactly(X)

    def given(self, X: Any) -> Any:
        """Return rows as the estimator is given them: a copy, which it may write to."""
        return given_rows(X)

    def reference(self, X: Any, integers: bool = False) -> Any:
        """Return rows with their numbers rounded to float32, as a file is given them.

        Parameters
        ----------
        X : object
            Rows, as scikit-learn takes them.
        integers : bool, default=False
            Whether integers stay as they are, for an estimator that takes them for categories.
        """
        return reference_rows(X, integers)

    # --- descriptions ---

    def summary(self, count: int, names: Sequence[str] | None) -> tuple[str, str]:
        """Return the title and the text of a line that describes rows: how many features, and their names."""
        shown = "" if names is None else f": {', '.join(names[:MOST_NAMES])}"
        return "features", f"{count}{shown}{', …' if names and len(names) > MOST_NAMES else ''}"

    def about_matrix(self, count: int, names: Sequence[str] | None) -> str:
        """Return what a file's metadata say of the tensor of all features."""
        listed = f": {', '.join(names)}" if names else ""
        return f"{count} features{listed}"

    def about_column(self, in_codes: bool) -> str:
        """Return what a file's metadata say of a column's tensor, which may hold text as codes."""
        return "position in the vocabulary; -1: unknown, -2: NaN, -3: None" if in_codes else "column"

    # --- JSON ---

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name, and what is known of the rows, as JSON holds them."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_facts(cls, facts: stored.Rows) -> Self:
        """Return what :meth:`to_json` wrote."""
        return cls()

    def check_consistent(self, schema: FeatureSchema) -> None:
        """Raise where a file's schema of features does not go with the kind of its rows."""
        if schema.columns is None:
            raise stored.damaged("columns", "is missing")
