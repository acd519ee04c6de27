"""The contract between a file and an app: plain data, to JSON and back, the same for every language."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

FORMAT = 1
"""Version of the layout."""

Scalar: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Scalar]
TensorValue: TypeAlias = float | int | bool | str | None
RowsKind: TypeAlias = Literal["table", "values", "texts", "labels", "sets", "records", "hashed", "images"]
FeatureKind: TypeAlias = Literal["number", "integer", "boolean", "category", "text", "set"]
Absent: TypeAlias = Literal["refused", "missing", "zero", "unknown", "not read"]
Encoding: TypeAlias = Literal[
    "matrix", "number", "integer", "boolean", "code", "string", "characters", "tokens", "counts", "set", "image"
]
Meaning: TypeAlias = Literal["labels", "label positions", "probabilities", "log probabilities", "scores", "values"]
LabelRule: TypeAlias = Literal["itself", "position", "greatest", "positive"]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an app's user fills in: a column of the rows that the estimator takes."""

    name: Annotated[str, Meta(description="The column's name; x0, x1, … where the estimator knows none.")]
    kind: Annotated[
        FeatureKind,
        Meta(description="What a value is. A category is a text, of which the model tells some from others."),
    ]
    absent: Annotated[
        Absent,
        Meta(
            description="What a value that is not there stands for: an error ('refused'), a missing value ('missing'), "
            "the number 0 ('zero'), a text that is in no vocabulary ('unknown'), or nothing, as the model does not "
            "read the feature ('not read')."
        ),
    ]
    categories: Annotated[
        tuple[str, ...] | None,
        Meta(description="Of a category: the texts that the model knows, in the order of their codes."),
    ] = None
    only: Annotated[
        tuple[str | float | None, ...] | None,
        Meta(description="The only values that the model takes, null for a missing one; null where it takes any."),
    ] = None
    missing_text: Annotated[
        str | None, Meta(description="Of a number: a text that stands for a missing value in rows.")
    ] = None
    whole_numbers: Annotated[
        bool, Meta(description="Of a category: whether an integer is taken, too, as the text of its digits.")
    ] = False
    typical: Annotated[
        Scalar, Meta(description="A value that a form may begin with; null where the file holds none.")
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Meta(
            description="Of a number: what all but the least and the greatest values given to convert lie between, "
            "rounded outwards. A hint: values beyond it are taken, too."
        ),
    ] = None


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """An input tensor of a signature."""

    name: Annotated[str, Meta(description="Its name in the signature.")]
    index: Annotated[int, Meta(ge=0, description="Its position among the subgraph's inputs.")]
    dtype: Literal["float32", "int32", "bool", "string"]
    shape: Annotated[
        tuple[int | None, ...],
        Meta(description="null for an axis of any length: the first counts rows, one behind it a text's entries."),
    ]
    features: Annotated[tuple[int, ...], Meta(description="Positions of the features that it holds.")]
    encoding: Annotated[Encoding, Meta(description="How values become what the tensor holds.")]
    length: Annotated[
        int | None, Meta(description="Of texts: how many numbers the tensor holds of each, where that is fixed.")
    ] = None
    padding: Annotated[
        int | None, Meta(description="What fills up a text that is shorter than the length, or a set of labels.")
    ] = None
    vocabulary: Annotated[
        tuple[str, ...] | None,
        Meta(description="Of tokens and counts: the terms, in the order of their ids; null where ids are hashes."),
    ] = None
    analyzer: Annotated[
        dict[str, Any] | None,
        Meta(description="Of tokens and counts: the parameters of scikit-learn's analyzer, which cuts texts."),
    ] = None
    set_values: Annotated[
        tuple[str | int, ...] | None, Meta(description="Of sets: the labels that the model knows.")
    ] = None


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """An output tensor of a signature."""

    name: Annotated[str, Meta(description="Its name in the signature.")]
    index: Annotated[int, Meta(ge=0, description="Its position among the subgraph's outputs.")]
    dtype: Literal["float32", "int32", "bool", "string"]
    shape: Annotated[tuple[int | None, ...], Meta(description="null for the number of rows, or of a row's answers.")]
    meaning: Annotated[
        Meaning,
        Meta(description="What its numbers are; 'label positions' are positions in the lists of value_labels."),
    ]
    label_rule: Annotated[
        LabelRule | None,
        Meta(
            description="How labels follow from the numbers: they are labels ('itself') or positions in value_labels "
            "('position'), or each row's label is that in axis_labels of its greatest number ('greatest'), or of a "
            "number above 0 or not ('positive'). What the method predict gives takes precedence. Null without labels."
        ),
    ]
    returned_as: Annotated[str, Meta(description="NumPy's dtype of what scikit-learn returns.")]
    axis_labels: Annotated[
        tuple[Scalar, ...] | None,
        Meta(
            description="Labels of the entries along the last axis. Where there is one score a row and two labels, the "
            "first is that of scores up to 0, and the second that of scores above."
        ),
    ] = None
    value_labels: Annotated[
        tuple[tuple[Scalar, ...], ...] | None,
        Meta(description="Of label positions: the labels, one list for each column of the output."),
    ] = None


class NoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the first output holds of rows for which scikit-learn raises an error."""

    mark: Annotated[
        float | Literal["Infinity"] | None,
        Meta(description="The number that all of a row's values are; null for NaN, which JSON has not, nor infinity."),
    ]
    reason: str

    @property
    def number(self) -> float | None:
        """The mark as a number; None for NaN."""
        return None if self.mark is None else float(self.mark)


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A method of the estimator: a signature of the file."""

    name: Annotated[str, Meta(description="scikit-learn's name, and the key of the signature.")]
    subgraph: Annotated[int, Meta(ge=0)]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    returns: Annotated[
        Literal["array", "list", "tuple"], Meta(description="What scikit-learn returns the outputs in.")
    ] = "array"
    no_answer: NoAnswer | None = None
    features: Annotated[
        tuple[Feature, ...] | None,
        Meta(description="What the method takes, where that is not what the other methods take, as of inverses."),
    ] = None
    note: Annotated[str, Meta(description="What else is to be known of the outputs.")] = ""


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with the answers that a runtime must give for them."""

    rows: Annotated[tuple[Row, ...], Meta(description="Values by the features' names, null for a missing one.")]
    made: Annotated[
        bool, Meta(description="Whether they were made from quantiles of the rows given to convert, or are such rows.")
    ]
    inputs: Annotated[
        dict[str, tuple[tuple[TensorValue, ...], ...]],
        Meta(description="What the input tensors hold: for each, by name, the numbers of each row; null for NaN."),
    ]
    outputs: Annotated[
        dict[str, dict[str, tuple[tuple[TensorValue, ...], ...]]],
        Meta(description="What the output tensors hold, by the names of method and tensor: the numbers of each row."),
    ]
    allowed: Annotated[
        dict[str, dict[str, tuple[float, ...]]],
        Meta(description="By how much each number of a row of float32 outputs may differ; others must be equal."),
    ]
    tolerance: Annotated[
        float,
        Meta(description="By how much floats may differ, as a fraction of the greatest magnitude in their column."),
    ]


class AppContract(msgspec.Struct, frozen=True, kw_only=True):
    """All that an app has to know of a file."""

    format: Annotated[int, Meta(description="Version of this layout.")] = FORMAT
    made_by: Annotated[str, Meta(description="What wrote the file, with its version.")]
    estimator: str
    target: Annotated[str, Meta(description="The runtime that the file was written for: litert, web or micro.")]
    min_runtime: Annotated[
        str | None,
        Meta(
            description="The least release that runs the file, of TensorFlow Lite, or of LiteRT if it begins with that "
            "word; null where it is not for LiteRT (web, micro)."
        ),
    ] = None
    runtime_holes: Annotated[
        tuple[str, ...], Meta(description="Later releases that do not run it, or lose missing values in it.")
    ] = ()
    bytes: Annotated[int, Meta(ge=0, description="Length of the file.")]
    sha256: Annotated[str, Meta(description="SHA-256 of the file, in hexadecimal digits.")]
    batch: Annotated[int | None, Meta(description="Rows of each call; null where it may be any number.")]
    rows: Annotated[RowsKind, Meta(description="What a row is: one of a table, a text, a dict, …")]
    features: Annotated[tuple[Feature, ...], Meta(description="In the order of the estimator's columns.")]
    methods: Annotated[tuple[Method, ...], Meta(description="The main one first.")]
    golden: Golden | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the contract as objects that JSON has."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    def method(self, name: str) -> Method:
        """Return a method by its name."""
        return next(method for method in self.methods if method.name == name)

    def features_of(self, method: Method) -> tuple[Feature, ...]:
        """Return what a method takes."""
        return self.features if method.features is None else method.features
