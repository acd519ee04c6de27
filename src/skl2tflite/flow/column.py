"""Columns between steps: what is known of each, and how its values are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import Source
from skl2tflite.graph.tensor import Tensor

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
        return recorded_tensor(xp.astype(self.values, float))

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


def hold_text(column: Column) -> None:
    """Say that a column holds text at which nothing looks: a matrix of numbers cannot be the model's input then."""
    if column.origin is not None and column.place is not None:
        raise RetraceError(column.origin, DType.STRING)


def recorded_tensor(x: Any) -> Tensor:
    """Return a result that is a tensor, as its operands are, for the type checker."""
    assert isinstance(x, Tensor)
    return x
