"""Rows whose scores leave float32, though not float64: they have no answer, rather than any label."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import DotProduct
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

import skl2tflite
from skl2tflite.errors import NoAnswerError

X, y = load_iris(return_X_y=True)
X = X.astype(np.float32).astype(np.float64)
GENERATOR = np.random.default_rng(0)
GREAT = (10.0 ** GENERATOR.uniform(20, 30, (40, 1)) * GENERATOR.choice([-1.0, 1.0], (40, 4))).astype(np.float32)
BOTH = np.concatenate([X[::15].astype(np.float32), GREAT])
"""Rows that have answers, and rows that may have none."""
LINEAR = LogisticRegression(max_iter=500)
OVERFLOW = {
    "naive Bayes": GaussianNB(),
    "quadratic": QuadraticDiscriminantAnalysis(),
    "mixture": GaussianMixture(3, random_state=0),
    "diagonal mixture": GaussianMixture(3, covariance_type="diag", random_state=0),
    "means": KMeans(3, random_state=0),
    "centroids": NearestCentroid(),
    "polynomial kernel": SVC(kernel="poly"),
    "polynomial": make_pipeline(PolynomialFeatures(), LINEAR),
    "neighbours": KNeighborsClassifier(),
    "neighbours' mean": KNeighborsRegressor(),
    "angles": KNeighborsClassifier(metric="cosine"),
    "soft vote": VotingClassifier([("bayes", GaussianNB()), ("linear", LINEAR)], voting="soft"),
    "hard vote": VotingClassifier([("bayes", GaussianNB()), ("linear", LINEAR)]),
    "bags": BaggingClassifier(GaussianNB(), n_estimators=3, random_state=0),
    "calibrated": CalibratedClassifierCV(GaussianNB()),
    "one against rest": OneVsRestClassifier(GaussianNB()),
    "quadratic against rest": OneVsRestClassifier(QuadraticDiscriminantAnalysis(reg_param=0.1)),
    "normalized": make_pipeline(Normalizer(), LINEAR),
    "polynomial kernel, one against one": SVC(kernel="poly", decision_function_shape="ovo"),
    "normalized for trees": make_pipeline(Normalizer(), RandomForestClassifier(5, random_state=0)),
    "normalized for few labels": make_pipeline(Normalizer(), SVC()),
    "normalized for a target": make_pipeline(Normalizer(), Ridge()),
    "coupled": SVC(kernel="poly", probability=True, random_state=0),
    "process of products": GaussianProcessClassifier(DotProduct(), optimizer=None),
    "threshold": FixedThresholdClassifier(GaussianNB()),
}
MICRO = ["naive Bayes", "quadratic", "diagonal mixture", "means", "polynomial", "soft vote"]
MICRO += ["quadratic against rest", "normalized", "polynomial kernel, one against one", "coupled"]
MICRO += ["process of products", "normalized for trees", "normalized for a target"]
IN_RANGE = {
    "linear": make_pipeline(StandardScaler(), LINEAR),
    "many linear": SGDClassifier(random_state=0),
    "discriminant": LinearDiscriminantAnalysis(),
    "layers": MLPClassifier(max_iter=50, random_state=0),
    "logistic layers": MLPClassifier(activation="logistic", max_iter=50, random_state=0),
    "forest": RandomForestClassifier(5, random_state=0),
    "polynomials for trees": make_pipeline(PolynomialFeatures(), HistGradientBoostingClassifier(max_iter=5)),
    "boosting": HistGradientBoostingClassifier(max_iter=5),
    "kernel of distances": SVC(),
    "process": GaussianProcessClassifier(),
}


def answers(model: skl2tflite.TFLiteModel, method: str, rows: Any) -> list[Any]:
    """What a model says of each row, None where it has no answer."""
    given: list[Any] = []
    for row in rows:
        try:
            given.append(model.run(method, row[np.newaxis])[0])
        except NoAnswerError:
            given.append(None)
    return given


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("name", OVERFLOW)
def test_no_answer_or_the_right_one(name: str, method: str) -> None:
    estimator = clone(OVERFLOW[name]).fit(X, y == 1 if name == "threshold" else y)
    if not hasattr(estimator, method) or (name, method) == ("centroids", "predict_proba"):
        pytest.skip("probabilities that there are none of, or that are linear")
    model = skl2tflite.convert(estimator, X, methods=(method,))
    given = answers(model, method, BOTH)
    assert any(answer is None for answer in given)
    assert any(answer is not None for answer in given)
    for row, answer in zip(BOTH, given, strict=True):
        if answer is not None:
            np.testing.assert_allclose(answer, getattr(estimator, method)(row[np.newaxis].astype(float))[0], atol=1e-6)
    assert all(answer is not None for answer in answers(model, method, X[::10]))


@pytest.mark.parametrize("name", MICRO)
def test_no_answer_on_a_microcontroller(name: str) -> None:
    """Where sums and products stop at the greatest number, and infinity is none."""
    pytest.importorskip("tflite_micro")
    estimator = clone(OVERFLOW[name]).fit(X, y == 1 if name == "threshold" else y)
    for method in ("predict", "predict_proba"):
        if hasattr(estimator, method):
            model = skl2tflite.convert(estimator, X, methods=(method,), target="micro")
            given = answers(model, method, BOTH)
            assert any(answer is None for answer in given)
            assert any(answer is not None for answer in given)
            answered = BOTH[[answer is not None for answer in given]]
            report = skl2tflite.verify(model, estimator, answered)
            assert report.faithful, report.summary()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", IN_RANGE)
def test_nothing_is_marked_where_scores_stay_in_range(name: str) -> None:
    estimator = clone(IN_RANGE[name]).fit(X, y)
    model = skl2tflite.convert(estimator, X)
    assert all(info.sentinel is None for info in model.facts.methods.values())
    np.testing.assert_array_equal(model.predict(GREAT), estimator.predict(GREAT.astype(float)))


def test_an_exponential_of_usual_rows() -> None:
    """float32 ends at exp(88), float64 at exp(709)."""
    estimator = make_pipeline(FunctionTransformer(np.exp), StandardScaler(), LINEAR).fit(X, y)
    model = skl2tflite.convert(estimator, X, methods=("predict",))
    with pytest.raises(NoAnswerError, match="row 1: Pipeline"):
        model.predict(np.vstack([X[:1], np.full((1, 4), 100.0)]))


def test_a_comparison_on_such_rows_says_so() -> None:
    estimator = GaussianNB().fit(X, y)
    with pytest.raises(skl2tflite.FidelityError, match=r"no answer for rows 0, 1.*beyond float32's range"):
        skl2tflite.convert(estimator, GREAT)
