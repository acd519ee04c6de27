import numpy as np
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    ExpSineSquared,
    Matern,
    PairwiseKernel,
    RationalQuadratic,
    WhiteKernel,
)

from tests.estimators.case import Case

FIXED = {"optimizer": None}
SCALES = [1.0, 3.0, 0.3, 1.0, 10.0, 1.0, 0.02]
AMPLIFIED = "kernels near 1, whose last digits in float64 scikit-learn amplifies: 4e-10 of the scale"
KERNELS = (
    2.0 * RBF(2.0) + WhiteKernel(0.5),
    RBF(np.arange(1.0, 8.0)),
    *(Matern(2.0, nu=nu) for nu in (0.5, 1.5, 2.5, np.inf, 0.7, 3.5)),
    RationalQuadratic(1.5, 0.7),
    DotProduct(0.5) + ConstantKernel(3.0) * RBF(3.0),
    DotProduct(1.0) ** 2 + WhiteKernel(0.1),
    PairwiseKernel(gamma=0.1, metric="laplacian") * ConstantKernel(0.5),
)
CLASSES = (1.0 * RBF(SCALES), Matern(SCALES, nu=1.5))

CASES = [
    *(Case(GaussianProcessRegressor(kernel, alpha=0.1, **FIXED), "regression") for kernel in KERNELS),
    Case(GaussianProcessRegressor(RBF(2.0), alpha=0.1, normalize_y=True, **FIXED), "multioutput regression"),
    Case(GaussianProcessRegressor(1.0 * RBF(1.0) + WhiteKernel(), n_restarts_optimizer=0), "single feature"),
    Case(GaussianProcessRegressor(ExpSineSquared(2.0, 5.0), alpha=0.1, **FIXED), "single feature"),
    Case(GaussianProcessRegressor(alpha=1.0), "counts"),
    *(Case(GaussianProcessRegressor(kernel, alpha=0.1, **FIXED), "regression")
      for kernel in (
          RBF(2.0), Matern(np.arange(1.0, 8.0), nu=1.5), RBF(3.0) * DotProduct(1.0) + 2.0, RBF(2.0) ** 1.5,
          PairwiseKernel(metric="rbf", gamma=0.2), PairwiseKernel(metric="linear") + WhiteKernel(0.5),
          PairwiseKernel(metric="poly", gamma=0.2, pairwise_kernels_kwargs={"degree": 2}))),
    Case(GaussianProcessRegressor(DotProduct(1.0) ** 2 + WhiteKernel(0.1), alpha=0.1, **FIXED), "multiclass",
         methods=("predict",), oracle=3e-6, why="scikit-learn sums kernels of 1e12 times the mean: 3e-7 of the scale"),
    Case(GaussianProcessRegressor(2.0 * DotProduct(1.0) ** 3 + DotProduct() * ConstantKernel(3.0), alpha=0.1, **FIXED),
         "multioutput regression"),
    Case(GaussianProcessRegressor(RBF(2.0), alpha=0.1, **FIXED), "multioutput regression"),
    Case(GaussianProcessRegressor(1.0 * RBF(1.0) + WhiteKernel(1.0), normalize_y=True), "regression",
         methods=("predict",), label="optimized", oracle=1e-9, why=AMPLIFIED),
    Case(GaussianProcessRegressor(RBF(1e3) * 50.0, alpha=0.1, **FIXED), "regression", methods=("predict",),
         oracle=1e-9, why=AMPLIFIED),
    Case(GaussianProcessRegressor(DotProduct() + 2.0 * RBF(3.0) + WhiteKernel(0.1), normalize_y=True, **FIXED),
         "multioutput regression"),
    Case(GaussianProcessRegressor(100.0 * RBF(SCALES), alpha=1.0, **FIXED), "far"),
    *(Case(GaussianProcessClassifier(kernel, **FIXED), data)
      for kernel in CLASSES for data in ("binary strings", "multiclass gaps")),
    Case(GaussianProcessClassifier(), "binary"),
    Case(GaussianProcessClassifier(Matern(SCALES, nu=1.0), **FIXED), "multiclass gaps"),
    Case(GaussianProcessClassifier(RBF(3.0) + WhiteKernel(0.3), **FIXED), "multiclass gaps"),
    Case(GaussianProcessClassifier(50.0 * RBF(SCALES), **FIXED), "multiclass strings"),
    Case(GaussianProcessClassifier(RBF(SCALES) + 1e-4 * PairwiseKernel(metric="linear"), **FIXED), "binary booleans"),
    Case(GaussianProcessClassifier(1.0 * RBF(2.0)), "categories", label="optimized"),
    Case(GaussianProcessClassifier(DotProduct(0.1) + WhiteKernel(0.1), **FIXED), "flags"),
    Case(GaussianProcessClassifier(CLASSES[0], multi_class="one_vs_one", **FIXED), "multiclass", methods=("predict",)),
]  # fmt: skip
