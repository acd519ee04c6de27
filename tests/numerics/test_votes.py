"""Votes of pairs of classes, and what decides between equal ones."""

from __future__ import annotations

import numpy as np

from skl2tflite.numerics.votes import most_voted, votes_with_confidences


def test_confidences_decide_however_large_they_are() -> None:
    """``c / (3 (|c| + 1))`` of 1e8 and of 2e8 is the same number in float32, and not in float64."""
    votes = np.ones((1, 3), dtype=np.float32)
    confidences = np.array([[1e8, 2e8, -3e8]], dtype=np.float32)
    assert np.argmax(votes_with_confidences(votes.astype(float), confidences.astype(float))) == 1
    assert np.argmax(votes_with_confidences(votes, confidences)) == 0
    np.testing.assert_array_equal(most_voted(votes, confidences), [1])


def test_votes_count_more_than_confidences() -> None:
    votes = np.array([[0.0, 2.0, 1.0], [1.0, 2.0, 2.0]])
    confidences = np.array([[9.0, -9.0, 0.0], [9.0, -9.0, -8.0]])
    np.testing.assert_array_equal(most_voted(votes, confidences), [1, 2])
    np.testing.assert_array_equal(np.argmax(votes_with_confidences(votes, confidences), axis=1), [1, 2])
