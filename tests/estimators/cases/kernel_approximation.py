from sklearn.kernel_approximation import (
    AdditiveChi2Sampler,
    Nystroem,
    PolynomialCountSketch,
    RBFSampler,
    SkewedChi2Sampler,
)

from tests.estimators.case import Case

CASES = [
    *(Case(Nystroem(k, n_components=5, random_state=0), "regression") for k in ("linear", "cosine", "laplacian")),
    *(Case(Nystroem(k, n_components=20, random_state=0), "regression", oracle=1e-8,
           why="its kernel matrix is singular, its inverse root amplifies float64's rounding a million times")
      for k in ("linear", "cosine")),
    *(Case(Nystroem(k, gamma=0.1, n_components=20, random_state=0), "regression") for k in ("rbf", "sigmoid")),
    Case(Nystroem("poly", degree=2, coef0=2, n_components=20, random_state=0), "regression"),
    *(Case(Nystroem("poly", degree=n, n_components=50, random_state=0), d, oracle=1e-6,
           why="its kernel matrix is singular, its inverse root amplifies float64's rounding: 3e-9 of the scale")
      for n, d in ((2, "regression"), (3, "multiclass"))),
    *(Case(Nystroem(k, n_components=20, random_state=0), "positive") for k in ("chi2", "additive_chi2")),
    Case(Nystroem("rbf", kernel_params={"gamma": 0.02}, n_components=10, random_state=0), "multiclass"),
    Case(RBFSampler(gamma=0.1, n_components=30, random_state=0), "regression"),
    Case(RBFSampler(gamma="scale", n_components=30, random_state=0), "regression"),
    Case(SkewedChi2Sampler(n_components=30, random_state=0), "positive"),
    Case(SkewedChi2Sampler(skewedness=0.01, n_components=30, random_state=0), "categories"),
    *(Case(AdditiveChi2Sampler(sample_steps=n), d) for n in (1, 2, 3) for d in ("positive", "categories")),
    Case(AdditiveChi2Sampler(sample_steps=5, sample_interval=0.3), "positive"),
    *(Case(PolynomialCountSketch(degree=d, n_components=n, coef0=c, gamma=0.5, random_state=0), "regression")
      for d, n, c in ((1, 20, 1), (2, 20, 0), (2, 25, 1), (3, 40, 2.5), (5, 30, 0))),
]  # fmt: skip
