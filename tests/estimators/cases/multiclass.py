from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from tests.estimators.case import Case

logistic = make_pipeline(StandardScaler(), LogisticRegression())
svc = make_pipeline(StandardScaler(), SVC())
linear_svc = make_pipeline(StandardScaler(), LinearSVC(random_state=0))
forest = RandomForestClassifier(7, max_depth=4, random_state=0)

CASES = [
    *(Case(OneVsRestClassifier(DecisionTreeClassifier(max_depth=3, random_state=0)), d)
      for d in ("multiclass", "multiclass gaps")),
    *(Case(OneVsRestClassifier(logistic), d)
      for d in ("binary strings", "multiclass", "multiclass gaps", "multiclass strings", "multilabel", "rare label")),
    *(Case(OneVsRestClassifier(e), d) for e in (forest, GaussianNB()) for d in ("binary", "multiclass", "multilabel")),
    *(Case(OneVsRestClassifier(svc), d) for d in ("binary", "multiclass strings", "multilabel")),
    Case(OneVsRestClassifier(Ridge()), "multiclass"),
    *(Case(OneVsOneClassifier(e), d) for e in (logistic, svc, linear_svc, forest)
      for d in ("binary strings", "multiclass gaps")),
    Case(OneVsOneClassifier(Ridge()), "multiclass"),
    Case(OneVsOneClassifier(SVC(kernel="precomputed")), "kernel"),
    Case(OneVsRestClassifier(SVC(kernel="precomputed")), "kernel"),
    *(Case(OutputCodeClassifier(e, code_size=2, random_state=0), d) for e in (logistic, forest)
      for d in ("multiclass gaps", "multiclass strings", "binary")),
]  # fmt: skip
