from sklearn.neural_network import BernoulliRBM, MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import SKLEARN, Case

SMALL = {"hidden_layer_sizes": (8, 5), "max_iter": 60, "random_state": 0}

CASES = [
    *(Case(make_pipeline(StandardScaler(), MLPRegressor(activation=a, **SMALL)), d)
      for a in ("identity", "logistic", "tanh", "relu") for d in ("regression", "multioutput regression")),
    Case(MLPRegressor(hidden_layer_sizes=(), max_iter=60, random_state=0), "regression"),
    *(Case(make_pipeline(StandardScaler(), MLPClassifier(activation=a, **SMALL)), d)
      for a in ("identity", "logistic", "tanh", "relu") for d in ("binary strings", "multiclass", "multilabel")),
    *(Case(MLPClassifier(**SMALL), d) for d in ("binary booleans", "multiclass gaps", "multiclass strings")),
    Case(MLPClassifier(solver="lbfgs", hidden_layer_sizes=[], max_iter=20, random_state=0), "multiclass"),
    *(Case(BernoulliRBM(n, n_iter=3, random_state=0), "flags") for n in (1, 6)),
]  # fmt: skip
if SKLEARN >= (1, 7):
    CASES.append(Case(make_pipeline(StandardScaler(), MLPRegressor(loss="poisson", **SMALL)), "counts"))
