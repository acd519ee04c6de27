"""Further answers of the estimator for the same rows: the answer of a file is right if it equals one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import EstimatorError
from skl2tflite.verify.answers import answer_of, beside, dense, precise_answer
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.differences import Pairs, any_beyond, nearer, of_a_kind


def with_other_references(comparison: Comparison, pairs: Pairs) -> tuple[Pairs, NDArray[np.bool_]]:
    """Return the pairs with another right answer where the file gives that, and which rows still differ.

    In turn: the same numbers in float64, the rows as they were given, where they had to be rounded, each row alone,
    and what a converter says is as right.
    """
    method, tolerance = comparison.method, comparison.tolerance
    wrong = any_beyond(pairs, tolerance, method)
    if not wrong.any():
        return pairs, wrong
    rounded = comparison.kind.reference(comparison.X, comparison.model.facts.features_of(method).holds_integers)
    as_given = comparison.reference == "as given"
    given = comparison.kind.given(comparison.X) if as_given else rounded
    precise = precise_answer(comparison.conversion, method, given)
    if precise is not None:
        answers = [dense(answer) for answer in (precise if isinstance(precise, list) else [precise])]
        pairs = [
            (nearer(want, answer, got, tolerance, method), got)
            for (want, got), answer in zip(pairs, answers, strict=True)
        ]
        wrong = any_beyond(pairs, tolerance, method)
    if wrong.any() and not as_given:
        pairs = _as_given(comparison, pairs)
        wrong = any_beyond(pairs, tolerance, method)
    batch = comparison.model.batch
    if wrong.any() and batch is not None:
        pairs = _in_calls(comparison, np.flatnonzero(wrong), pairs, batch)
        wrong = any_beyond(pairs, tolerance, method)
    rounded = rounded.toarray() if hasattr(rounded, "toarray") else rounded
    if wrong.any() and isinstance(rounded, np.ndarray) and len(rounded) == len(wrong):
        both = [(want[wrong], got[wrong]) for want, got in pairs]
        right = np.zeros_like(wrong)
        right[wrong] = comparison.converter.contract.is_equivalent(method, rounded[wrong], both, tolerance)
        pairs, wrong = _given(pairs, [got for _, got in pairs], right), wrong & ~right
    return pairs, wrong


def _given(pairs: Pairs, answers: Sequence[NDArray[Any]], rows: NDArray[np.bool_]) -> Pairs:
    """Return the pairs with other right answers in some rows.

    Parameters
    ----------
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
    answers : sequence of ndarray, each of shape (n_rows, ...)
        The other right answers, one for each output.
    rows : ndarray of bool, of shape (n_rows,)
        Where they are taken.
    """
    return [
        (np.where(rows.reshape(-1, *[1] * (want.ndim - 1)), answer, want), got)
        for (want, got), answer in zip(pairs, answers, strict=True)
    ]


def _as_given(comparison: Comparison, pairs: Pairs) -> Pairs:
    """Return the pairs with what the estimator answers for the rows before rounding, where the file gives that.

    So it does for numbers that are categories, as 0.1: rounded, scikit-learn would not know them.
    """
    try:
        answer = answer_of(comparison.conversion, comparison.method, comparison.kind.given(comparison.X))
    except EstimatorError:
        return pairs
    answers = answer if isinstance(answer, list) else [answer]
    exact = [(beside(want, got), got) for want, (_, got) in zip(answers, pairs, strict=True)]
    if any(want.shape != got.shape or not of_a_kind(want.dtype, got.dtype) for want, got in exact):
        return pairs
    right = ~any_beyond(exact, comparison.tolerance, comparison.method)
    return _given(pairs, [given for given, _ in exact], right)


def _in_calls(comparison: Comparison, suspects: NDArray[np.intp], pairs: Pairs, batch: int) -> Pairs:
    """Return the pairs with what the estimator answers for each suspect row among the rows of one call of the file.

    That differs from its answer for all rows at once where it looks at the whole of them, as NMF does to stop.

    Parameters
    ----------
    comparison : Comparison
    suspects : ndarray of int
        Rows that differ.
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
    batch : int
        Rows of each call.
    """
    kind, X = comparison.kind, comparison.X
    rows = kind.given(X) if comparison.reference == "as given" else kind.reference(X)
    rows = rows.tocsr() if hasattr(rows, "tocsr") else rows  # not every sparse format can be sliced
    wants = [want.copy() for want, _ in pairs]
    for row in suspects if isinstance(rows, np.ndarray) or hasattr(rows, "toarray") else ():
        given = row // comparison.each
        start = given - given % batch
        together = rows[np.minimum(np.arange(start, start + batch), rows.shape[0] - 1)]  # as FixedBatch fills it up
        answer = precise_answer(comparison.conversion, comparison.method, together)
        if answer is not None:
            for want, one in zip(wants, answer if isinstance(answer, list) else [answer], strict=True):
                want[row] = dense(one)[(given - start) * comparison.each + row % comparison.each]
    return [(want, got) for want, (_, got) in zip(wants, pairs, strict=True)]
