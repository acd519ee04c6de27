"""The features of a model while a method is recorded: inputs of their own, or numbers of one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skl2tflite.errors import ConversionError, GraphError
from skl2tflite.flow.column import Column, ColumnType, KindError, Terms, TextInput
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType, Shape
from skl2tflite.graph.op import as_tensor, input_tensor
from skl2tflite.graph.tensor import Tensor


def without_padding(text: Tensor) -> Tensor:
    """Return the code points of a text of fixed length, without the negative numbers that follow them."""
    length = xp.sum(xp.astype(text >= 0, DType.INT))
    return as_tensor(xp.take(text, xp.arange(length), axis=1))


class InputColumns:
    """The features of a model.

    Each becomes an input when a step first reads it. Where it is not known that a matrix would not do, those of which
    nothing but numbers is asked are columns of one, until all methods are recorded (:mod:`skl2tflite.flow.binding`).

    Parameters
    ----------
    names : sequence of str
        Names of the features' tensors.
    kinds : dict of int to DType
        Dtypes that are known of the features. What is decided while a method is recorded is added, for the model's
        other methods.
    matrix : Tensor of shape (n_rows, n_features)
        Stands for the features as numbers.
    apart : bool
        Whether it is known that each feature is an input of its own.
    text : {"characters", "tokens", "counts"}
        Form in which the file takes texts that a vectorizer reads.
    types : mapping of int to ColumnType, optional
        What the rows given to ``convert`` tell of each feature; None without rows.
    text_length : int, optional
        Length of texts that a vectorizer reads, where it is fixed.
    allows_nan : sequence of bool, optional
        Which features may be NaN; all where nothing is known.

    Attributes
    ----------
    tensors : dict of (int, DType) to Tensor
        Input tensors made so far, by feature and dtype. Of what was read as floats, and later as integers, the
        floats are replaced in the end.
    made : dict of str to Terms
        Inputs of ids or counts of terms, by name.
    missing : dict of str to str
        Inputs of numbers in which a text stands for NaN: that text, by name.
    digits : set of str
        Inputs of text whose cells may also be integers, which are read as their digits; none may be missing.
    read : set of int
        Features of whose values some step has read numbers, or checks them.
    """

    def __init__(
        self,
        names: Sequence[str],
        kinds: dict[int, DType],
        matrix: Tensor,
        apart: bool = False,
        text: TextInput = "characters",
        types: Mapping[int, ColumnType] | None = None,
        text_length: int | None = None,
        allows_nan: Sequence[bool] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.types = types
        self.kinds = kinds
        self.matrix = matrix
        self.apart = apart
        self.text = text
        self.text_length = text_length
        self.allows_nan = allows_nan
        self.tensors: dict[tuple[int, DType], Tensor] = {}
        self.made: dict[str, Terms] = {}
        self.missing: dict[str, str] = {}
        self.digits: set[str] = set()
        self.read: set[int] = set()
        self._texts: dict[int, Tensor] = {}
        self._terms: dict[str, Tensor] = {}

    def __getitem__(self, feature: int) -> InputColumn:
        return InputColumn(self, feature)

    @property
    def batch(self) -> int | None:
        """Number of rows, where the target needs it fixed."""
        return self.matrix.shape[0]

    def in_matrix(self, feature: int) -> bool:
        """Whether a feature is a column of the matrix, so far."""
        return not self.apart and self.kinds.get(feature) in (None, DType.FLOAT)

    def tensor(self, feature: int, kind: DType) -> Tensor:
        """Return the values of a feature, which decides its dtype.

        Parameters
        ----------
        feature : int
        kind : DType
            Integers may also be read as floats. Text that was read as floats before makes all methods be
            recorded again, with its dtype known (``MethodCall.confused``).
        """
        if feature in self._texts:
            raise KindError(
                f"column {self.names[feature]!r} is read as text, and cannot be read as numbers too; copy it"
            )
        if kind == DType.FLOAT and self.in_matrix(feature):
            self.read.add(feature)
            values: Tensor = self.matrix[:, feature]
            return values
        decided = self.kinds.get(feature, kind)
        if decided != kind and not (decided == DType.FLOAT and kind in (DType.INT, DType.STRING)):
            raise KindError(f"column {self.names[feature]!r} holds {decided} values, not {kind}")
        self.kinds[feature] = kind
        if kind == DType.FLOAT:
            self.read.add(feature)
        return self._input(feature, kind, (self.batch,))

    def may_be_nan(self, feature: int) -> bool:
        """Whether a feature may be NaN, where that is known; else True."""
        return self.allows_nan is None or feature >= len(self.allows_nan) or self.allows_nan[feature]

    def _input(self, feature: int, kind: DType, shape: Shape) -> Tensor:
        if (feature, kind) not in self.tensors:
            self.tensors[feature, kind] = input_tensor(self.names[feature], kind, shape, self.may_be_nan(feature))
        return self.tensors[feature, kind]

    def characters(self, feature: int) -> Tensor:
        """Return the text of a feature as code points, of shape (1, n_characters)."""
        self._read(feature)
        if feature not in self._texts:
            self._texts[feature] = input_tensor(self.names[feature], DType.INT, (1, self.text_length))
        text = self._texts[feature]
        return text if self.text_length is None else without_padding(text)

    def terms(self, terms: Terms) -> Tensor:
        """Return the ids of the terms in a feature's text, of shape (1, n_terms), or their counts."""
        self._read(terms.feature)
        for name, known in self.made.items():
            if known.vectorizer is terms.vectorizer and known.feature == terms.feature:
                return self._terms[name]
        if terms.vocabulary is None and self.text_length is not None:
            raise ConversionError(
                f"column {self.names[terms.feature]!r} is read as hashes of terms, of which none is left to fill up "
                "texts to a fixed length; leave out text='tokens'"
            )
        several = sum(known.feature == terms.feature for known in self.made.values())
        name = self.names[terms.feature] + (f"_{several + 1}" if several else "")
        self.made[name] = terms
        counts = self.text == "counts"
        spec = (DType.FLOAT, (1, terms.n_columns)) if counts else (DType.INT, (1, self.text_length))
        self._terms[name] = input_tensor(name, *spec)
        return self._terms[name]

    def sets(self, feature: int, kind: DType) -> Tensor:
        """Return the sets of labels in a feature, of shape (n_rows, length)."""
        self.kinds[feature] = kind
        return self._input(feature, kind, (self.batch, None))

    def _read(self, feature: int) -> None:
        """Check that a feature can be read as text."""
        decided = self.kinds.setdefault(feature, DType.STRING)
        if decided != DType.STRING:
            raise KindError(f"column {self.names[feature]!r} holds {decided} values, not texts")
        if self.batch != 1:
            raise GraphError(f"column {self.names[feature]!r} is text, which a file takes one row at a time")
        if (feature, DType.STRING) in self.tensors:
            raise KindError(
                f"column {self.names[feature]!r} is compared as a whole, and cannot be read as text; copy it"
            )

    def inputs(self, features: Mapping[int, Tensor]) -> dict[str, Tensor]:
        """Return input tensors by name, in the order of the features.

        Parameters
        ----------
        features : mapping of int to Tensor
            Those of the features that are not read as text.
        """
        every = {**features, **self._texts}
        return {**{self.names[feature]: every[feature] for feature in sorted(every)}, **self._terms}

    def table(self) -> Table:
        """Return all features as a table."""
        every = range(len(self.names))
        return Table([self[i] for i in every], self.matrix if all(map(self.in_matrix, every)) else None)


