from sklearn.decomposition import (
    PCA,
    FactorAnalysis,
    FastICA,
    IncrementalPCA,
    KernelPCA,
    MiniBatchSparsePCA,
    SparsePCA,
    TruncatedSVD,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import Case

CASES = [
    *(Case(PCA(n, whiten=w, random_state=0), data)
      for n, data in ((None, "regression"), (3, "regression"), (3, "multiclass"))
      for w in (True, False)),
    Case(PCA(6), "multiclass", methods=("transform", "inverse_transform"), label="a redundant feature"),
    Case(PCA(0.9), "regression"),
    *(Case(make_pipeline(StandardScaler(), PCA(3, whiten=w)), "multiclass") for w in (True, False)),
    *(Case(IncrementalPCA(3, whiten=w, batch_size=20), "multiclass") for w in (True, False)),
    *(Case(TruncatedSVD(n, random_state=0), data) for data in ("multiclass", "regression") for n in (1, 3)),
    *(Case(FactorAnalysis(n, rotation=r, random_state=0), "regression") for n in (2, 7) for r in (None, "varimax")),
    *(Case(FastICA(3, whiten=w, random_state=0), data) for data in ("multiclass", "regression")
      for w in ("unit-variance", "arbitrary-variance")),
    Case(FastICA(whiten=False, random_state=0), "regression"),
    *(Case(kind(3, ridge_alpha=a, random_state=0), "regression") for kind in (SparsePCA, MiniBatchSparsePCA)
      for a in (0.01, 1.0)),
    *(Case(KernelPCA(3, kernel=k, gamma=0.05, fit_inverse_transform=True), "regression")
      for k in ("linear", "rbf", "sigmoid", "cosine")),
    Case(KernelPCA(3, kernel="poly", degree=2, gamma=0.05), "regression"),
    Case(KernelPCA(kernel="rbf", n_components=5), "regression"),
]  # fmt: skip
