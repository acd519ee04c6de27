"""What an app's user fills in, from what a file says of its features."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from skl2tflite.app_contract.schema import Absent, Feature, FeatureKind
from skl2tflite.examples import Examples
from skl2tflite.features import ColumnSpec, Features, Known
from skl2tflite.features.rows.dicts import DictRows
from skl2tflite.flow.column import NAN, RESERVED

_KINDS: dict[str, FeatureKind] = {
    "float32": "number", "int32": "integer", "bool": "boolean", "truth": "boolean", "string": "category",
    "characters": "text", "tokens": "text", "counts": "text",
}  # fmt: skip
"""Kinds of features by the dtypes of columns."""


def features_of(features: Features, examples: Examples | None = None) -> tuple[Feature, ...]:
    """Return what a row is made of, with what a file holds of typical values."""
    found = [_feature(features, at, name) for at, name in enumerate(features.names_of_values)]
    if examples is None:
        return tuple(found)
    ranges = examples.ranges or (None,) * len(found)
    typical = examples.typical or (None,) * len(found)
    return tuple(
        structs.replace(feature, typical=value, range=span)
        for feature, value, span in zip(found, typical, ranges, strict=True)
    )


def _feature(features: Features, at: int, name: str) -> Feature:
    """Return the feature at a position.

    Parameters
    ----------
    features : Features
    at : int
    name : str
    """
    known = next((each for each in features.known if each.feature == at), None)
    if features.columns is None:
        is_read = features.read is None or at in features.read
        return Feature(name=name, kind="number", absent=_absent(features, at, None, is_read), only=_only(known))
    column = next((each for each in features.columns if each.feature == at), None)
    if column is None:
        return Feature(name=name, kind="number", absent="not read")
    return _of_column(features, at, name, column, known)


def _of_column(features: Features, at: int, name: str, column: ColumnSpec, known: Known | None) -> Feature:
    """Return the feature that has a tensor of its own.

    Parameters
    ----------
    features : Features
    at : int
        Its position.
    name : str
    column : ColumnSpec
        Its tensor.
    known : Known, optional
        The categories, where the estimator takes no others.
    """
    kind: FeatureKind = "category" if column.holds_text else _KINDS[column.dtype]
    if features.rows.unbounded:
        kind = "set"
    return Feature(
        name=name,
        kind=kind,
        absent=_absent(features, at, column, True),
        categories=column.categories if kind == "category" else None,
        only=_only(known),
        missing_text=column.missing,
        whole_numbers=column.digits,
    )


def _absent(features: Features, at: int, column: ColumnSpec | None, is_read: bool) -> Absent:
    """Return what a value that is not there stands for.

    Parameters
    ----------
    features : Features
    at : int
        Position of the feature.
    column : ColumnSpec or None
        Its tensor; None where all features are a matrix.
    is_read : bool
        Whether the model reads it.
    """
    if not is_read:
        return "not read"
    holds_text = column is not None and column.holds_text
    if isinstance(features.rows, DictRows):
        if holds_text:
            return "unknown"
        return "missing" if features.rows.has_nan_for_absent else "zero"
    takes_nan = bool(np.broadcast_to(np.asarray(features.allows_nan), features.count)[at])
    known = next((each for each in features.known if each.feature == at), None)
    takes_nan &= known is None or None in (_only(known) or ())
    if column is not None and (column.is_read or column.digits or column.dtype in ("int32", "bool", "truth")):
        takes_nan &= holds_text and not column.digits
    return "missing" if takes_nan else "refused"


def _only(known: Known | None) -> tuple[str | float | None, ...] | None:
    """Return the values that a feature may have: text is kept with sentinels for what is no text."""
    if known is None:
        return None
    values = (None if value == NAN else value for value in known.values)
    return tuple(value for value in values if not (isinstance(value, str) and value.startswith(RESERVED)))
