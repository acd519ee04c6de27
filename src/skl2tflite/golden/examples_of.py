"""The examples that a file holds: typical values, ranges, and golden rows on which the file was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.choices import Golden
from skl2tflite.errors import InvalidInputError
from skl2tflite.examples import Examples, agree, as_values, with_rows
from skl2tflite.features import Features, reading, row_count
from skl2tflite.features.filled import can_be_filled, filled
from skl2tflite.golden.answers import answers_of, size_of
from skl2tflite.golden.rows import FEWEST, MOST, columns, given_rows, made_rows, sample_of
from skl2tflite.model import TFLiteModel
from skl2tflite.plan import Plan

MOST_FEATURES = 1024
"""Features of a file that holds golden rows."""
MOST_RANGES = 128
"""Features of a file that holds the range of each."""
MOST_VALUES = 400
"""Values that golden rows have together, and answers of one method, unless there is only one row."""
_ROOM = 0.5
"""Share of the tolerance that may be used up here."""


def examples_of(planned: Plan, X: Any, how: Golden) -> Examples | None:
    """Return typical values, ranges and golden rows of a model; None where rows are not made of values, or too few.

    Parameters
    ----------
    planned : Plan
    X : array-like or DataFrame of shape (n_rows, n_features)
        Rows given to ``convert``.
    how : {"made", "rows"}
    """
    features = planned.features
    if not can_be_filled(features) or features.count > MOST_FEATURES:
        return None
    with reading(X):
        if how == "made" and row_count(X) < FEWEST:
            return None
        drawn = columns(sample_of(X), features, planned.converter)
        most = max(1, min(MOST, MOST_VALUES // max(1, features.count)))
        tried = made_rows(drawn, most, X, features) if how == "made" else (given_rows(X, features, most),)
    typical = tuple(column.typical for column in drawn)
    ranges = tuple(column.range for column in drawn) if features.count <= MOST_RANGES else ()
    contract = planned.converter.contract
    empty = Examples((), {}, contract.tolerance, typical, ranges if any(ranges) else (), how == "made")
    answered = (_answered(replace(empty, rows=tuple(map(tuple, rows))), planned) for rows in tried)
    return next((examples for examples in answered if examples.rows), empty)


def _answered(examples: Examples, planned: Plan) -> Examples:
    """Return the examples with the answers, without rows that the model does not take, or has no answer for."""
    features = planned.features
    examples = with_rows(examples, [_is_taken(features, row) for row in examples.rows])
    if not examples.rows:
        return examples
    tensors = filled(features, examples.rows)
    answers: dict[str, Mapping[str, NDArray[Any]]] = {}
    kept = np.ones(len(examples.rows), dtype=bool)
    for method, graph in planned.graphs.items():
        info, size = planned.traced[method].output, size_of(graph)
        if method == "inverse_transform" or not size or size * len(examples.rows) > max(MOST_VALUES, size):
            continue
        answers[method] = answers_of(method, graph, tensors)
        kept &= ~info.without_answer(answers[method])
        for values in answers[method].values():
            kept &= ~np.isinf(values).any(axis=1)
    return with_rows(replace(examples, answers=answers), kept if answers else np.zeros_like(kept))


def _is_taken(features: Features, row: Any) -> bool:
    try:
        filled(features, [row])
    except InvalidInputError:
        return False
    return True


def checked(model: TFLiteModel, examples: Examples) -> Examples:
    """Return the examples without golden rows for which a model's file, run here, gives other answers.

    Where float32 loses more digits than usual, the tolerance is ten times as great.
    """
    if not examples.rows:
        return examples
    tensors = filled(model.facts.features, examples.rows)
    given = {m: {n: as_values(v) for n, v in model.run_tensors(m, tensors).items()} for m in examples.answers}
    fine = _agreeing(examples, given, examples.tolerance)
    if fine.all():
        return examples
    tolerance = float(f"{10 * examples.tolerance:g}")
    return replace(with_rows(examples, _agreeing(examples, given, tolerance)), tolerance=tolerance)


def _agreeing(
    examples: Examples, given: Mapping[str, Mapping[str, NDArray[Any]]], tolerance: float
) -> NDArray[np.bool_]:
    """Return which golden rows a file gives the answers of, with room for runtimes that round otherwise.

    Parameters
    ----------
    examples : Examples
    given : mapping of str to mapping of str to ndarray
        What the file gives.
    tolerance : float
    """
    fine = np.ones(len(examples.rows), dtype=bool)
    for method, outputs in examples.answers.items():
        for name, want in outputs.items():
            fine &= agree(method, want, given[method][name], tolerance * _ROOM)
    return fine
