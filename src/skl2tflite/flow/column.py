"""Columns of a table: what is known of each before run time, and the methods by which steps read its values."""

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
"""Characters that begin the sentinels in a tensor of strings. Unicode reserves them for internal use."""
NAN = "\uffff"
"""Sentinel in a tensor of strings for NaN, the missing value of most tables."""
NONE = "\ufffe"
"""Sentinel for Python's None, which scikit-learn distinguishes from NaN."""
NA = "\uffffNA"
"""Sentinel for pandas.NA, which scikit-learn's encoders do not know."""
TextInput: TypeAlias = Literal["characters", "tokens", "counts"]
"""The form in which a file takes texts that a vectorizer reads: as code points ("characters"), as ids of the terms that
the vectorizer's analyzer finds ("tokens"), or as the counts of these terms ("counts")."""
DTYPES = {
    DType.FLOAT: np.dtype(float),
    DType.INT: np.dtype(int),
    DType.BOOL: np.dtype(bool),
    DType.STRING: np.dtype(object),
}
"""NumPy's dtype for each dtype of a tensor."""
FOREIGN = "\uffff?"
"""Sentinel for cells that are neither text nor missing; it equals no category."""


class KindError(GraphError):
    """A step reads a column in a way that its dtype does not allow, as numbers of a column of strings.

    Attributes
    ----------
    reason : str
        The message without the line of code.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} [{Source.caller()}]")
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Terms:
    """The vectorizer behind an input of term ids or counts, which tells how to make them of a text.

    Attributes
    ----------
    vectorizer : object
        The estimator; its own analyzer splits texts into terms.
    feature : int
        Position of the feature that holds the texts.
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
    """What the rows given to ``convert`` tell of a column.

    Attributes
    ----------
    dtype : dtype, optional
        Dtype in pandas.
    categories : tuple, optional
        Categories of a categorical, in the order of their codes.
    """

    dtype: Any = None
    categories: tuple[Any, ...] | None = None


class Column(ABC):
    """One column of a table.

    Attributes
    ----------
    name : str
        Used in messages, and by functions that pick columns by name.
    is_seen : bool
        Whether rows given to ``convert`` have told what the column holds.
    in_array : bool
        Whether scikit-learn holds the column in an array, which has no categoricals, and not in a DataFrame.
    """

    name: str
    is_seen: bool = False
    in_array: bool = False

    @property
    @abstractmethod
    def kind(self) -> DType | None:
        """Dtype of the values as a tensor; None as long as no step has read them."""

    @abstractmethod
    def tensor(self, kind: DType) -> Tensor:
        """Return the values as a tensor of shape (n_rows,) of a dtype, which decides the dtype if it was undecided."""

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """Categories of a pandas or polars categorical in the order of their codes; None for any other column.

        Empty where pandas would take them from the values of the rows, as ``astype("category")`` does.
        """
        known = getattr(self.dtype, "categories", None)
        return None if known is None else tuple(known)

    @property
    def made_categorical(self) -> bool:
        """Whether a user function has made the column categorical, as far as is known."""
        return False

    @property
    def dtype(self) -> Any:
        """The dtype of the column in pandas; None where it is not known, for lack of rows given to ``convert``."""
        return None

    @property
    def origin(self) -> int | None:
        """Position among the model's features, if the column is one of them unchanged; else None."""
        return None

    def of_array(self) -> Column:
        """Return the column as one of an array."""
        column = copy(self)
        column.in_array = True
        return column

    def mark_read(self) -> None:  # noqa: B027 - optional hook
        """Note that a step reads the values."""

    def hold_text(self) -> None:  # noqa: B027 - optional hook
        """Note that the column is text, though no step reads it."""

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The matrix that the column is part of and its position there; None where it is a tensor of its own."""
        return None

    @property
    def batch(self) -> int | None:
        """Number of rows, None where it is known only at run time."""
        return self.values.shape[0]

    @property
    def values(self) -> Tensor:
        """The values in their own dtype; floats, as long as it is undecided."""
        return self.tensor(self.kind or DType.FLOAT)

    def numbers_but(self, missing: str) -> Tensor:
        """Return the values as floats, with NaN where the model's rows hold the text ``missing``."""
        return self.numbers()

    def numbers(self) -> Tensor:
        """Return the values as floats, or raise KindError where they are strings."""
        if self.kind == DType.STRING:
            raise KindError(f"column {self.name!r} holds strings, not numbers")
        return recorded_tensor(xp.astype(self.values, float))

    def integers(self) -> Tensor:
        """Return the values as integers, exactly, also beyond those that float32 holds."""
        if self.kind in (DType.STRING, DType.BOOL):
            raise KindError(f"column {self.name!r} holds {self.kind} values, not integers")
        return self.tensor(DType.INT)

    def characters(self) -> Tensor:
        """Return the one row's text as code points, of shape (1, n_characters)."""
        raise KindError(f"column {self.name!r} holds {self.kind} values, not texts")

    @property
    def text(self) -> TextInput:
        """Form in which a file takes the texts of the column."""
        return "characters"

    def terms(self, vectorizer: Any, vocabulary: tuple[str, ...] | None, n_columns: int) -> Tensor:
        """Return the ids of the terms of the one row, of shape (1, n_terms), or their counts, of shape (1, n_columns).

        Parameters
        ----------
        vectorizer : object
        vocabulary : tuple of str or None
        n_columns : int
            As in :class:`Terms`.
        """
        raise KindError(f"column {self.name!r} holds {self.kind} values, not texts")

    def sets(self, kind: DType) -> Tensor:
        """Return the set of labels of each row, of shape (n_rows, length), padded with a value that is no label."""
        raise KindError(f"column {self.name!r} holds {self.kind} values, not sets of labels")

    def digits(self) -> Tensor:
        """Return the values as strings; integers in the rows become their digits, and nothing may be missing."""
        return self.strings()

    def strings(self) -> Tensor:
        """Return the values as strings, or raise KindError where they are numbers."""
        if self.kind not in (None, DType.STRING):
            raise KindError(f"column {self.name!r} holds numbers, not strings")
        return self.tensor(DType.STRING)


class MadeColumn(Column):
    """A column that a step has computed.

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
        """Dtype of the tensor."""
        return self.made.dtype

    @property
    def dtype(self) -> Any:
        """NumPy's dtype for it."""
        return DTYPES[self.made.dtype]

    def tensor(self, kind: DType) -> Tensor:
        """Return the tensor, which must be of that dtype."""
        if kind != self.made.dtype:
            raise KindError(f"column {self.name!r} holds {self.made.dtype} values, not {kind}")
        return self.made


def hold_text(column: Column) -> None:
    """Declare that a feature is text though no step reads it: the model's input can then be no matrix of numbers."""
    if column.origin is not None and column.place is not None:
        column.hold_text()


def recorded_tensor(x: Any) -> Tensor:
    """Return a result as it is; asserts that it is a tensor, for the type checker."""
    assert isinstance(x, Tensor)
    return x
