import numpy as np
from sklearn.decomposition import (
    NMF,
    PCA,
    DictionaryLearning,
    FactorAnalysis,
    FastICA,
    IncrementalPCA,
    KernelPCA,
    LatentDirichletAllocation,
    MiniBatchDictionaryLearning,
    MiniBatchNMF,
    MiniBatchSparsePCA,
    SparseCoder,
    SparsePCA,
    TruncatedSVD,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import Case

ATOMS = np.random.default_rng(0).normal(size=(10, 7))
ATOMS /= np.linalg.norm(ATOMS, axis=1, keepdims=True)

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
    *(Case(kind(3, ridge_alpha=a, max_iter=20, random_state=0), "regression")
      for kind in (SparsePCA, MiniBatchSparsePCA)
      for a in (0.01, 1.0)),
    *(Case(KernelPCA(3, kernel=k, gamma=0.05, fit_inverse_transform=True), "regression")
      for k in ("linear", "rbf", "sigmoid", "cosine")),
    Case(KernelPCA(3, kernel="poly", degree=2, gamma=0.05), "regression"),
    Case(KernelPCA(kernel="poly", degree=2), "multiclass", oracle=1e-8,
         why="scikit-learn centres kernels of 1e6 times the last component: 8e-11 of the scale"),
    Case(KernelPCA(kernel="poly", n_components=12), "multiclass", oracle=1e-11,
         why="scikit-learn centres kernels of 1e4 times the last component: 2e-13 of the scale"),
    Case(KernelPCA(kernel="rbf", n_components=5), "regression"),
    Case(KernelPCA(kernel="precomputed", n_components=4), "kernel"),
    *(Case(NMF(3, alpha_W=a, l1_ratio=r, tol=t, max_iter=500, random_state=0), d)
      for a, r, t in ((0.0, 0.0, 1e-4), (0.01, 0.5, 1e-5), (0.1, 1.0, 1e-4)) for d in ("term counts", "categories")),
    *(Case(NMF(3, solver="mu", beta_loss=b, alpha_W=a, l1_ratio=0.5, max_iter=105, random_state=0), "term counts")
      for b, a in (("frobenius", 0.0), ("frobenius", 0.02), ("kullback-leibler", 0.0), ("kullback-leibler", 0.01),
                   (1.5, 0.01), (0.5, 0.0), (3, 0.0))),
    Case(NMF(2, solver="mu", beta_loss="itakura-saito", max_iter=60, random_state=0), "positive"),
    Case(NMF(2, solver="mu", tol=0, max_iter=15, random_state=0), "positive"),
    *(Case(MiniBatchNMF(3, beta_loss=b, alpha_W=0.01, batch_size=40, random_state=0), "term counts")
      for b in ("frobenius", "kullback-leibler")),
    Case(MiniBatchNMF(2, beta_loss="itakura-saito", batch_size=40, random_state=0), "positive"),
    *(Case(LatentDirichletAllocation(n, doc_topic_prior=p, random_state=0, max_iter=5), "term counts")
      for n, p in ((3, None), (5, 0.05), (1, None))),
    *(Case(DictionaryLearning(8, transform_algorithm="threshold", transform_alpha=a, split_sign=s, positive_code=p,
                              fit_algorithm="cd", max_iter=5, random_state=0), "regression")
      for a, s, p in ((None, False, False), (0.3, True, False), (0.2, False, True))),
    Case(MiniBatchDictionaryLearning(8, transform_algorithm="threshold", max_iter=5, random_state=0), "regression"),
    *(Case(DictionaryLearning(8, transform_n_nonzero_coefs=n, split_sign=s, max_iter=5, random_state=0), "regression")
      for n, s in ((None, False), (3, True))),
    *(Case(SparseCoder(ATOMS, transform_n_nonzero_coefs=n), "regression") for n in (1, 2, 4)),
    *(Case(SparseCoder(ATOMS, transform_n_nonzero_coefs=6, split_sign=s), "regression") for s in (False, True)),
    Case(SparseCoder(ATOMS, transform_algorithm="threshold", transform_alpha=0.4), "regression"),
    *(Case(SparseCoder(ATOMS, transform_algorithm=by, transform_alpha=a, positive_code=p, split_sign=s), "regression")
      for by in ("lasso_cd", "lasso_lars")
      for a, p, s in ((None, False, False), (0.4, True, False), (0.4, False, True))),
    *(Case(SparseCoder(ATOMS, transform_algorithm=by, transform_alpha=0.1, transform_max_iter=3), "regression")
      for by in ("lasso_cd", "lasso_lars")),
    *(Case(SparseCoder(ATOMS, transform_algorithm="lars", transform_n_nonzero_coefs=n), "regression")
      for n in (None, 2, 5)),
    *(Case(DictionaryLearning(8, alpha=0.5, transform_algorithm=by, max_iter=5, random_state=0), "regression")
      for by in ("lasso_cd", "lasso_lars", "lars")),
    Case(MiniBatchDictionaryLearning(5, transform_algorithm="lasso_lars", max_iter=5, random_state=0), "regression"),
]  # fmt: skip
