from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from tests.estimators.case import Case

logistic = make_pipeline(StandardScaler(), LogisticRegression())
svc = make_pipeline(StandardScaler(), LinearSVC(random_state=0))

CASES = [
    *(Case(FixedThresholdClassifier(e), "binary") for e in (logistic, svc)),
    *(Case(FixedThresholdClassifier(logistic, threshold=0.7, pos_label=p), "binary strings")
      for p in (None, "good", "bad — schlecht")),
    *(Case(FixedThresholdClassifier(svc, threshold=0.4, pos_label=p), "binary strings")
      for p in (None, "good", "bad — schlecht")),
    Case(FixedThresholdClassifier(logistic, threshold=-0.5, response_method="decision_function"), "binary"),
    *(Case(TunedThresholdClassifierCV(e, cv=3), "binary") for e in (logistic, svc)),
    Case(TunedThresholdClassifierCV(logistic, cv=3, scoring=make_scorer(f1_score, pos_label="good")),
         "binary strings"),
]  # fmt: skip
