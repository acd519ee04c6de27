"""Sparse codes of rows in a dictionary of atoms (:mod:`sklearn.decomposition._dict_learning`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.component_weights import invisible_weight_error
from skl2tflite.numerics.sparse_coding.dependence import parallel_atoms
from skl2tflite.numerics.sparse_coding.descent import STOPPING_RULE, CoordinateDescent
from skl2tflite.numerics.sparse_coding.least_angle import LeastAngle
from skl2tflite.numerics.sparse_coding.pursuit import MatchingPursuit

ITERATIVE_CODE_ERROR = 1e-5
"""Tolerance of codes that are computed by many iterations, as a fraction of their scale."""


@converts(sk.SparseCoder, sk.DictionaryLearning, sk.MiniBatchDictionaryLearning)
class SparseCodingConverter(TransformerConverter):
    """Codes by soft thresholds, matching pursuit, coordinate descent or least angle regression."""

    def check(self) -> None:
        est = self.estimator
        algorithm = est.transform_algorithm
        if algorithm in ("omp", "lars") and est.positive_code:
            instead = "use transform_algorithm='threshold', 'lasso_cd' or 'lasso_lars'"
            raise self.refuse(f"scikit-learn has no positive codes by {algorithm!r}", instead)
        if algorithm == "lasso_cd" and est.positive_code and self.penalty == 0 and not STOPPING_RULE.least_squares:
            what = "without a penalty, where scikit-learn below 1.9 stops depends on rounding"
            raise self.refuse(what, "use a greater transform_alpha")
        if algorithm == "omp" and self.count > len(self.dictionary):
            raise self.refuse(f"'omp' takes {self.count} of {len(self.dictionary)} atoms", "take fewer")
        if algorithm == "lars" and min(self.count, len(self.dictionary)) > (rank := self.rank):
            what = f"after {rank} steps by 'lars' scikit-learn divides by what rounding leaves of {rank} dimensions"
            raise self.refuse(what, f"use transform_n_nonzero_coefs={rank} or less")
        pair = parallel_atoms(self.dictionary) if algorithm in ("omp", "lars", "lasso_lars") else None
        if pair is not None:  # which of them scikit-learn takes, and all that follows, depends on rounding
            what = f"atoms {pair[0]} and {pair[1]} of the dictionary are too nearly parallel for {algorithm!r}"
            raise self.refuse(what, "leave one out, or use transform_algorithm='lasso_cd'")

    @property
    def tolerance(self) -> float:  # type: ignore[override]
        """Greatest error of codes that counts as rounding.

        Coordinate descent and least angle regression solve linear systems of the atoms' products step by step, and the
        rounding of each step grows with the condition of the system: 7e-6 of the codes' scale was measured (40 images
        of digits as atoms). In coordinate descent a row stops once a pass moves it by less than scikit-learn's own
        tolerance, and may take one pass more or less; from scikit-learn 1.8 on that is below float32's resolution.
        """
        match self.estimator.transform_algorithm:
            case "lasso_cd":
                return max(ITERATIVE_CODE_ERROR, 3.0 * STOPPING_RULE.tol)
            case "lars" | "lasso_lars":
                return ITERATIVE_CODE_ERROR
        return super().tolerance

    @property
    def n_features(self) -> int:
        """Number of columns, which is that of the atoms: ``SparseCoder`` may never have been fitted."""
        return int(self.dictionary.shape[1])

    @property
    def dictionary(self) -> NDArray[np.float64]:
        """The atoms, of shape (n_components, n_features)."""
        est = self.estimator
        atoms = est.dictionary if isinstance(est, sk.SparseCoder) else est.components_
        return np.asarray(atoms, dtype=np.float64)

    @property
    def rank(self) -> int:
        """Number of dimensions that the atoms span."""
        return int(np.linalg.matrix_rank(self.dictionary))

    @property
    def count(self) -> int:
        """Number of atoms that matching pursuit takes, or of steps in least angle regression."""
        count = self.estimator.transform_n_nonzero_coefs
        n_components, n_features = self.dictionary.shape
        return int(min(max(n_features / 10, 1), n_components) if count is None else count)

    @property
    def penalty(self) -> float:
        """Factor of the sum of the coefficients' magnitudes; with ``"threshold"``, what a product must exceed."""
        alpha = self.estimator.transform_alpha
        return float(getattr(self.estimator, "alpha", 1.0) if alpha is None else alpha)

    @property
    def coder(self) -> Callable[[Array], Array]:
        """Function that computes the codes of rows, by the estimator's ``transform_algorithm``."""
        est, atoms = self.estimator, self.dictionary
        if est.transform_algorithm == "threshold":
            return self._thresholded
        if est.transform_algorithm == "omp":
            return MatchingPursuit(atoms, self.count)
        mean = self.penalty / atoms.shape[1]  # scikit-learn's Lasso takes the mean over features
        max_iter, positive = int(est.transform_max_iter), bool(est.positive_code)
        if est.transform_algorithm == "lasso_cd":
            return CoordinateDescent(atoms, mean * atoms.shape[1], max_iter, positive)
        if est.transform_algorithm == "lasso_lars":
            return LeastAngle(atoms, mean, max_iter, lasso=True, positive=positive)
        return LeastAngle(atoms, 0.0, self.count, lasso=False, positive=False)

    def transform(self, X: Array) -> Array:
        code = self.coder(X)
        if self.estimator.positive_code:
            code = xp.relu(code)  # in float32, a path may end slightly below 0
        return xp.concat([xp.relu(code), xp.relu(-code)], axis=1) if self.estimator.split_sign else code

    @property
    def parts(self) -> NDArray[np.float64]:
        """Vectors that the columns of a code are weights of: the atoms and, with ``split_sign``, their opposites."""
        atoms = self.dictionary
        return np.vstack([atoms, -atoms]) if self.estimator.split_sign else atoms

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """Change of a code that is so small that the weighted sum of the atoms stays the same in float32."""
        return invisible_weight_error(answer, self.parts) if method == "transform" else 0.0

    def inverse_transform(self, X: Array) -> Array:
        return xp.linear(X, self.parts)

    def _thresholded(self, X: Array) -> Array:
        products, threshold = xp.linear(X, self.dictionary.T), self.penalty
        above = xp.relu(products - threshold)
        return above if self.estimator.positive_code else above - xp.relu(-products - threshold)