class InputColumn(Column):
    """A feature of a model.

    Attributes
    ----------
    inputs : InputColumns
        All features of the model.
    feature : int
        Position among them.
    """

    def __init__(self, inputs: InputColumns, feature: int) -> None:
        self.inputs = inputs
        self.feature = feature
        self.is_seen = inputs.types is not None
        self.name = inputs.names[feature]

    @property
    def kind(self) -> DType | None:
        """The dtype, if it is known or decided."""
        return self.inputs.kinds.get(self.feature)

    @property
    def _type(self) -> ColumnType:
        return (self.inputs.types or {}).get(self.feature, ColumnType())

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """Categories in the rows given to ``convert``."""
        return self._type.categories

    @property
    def dtype(self) -> Any:
        """Dtype in the rows given to ``convert``."""
        return self._type.dtype

    @property
    def origin(self) -> int | None:
        """Its position among the features."""
        return self.feature

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The matrix and its position there, as long as it is part of one."""
        return (self.inputs.matrix, self.feature) if self.inputs.in_matrix(self.feature) else None

    @property
    def batch(self) -> int | None:
        """Number of rows of the inputs."""
        return self.inputs.batch

    def mark_read(self) -> None:
        """Note that the feature is read."""
        if self.inputs.in_matrix(self.feature):
            self.inputs.read.add(self.feature)

    def tensor(self, kind: DType) -> Tensor:
        """Return the feature's values."""
        return self.inputs.tensor(self.feature, kind)

    def hold_text(self) -> None:
        """Note that the feature is text."""
        self.inputs.kinds.setdefault(self.feature, DType.STRING)

    def characters(self) -> Tensor:
        """Return the one row's text as code points."""
        return self.inputs.characters(self.feature)

    @property
    def text(self) -> TextInput:
        """Form in which the file takes its texts."""
        return self.inputs.text

    def terms(self, vectorizer: Any, vocabulary: tuple[str, ...] | None, n_columns: int) -> Tensor:
        """Return the ids of the terms of the one row, or their counts."""
        return self.inputs.terms(Terms(vectorizer, self.feature, vocabulary, n_columns))

    def sets(self, kind: DType) -> Tensor:
        """Return each row's set of labels."""
        return self.inputs.sets(self.feature, kind)

    def numbers_but(self, missing: str) -> Tensor:
        """Return the values as floats, and note the text that stands for NaN."""
        values = self.numbers()
        if self.inputs.missing.setdefault(self.name, missing) != missing:
            raise KindError(f"column {self.name!r} holds more than one text for what is missing")
        return values

    def digits(self) -> Tensor:
        """Return the values as strings, and note that integers are read as their digits."""
        self.inputs.digits.add(self.name)
        return self.strings()

    def strings(self) -> Tensor:
        """Return the values as strings, or raise KindError where they are known to be numbers."""
        return self.tensor(DType.STRING)
