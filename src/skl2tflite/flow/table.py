"""Symbolic tables: columns whose kinds are decided by what first asks for them.

A model's rows are one matrix of numbers, or one tensor for each column. Converters see both as a :class:`Table`:
an encoder asks a column for strings, a scaler asks the table for the matrix of its numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, TypeAlias

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.flow.matrix import Matrix, is_sparse, side_by_side
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import input_tensor
from skl2tflite.graph.tensor import DType, Shape, Source, Tensor, refusal

RESERVED = ("\uffff", "\ufffe")
"""Characters that begin what is no text in a tensor of strings; Unicode reserves them for such use."""
NAN = "\uffff"
"""What stands for NaN, the missing value of most tables, in a tensor of strings."""
NONE = "\ufffe"
"""What stands for Python's None, which scikit-learn tells from NaN."""
NA = "\uffffNA"
"""What stands for pandas.NA, which scikit-learn's encoders do not know."""
TextInput: TypeAlias = Literal["characters", "tokens", "counts"]
"""How texts that a vectorizer reads travel: as code points, as ids of the terms that its analyzer makes of them, or as
the counts of these terms."""
DTYPES = {
    DType.FLOAT: np.dtype(float),
    DType.INT: np.dtype(int),
    DType.BOOL: np.dtype(bool),
    DType.STRING: np.dtype(object),
}
"""NumPy's dtypes of what is computed."""
FOREIGN = "\uffff?"
"""What stands for all that is neither text nor missing: equal to no category."""


class KindError(GraphError):
    """A column is asked for what its kind cannot give.

    Attributes
    ----------
    reason : str
        Without the line that asked.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} [{Source.caller()}]")
        self.reason = reason


class RetraceError(Exception):
    """A column turns out to be of another kind than was assumed: trace again, knowing better.

    Attributes
    ----------
    feature : int
        Its position among the model's features.
    kind : DType
        What it must be.
    """

    def __init__(self, feature: int, kind: DType) -> None:
        super().__init__(f"feature {feature} must be {kind}")
        self.feature = feature
        self.kind = kind


class OneRowError(RetraceError):
    """A column's texts are asked for: trace again, with one row at a time."""

    def __init__(self, feature: int) -> None:
        super().__init__(feature, DType.STRING)


class AbsentError(RetraceError):
    """Something reads what sparse rows do not hold as missing: trace again, with NaN for it in the input."""

    def __init__(self) -> None:
        super().__init__(0, DType.FLOAT)


@dataclass(frozen=True, eq=False)
class Terms:
    """What an input of token ids needs from the vectorizer that reads it.

    Attributes
    ----------
    vectorizer : object
        The estimator, whose own analyzer makes terms of texts.
    feature : int
        Which column holds the texts.
    vocabulary : tuple of str or None
        Terms in the order of their ids; None where ids are the terms' hashes.
    n_columns : int
        Number of features that the vectorizer makes.
    """

    vectorizer: Any
    feature: int
    vocabulary: tuple[str, ...] | None
    n_columns: int


@dataclass(frozen=True)
class ColumnType:
    """What the rows given to ``convert`` show of a column.

    Attributes
    ----------
    dtype : dtype, optional
        That of pandas.
    categories : tuple, optional
        Of a categorical, in the order of its codes.
    """

    dtype: Any = None
    categories: tuple[Any, ...] | None = None


