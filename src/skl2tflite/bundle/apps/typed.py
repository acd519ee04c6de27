"""A file as a typed language sees it: a type of rows, and for each method a function and the type of its answers."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from skl2tflite.app_contract import AppContract, Feature, Input, Method, Output
from skl2tflite.app_contract.schema import Scalar
from skl2tflite.bundle.apps.spelling import Spelling, camel, words
from skl2tflite.features.columns import MISSING_CODES, UNKNOWN_CODE
from skl2tflite.flow.column import NAN

MOST_MEMBERS = 200
"""Rows of more features, or of features without names, are an array: the JVM has no constructors that take more."""
LABEL = "label"
"""Name of the member that holds a row's label."""


@dataclass(frozen=True)
class Member:
    """A member of the type of rows.

    Attributes
    ----------
    name : str
    feature : Feature
    position : int
        Of the feature.
    vocabulary : str
        Of a category: the name of the list of those that the model knows.
    """

    name: str
    feature: Feature
    position: int
    vocabulary: str

    @property
    def takes_missing(self) -> bool:
        """Whether a value may be missing."""
        return self.feature.absent == "missing"

    @property
    def only_numbers(self) -> tuple[float, ...]:
        """The numbers that a feature may be, where it may not be any."""
        return tuple(float(value) for value in self.feature.only or () if isinstance(value, int | float))

    @property
    def refused_codes(self) -> tuple[int, ...]:
        """The codes of a category that the model does not take."""
        feature = self.feature
        refused: set[int] = set(MISSING_CODES.values()) if feature.whole_numbers or feature.only is not None else set()
        if feature.absent == "refused":
            refused.add(MISSING_CODES[NAN])
        if feature.only is not None:
            refused.add(UNKNOWN_CODE)
            refused.update(range(len(feature.categories or ())))
            refused -= {self._code(value) for value in feature.only}
        return tuple(sorted(refused))

    def _code(self, value: object) -> int:
        if value is None:
            return MISSING_CODES[NAN]
        text = str(value)
        return MISSING_CODES[text] if text in MISSING_CODES else (self.feature.categories or ()).index(text)


@dataclass(frozen=True)
class RowType:
    """What a method takes.

    Attributes
    ----------
    name : str
        Of the type.
    features : tuple of Feature
    members : tuple of Member
        One for each feature that the model reads; none where a row is an array.
    tensors : tuple of Input
        The input tensors that are made of it.
    """

    name: str
    features: tuple[Feature, ...]
    members: tuple[Member, ...]
    tensors: tuple[Input, ...]

    @property
    def is_array(self) -> bool:
        """Whether a row is an array of numbers."""
        return not self.members

    def of(self, tensor: Input) -> tuple[Member, ...]:
        """Return the members that a tensor holds."""
        return tuple(member for member in self.members if member.position in tensor.features)


@dataclass(frozen=True)
class LabelList:
    """Labels in an order.

    Attributes
    ----------
    name : str
        Of the constant that holds them.
    labels : tuple
        Texts, truth values or numbers, of one type.
    """

    name: str
    labels: tuple[str, ...] | tuple[bool, ...] | tuple[int, ...] | tuple[float, ...]

    @property
    def type(self) -> type:
        """The type of them all."""
        return type(self.labels[0])


@dataclass(frozen=True)
class Value:
    """A member of the type of a method's answers.

    Attributes
    ----------
    name : str
    output : Output
        The tensor that it is a row of.
    labels : tuple of LabelList
        One that names its entries; or for each entry, one of which it is a position.
    label : str, optional
        Name of the member with a row's label; None where its numbers are labels themselves, or have none.
    """

    name: str
    output: Output
    labels: tuple[LabelList, ...]
    label: str | None

    @property
    def count(self) -> int:
        """How many numbers a row has."""
        return math.prod(n or 0 for n in self.output.shape[1:])

    @property
    def is_scalar(self) -> bool:
        """Whether it is one number, not a list of one."""
        return len(self.output.shape) == 1


@dataclass(frozen=True)
class Call:
    """A method of the estimator, as a function.

    Attributes
    ----------
    name : str
        Of the function.
    result : str
        Name of the type of its answers.
    method : Method
    row : RowType
    values : tuple of Value
        The outputs.
    """

    name: str
    result: str
    method: Method
    row: RowType
    values: tuple[Value, ...]

    @property
    def note(self) -> str:
        """What else is to be known of the answers, behind a sentence about them."""
        return f"; {self.method.note}" if self.method.note else ""


