"""Rows as an app fills them in, one value for each feature, as what the input tensors hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from skl2tflite.features.features import Features
from skl2tflite.features.matrix import as_matrix
from skl2tflite.features.rows.dicts import DictRows
from skl2tflite.features.tensor_names import INPUT_NAME
from skl2tflite.features.texts import Rows
from skl2tflite.stored import Scalar

Row: TypeAlias = Sequence[Scalar]
"""A value for each feature, None for one that is missing, or that the row lacks."""


def can_be_filled(features: Features) -> bool:
    """Whether a row is one value for each feature: not where it is an image, a set, or sparse in a way that tells."""
    whole = not features.rows.undivided and not features.rows.unbounded
    return whole and not features.absent_is_nan and features.only != "sparse"


def filled(features: Features, rows: Sequence[Row]) -> dict[str, Rows]:
    """Return rows as what the input tensors hold.

    Raises
    ------
    InvalidInputError
        Where scikit-learn would refuse a value, or a tensor cannot hold it.
    """
    if isinstance(features.rows, DictRows):
        names = [column.name for column in features.columns or ()]
        places = [column.feature for column in features.columns or ()]
        dicts = [{n: row[i] for n, i in zip(names, places, strict=True) if row[i] is not None} for row in rows]
        return features.rows.tensors(dicts, features)
    if features.columns is None:
        read = range(features.count) if features.read is None else features.read
        numbers = np.zeros((len(rows), features.count))
        for i in read:
            numbers[:, i] = [np.nan if row[i] is None else row[i] for row in rows]
        plain = replace(features, readings=(), only=None, tells_stored_zeros=False)
        return {INPUT_NAME: as_matrix(numbers, plain)}
    found: dict[str, Rows] = {}
    for column in features.columns:
        cells = [row[column.feature] for row in rows]
        if column.is_read:
            found[column.name] = column.texts(cells)
        else:
            held = np.array([*(np.nan if cell is None else cell for cell in cells), None], dtype=object)[:-1]
            found[column.name] = features.column_tensor(column, held)
    return found
