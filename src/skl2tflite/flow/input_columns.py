"""Features of a model that are inputs of their own, one tensor each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skl2tflite.errors import ConversionError
from skl2tflite.flow.column import Column, ColumnType, KindError, OneRowError, RetraceError, Terms, TextInput
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import as_tensor, input_tensor
from skl2tflite.graph.tensor import Tensor


def without_padding(text: Tensor) -> Tensor:
    """Return the code points of a text of fixed length, without the negative numbers that follow them."""
    length = xp.sum(xp.astype(text >= 0, DType.INT))
    return as_tensor(xp.take(text, xp.arange(length), axis=1))


class InputColumns:
    """The features of a model; each becomes an input tensor when a step first reads it.

    Parameters
    ----------
    names : sequence of str
        Names of the features' tensors.
    kinds : dict of int to DType
        Dtypes that are known of the features. What is decided during tracing is added, for the model's other methods.
    batch : int, optional
        Number of rows, where the target needs it fixed.
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
    made : dict of str to Terms
        Inputs of ids or counts of terms, by name.
    missing : dict of str to str
        Inputs of numbers in which a text stands for NaN: that text, by name.
    digits : set of str
        Inputs of text whose cells may also be whole numbers, which are read as their digits; none may be missing.
    """

    def __init__(
        self,
        names: Sequence[str],
        kinds: dict[int, DType],
        batch: int | None = None,
        text: TextInput = "characters",
        types: Mapping[int, ColumnType] | None = None,
        text_length: int | None = None,
        allows_nan: Sequence[bool] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.types = types
        self.kinds = kinds
        self.batch = batch
        self.text = text
        self.text_length = text_length
        self.allows_nan = allows_nan
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
        """Return the input tensor of a feature.

        Parameters
        ----------
        feature : int
        kind : DType
            Its dtype.
        assumed : bool, default=False
            Whether any dtype would do, so that a later step may still decide for another one.
        """
        if assumed and feature not in self.kinds:
            self._assumed.add(feature)
        if feature in self._texts:
            raise KindError(
                f"column {self.names[feature]!r} is read as text, and cannot be read as numbers too; copy it"
            )
        decided = self.kinds.setdefault(feature, kind)
        if decided != kind:
            # An earlier step took the feature as a float, but could have taken it in the dtype that is needed now.
            if decided == DType.FLOAT and (kind == DType.INT or feature in self._assumed):
                raise RetraceError(feature, kind)
            raise KindError(f"column {self.names[feature]!r} holds {decided} values, not {kind}")
        if feature not in self._tensors:
            holds_nan = self.allows_nan is None or self.allows_nan[feature]
            self._tensors[feature] = input_tensor(self.names[feature], kind, (self.batch,), holds_nan)
        return self._tensors[feature]

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
        if feature not in self._tensors:
            self._tensors[feature] = input_tensor(self.names[feature], kind, (self.batch, None))
        return self._tensors[feature]

    def _read(self, feature: int) -> None:
        """Check that a feature can be read as text."""
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
        """Return the input tensors made so far by name, in the order of the features."""
        taken = {self.names[feature]: tensor for feature, tensor in sorted({**self._tensors, **self._texts}.items())}
        return {**taken, **self._terms}

    def table(self) -> Table:
        """Return all features as a table."""
        return Table([self[i] for i in range(len(self.names))])


class InputColumn(Column):
    """A feature of a model that is an input tensor of its own.

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
    def batch(self) -> int | None:
        """Number of rows of the inputs."""
        return self.inputs.batch

    @property
    def values(self) -> Tensor:
        """The values in their own dtype; floats, as long as it is undecided."""
        return self.inputs.tensor(self.feature, self.kind or DType.FLOAT, assumed=True)

    def tensor(self, kind: DType) -> Tensor:
        """Return the input's tensor."""
        return self.inputs.tensor(self.feature, kind)

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
        """Return the values as strings, and note that whole numbers are read as their digits."""
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
