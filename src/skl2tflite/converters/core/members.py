"""Functions of meta-estimators' converters on the converters of their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import tree as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def needed_of(members: Sequence[Converter]) -> tuple[int, ...] | None:
    """Return the columns that some member needs; None (all), where a member does not select columns by name."""
    needed = [member.needed_columns for member in members]
    known = [columns for columns in needed if columns is not None]
    return tuple(sorted({i for columns in known for i in columns})) if known and len(known) == len(needed) else None


def check_in_front(members: Iterable[Converter]) -> None:
    """Refuse transformers whose results do not have rows on the first axis, as the next step needs."""
    for member in members:
        if "transform" in member.rows_second:
            raise member.refuse("transform gives rows on the second axis", "use it by itself, or set flatten_transform")


def nan_of(members: Sequence[Converter], clean: bool) -> bool | NDArray[np.bool_]:
    """Return the columns in which every member takes NaN."""
    allowed = [np.asarray(member.nan_columns(clean)) for member in members]
    if not any(each.ndim for each in allowed):
        return all(bool(each) for each in allowed)
    return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*allowed)))


_TREES = (sk.DecisionTreeClassifier, sk.ExtraTreeClassifier, sk.DecisionTreeRegressor, sk.ExtraTreeRegressor)


def are_trees(members: Sequence[Any]) -> bool:
    """Return whether all members are decision trees, which one forest can hold."""
    return all(type(member) in _TREES for member in members)


def one_column(member: Converter, method: str, X: Array) -> Array:
    """Return a member's result as one column: of probabilities of two classes, those of the second.

    Parameters
    ----------
    member : Converter
    method : str
    X : array of shape (n_rows, n_features)

    Raises
    ------
    UnsupportedEstimatorError
        Where it has more columns, as a member that was fitted before on other targets than the ensemble's.
    """
    answer = member.method(method)(X)
    if not isinstance(answer, list | tuple):
        columns = answer.shape[1] if answer.ndim == 2 else None
        if method in ("predict_proba", "predict_log_proba"):
            if columns == 2:
                return answer[:, 1]  # type: ignore[no-any-return]
        elif answer.ndim == 1 or columns == 1:
            return xp.reshape(answer, (-1,)) if columns else answer
    raise member.refuse(f"{method} gives several columns, and its ensemble takes one of each member")


def positions_in(classes: ArrayLike, member: Converter, X: Array) -> Array:
    """Return the positions in sorted ``classes`` of the labels that a member predicts.

    A member may have seen fewer classes than the ensemble.

    Parameters
    ----------
    classes : array_like of shape (n_classes,)
        Sorted labels of the ensemble.
    member : Converter
    X : array of shape (n_rows, n_features)
    """
    positions: Array = member.method("predict")(X)
    labels = member.labels("predict")
    if labels is None:
        raise member.refuse("predicts numbers where the ensemble needs labels", "use a classifier")
    place = np.searchsorted(np.asarray(classes), labels[0])
    return positions if np.array_equal(place, np.arange(len(place))) else xp.take(place, positions)


def label_values(member: Converter, X: Array) -> Array:
    """Return a member's predictions as numbers, a classifier's labels included."""
    predictions: Array = member.method("predict")(X)
    labels = member.labels("predict")
    if labels is None:
        return predictions
    if any(np.asarray(classes).dtype.kind not in "iufb" for classes in labels):
        raise member.refuse("predicts labels that are not numbers, which the ensemble computes with")
    if predictions.ndim == 1:
        return xp.take(labels[0], predictions)
    return xp.stack([xp.take(classes, predictions[:, i]) for i, classes in enumerate(labels)], axis=1)
