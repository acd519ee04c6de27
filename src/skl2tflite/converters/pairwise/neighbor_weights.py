"""Weights of neighbours: the inverse of the distance, or a function of the user's (``weights=callable``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.graph import Array, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows
from skl2tflite.tracing.user_functions import recorded_of

INSTEAD = "write it with NumPy's functions of arrays, or use weights='uniform' or 'distance'"
INSTEAD_WITHIN = (
    "make each weight of its own distance, with NumPy's functions of arrays, row by row into an array of objects, "
    "out[i] = f(distances[i]), or use weights='uniform' or 'distance'"
)

LEAST_WEIGHT = 2.0**-100
"""Weight of the neighbour that weighs most below which float32 has too few digits of the weights."""


def inverse_distances(distances: Array) -> Array:
    """Return weights ``1 / distance``; in rows with distances of 0, these weigh 1 and all others 0."""
    zero = distances == 0.0
    return xp.where(
        xp.any(zero, axis=1, keepdims=True),
        xp.astype(zero, float),
        1.0 / xp.where(zero, 1.0, distances),
    )


def recorded_weights(converter: Converter, distances: Array) -> Array:
    """Record the user's function of the distances of the nearest neighbours; it returns one weight for each.

    Parameters
    ----------
    converter : Converter
        Of an estimator whose ``weights`` is a function.
    distances : array of shape (n_rows, n_neighbors)
    """
    function = converter.estimator.weights
    if not isinstance(distances, Tensor):
        return np.asarray(function(np.array(distances)), dtype=np.float64)
    result = recorded_of(converter, "weights", function, distances, instead=INSTEAD)
    if not isinstance(result, Tensor) or result.shape != distances.shape:
        raise converter.refuse("weights does not give one weight for each distance", INSTEAD)
    return xp.astype(result, float)


def recorded_weights_within(converter: Converter, distances: Array) -> Array:
    """Record the user's function for neighbours within a radius; it is called with the distances of all points.

    scikit-learn calls it with an array of arrays: the distances of each row's neighbours within the radius. A file
    computes the weights of all points and drops those beyond the radius, so that each weight must depend on its own
    distance only.

    Parameters
    ----------
    converter : Converter
        Of an estimator whose ``weights`` is a function.
    distances : array of shape (n_rows, n_points)
    """
    call = _of_rows(converter.estimator.weights)
    if not isinstance(distances, Tensor):
        return np.asarray(call(np.array(distances)), dtype=np.float64)
    result = recorded_of(converter, "weights", call, distances, instead=INSTEAD_WITHIN)
    if not isinstance(result, Tensor) or not is_elementwise(distances, result):
        raise converter.refuse(
            "weights computes a neighbour's weight from other neighbours' distances too, and a file calls it with "
            "the distances of all points",
            INSTEAD_WITHIN,
        )
    return xp.astype(result, float)


def too_light(weights: Array, distances: Array) -> Array | None:
    """Return the rows whose weights are so small that float32 has lost them, None where no weights can be.

    Far from all fitted rows ``exp(-distance)`` is 0 in float32, though not in float64. Other functions do not come as
    low: what they weigh by 0 weighs nothing.

    Parameters
    ----------
    weights : array of shape (n_rows, n_neighbors)
        What a function made of the distances.
    distances : array of shape (n_rows, n_neighbors)

    Returns
    -------
    array of bool, of shape (n_rows,), or None
    """
    if (
        not isinstance(weights, Tensor)
        or not isinstance(distances, Tensor)
        or not _has_exponentials(distances, weights)
    ):
        return None
    return xp.max(xp.abs(weights), axis=1) < LEAST_WEIGHT


def refuse_too_light(converter: Converter, weights: Array, distances: Array, among: Array | None = None) -> None:
    """Refuse the rows whose weights float32 has lost.

    Parameters
    ----------
    converter : Converter
    weights, distances : array of shape (n_rows, n_neighbors)
    among : array of bool, of shape (n_rows,), optional
        The rows that need the weights; by default all.
    """
    light = too_light(weights, distances)
    if light is not None:
        refuse_rows(
            light if among is None else light & among,
            f"{converter.path} weighs all neighbours by 0, or by less than float32 has digits for; use weights that do "
            "not fall as fast, or rows nearer to those that it was fitted on",
            gives_nan=True,
        )


def _has_exponentials(distances: Tensor, weights: Tensor) -> bool:
    """Whether weights are made of distances by exponentials or powers."""
    seen, left = {distances}, [weights]
    while left:
        tensor = left.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        if isinstance(tensor.node.op, ops.Exp | ops.Power):
            return True
        left += tensor.node.inputs
    return False


def _of_rows(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of a matrix of distances that calls a function of an array of arrays, one for each row."""

    @wraps(function)
    def call(distances: Any) -> Any:
        recording = not isinstance(distances, np.ndarray)
        rows = _objects([distances] if recording else list(distances))
        weights = function(rows)
        return weights[0] if recording else np.stack(list(weights))

    return call


def _objects(rows: list[Any]) -> NDArray[Any]:
    """Return an array of arrays, also if all rows have the same length."""
    objects = np.ndarray(len(rows), dtype=object)
    for i, row in enumerate(rows):
        objects[i] = row
    return objects


def is_elementwise(X: Tensor, result: Tensor) -> bool:
    """Whether each element of a recorded result is the same function of the element of X at the same place."""
    seen, left = {X}, [result]
    while left:
        tensor = left.pop()
        if tensor in seen or (tensor.constant is not None and tensor.constant.size == 1):
            continue
        seen.add(tensor)
        of_elements = isinstance(tensor.node.op, ops.Unary | ops.Binary | ops.Where | ops.Cast)
        if not of_elements or tensor.shape != X.shape:
            return False
        left += tensor.node.inputs
    return True
