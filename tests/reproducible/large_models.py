"""Models that are large enough for libraries to share the work among threads."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, FactorAnalysis, KernelPCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import BayesianRidge, LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, SVR

ROWS, FEATURES = 400, 40


def large_models() -> dict[str, tuple[Any, None]]:
    """Return fitted estimators by name, without rows."""
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, FEATURES)) * random.uniform(0.1, 10, FEATURES)
    y, labels = X[:, 0] * X[:, 1] + X[:, 2], np.array(["a", "b", "c"])[random.integers(0, 3, ROWS)]
    texts = [" ".join(f"word{n}" for n in random.integers(0, 300, 20)) for _ in range(ROWS)]
    numbers = make_pipeline(StandardScaler(), PCA(30, random_state=0), PolynomialFeatures(), LogisticRegression())
    of_numbers = (
        numbers, SVC(), GaussianMixture(6, random_state=0), LinearDiscriminantAnalysis(),
        QuadraticDiscriminantAnalysis(reg_param=0.1), KMeans(12, random_state=0), FactorAnalysis(12, random_state=0),
        KernelPCA(12, kernel="rbf", gamma=0.001, random_state=0), Nystroem(gamma=0.001, random_state=0),
        MLPClassifier((64, 64), max_iter=20, random_state=0), RandomForestClassifier(30, max_depth=8, random_state=0),
        HistGradientBoostingClassifier(max_iter=20, random_state=0), GaussianProcessClassifier(optimizer=None),
    )  # fmt: skip
    of_values = (SVR(), BayesianRidge(), KNeighborsRegressor(), GaussianProcessRegressor(alpha=0.1, optimizer=None))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = [each.fit(X, labels) for each in of_numbers] + [each.fit(X, y) for each in of_values]
        models.append(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels))
    return {f"large {model!r:.60}": (model, None) for model in models}
