"""Feature maps that approximate kernels (:mod:`sklearn.kernel_approximation`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import kernel_approximation as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.rows_dtype import ComputesAsGiven
from skl2tflite.converters.pairwise.kernel_sums import check_kernel_rounding, estimator_kernel_product
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.range_reduction import phase_without_turns
from skl2tflite.numerics.sparse_products import dense
from skl2tflite.tracing.domain import refuse_below


@converts(sk.Nystroem)
class NystroemConverter(TransformerConverter):
    """``K(X, components_) @ normalization_.T``."""

    def check(self) -> None:
        est = self.estimator
        check_kernel_rounding(
            self, dense(est.components_), self._params, est.normalization_.T,
            instead="use fewer n_components, a larger gamma or scaled features",
        )  # fmt: skip

    def transform(self, X: Array) -> Array:
        est = self.estimator
        return estimator_kernel_product(self, X, dense(est.components_), self._params, est.normalization_.T)

    @property
    def _params(self) -> dict[str, Any]:
        """Parameters of the kernel that are given."""
        est = self.estimator
        given = {name: getattr(est, name) for name in ("gamma", "degree", "coef0") if getattr(est, name) is not None}
        return {**(est.kernel_params or {}), **given}


@converts(sk.RBFSampler)
class RBFSamplerConverter(TransformerConverter):
    """``cos(X @ random_weights_ + random_offset_) * sqrt(2 / n_components)``."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        return _random_features(X, est.random_weights_, est.random_offset_)


@converts(sk.SkewedChi2Sampler)
class SkewedChi2SamplerConverter(TransformerConverter):
    """Random features of ``log(X + skewedness)``."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        refuse_below(self.path, X, -float(est.skewedness), refuses_bound=True)
        return _random_features(xp.log(X + est.skewedness), est.random_weights_, est.random_offset_)


def _random_features(X: Array, weights: NDArray[np.float64], offset: NDArray[np.float64]) -> Array:
    """Return ``cos(X @ weights + offset) * sqrt(2 / n_components)``.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    weights : ndarray of shape (n_features, n_components)
    offset : ndarray of shape (n_components,)

    Returns
    -------
    array of shape (n_rows, n_components)
    """
    return xp.cos(phase_without_turns(X, weights, offset), accuracy="absolute") * float(np.sqrt(2.0 / len(offset)))


@converts(sk.AdditiveChi2Sampler)
class AdditiveChi2SamplerConverter(ComputesAsGiven, TransformerConverter):
    """Samples the kernel's spectrum at multiples of an interval; a value of 0 becomes zeros."""

    keeps_sparse = True

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """Entries that the sparse matrix holds: those of X in every block of columns, as a sine may be 0."""
        return lambda: xp.concat([X.present] * (2 * self.estimator.sample_steps - 1), axis=1)

    def check(self) -> None:
        if self.estimator.sample_interval is None and self.estimator.sample_steps not in (1, 2, 3):
            raise self.refuse("sample_steps needs a sample_interval, as there is a default only up to 3")

    def transform(self, X: Array) -> Array:
        est = self.estimator
        refuse_below(self.path, X)
        interval = est.sample_interval
        if interval is None:
            interval = {1: 0.8, 2: 0.5, 3: 0.4}[est.sample_steps]
        is_zero = X == 0
        values = xp.where(is_zero, 1.0, X)
        logs, roots = xp.log(values), xp.sqrt(values)
        columns = [roots * np.sqrt(interval)]
        for j in range(1, est.sample_steps):
            factor = roots * np.sqrt(2.0 * interval / np.cosh(np.pi * j * interval))
            angle = logs * (j * interval)
            columns += [factor * xp.cos(angle, accuracy="absolute"), factor * xp.sin(angle, accuracy="absolute")]
        return xp.concat([xp.where(is_zero, 0.0, column) for column in columns], axis=1)


@converts(sk.PolynomialCountSketch)
class PolynomialCountSketchConverter(TransformerConverter):
    """Circular convolution of count sketches, as the product of their Fourier transforms.

    The transforms are constant matrices, so that the transform of every sketch is one linear layer of the features. As
    sketches are real, half of the frequencies are enough.
    """

    def transform(self, X: Array) -> Array:
        est = self.estimator
        size = est.n_components
        sketches = [self._sketch(d) for d in range(est.degree)]
        if est.degree == 1:
            return xp.linear(X, sketches[0][:-1], sketches[0][-1])
        real, imaginary = self._transformed(X, sketches[0])
        for sketch in sketches[1:]:
            c, d = self._transformed(X, sketch)
            real, imaginary = real * c - imaginary * d, real * d + imaginary * c
        # The inverse transform of half a spectrum, as a matrix: each row is the transform of a unit vector.
        units = np.eye(size // 2 + 1)
        inverse = np.vstack([np.fft.irfft(units, n=size), np.fft.irfft(1j * units, n=size)])
        # Columns that no combination of features reaches are exactly 0, without the rounding of the transforms.
        reached = np.fft.rfft([np.any(sketch != 0, axis=0) for sketch in sketches], axis=1)
        inverse[:, np.fft.irfft(np.prod(reached, axis=0), n=size) < 0.5] = 0.0
        return xp.linear(xp.concat([real, imaginary], axis=1), inverse)

    def _sketch(self, d: int) -> NDArray[np.float64]:
        """Return the matrix of one sketch; its last row is the bias, as ``coef0`` acts like a constant feature."""
        est = self.estimator
        n_features = self.n_features
        matrix = np.zeros((n_features + 1, est.n_components))
        scales = [np.sqrt(est.gamma)] * n_features + ([np.sqrt(est.coef0)] if est.coef0 != 0 else [])
        for j, scale in enumerate(scales):
            matrix[j, est.indexHash_[d, j]] += scale * est.bitHash_[d, j]
        return matrix

    def _transformed(self, X: Array, sketch: NDArray[np.float64]) -> tuple[Array, Array]:
        spectrum = np.fft.rfft(sketch, axis=1)
        both = np.hstack([spectrum.real, spectrum.imag])
        half = spectrum.shape[1]
        result = xp.linear(X, both[:-1], both[-1])
        return result[:, :half], result[:, half:]
