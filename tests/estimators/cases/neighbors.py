import numpy as np
from sklearn.neighbors import (
    KernelDensity,
    KNeighborsClassifier,
    KNeighborsRegressor,
    KNeighborsTransformer,
    LocalOutlierFactor,
    NearestCentroid,
    NearestNeighbors,
    NeighborhoodComponentsAnalysis,
    RadiusNeighborsClassifier,
    RadiusNeighborsRegressor,
    RadiusNeighborsTransformer,
)

from tests.estimators.case import Case

PREDICT = ("predict_proba", "predict")
EXPANDED = "scikit-learn takes distances with holes from expanded squares: 1e-10 of the scale measured"
COVARIANCE = np.diag([1.0, 9.0, 0.04, 1.0, 100.0, 1.0, 1e-4]) + 1e-3
METRICS = (
    {"metric": "manhattan"},
    {"metric": "chebyshev"},
    {"p": 3},
    {"p": 1.5},
    {"p": 3, "metric_params": {"w": np.arange(1.0, 8.0)}, "algorithm": "ball_tree"},
    {"metric": "cosine"},
    {"metric": "canberra"},
    {"metric": "correlation"},
    {"metric": "braycurtis", "algorithm": "ball_tree"},
    {"metric": "seuclidean", "metric_params": {"V": COVARIANCE.diagonal().copy()}, "algorithm": "ball_tree"},
    {"metric": "mahalanobis", "metric_params": {"V": COVARIANCE}, "algorithm": "ball_tree"},
    {"metric": "mahalanobis", "metric_params": {"VI": np.linalg.inv(COVARIANCE)}, "algorithm": "brute"},
)


def bells(distances):
    return np.exp(-((distances / 10.0) ** 2))


def shares(distances):
    closeness = 1.0 / (1.0 + distances)
    return closeness / closeness.sum(axis=1, keepdims=True)


def hyperbolas(distances):
    return 1.0 / (2.0 + distances)


def bells_of_rows(distances):
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = np.where(row < 1.0, 1.0, np.exp(1.0 - row))
    return weights


def weighted_city_block(x, y, power=1.0):
    return np.sum(np.arange(1.0, 8.0) * np.abs(x - y) ** power)


def angle(x, y):
    return 1.0 - x @ y / np.sqrt((x @ x) * (y @ y))