class Column(ABC):
    """One column of a table.

    Attributes
    ----------
    name : str
        For messages, and for functions that pick columns by name.
    is_seen : bool
        Whether rows given to ``convert`` have shown what the column holds.
    in_array : bool
        Whether scikit-learn holds it in an array, which knows no categoricals.
    """

    name: str
    is_seen: bool = False
    in_array: bool = False

    @property
    @abstractmethod
    def kind(self) -> DType | None:
        """Kind of the values, None as long as nothing has asked for them."""

    @abstractmethod
    def tensor(self, kind: DType) -> Tensor:
        """Return the values, of shape (n_rows,), deciding for a kind where none is decided."""

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """The categories of a pandas or polars categorical in the order of their codes, None of any other column.

        Empty where pandas would make them of the values that it meets, as ``astype("category")`` does.
        """
        known = getattr(self.dtype, "categories", None)
        return None if known is None else tuple(known)

    @property
    def made_categorical(self) -> bool:
        """Whether a function has made a categorical of a column that was none, as far as anybody knows."""
        return False

    @property
    def dtype(self) -> Any:
        """The dtype that pandas gives the column, None where nobody has said so: rows given to ``convert`` do."""
        return None

    @property
    def origin(self) -> int | None:
        """Which of the model's features it is, as long as nothing is computed of it; None of any other column."""
        return None

    def of_array(self) -> Column:
        """Return the column as one of an array."""
        column = copy(self)
        column.in_array = True
        return column

    def ask(self) -> None:  # noqa: B027 - most columns have nothing to note
        """Note that something looks at the values."""

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """Of which matrix it is which column; None where it is a tensor of its own."""
        return None

    @property
    def batch(self) -> int | None:
        """Number of rows, None where it is known only at run time."""
        return self.values.shape[0]

    @property
    def values(self) -> Tensor:
        """The values in their own kind; numbers, where nothing else is known (so far)."""
        return self.tensor(self.kind or DType.FLOAT)

    def numbers_but(self, missing: str) -> Tensor:
        """Return the values as floats, NaN where rows of the model hold a text for what is missing."""
        return self.numbers()

    def numbers(self) -> Tensor:
        """Return the values as floats, or raise KindError where they are strings."""
        if self.kind == DType.STRING:
            raise KindError(f"column {self.name!r} holds strings, not numbers")
        return _tensor(xp.astype(self.values, float))

    def integers(self) -> Tensor:
        """Return the values as whole numbers, exact beyond what float32 holds."""
        if self.kind in (DType.STRING, DType.BOOL):
            raise KindError(f"column {self.name!r} holds {self.kind} values, not whole numbers")
        return self.tensor(DType.INT)

    def characters(self) -> Tensor:
        """Return the one row's text as code points, of shape (1, n_characters)."""
        raise KindError(f"column {self.name!r} holds {self.kind} values, not texts")

    @property
    def text(self) -> TextInput:
        """How its texts travel."""
        return "characters"

    def terms(self, vectorizer: Any, vocabulary: tuple[str, ...] | None, n_columns: int) -> Tensor:
        """Return the ids of the one row's terms, of shape (1, n_terms), or their counts, of shape (1, n_columns)."""
        raise KindError(f"column {self.name!r} holds {self.kind} values, not texts")

    def sets(self, kind: DType) -> Tensor:
        """Return each row's set of labels, of shape (n_rows, length): padded by what is no label."""
        raise KindError(f"column {self.name!r} holds {self.kind} values, not sets of labels")

    def digits(self) -> Tensor:
        """Return the values as strings, whole numbers in rows as their digits, where nothing is missing."""
        return self.strings()

    def strings(self) -> Tensor:
        """Return the values as strings, or raise KindError where they are numbers."""
        if self.kind not in (None, DType.STRING):
            raise KindError(f"column {self.name!r} holds numbers, not strings")
        return self.tensor(DType.STRING)


class MadeColumn(Column):
    """A column that something has computed.

    Parameters
    ----------
    name : str
    made : Tensor of shape (n_rows,)
    """

    def __init__(self, name: str, made: Tensor) -> None:
        self.name = name
        self.made = made

    @property
    def kind(self) -> DType | None:
        """Kind of the tensor."""
        return self.made.dtype

    @property
    def dtype(self) -> Any:
        """NumPy's of that kind."""
        return DTYPES[self.made.dtype]

    def tensor(self, kind: DType) -> Tensor:
        """Return the tensor, which must be of that kind."""
        if kind != self.made.dtype:
            raise KindError(f"column {self.name!r} holds {self.made.dtype} values, not {kind}")
        return self.made


