import numpy as np
from sklearn.kernel_ridge import KernelRidge

from tests.estimators.case import Case


def common_part(x, y, power=1.0):
    return np.sum(np.minimum(x, y)) ** power


LOST = "scikit-learn's float64 sum of kernels of 1e3 to 1e13 times the answer loses that many digits"

CASES = [
    *(Case(KernelRidge(alpha=0.5, kernel=k, gamma=0.1), "regression")
      for k in ("linear", "rbf", "laplacian", "sigmoid", "cosine")),
    *(Case(KernelRidge(kernel="poly", degree=d, gamma=0.1), "regression") for d in (1, 2, 5)),
    Case(KernelRidge(alpha=10, kernel="poly", degree=2.5, gamma=1e-4, coef0=3), "positive"),
    *(Case(KernelRidge(kernel=k, gamma=0.1), "positive") for k in ("chi2", "additive_chi2")),
    *(Case(KernelRidge(kernel=k), "multioutput regression") for k in ("rbf", "polynomial")),
    Case(KernelRidge(kernel="poly", degree=2), "multiclass", oracle=1e-7, why=f"{LOST}: 2e-9 of the scale"),
    Case(KernelRidge(kernel="poly"), "multiclass", oracle=2e-5, why=f"{LOST}: 2e-6 of the scale"),
    Case(KernelRidge(kernel="poly"), "single feature", oracle=2e-12, why=f"{LOST}: 8e-14 of the scale"),
    Case(KernelRidge(kernel="precomputed"), "kernel"),
    Case(KernelRidge(kernel=common_part, kernel_params={"power": 0.5}), "positive"),
    Case(KernelRidge(kernel="poly", degree=0), "regression"),
    Case(KernelRidge(kernel="rbf"), "far", oracle=1e-6, why="scikit-learn expands squared distances"),
]  # fmt: skip
