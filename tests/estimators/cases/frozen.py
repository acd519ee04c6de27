from sklearn.datasets import make_classification
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import FEATURES, Case

X, y = make_classification(60, FEATURES, n_informative=4, n_classes=3, random_state=0)

CASES = [
    Case(FrozenEstimator(LogisticRegression().fit(X, y)), "multiclass"),
    Case(FrozenEstimator(StandardScaler().fit(X)), "multiclass"),
    Case(FrozenEstimator(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)), "multiclass"),
]