class InputColumns:
    """The columns of a model's input, each a tensor of its own once something asks for it.

    Parameters
    ----------
    names : sequence of str
        Name of each column's tensor.
    kinds : dict of int to DType
        What is known of the columns; what is decided is written there, for the model's other methods.
    batch : int, optional
        Number of rows, where the target needs it fixed.
    text : {"characters", "tokens", "counts"}
        How texts travel that a vectorizer reads.
    types : mapping of int to ColumnType, optional
        What the rows given to ``convert`` show of each column; None without rows.

    Attributes
    ----------
    made : dict of str to Terms
        The inputs of ids or counts of terms, by name.
    missing : dict of str to str
        The inputs of numbers whose cells may be a text instead, which stands for NaN, by name.
    digits : set of str
        The inputs of text whose cells may be whole numbers, which stand for their digits, and never missing.
    """

    def __init__(
        self,
        names: Sequence[str],
        kinds: dict[int, DType],
        batch: int | None = None,
        text: TextInput = "characters",
        types: Mapping[int, ColumnType] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.types = types
        self.kinds = kinds
        self.batch = batch
        self.text = text
        self.made: dict[str, Terms] = {}
        self.missing: dict[str, str] = {}
        self.digits: set[str] = set()
        self._tensors: dict[int, Tensor] = {}
        self._assumed: set[int] = set()
        self._texts: dict[int, Tensor] = {}
        self._terms: dict[str, Tensor] = {}

    def __getitem__(self, feature: int) -> InputColumn:
        return InputColumn(self, feature)

    def tensor(self, feature: int, kind: DType, assumed: bool = False) -> Tensor:
        """Return a column's tensor, made when it is first asked for; ``assumed`` where any kind would do."""
        if assumed and feature not in self.kinds:
            self._assumed.add(feature)
        if feature in self._texts:
            raise KindError(
                f"column {self.names[feature]!r} is read as text, and can be nothing else; copy it to another"
            )
        decided = self.kinds.setdefault(feature, kind)
        if decided != kind:
            # Numbers were enough for what came first; strings for numbers are another matter.
            if decided == DType.FLOAT and (kind == DType.INT or feature in self._assumed):
                raise RetraceError(feature, kind)
            raise KindError(f"column {self.names[feature]!r} holds {decided} values, not {kind}")
        if feature not in self._tensors:
            self._tensors[feature] = input_tensor(self.names[feature], kind, (self.batch,))
        return self._tensors[feature]

    def characters(self, feature: int) -> Tensor:
        """Return a column's text as code points, of shape (1, n_characters)."""
        self._read(feature)
        if feature not in self._texts:
            self._texts[feature] = input_tensor(self.names[feature], DType.INT, (1, None))
        return self._texts[feature]

    def terms(self, terms: Terms) -> Tensor:
        """Return the ids of the terms of a column's text, of shape (1, n_terms), or their counts."""
        self._read(terms.feature)
        for name, known in self.made.items():
            if known.vectorizer is terms.vectorizer and known.feature == terms.feature:
                return self._terms[name]
        several = sum(known.feature == terms.feature for known in self.made.values())
        name = self.names[terms.feature] + (f"_{several + 1}" if several else "")
        self.made[name] = terms
        counts = self.text == "counts"
        spec = (DType.FLOAT, (1, terms.n_columns)) if counts else (DType.INT, (1, None))
        self._terms[name] = input_tensor(name, *spec)
        return self._terms[name]

    def sets(self, feature: int, kind: DType) -> Tensor:
        """Return a column's sets of labels, of shape (n_rows, length)."""
        self.kinds[feature] = kind
        if feature not in self._tensors:
            self._tensors[feature] = input_tensor(self.names[feature], kind, (self.batch, None))
        return self._tensors[feature]

    def _read(self, feature: int) -> None:
        """Look whether a column can be read as text."""
        decided = self.kinds.setdefault(feature, DType.STRING)
        if decided != DType.STRING and feature not in self._assumed:
            raise KindError(f"column {self.names[feature]!r} holds {decided} values, not texts")
        if decided != DType.STRING or self.batch != 1:
            raise OneRowError(feature)
        if feature in self._tensors:
            raise KindError(
                f"column {self.names[feature]!r} is compared as a whole, and cannot be read as text; copy it"
            )

    def inputs(self) -> dict[str, Tensor]:
        """Return the tensors that were asked for by name, in the order of the columns."""
        taken = {self.names[feature]: tensor for feature, tensor in sorted({**self._tensors, **self._texts}.items())}
        return {**taken, **self._terms}

    def table(self) -> Table:
        """Return all columns."""
        return Table([self[i] for i in range(len(self.names))])


class InputColumn(Column):
    """A column of a model's input.

    Attributes
    ----------
    inputs : InputColumns
        All columns of that input.
    feature : int
        Its position among them.
    """

    def __init__(self, inputs: InputColumns, feature: int) -> None:
        self.inputs = inputs
        self.feature = feature
        self.is_seen = inputs.types is not None
        self.name = inputs.names[feature]

    @property
    def kind(self) -> DType | None:
        """What is known or decided."""
        return self.inputs.kinds.get(self.feature)

    @property
    def _type(self) -> ColumnType:
        return (self.inputs.types or {}).get(self.feature, ColumnType())

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """Those that the rows given to ``convert`` have."""
        return self._type.categories

    @property
    def dtype(self) -> Any:
        """What is known of it."""
        return self._type.dtype

    @property
    def origin(self) -> int | None:
        """Its position."""
        return self.feature

    @property
    def batch(self) -> int | None:
        """The inputs' number of rows."""
        return self.inputs.batch

    @property
    def values(self) -> Tensor:
        """The values in their own kind; numbers, as long as nothing else is known."""
        return self.inputs.tensor(self.feature, self.kind or DType.FLOAT, assumed=True)

    def tensor(self, kind: DType) -> Tensor:
        """Return the input's tensor."""
        return self.inputs.tensor(self.feature, kind)

    def characters(self) -> Tensor:
        """Return the one row's text as code points."""
        return self.inputs.characters(self.feature)

    @property
    def text(self) -> TextInput:
        """How its texts travel."""
        return self.inputs.text

    def terms(self, vectorizer: Any, vocabulary: tuple[str, ...] | None, n_columns: int) -> Tensor:
        """Return the ids of the one row's terms, or their counts."""
        return self.inputs.terms(Terms(vectorizer, self.feature, vocabulary, n_columns))

    def sets(self, kind: DType) -> Tensor:
        """Return each row's set of labels."""
        return self.inputs.sets(self.feature, kind)

    def numbers_but(self, missing: str) -> Tensor:
        """Return the values as floats, and note the text."""
        values = self.numbers()
        if self.inputs.missing.setdefault(self.name, missing) != missing:
            raise KindError(f"column {self.name!r} holds more than one text for what is missing")
        return values

    def digits(self) -> Tensor:
        """Return the values as strings, and note how whole numbers are read."""
        self.inputs.digits.add(self.name)
        return self.strings()

    def numbers(self) -> Tensor:
        """Return the values as floats, or raise KindError where they are strings."""
        if self.kind is None:
            self.tensor(DType.FLOAT)
        return super().numbers()

    def strings(self) -> Tensor:
        """Return the values as strings, or raise KindError where they are numbers."""
        return self.tensor(DType.STRING)


class MatrixColumn(Column):
    """A column of a matrix of numbers.

    Parameters
    ----------
    name : str
    matrix : Tensor of shape (n_rows, n_columns)
    at : int
    feature : int, optional
        Which of the model's features it is; a column of strings is then asked for by tracing again.
    types : mapping of int to ColumnType, optional
        Of a model's features, what the rows given to ``convert`` show of them; None without rows.
    asked : set of int, optional
        Where features are noted once something looks at their values.
    made_of : Column, optional
        The column that this one is made of, and that is asked for once this one is.
    """

    def __init__(
        self,
        name: str,
        matrix: Tensor,
        at: int,
        feature: int | None = None,
        types: Mapping[int, ColumnType] | None = None,
        asked: set[int] | None = None,
        made_of: Column | None = None,
    ) -> None:
        self.name = name
        self.matrix = matrix
        self.at = at
        self.feature = feature
        self.is_seen = types is not None
        self._type = (types or {}).get(-1 if feature is None else feature, ColumnType())
        self._asked = asked
        self._made_of = made_of

    def ask(self) -> None:
        """Note the feature, that of the column of which it is made."""
        if self._made_of is not None:
            self._made_of.ask()
        if self._asked is not None and self.feature is not None:
            self._asked.add(self.feature)

    @property
    def kind(self) -> DType | None:
        """Kind of the matrix; of a model's input, undecided: it may have to be a column of its own."""
        return self.matrix.dtype if self.feature is None else None

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """Those that the rows given to ``convert`` have."""
        return self._type.categories

    @property
    def dtype(self) -> Any:
        """What is known of it, or the matrix's; of a model's input, unknown."""
        known = self._type.dtype
        return DTYPES[self.matrix.dtype] if known is None and self.feature is None else known

    @property
    def origin(self) -> int | None:
        """Its position, in the matrix that is a model's input."""
        return self.feature

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The matrix, and where it is in it."""
        return self.matrix, self.at

    @property
    def batch(self) -> int | None:
        """The matrix's number of rows."""
        return self.matrix.shape[0]

    def tensor(self, kind: DType) -> Tensor:
        """Return the column."""
        if kind != self.matrix.dtype:
            if self.feature is None:
                raise KindError(f"column {self.name!r} holds {self.matrix.dtype} values, not {kind}")
            raise RetraceError(self.feature, kind)
        self.ask()
        return _tensor(self.matrix[:, self.at])

    def numbers_but(self, missing: str) -> Tensor:
        """Ask for the column as an input of its own."""
        if self.feature is None:
            return self.numbers()
        raise RetraceError(self.feature, DType.FLOAT)

    def characters(self) -> Tensor:
        """Ask for the column as an input of its own."""
        if self.feature is None:
            return super().characters()
        raise OneRowError(self.feature)


class Table:
    """Columns side by side; what holds only numbers can be asked for as one matrix.

    Parameters
    ----------
    columns : sequence of Column
    matrix : Tensor of shape (n_rows, n_columns), optional
        The columns' numbers, where they are one tensor already.
    """

    ndim = 2

    def __init__(self, columns: Sequence[Column], matrix: Tensor | None = None) -> None:
        self.columns = tuple(columns)
        self._matrix = matrix
        self._stacked: Tensor | None = None

    @classmethod
    def of_matrix(
        cls,
        matrix: Tensor,
        names: Sequence[str],
        inputs: bool = False,
        types: Mapping[int, ColumnType] | None = None,
        asked: set[int] | None = None,
    ) -> Table:
        """Return the columns of a matrix; of a model's input, ``inputs`` says, with ``types`` of its features.

        Those features are noted in ``asked`` whose values something looks at.
        """
        columns = [MatrixColumn(name, matrix, i, i if inputs else None, types, asked) for i, name in enumerate(names)]
        return cls(columns, matrix)

    @classmethod
    def join(cls, parts: Sequence[TableLike], sparse: bool | None = None, keeps_dtypes: bool = False) -> TableLike:
        """Return parts side by side: a matrix where all are matrices of numbers, else a table.

        Columns of a model's input may turn out to be text, so that they stay columns of a table.

        Parameters
        ----------
        parts : sequence of Table, Matrix or array
        sparse : bool, optional
            Whether scikit-learn's result is a sparse matrix; by default it is where one of the parts is.
        keeps_dtypes : bool, default=False
            Whether the result is a DataFrame, in which categoricals stay what they are, and so does a matrix's column.
        """
        parts = [part for part in parts if not isinstance(part, Table) or part.columns]
        tables = [part for part in parts if isinstance(part, Table)]
        sparse = any(map(is_sparse, parts)) if sparse is None else sparse
        matrix = None
        if parts and (sparse or all(table.is_matrix for table in tables)):
            matrix = side_by_side([part.matrix() if isinstance(part, Table) else part for part in parts], sparse)
            undecided = any(column.origin is not None for table in tables for column in table.columns)
            if not isinstance(matrix, Tensor) or not (undecided or (keeps_dtypes and tables)):
                return matrix
        columns: list[Column] = []
        for part in parts:
            columns += part.columns if isinstance(part, Table) else cls.of_matrix(_plain(part), _numbered(part)).columns
        return cls(columns if keeps_dtypes else [column.of_array() for column in columns], matrix)

    @property
    def shape(self) -> Shape:
        """Unknown rows, and the number of columns."""
        return (None, len(self.columns))

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def with_matrix(self, matrix: Tensor) -> Table:
        """Return the same columns with another tensor of their numbers."""
        return Table(self.columns, matrix)

    @property
    def asked_matrix(self) -> Tensor | None:
        """The matrix of the columns' numbers, None as long as nothing has asked for it."""
        return self._stacked if self._matrix is None else self._matrix

    def each(self, function: Callable[[Tensor], Tensor]) -> Table:
        """Return what a function makes of each number by itself: a column is asked for once what it became is.

        Parameters
        ----------
        function : callable
            Takes the matrix of the numbers, and gives one of the same shape.
        """
        matrix = self.matrix() if self._matrix is None else self._matrix
        made, before = function(matrix), enumerate(self.columns)
        return Table([MatrixColumn(column.name, made, i, made_of=column) for i, column in before], made)

    @property
    def whole(self) -> Tensor | None:
        """The columns as one tensor, None where they are none yet; this asks for no values."""
        return self._matrix

    @property
    def is_matrix(self) -> bool:
        """Whether the columns are one tensor already."""
        return self._matrix is not None

    @property
    def is_computed(self) -> bool:
        """Whether the columns are one tensor, and none may turn out to be an input of another kind."""
        return self.is_matrix and all(column.origin is None for column in self.columns)

    @property
    def batch(self) -> int | None:
        """Number of rows, None where it is known only at run time."""
        return self.columns[0].batch if self._matrix is None else self._matrix.shape[0]

    def __len__(self) -> int:
        raise refusal("the number of rows of a table is known only at run time")

    def __getitem__(self, at: int) -> Column:
        return self.columns[at]

    def take(self, positions: Sequence[int] | Any) -> Table:
        """Return some of the columns."""
        at = [int(i) for i in positions]
        matrix = None if self._matrix is None else _tensor(xp.take(self._matrix, np.array(at, dtype=int), axis=1))
        if matrix is not None and at == list(range(len(self.columns))):
            matrix = self._matrix
        return Table([self.columns[i] for i in at], matrix)

    def ask(self) -> None:
        """Note that something looks at the values of all columns."""
        for column in self.columns:
            column.ask()

    def matrix(self) -> Tensor:
        """Return the columns' numbers as a matrix, or raise KindError where one holds strings."""
        if not self.columns:
            raise KindError("there are no columns left")
        self.ask()
        if self._matrix is not None:
            return self._matrix
        if self._stacked is None:
            parts = [_side_by_side(list(run)) for _, run in groupby(self.columns, _made_in)]
            self._stacked = _tensor(parts[0] if len(parts) == 1 else xp.concat(parts, axis=1))
        return self._stacked


TableLike: TypeAlias = Table | Any
"""A table, a matrix, or an array of two axes."""


def as_matrix(X: TableLike) -> Any:
    """Return the numbers of a table, a matrix or a column as an array, anything else as it is."""
    if isinstance(X, Table):
        return X.matrix()
    return X.numbers() if isinstance(X, Column) else _plain(X)


def _made_in(column: Column) -> int | None:
    """Return what tells columns of one matrix of floats from others."""
    place = column.place
    return None if place is None or place[0].dtype != DType.FLOAT else id(place[0])


def _side_by_side(columns: Sequence[Column]) -> Any:
    """Return the numbers of columns that are all of one matrix, or none of any, as a matrix."""
    first = columns[0].place
    if first is None or _made_in(columns[0]) is None:
        return xp.stack([column.numbers() for column in columns], axis=1)
    matrix, at = first[0], [column.place[1] for column in columns if column.place is not None]
    return matrix if at == list(range(matrix.shape[1] or 0)) else xp.take(matrix, np.array(at), axis=1)


def hold_text(column: Column) -> None:
    """Say that a column holds text at which nothing looks: a matrix of numbers cannot be the model's input then."""
    if column.origin is not None and column.place is not None:
        raise RetraceError(column.origin, DType.STRING)


def take_columns(X: Any, positions: Sequence[int] | Any) -> Any:
    """Return some of the columns of a table, a matrix or an array."""
    if isinstance(X, Table | Matrix):
        return X.take(positions)
    return xp.take(X, np.asarray(positions, dtype=int), axis=1)


def _plain(X: Any) -> Any:
    """Return a matrix as an array, anything else as it is."""
    return X.values if isinstance(X, Matrix) else X


def rows_of(X: TableLike) -> Any:
    """Return an array that has the rows of a table or column, whatever they hold."""
    if isinstance(X, Column):
        return X.values
    if not isinstance(X, Table):
        return _plain(X)
    if X.whole is not None:
        return X.whole
    return next((column for column in X.columns if column.kind is not None), X[0]).values


def _numbered(matrix: Any) -> list[str]:
    return [f"column {i}" for i in range(matrix.shape[1])]


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x
