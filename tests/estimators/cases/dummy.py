from sklearn.dummy import DummyClassifier, DummyRegressor

from tests.estimators.case import Case

LABELS = ("binary strings", "multiclass gaps", "multilabel", "multioutput integers", "multioutput", "multiclass floats")
EXACT = ("predict",)

CASES = [
    *(Case(DummyClassifier(strategy=s), d, exact=EXACT) for s in ("prior", "most_frequent") for d in LABELS),
    Case(DummyClassifier(strategy="constant", constant=40), "multiclass gaps", exact=EXACT),
    Case(DummyClassifier(strategy="constant", constant=["good"]), "binary strings", exact=EXACT),
    Case(DummyClassifier(strategy="constant", constant=[1, 5]), "multioutput integers", exact=EXACT),
    Case(DummyClassifier(strategy="uniform"), "multiclass", methods=("predict_proba", "predict_log_proba")),
    *(Case(DummyRegressor(strategy=s), d) for s in ("mean", "median")
      for d in ("regression", "multioutput regression", "missing regression")),
    Case(DummyRegressor(strategy="quantile", quantile=0.8), "regression"),
    Case(DummyRegressor(strategy="constant", constant=[1.5, 2.0, -3.0]), "multioutput regression"),
]  # fmt: skip
