"""The estimator's other answers to the same rows, of which any may be the one that a file is held to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import EstimatorError
from skl2tflite.verify.answers import answer_of, beside, dense, precise_answer
from skl2tflite.verify.comparison import Question
from skl2tflite.verify.differences import Pairs, any_beyond, nearer, of_a_kind


def with_other_references(asked: Question, pairs: Pairs) -> tuple[Pairs, NDArray[np.bool_]]:
    """Return the pairs with another right answer where the file gives that, and which rows still differ.

    In turn: the same numbers in float64, the rows as they were given, where they had to be rounded, each row alone,
    and what a converter says is as right.
    """
    method, tolerance = asked.method, asked.tolerance
    wrong = any_beyond(pairs, tolerance, method)
    if not wrong.any():
        return pairs, wrong
    rounded = asked.kind.reference(asked.X, asked.model.facts.features_of(method).holds_integers)
    as_given = asked.reference == "as given"
    precise = precise_answer(asked.estimator, method, asked.kind.given(asked.X) if as_given else rounded)
    if precise is not None:
        answers = [dense(answer) for answer in (precise if isinstance(precise, list) else [precise])]
        pairs = [
            (nearer(want, answer, got, tolerance, method), got)
            for (want, got), answer in zip(pairs, answers, strict=True)
        ]
        wrong = any_beyond(pairs, tolerance, method)
    if wrong.any() and not as_given:
        pairs = _as_given(asked, pairs)
        wrong = any_beyond(pairs, tolerance, method)
    if wrong.any() and asked.model.facts.target == "micro":
        pairs = _alone(asked, np.flatnonzero(wrong), pairs)
        wrong = any_beyond(pairs, tolerance, method)
    rounded = rounded.toarray() if hasattr(rounded, "toarray") else rounded
    if wrong.any() and isinstance(rounded, np.ndarray) and len(rounded) == len(wrong):
        both = [(want[wrong], got[wrong]) for want, got in pairs]
        right = np.zeros_like(wrong)
        right[wrong] = asked.converter.equally_right(method, rounded[wrong], both, tolerance)
        pairs, wrong = _given(pairs, [got for _, got in pairs], right), wrong & ~right
    return pairs, wrong


def _given(pairs: Pairs, answers: Sequence[NDArray[Any]], rows: NDArray[np.bool_]) -> Pairs:
    """Return the pairs with other right answers in some rows."""
    return [
        (np.where(rows.reshape(-1, *[1] * (want.ndim - 1)), answer, want), got)
        for (want, got), answer in zip(pairs, answers, strict=True)
    ]


def _as_given(asked: Question, pairs: Pairs) -> Pairs:
    """Return the pairs with what the estimator answers for the rows before rounding, where the file gives that.

    So it does for numbers that are categories, as 0.1: rounded, scikit-learn would not know them.
    """
    try:
        answer = answer_of(asked.estimator, asked.method, asked.kind.given(asked.X))
    except EstimatorError:
        return pairs
    answers = answer if isinstance(answer, list) else [answer]
    exact = [(beside(want, got), got) for want, (_, got) in zip(answers, pairs, strict=True)]
    if any(want.shape != got.shape or not of_a_kind(want.dtype, got.dtype) for want, got in exact):
        return pairs
    right = ~any_beyond(exact, asked.tolerance, asked.method)
    return _given(pairs, [given for given, _ in exact], right)


def _alone(asked: Question, suspects: NDArray[np.intp], pairs: Pairs) -> Pairs:
    """Return the pairs with what the estimator answers for each suspect row alone, as a file for one row does.

    That differs from its answer in a batch where it looks at the whole of it, as NMF does to stop.
    """
    rows = asked.kind.given(asked.X) if asked.reference == "as given" else asked.kind.reference(asked.X)
    rows = rows.tocsr() if hasattr(rows, "tocsr") else rows  # not every sparse format can be sliced
    wants = [want.copy() for want, _ in pairs]
    for row in suspects if isinstance(rows, np.ndarray) or hasattr(rows, "toarray") else ():
        given = row // asked.each
        answer = precise_answer(asked.estimator, asked.method, rows[given : given + 1])
        if answer is not None:
            for want, one in zip(wants, answer if isinstance(answer, list) else [answer], strict=True):
                want[row] = dense(one)[row % asked.each]
    return [(want, got) for want, (_, got) in zip(wants, pairs, strict=True)]
