"""What a row may be: the questions that every kind of rows answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Self

from skl2tflite.features.exactness import held_exactly
from skl2tflite.features.reference import given_rows, reference_rows
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import column_names
from skl2tflite.features.texts import Rows
from skl2tflite.fields import Fields, damaged
from skl2tflite.flow.column import Column, ColumnType, TextInput
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.graph import DType, Tensor

RowsFile = Literal["table", "column", "images", "dicts", "sets"]
"""What the command line reads rows from: a table, a table of one column, images, or lines of JSON."""
MOST_NAMES = 8
"""How many names of features a description shows."""


class SeenColumns(NamedTuple):
    """What rows given to ``convert`` show of their columns.

    Attributes
    ----------
    kinds : dict of int to DType
        The columns that hold text or truth values.
    types : dict of int to ColumnType or None
        What a DataFrame shows of its columns; None where rows are no table.
    is_sparse : bool
        Whether rows are a sparse matrix.
    """

    kinds: dict[int, DType]
    types: dict[int, ColumnType] | None
    is_sparse: bool


class SymbolicRows(NamedTuple):
    """Symbolic rows that are one input of a graph.

    Attributes
    ----------
    given : Tensor or Column
        What an estimator's method is called with while its graph is recorded.
    inputs : dict of str to Tensor or InputColumns
        The graph's input, by name.
    """

    given: Tensor | Column
    inputs: dict[str, Tensor] | InputColumns


@dataclass(frozen=True)
class RowKind(ABC):
    """What a row is. A subclass for each kind knows how its rows become tensors, and holds what must be known of them.

    Attributes
    ----------
    kind : str
        The kind's name in files.
    file : {"table", "column", "images", "dicts", "sets"}
        What the command line reads such rows from.
    is_table : bool
        Whether a row has a cell for each feature. All others have inputs of their own, and no matrix of features.
    passes_through : bool
        Whether a meta-estimator hands such rows to its members as they come. Of others scikit-learn makes an array.
    read_once : bool
        Whether rows are read once only, so that an iterator of them does.
    n_features : int or None
        Number of features, where the kind alone says it.
    column_axes : int
        Number of axes of a column's tensor, unless a vectorizer reads its texts.
    undivided : str
        What rows are called that travel as they are, in one tensor of several axes, and never as features; empty of
        rows that have features.
    unbounded : str
        What in a row may be of any length, and is so in its tensor; empty where tensors have fixed lengths.
    """

    kind: ClassVar[str]
    file: ClassVar[RowsFile]
    is_table: ClassVar[bool] = False
    passes_through: ClassVar[bool] = False
    read_once: ClassVar[bool] = True
    n_features: ClassVar[int | None] = None
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

    # --- before a conversion: what rows given to ``convert`` show ---

    @property
    def known(self) -> bool:
        """Whether all is known that a file needs; else rows given to ``convert`` must tell."""
        return True

    def seen_in(self, X: Any) -> RowKind:
        """Return the kind with what an estimator does not learn of its rows, taken from rows given to ``convert``."""
        return self

    def columns_in(self, X: Any) -> SeenColumns:
        """Return what rows given to ``convert`` show of their columns."""
        return SeenColumns({}, None, False)

    def is_like(self, other: RowKind) -> bool:
        """Whether what is known of other rows is of use to an estimator that takes rows of this kind."""
        return type(self) is type(other)

    def in_array(self) -> RowKind:
        """Return what remains known of rows once an estimator has made an array of them."""
        return self

    def with_nan_for_absent(self) -> RowKind | None:
        """Return the kind with NaN, in place of 0, for features that a row lacks; None where no row lacks any."""
        return None

    # --- a conversion: the inputs of a graph ---

    def tensor_names(self, names: Sequence[str] | None, count: int) -> list[str]:
        """Return the names of the columns' tensors.

        Parameters
        ----------
        names : sequence of str, optional
            Names of the features, where the estimator knows them.
        count : int
            Number of features.
        """
        return column_names(names, count)

    def input_kinds(self, kinds: dict[int, DType] | None) -> dict[int, DType] | None:
        """Return what kinds the columns are of before anything has asked for them; None where a matrix is the input.

        Parameters
        ----------
        kinds : dict of int to DType or None
            What is known of the columns of a table.
        """
        return {}

    def symbolic(self, kinds: dict[int, DType] | None, batch: int | None, text: TextInput) -> SymbolicRows | None:
        """Return symbolic rows that are one input; None where features are columns, or a matrix.

        Parameters
        ----------
        kinds : dict of int to DType, optional
            What is known of the column's kind; what is decided is written there.
        batch : int, optional
            Number of rows, where the target needs it fixed.
        text : {"characters", "tokens", "counts"}
            How texts travel that a vectorizer reads.
        """
        return None

    def row_shape(self, count: int) -> tuple[int, ...]:
        """Return the shape of a row in the tensor of all features, of which there are ``count``."""
        return (count,)

    # --- a model in use ---

    def materialized(self, X: Any) -> Any:
        """Return rows in a form that can be read several times."""
        return X

    def answers_per_row(self, n_answers: int, X: Any) -> int:
        """Return how many answers there are for each row of X; all together are ``n_answers``."""
        return 1

    # --- a comparison with scikit-learn: what the estimator is given ---

    def held_exactly(self, X: Any) -> bool:
        """Return whether float32 holds every number in rows, so that a file answers for the rows as they are."""
        return held_exactly(X)

    def given(self, X: Any) -> Any:
        """Return rows as the estimator is given them: a copy, which it may write to."""
        return given_rows(X)

    def reference(self, X: Any, integers: bool = False) -> Any:
        """Return rows with the numbers that float32 holds in place of theirs: these are what a file is given.

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
        """Return what to call the features, and what there is to say of them, in a line of a model's description."""
        shown = "" if names is None else f": {', '.join(names[:MOST_NAMES])}"
        return "features", f"{count}{shown}{', …' if names and len(names) > MOST_NAMES else ''}"

    def about_matrix(self, count: int, names: Sequence[str] | None) -> str:
        """Return what a file says of the tensor of all features."""
        listed = f": {', '.join(names)}" if names else ""
        return f"{count} features{listed}"

    def about_column(self, in_codes: bool) -> str:
        """Return what a file says of a column's tensor, whose text may travel as codes."""
        return "position in the vocabulary; -1: unknown, -2: NaN, -3: None" if in_codes else "column"

    # --- JSON ---

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name and what is known as JSON keeps them."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, data: Fields) -> Self:
        """Return what :meth:`to_json` wrote."""
        return cls()

    def check_consistent(self, schema: FeatureSchema, data: Fields) -> None:
        """Raise where what a file holds of its features does not go with the kind of its rows."""
        if schema.columns is None:
            raise damaged(data.at("columns"), "is missing")