@dataclass(frozen=True)
class App:
    """A file in a typed language.

    Attributes
    ----------
    contract : AppContract
    rows : tuple of RowType
        That of the main method first.
    calls : tuple of Call
    """

    contract: AppContract
    rows: tuple[RowType, ...]
    calls: tuple[Call, ...]

    @classmethod
    def of(cls, contract: AppContract, spelling: Spelling, reserved: Collection[str] = ()) -> App:
        """Return a file as a language sees it.

        Parameters
        ----------
        contract : AppContract
        spelling : Spelling
        reserved : collection of str
            Names of functions that the language's code has itself.
        """
        rows: dict[tuple[Feature, ...], RowType] = {}
        for method in contract.methods:
            features = contract.features_of(method)
            if features not in rows:
                name = "Features" if not rows else f"{camel(words(method.name))}Features"
                rows[features] = _row_type(name, contract, features, spelling)
        functions = spelling.methods([method.name for method in contract.methods], reserved)
        results = spelling.types([f"{method.name} result" for method in contract.methods])
        listed = _LabelLists(contract, spelling)
        calls = [
            Call(function, result, method, rows[contract.features_of(method)], listed.values(method))
            for function, result, method in zip(functions, results, contract.methods, strict=True)
        ]
        return cls(contract, tuple(rows.values()), tuple(calls))

    @property
    def rows_a_call(self) -> int:
        """How many rows a call of the file takes where the number is fixed, or 1."""
        return self.contract.batch or 1


def _row_type(name: str, contract: AppContract, features: tuple[Feature, ...], spelling: Spelling) -> RowType:
    """Return a type of rows.

    Parameters
    ----------
    name : str
    contract : AppContract
    features : tuple of Feature
        What a row is made of.
    spelling : Spelling
    """
    tensors: dict[str, Input] = {}
    for method in contract.methods:
        if contract.features_of(method) == features:
            tensors.update((tensor.name, tensor) for tensor in method.inputs if tensor.name not in tensors)
    read = [at for at, feature in enumerate(features) if feature.absent != "not read"]
    nameless = [feature.name for feature in features] == [f"x{at}" for at in range(len(features))]
    is_matrix = all(tensor.encoding == "matrix" for tensor in tensors.values())
    if is_matrix and (nameless or len(read) > MOST_MEMBERS):
        return RowType(name, features, (), tuple(tensors.values()))
    texts = [features[at].name for at in read]
    of = "" if name == "Features" else f"{name} "
    names, constants = spelling.members(texts), spelling.constants([f"{of}{text} categories" for text in texts])
    members = (
        Member(member, features[at], at, constant) for member, at, constant in zip(names, read, constants, strict=True)
    )
    return RowType(name, features, tuple(members), tuple(tensors.values()))


class _LabelLists:
    """Names for the lists of labels of all outputs."""

    def __init__(self, contract: AppContract, spelling: Spelling) -> None:
        self._spelling = spelling
        texts = [
            " ".join([method.name, *([output.name] if len(method.outputs) > 1 else []), "labels"])
            for method in contract.methods
            for output in method.outputs
            for _ in _lists(output)
        ]
        self._names = iter(spelling.constants(texts))

    def values(self, method: Method) -> tuple[Value, ...]:
        """Return the members of a method's answers; methods come in the contract's order."""
        outputs = method.outputs
        names = self._spelling.members([output.name for output in outputs], [LABEL, "read"])
        labels = self._spelling.members(
            [LABEL if len(outputs) == 1 else f"{output.name} {LABEL}" for output in outputs], names
        )
        return tuple(
            Value(
                name,
                output,
                tuple(LabelList(next(self._names), _of_one_type(each)) for each in _lists(output)),
                label if _has_label(output) else None,
            )
            for name, label, output in zip(names, labels, outputs, strict=True)
        )


def _has_label(output: Output) -> bool:
    """Whether a row has one label, that follows from the output's numbers."""
    return output.label_rule in ("greatest", "positive") or (output.label_rule == "position" and len(output.shape) == 1)


def _lists(output: Output) -> tuple[tuple[Scalar, ...], ...]:
    if output.value_labels is not None:
        return output.value_labels
    return () if output.axis_labels is None else (output.axis_labels,)


def _of_one_type(labels: tuple[Scalar, ...]) -> tuple[Any, ...]:
    """Return labels of one type: as they are, or all as texts."""
    types = {type(label) for label in labels}
    numbers = [label for label in labels if isinstance(label, int | float)]
    narrow = all(math.isfinite(number) and -(2**63) <= number < 2**63 for number in numbers)
    return labels if len(types) == 1 and narrow and None not in labels else tuple(map(str, labels))
