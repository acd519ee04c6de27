"""Sparse codes in a dictionary (:mod:`sklearn.decomposition._dict_learning`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

EPSILON = float(np.finfo(np.float64).eps)
MOST_ATOMS = 12
"""Greatest number of atoms chosen by matching pursuit: a step for each, unrolled, and longer each time."""


def solve_positive(matrix: Array, right: Array, size: int) -> tuple[Array, Array]:
    """Solve small systems, one for each row, by elimination without pivoting: they are positive definite.

    Parameters
    ----------
    matrix : array of shape (n_rows, size, size)
    right : array of shape (n_rows, size)
    size : int

    Returns
    -------
    solution : array of shape (n_rows, size)
    pivot : array of shape (n_rows,)
        The last one: what the last column has that the others do not explain.
    """
    system = xp.concat([matrix, xp.expand_dims(right, 2)], axis=2)
    pivot = system[:, 0, 0]
    for j in range(size):
        pivot = system[:, j, j]
        row = system[:, j : j + 1, :] / system[:, j : j + 1, j : j + 1]
        below = system - system[:, :, j : j + 1] * row
        system = xp.where(np.arange(size)[:, np.newaxis] == j, row, below)
    return system[:, :, size], pivot


@converts(sk.SparseCoder, sk.DictionaryLearning, sk.MiniBatchDictionaryLearning)
class SparseCodingConverter(TransformerConverter):
    """Codes by soft thresholds, or by a fixed number of steps of orthogonal matching pursuit."""

    def check(self) -> None:
        est = self.estimator
        algorithm = est.transform_algorithm
        instead = "use transform_algorithm='omp' or 'threshold'"
        if algorithm not in ("omp", "threshold"):
            way = (
                "stops, for each row apart, once a duality gap is below 1e-4, and its codes hang on where"
                if algorithm == "lasso_cd"
                else "follows a path of unknown length for each row"
            )
            raise self.refuse(f"transform_algorithm={algorithm!r} {way}", instead)
        if algorithm == "omp" and est.positive_code:
            raise self.refuse("scikit-learn has no positive codes by 'omp'", "use transform_algorithm='threshold'")
        if algorithm == "omp" and self.atoms > MOST_ATOMS:
            raise self.refuse(f"{self.atoms} atoms by 'omp' make too long a graph", f"use {MOST_ATOMS} or fewer")

    @property
    def dictionary(self) -> NDArray[np.float64]:
        """The atoms, of shape (n_components, n_features)."""
        est = self.estimator
        atoms = est.dictionary if isinstance(est, sk.SparseCoder) else est.components_
        return np.asarray(atoms, dtype=np.float64)

    @property
    def atoms(self) -> int:
        """How many atoms matching pursuit takes."""
        count = self.estimator.transform_n_nonzero_coefs
        n_components, n_features = self.dictionary.shape
        return int(min(max(n_features / 10, 1), n_components) if count is None else count)

    @property
    def threshold(self) -> float:
        """What the absolute value of a product must exceed."""
        alpha = self.estimator.transform_alpha
        return float(getattr(self.estimator, "alpha", 1.0) if alpha is None else alpha)

    def transform(self, X: Array) -> Array:
        est = self.estimator
        code = self._pursued(X) if est.transform_algorithm == "omp" else self._thresholded(X)
        return xp.concat([xp.relu(code), xp.relu(-code)], axis=1) if est.split_sign else code

    def inverse_transform(self, X: Array) -> Array:
        atoms = self.dictionary
        return xp.linear(X, np.vstack([atoms, -atoms]) if self.estimator.split_sign else atoms)

    def _thresholded(self, X: Array) -> Array:
        products, threshold = xp.linear(X, self.dictionary.T), self.threshold
        above = xp.relu(products - threshold)
        return above if self.estimator.positive_code else above - xp.relu(-products - threshold)

    def _pursued(self, X: Array) -> Array:
        """Take the atom nearest to what is left, fit all taken ones anew, so many times (``_gram_omp``).

        A row stops early where nothing is left, or its next atom is one it has or made of those.
        """
        atoms = self.dictionary
        gram = atoms @ atoms.T
        products = xp.linear(X, atoms.T)
        taken: list[Array] = []
        code: Any = xp.broadcast_rows(np.zeros(len(atoms)), X)
        left, going = products, xp.astype(products[:, :1] * 0.0 + 1.0, bool)
        for size in range(1, self.atoms + 1):
            atom = xp.one_hot(xp.argmax(xp.abs(left), axis=1), len(atoms))
            chosen = xp.stack([*taken, atom], axis=1)
            grams = xp.linear(chosen, gram)
            weights, pivot = solve_positive(
                xp.matmul(grams, xp.matrix_transpose(chosen)),
                xp.sum(chosen * xp.expand_dims(products, 1), axis=2),
                size,
            )
            new = xp.logical_and(
                xp.greater_equal(xp.sum(xp.square(left * atom), axis=1, keepdims=True), EPSILON),
                xp.greater(xp.expand_dims(pivot, 1), EPSILON),
            )
            for other in taken:
                new = xp.logical_and(new, xp.equal(xp.sum(atom * other, axis=1, keepdims=True), 0.0))
            going = xp.logical_and(going, new)
            code = xp.where(going, xp.sum(chosen * xp.expand_dims(weights, 2), axis=1), code)
            taken.append(atom)
            left = products - xp.linear(code, gram)
        return code  # type: ignore[no-any-return]
