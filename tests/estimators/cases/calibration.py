import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.fixes import parse_version

from tests.estimators.case import FEATURES, Case

TEMPERATURE = ("temperature",) if parse_version(sklearn.__version__) >= parse_version("1.8") else ()
METHODS = ("sigmoid", "isotonic", *TEMPERATURE)
LABELS = ("binary strings", "multiclass gaps")
svc = make_pipeline(StandardScaler(), LinearSVC(random_state=0))
forest = RandomForestClassifier(7, max_depth=4, random_state=0)
X, y = make_classification(60, FEATURES, n_informative=4, n_classes=3, random_state=0)
frozen = FrozenEstimator(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y))

CASES = [
    *(Case(CalibratedClassifierCV(svc, method=m, ensemble=e, cv=3), d)
      for m in ("sigmoid", "isotonic") for e in (True, False) for d in LABELS),
    *(Case(CalibratedClassifierCV(svc, method=m, ensemble=e, cv=3), d) for m in TEMPERATURE
      for e in (True, False) for d in ("binary strings", "multiclass")),
    *(Case(CalibratedClassifierCV(e, method=m, cv=3), d) for e in (forest, GaussianNB()) for m in METHODS
      for d in ("binary", "multiclass strings")),
    *(Case(CalibratedClassifierCV(frozen, method=m), "multiclass") for m in METHODS),
]  # fmt: skip
