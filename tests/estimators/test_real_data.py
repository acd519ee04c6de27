"""Every estimator as it comes, on tables as they come: no scaling, tenths that float32 rounds, equal distances.

Each is converted and compared on rows that it has not seen, or refused with a reason that is stated here.
"""

from __future__ import annotations

import warnings

import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris, load_wine
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - all_estimators() lists them then
from sklearn.model_selection import train_test_split
from sklearn.utils import all_estimators

import skl2tflite
from skl2tflite.converters.core.refusals import why_not
from skl2tflite.errors import Skl2TFLiteError
from tests.estimators.case import SKLEARN

TABLES = {
    name: train_test_split(*load(return_X_y=True), random_state=0)
    for name, load in (("iris", load_iris), ("wine", load_wine))
}
LEFT_OUT = {
    "DictionaryLearning",  # scikit-learn takes a minute to fit it
    "CountVectorizer", "DictVectorizer", "FeatureHasher", "HashingVectorizer", "LabelBinarizer", "LabelEncoder",
    "MultiLabelBinarizer", "PatchExtractor", "TfidfVectorizer",  # no rows of numbers
}  # fmt: skip
UNSCALED = "depend on differences that float32 cannot hold; scale the features"
REFUSED = {
    "LocalOutlierFactor": "novelty=False",
    "OneHotEncoder": "unknown categories",
    "OrdinalEncoder": "unknown categories",
    ("CategoricalNB", "wine"): "beyond those at fit",
    ("Nystroem", "iris"): UNSCALED,
    ("RadiusNeighborsClassifier", "wine"): "no neighbours within its radius",
} | ({("GaussianProcessRegressor", "iris"): UNSCALED} if SKLEARN < (1, 9) else {})
"""What does not convert as it comes, and what the error says. (Before 1.9 the process has a length scale of 1.)"""


def default_estimators() -> list[BaseEstimator]:
    """Those that need no arguments, with the same random numbers every time."""
    made = []
    for name, estimator in all_estimators():
        if name not in LEFT_OUT and why_not(estimator) is None:
            try:
                each = estimator()
            except TypeError:
                continue
            made.append(each.set_params(random_state=0) if "random_state" in each.get_params() else each)
    return made


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("estimator", default_estimators(), ids=lambda estimator: type(estimator).__name__)
def test_estimators_as_they_come(estimator: BaseEstimator, table: str) -> None:
    X, X_test, y, _ = TABLES[table]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            estimator.fit(X, y)
        except (AttributeError, IndexError, ValueError) as error:
            pytest.skip(f"scikit-learn does not fit it: {error}")
    name = type(estimator).__name__
    reason = REFUSED.get(name) or REFUSED.get((name, table))
    if reason is None:
        skl2tflite.convert(estimator, X_test)
        return
    with pytest.raises(Skl2TFLiteError, match=reason):
        skl2tflite.convert(estimator, X_test)
