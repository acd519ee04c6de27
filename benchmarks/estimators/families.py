"""One fitted model of each family of scikit-learn's estimators, and the rows that it is asked about."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import (
    calibration,
    cluster,
    compose,
    covariance,
    cross_decomposition,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    gaussian_process,
    impute,
    isotonic,
    kernel_approximation,
    kernel_ridge,
    linear_model,
    manifold,
    mixture,
    multiclass,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    preprocessing,
    semi_supervised,
    svm,
    tree,
)
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification, make_regression
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - IterativeImputer is behind it
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.forest.cost import OptimizeFor

Rows = NDArray[np.float32]
Data = tuple[Rows, Any, Rows]

NEW_ROWS = 1000
FEATURES = 20
SEED: dict[str, Any] = {"random_state": 0}


@dataclass(frozen=True, eq=False)
class Family:
    """An estimator, the method that is timed, and what it is fitted on.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    method : str
        What both sides compute.
    data : str
        A key of ``DATA``.
    n_rows : int
        Rows to fit on.
    name : str
        Where the class's name does not tell it from the others.
    """

    estimator: BaseEstimator
    method: str
    data: str = "classes"
    n_rows: int = 2000
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or type(self.estimator).__name__}, {self.method}"

    @cached_property
    def rows(self) -> Rows:
        """A thousand rows that it has not seen."""
        return data(self.data, self.n_rows)[2]

    @cached_property
    def fitted(self) -> Any:
        """The estimator, fitted on float32 rows as users have them."""
        X, y, _ = data(self.data, self.n_rows)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.estimator.fit(X, y)

    def file(self, optimize_for: OptimizeFor) -> bytes:
        """Our file, with the method as its only signature."""
        return bytes(skl2tflite.convert(self.fitted, methods=(self.method,), optimize_for=optimize_for))

    def answer(self, X: Rows) -> NDArray[Any]:
        """Return scikit-learn's answer as a dense array."""
        answer = getattr(self.fitted, self.method)(X)
        answer = answer[0] if isinstance(answer, tuple) else answer
        return np.asarray(answer.toarray() if hasattr(answer, "toarray") else answer)


