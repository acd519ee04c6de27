"""What a file says of its estimator, as JSON: the one schema that every file's facts pass before anything uses them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from skl2tflite.errors import InvalidFileError

FORMAT = 1
"""Version of the layout. Files of a lower one, or without a field that has a default here, are read."""
LARGEST = 2**31 - 1
"""Of integers: no tensor has more elements along an axis."""
MOST_CHARACTERS = 2**20
"""Length of a text, where a file fixes it."""
MOST_GRAMS = 10_000
"""The most words or characters that a term may be made of."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Scalar: TypeAlias = str | int | float | bool | None
Gram: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MOST_GRAMS)]
Narrowness: TypeAlias = Literal[
    "bool", "uint8", "int8", "uint16", "int16", "float16", "uint32", "int32", "uint64", "int64", "Float64", "Int64",
    "Float64 with NA", "Int64 with NA", "boolean with NA", "string with NA", "float32", "float64", "object",
]  # fmt: skip


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An object of the facts. No other fields than its own are taken, and no other types: ``true`` is no number."""


class Labels(Stored, frozen=True):
    """An array of labels, or of other values of an estimator."""

    dtype: str
    values: tuple[Scalar, ...]


class AnalyzerParameters(Stored, frozen=True):
    """The parameters of a vectorizer's analyzer: of each the values that are no code."""

    analyzer: Literal["word", "char", "char_wb"]
    lowercase: bool
    ngram_range: tuple[Gram, Gram]
    token_pattern: str | None = None
    strip_accents: Literal["ascii", "unicode"] | None = None
    stop_words: Literal["english"] | tuple[str, ...] | None = None
    preprocessor: None = None
    tokenizer: None = None


class Column(Stored, frozen=True):
    """A column that has a tensor of its own."""

    name: str
    feature: Count
    dtype: Literal["float32", "int32", "bool", "truth", "string", "characters", "tokens", "counts"]
    categories: tuple[str, ...] | None = None
    parameters: AnalyzerParameters | None = None
    missing: str | None = None
    digits: bool = False
    length: Annotated[int, msgspec.Meta(ge=1, le=MOST_CHARACTERS)] | None = None


class FeatureReading(Stored, frozen=True):
    """How a library reads a feature of a DataFrame: a categorical where there is a kind."""

    reader: str
    feature: Count | None = None
    kind: Literal["any", "text", "numbers", "truth values"] | None = None
    order: tuple[str | float | bool, ...] | None = None
    pandas_only: bool = False
    ascii_only: bool = False


class NarrowPart(Stored, frozen=True):
    """A part of the model that answers otherwise for rows of some dtypes than for floats."""

    reader: str
    dtypes: tuple[Narrowness, ...]
    features: tuple[Count, ...] | None = None
    least: Count = 1
    instead: str = ""


class Rows(Stored, frozen=True, tag_field="kind"):
    """What a row is, by its kind."""


class Table(Rows, frozen=True, tag="table"):
    """Rows of a table."""


class Values(Rows, frozen=True, tag="values"):
    """One number each."""


class Texts(Rows, frozen=True, tag="texts"):
    """Texts."""


class LabelsOnly(Rows, frozen=True, tag="labels"):
    """Labels."""


class Sets(Rows, frozen=True, tag="sets"):
    """Sets of labels, and which the model knows."""

    labels: tuple[str | Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)], ...]


class Records(Rows, frozen=True, tag="records"):
    """Dicts of numbers and texts."""

    separator: str
    absent_is_nan: bool = False


class Hashed(Rows, frozen=True, tag="hashed"):
    """Dicts whose names are hashed, and which are known."""

    names: tuple[str, ...]


class Images(Rows, frozen=True, tag="images"):
    """Images of one shape."""

    shape: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=LARGEST)], ...], msgspec.Meta(min_length=2)]


AnyRows: TypeAlias = Table | Values | Texts | LabelsOnly | Sets | Records | Hashed | Images


class FeatureFacts(Stored, frozen=True):
    """What rows the model takes."""

    count: Count
    allows_nan: bool | tuple[bool, ...]
    names: tuple[str, ...] | None = None
    columns: tuple[Column, ...] | None = None
    needed: tuple[Count, ...] | None = None
    known: tuple[tuple[Count, tuple[Scalar, ...]], ...] = ()
    rows: AnyRows = Table()
    sparse: bool = False
    absent_is_nan: bool = False
    only: Literal["dense", "sparse"] | None = None
    readings: tuple[FeatureReading, ...] = ()
    narrow: tuple[NarrowPart, ...] = ()
    read: tuple[Count, ...] | None = None
    tells_stored_zeros: bool = False


class Refused(Stored, frozen=True):
    """What the outputs hold of rows for which scikit-learn raises an error, and why it does."""

    mark: str
    reason: str


class Method(Stored, frozen=True):
    """How a method's outputs become what scikit-learn returns."""

    outputs: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    list: bool
    dtype: str
    labels: tuple[Labels, ...] | None = None
    takes: FeatureFacts | None = None
    parts: tuple[str, ...] | None = None
    constants: tuple[Labels, ...] | None = None
    rows_second: bool = False
    ragged: bool = False
    refused: Refused | None = None


class Examples(Stored, frozen=True):
    """Typical values of a model's inputs, their ranges, and golden rows with the model's answers."""

    rows: tuple[tuple[Scalar, ...], ...]
    answers: dict[str, dict[str, tuple[tuple[float | int | bool | None, ...], ...]]]
    tolerance: Annotated[float, msgspec.Meta(ge=0, le=1)]
    typical: tuple[Scalar, ...] | None = None
    ranges: tuple[tuple[float, float] | None, ...] = ()
    made: bool = True


class Facts(Stored, frozen=True):
    """All that a file says of its estimator."""

    format: Count
    estimator: str
    target: str
    features: FeatureFacts
    methods: dict[str, Method]
    versions: dict[str, str]
    classes: tuple[Labels, ...] | None = None
    examples: Examples | None = None
    nan_operators: tuple[str, ...] = ()
    digest: str | None = None


class _Head(msgspec.Struct):
    """What every format has."""

    format: Count
    versions: dict[str, str]


def decode(content: bytes) -> Facts:
    """Return the facts that JSON holds.

    Raises
    ------
    InvalidFileError
        Where they are of another format, or not as the schema says.
    """
    try:
        head = msgspec.json.decode(content, type=_Head)
        if head.format > FORMAT:
            raise InvalidFileError(
                f"the file was written by a newer skl2tflite ({head.versions.get('skl2tflite')}); update to it"
            )
        return msgspec.json.decode(content, type=Facts)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        found = _of_python(content)
        if found is not None:
            return found
        raise damaged("", str(error)) from None


def _of_python(content: bytes) -> Facts | None:
    """Return facts with what Python writes though JSON has it not: NaN, and lone surrogates; labels may be these."""
    if not any(each in content for each in (b"NaN", b"Infinity", b"\\ud")):
        return None
    try:
        return msgspec.convert(json.loads(content), Facts)
    except (ValueError, RecursionError):  # msgspec's errors are of the former
        return None


def damaged(place: str, what: object) -> InvalidFileError:
    """Return the error for a field that is not what it should be."""
    where = f"{place} {what}" if place else what
    return InvalidFileError(f"the file's facts about its estimator are damaged: {where}")


def within(value: Any, place: str) -> None:
    """Raise where a number is beyond float64."""
    try:
        float(value)
    except OverflowError:
        raise damaged(place, "holds a number beyond float64") from None