CASES = [
    *(Case(KNeighborsClassifier(k, weights=w), data)
      for k, w, data in (
          (5, "uniform", "multiclass"), (1, "uniform", "binary strings"), (4, "distance", "multiclass gaps"),
          (80, "uniform", "binary"), (3, "distance", "multioutput integers"),
          (5, "uniform", "far"), (5, None, "multioutput integers"))),
    *(Case(KNeighborsClassifier(4, algorithm=a), "multiclass") for a in ("brute", "ball_tree", "kd_tree")),
    *(Case(KNeighborsRegressor(k, weights=w), data)
      for k, w, data in (
          (5, "uniform", "regression"), (5, "distance", "multioutput regression"), (1, "distance", "counts"),
          (4, "uniform", "multioutput regression"))),
    *(Case(NearestNeighbors(n_neighbors=4, **metric), "multiclass") for metric in METRICS),
    Case(NearestNeighbors(n_neighbors=6, radius=2.5), "regression"),
    Case(NearestNeighbors(n_neighbors=4, metric="sqeuclidean", radius=30.0), "multiclass", oracle=1e-10,
         why="scikit-learn takes distances from expanded squares of the features, some of which are near 100"),
    *(Case(estimator, data, label="function")
      for f in (bells, shares)
      for estimator, data in (
          (KNeighborsClassifier(4, weights=f), "multiclass gaps"),
          (KNeighborsClassifier(3, weights=f), "multioutput integers"),
          (KNeighborsRegressor(5, weights=f), "multioutput regression"))),
    *(Case(estimator, data, label="function")
      for f in (hyperbolas, bells_of_rows)
      for estimator, data in (
          (RadiusNeighborsClassifier(7.0, weights=f, outlier_label=1), "multiclass"),
          (RadiusNeighborsClassifier(90.0, weights=f), "multioutput integers"),
          (RadiusNeighborsRegressor(2.5, weights=f), "regression"))),
    Case(KNeighborsClassifier(4, metric=weighted_city_block, metric_params={"power": 2.0}), "multiclass"),
    Case(RadiusNeighborsRegressor(0.3, metric=angle, algorithm="brute"), "regression"),
    *(Case(estimator, data, oracle=1e-8, why=EXPANDED)
      for data in ("missing", "empty column")
      for estimator in (
          KNeighborsClassifier(4, metric="nan_euclidean"),
          KNeighborsClassifier(3, metric="nan_euclidean", weights="distance"),
          KNeighborsTransformer(n_neighbors=3, metric="nan_euclidean"),
          NearestNeighbors(n_neighbors=5, metric="nan_euclidean"),
          RadiusNeighborsClassifier(7.0, metric="nan_euclidean", weights="distance", outlier_label=1),
          RadiusNeighborsTransformer(radius=7.0, metric="nan_euclidean"))),
    *(Case(estimator, "missing regression", oracle=1e-8, why=EXPANDED)
      for estimator in (
          KNeighborsRegressor(3, metric="nan_euclidean", weights="distance"),
          RadiusNeighborsRegressor(2.0, metric="nan_euclidean"))),
    Case(LocalOutlierFactor(5, novelty=True, metric="nan_euclidean"), "regression", oracle=1e-8, why=EXPANDED),
    *(Case(KNeighborsTransformer(n_neighbors=3, mode=mode), "multiclass") for mode in ("distance", "connectivity")),
    *(Case(RadiusNeighborsTransformer(radius=3.0, mode=mode), "multiclass")
      for mode in ("distance", "connectivity")),
    *(Case(RadiusNeighborsClassifier(radius=r, weights=w, outlier_label=o, algorithm=a), data)
      for r, w, o, a, data in (
          (5.0, "uniform", "most_frequent", "auto", "multiclass"), (7.0, "distance", 1, "auto", "multiclass"),
          (5.0, "uniform", 9, "kd_tree", "multiclass"), (5.0, "distance", "blau", "auto", "multiclass strings"),
          (90.0, "uniform", None, "auto", "multiclass strings"), (90.0, "distance", None, "auto", "multiclass gaps"),
          (90.0, "uniform", None, "brute", "multioutput integers"),
          (5.0, "uniform", [1, -2], "auto", "multioutput integers"), (9.0, "uniform", 0, "brute", "binary"))),
    *(Case(RadiusNeighborsRegressor(radius=r, weights=w), data)
      for r, w, data in (
          (2.0, "uniform", "regression"), (2.5, "distance", "regression"), (2.5, "distance", "multioutput regression"),
          (0.05, "uniform", "single feature"), (0.05, "distance", "single feature"))),
    *(Case(LocalOutlierFactor(novelty=True, n_neighbors=k), data)
      for k, data in ((20, "multiclass"), (5, "regression"))),
    *(Case(KernelDensity(kernel=k, bandwidth=b), "regression")
      for k in ("gaussian", "tophat", "epanechnikov", "exponential", "linear", "cosine") for b in (0.7, 3.0)),
    Case(KernelDensity(bandwidth="scott"), "multiclass"),
    Case(KernelDensity(bandwidth="silverman", metric="manhattan", kernel="gaussian"), "regression"),
    *(Case(NearestCentroid(metric=m, shrink_threshold=s, priors=p), data)
      for data in ("binary strings", "multiclass gaps")
      for m in ("euclidean", "manhattan") for s in (None, 0.5) for p in ("uniform", "empirical")),
    Case(NeighborhoodComponentsAnalysis(n_components=3, random_state=0, max_iter=5), "multiclass"),
]  # fmt: skip