@cache
def data(key: str, n_rows: int) -> Data:
    """Return rows and targets to fit on, and a thousand other rows."""
    total = n_rows + NEW_ROWS
    if key in ("regression", "targets", "line"):
        X, y = make_regression(
            total, FEATURES, n_informative=10, n_targets=3 if key == "targets" else 1, noise=5.0, **SEED
        )
        y = y / np.abs(y).max() + (2.0 if key == "regression" else 0.0)
        X = X[:, :1] if key == "line" else X
    else:
        classes = 2 if key == "two classes" else 3
        X, y = make_classification(
            total, FEATURES, n_informative=10, n_redundant=0, n_classes=classes, flip_y=0.05, **SEED
        )
    match key:
        case "positive":
            X = np.abs(X)
        case "counts":
            X = np.round(np.abs(X) * 2)
        case "categories":
            X = np.clip(np.round(X), -3, 3) + 3
        case "missing":
            X[np.random.default_rng(0).random(X.shape) < 0.1] = np.nan
        case "labels":
            y = np.column_stack([y == 0, y == 1, X[:, 0] > 0]).astype(int)
        case "partly labelled":
            y[: n_rows // 2] = -1
    X = X.astype(np.float32)
    return X[:n_rows], y[:n_rows], X[n_rows:]


scaled_logistic = make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
shallow = tree.DecisionTreeClassifier(max_depth=5, **SEED)
gaussian = gaussian_process.kernels.RBF(5.0)

FAMILIES = (
    Family(linear_model.LinearRegression(), "predict", "regression"),
    Family(linear_model.LogisticRegression(), "predict_proba"),
    Family(linear_model.PoissonRegressor(), "predict", "regression"),
    Family(linear_model.SGDClassifier(loss="log_loss", **SEED), "predict_proba"),
    Family(linear_model.MultiTaskLasso(), "predict", "targets"),
    Family(naive_bayes.GaussianNB(), "predict_proba"),
    Family(naive_bayes.BernoulliNB(), "predict_proba"),
    Family(naive_bayes.MultinomialNB(), "predict_proba", "counts"),
    Family(naive_bayes.CategoricalNB(), "predict_proba", "categories"),
    Family(discriminant_analysis.LinearDiscriminantAnalysis(), "predict_proba"),
    Family(discriminant_analysis.QuadraticDiscriminantAnalysis(), "predict_proba"),
    Family(svm.LinearSVC(**SEED), "predict"),
    Family(svm.SVC(), "predict"),
    Family(svm.SVR(), "predict", "regression"),
    Family(svm.OneClassSVM(nu=0.2), "predict"),
    Family(kernel_ridge.KernelRidge(kernel="rbf"), "predict", "regression"),
    Family(neighbors.KNeighborsClassifier(), "predict"),
    Family(neighbors.KNeighborsClassifier(), "predict", n_rows=5000, name="KNeighborsClassifier, 5000 points"),
    Family(neighbors.KNeighborsClassifier(metric="manhattan"), "predict", name="KNeighborsClassifier, manhattan"),
    Family(neighbors.KNeighborsClassifier(metric="cosine"), "predict", name="KNeighborsClassifier, cosine"),
    Family(neighbors.KNeighborsRegressor(weights="distance"), "predict", "regression"),
    Family(neighbors.RadiusNeighborsRegressor(radius=6.0), "predict", "regression"),
    Family(neighbors.LocalOutlierFactor(novelty=True), "predict"),
    Family(neighbors.KernelDensity(bandwidth=6.0), "score_samples"),
    Family(neighbors.NearestCentroid(), "predict"),
    Family(
        gaussian_process.GaussianProcessRegressor(gaussian, alpha=0.1, optimizer=None), "predict", "regression", 1000
    ),
    Family(gaussian_process.GaussianProcessClassifier(gaussian, optimizer=None), "predict_proba", "two classes", 500),
    Family(neural_network.MLPClassifier((64, 64), max_iter=30, **SEED), "predict_proba"),
    Family(neural_network.BernoulliRBM(16, n_iter=2, **SEED), "transform", "positive"),
    Family(cluster.KMeans(8, n_init=1, **SEED), "predict"),
    Family(cluster.Birch(n_clusters=8, threshold=5.0), "predict"),
    Family(cluster.BisectingKMeans(8, **SEED), "predict"),
    Family(mixture.GaussianMixture(4, **SEED), "predict_proba"),
    Family(covariance.EllipticEnvelope(**SEED), "predict"),
    Family(decomposition.PCA(8), "transform"),
    Family(decomposition.FactorAnalysis(8), "transform"),
    Family(decomposition.KernelPCA(8, kernel="rbf"), "transform", n_rows=1000),
    Family(decomposition.NMF(6, max_iter=400, **SEED), "transform", "positive"),
    Family(decomposition.LatentDirichletAllocation(6, **SEED), "transform", "counts"),
    Family(
        decomposition.DictionaryLearning(12, transform_n_nonzero_coefs=3, max_iter=5, **SEED), "transform", n_rows=500
    ),
    Family(manifold.Isomap(n_components=3), "transform", n_rows=1000),
    Family(cross_decomposition.PLSRegression(3), "predict", "targets"),
    Family(kernel_approximation.Nystroem(n_components=100, **SEED), "transform"),
    Family(kernel_approximation.RBFSampler(n_components=100, **SEED), "transform"),
    Family(kernel_approximation.PolynomialCountSketch(n_components=64, **SEED), "transform"),
    Family(feature_selection.SelectKBest(k=8), "transform"),
    Family(isotonic.IsotonicRegression(out_of_bounds="clip"), "predict", "line"),
    Family(preprocessing.StandardScaler(), "transform"),
    Family(preprocessing.Normalizer(), "transform"),
    Family(preprocessing.PowerTransformer(), "transform"),
    Family(preprocessing.QuantileTransformer(n_quantiles=100, output_distribution="normal"), "transform"),
    Family(preprocessing.PolynomialFeatures(2), "transform"),
    Family(preprocessing.SplineTransformer(), "transform"),
    Family(
        preprocessing.KBinsDiscretizer(8, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), "transform"
    ),
    Family(preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False), "transform", "categories"),
    Family(preprocessing.OrdinalEncoder(), "transform", "categories"),
    Family(preprocessing.TargetEncoder(), "transform", "categories"),
    Family(impute.SimpleImputer(), "transform", "missing"),
    Family(impute.KNNImputer(), "transform", "missing", 500),
    Family(impute.IterativeImputer(max_iter=5, tol=1e-9, **SEED), "transform", "missing", 1000),
    Family(ensemble.GradientBoostingClassifier(**SEED), "predict_proba", "two classes"),
    Family(ensemble.HistGradientBoostingClassifier(), "predict_proba", "two classes"),
    Family(ensemble.AdaBoostClassifier(**SEED), "predict"),
    Family(ensemble.BaggingClassifier(scaled_logistic, 10, **SEED), "predict_proba"),
    Family(ensemble.IsolationForest(**SEED), "predict"),
    Family(ensemble.VotingClassifier([("a", scaled_logistic), ("b", shallow)], voting="soft"), "predict_proba"),
    Family(ensemble.StackingClassifier([("a", scaled_logistic), ("b", shallow)], cv=3), "predict_proba"),
    Family(calibration.CalibratedClassifierCV(shallow, cv=3), "predict_proba"),
    Family(calibration.CalibratedClassifierCV(scaled_logistic, method="isotonic", cv=3), "predict_proba"),
    Family(multiclass.OneVsRestClassifier(scaled_logistic), "predict_proba"),
    Family(multiclass.OneVsOneClassifier(scaled_logistic), "predict"),
    Family(multioutput.ClassifierChain(scaled_logistic), "predict", "labels"),
    Family(multioutput.MultiOutputRegressor(linear_model.Ridge()), "predict", "targets"),
    Family(
        compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log, inverse_func=np.exp),
        "predict",
        "regression",
    ),
    Family(semi_supervised.LabelSpreading(gamma=0.1), "predict_proba", "partly labelled", 1000),
)
