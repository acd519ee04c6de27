"""The columns of a table of rows, found and checked as scikit-learn does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import as_cells, columns_of, frame_names, is_frame, quoted
from skl2tflite.features.schema import FeatureSchema


def column_places(X: Any, schema: FeatureSchema) -> dict[int, int]:
    """Return where each feature stands among the columns of rows.

    Raises
    ------
    InvalidInputError
        Where columns are missing, unknown, or in another order than they must be.
    """
    if is_frame(X):
        names = frame_names(X)
        check_names(names, schema)
        if schema.names is not None and schema.needed is not None:
            at = {name: i for i, name in reversed(list(enumerate(names)))}
            return {feature: at[name] for feature, name in enumerate(schema.names) if name in at}
        shape: tuple[int, ...] = (0, len(names))
    else:
        shape = np.shape(as_cells(X))
    check_shape(shape, schema.count)
    return {feature: feature for feature in range(schema.count)}


def check_shape(shape: tuple[int, ...], count: int) -> None:
    """Raise where an array of rows is not one of shape (n_rows, count)."""
    if len(shape) != 2:
        raise InvalidInputError(
            f"X has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}, expected rows of {count} features; "
            f"use X.reshape({'-1, 1) for a single feature' if count == 1 else '1, -1) for a single row'}"
        )
    if shape[1] != count:
        raise InvalidInputError(f"X has {shape[1]} features, but the model takes {count}")


def check_names(names: Sequence[str], schema: FeatureSchema) -> None:
    """Raise where a DataFrame's columns are not those that the estimator was fitted on."""
    if schema.names is None or tuple(names) == schema.names:
        return
    if schema.needed is not None:
        missing = [schema.names[feature] for feature in schema.needed if schema.names[feature] not in names]
        if missing:
            raise InvalidInputError(f"columns are missing that the model was fitted on: {quoted(missing)}")
        if len(set(names)) < len(names):
            known, needed = Counter(names), [schema.names[feature] for feature in schema.needed]
            if several := [name for name in needed if known[name] > 1]:
                raise InvalidInputError(f"X has several columns of one name: {quoted(several)}; leave one of each")
        return
    missing = [name for name in schema.names if name not in names]
    extra = [name for name in names if name not in schema.names]
    if missing or extra:
        details = [f"{quoted(missing)} missing"] * bool(missing)
        details += [f"{quoted(extra)} unknown"] * bool(extra)
        raise InvalidInputError("columns differ from those the model was fitted on: " + "; ".join(details))
    raise InvalidInputError(
        f"columns are in another order than when the model was fitted; use X[{list(schema.names)!r}]"
    )


def check_categoricals(X: Any, places: Mapping[int, int], schema: FeatureSchema) -> None:
    """Raise where a column is a categorical that must not be, or is none though it must be.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, n_columns)
    places : mapping of int to int
        Where each feature stands among the columns.
    schema : FeatureSchema
    """
    if not schema.readings:
        return
    single = {reading.feature: reading for reading in schema.readings if reading.feature is not None}
    others = next((reading for reading in schema.readings if reading.feature is None), None)
    if not is_frame(X):
        for feature, reading in single.items():
            reading.check_array(schema.describe(feature))
        return
    for feature, column in zip(places, columns_of(X, places.values()), strict=True):
        found = single.get(feature, others)
        if found is not None:
            found.check(column, schema.describe(feature))
