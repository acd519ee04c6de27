from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    GammaRegressor,
    HuberRegressor,
    Lars,
    LarsCV,
    Lasso,
    LassoCV,
    LassoLars,
    LassoLarsCV,
    LassoLarsIC,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLasso,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    PassiveAggressiveClassifier,
    PassiveAggressiveRegressor,
    Perceptron,
    PoissonRegressor,
    QuantileRegressor,
    RANSACRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDClassifier,
    SGDOneClassSVM,
    SGDRegressor,
    TheilSenRegressor,
    TweedieRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import Case

LABELS = ("binary", "binary strings", "binary booleans", "multiclass", "multiclass strings", "multiclass gaps",
          "multiclass floats")  # fmt: skip
LOSSES = ("hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber",
          "epsilon_insensitive", "squared_epsilon_insensitive")  # fmt: skip
NOISE = 1e-8
WHY = "scikit-learn's log(1 - p) is rounded to 1e-16 / (1 - p): 2e-8 measured where p is 1 - 1e-8"

REGRESSORS = [
    *(Case(LinearRegression(fit_intercept=i), d) for i in (True, False)
      for d in ("regression", "multioutput regression")),
    Case(LinearRegression(positive=True), "regression"),
    *(Case(Ridge(fit_intercept=i), d) for i in (True, False) for d in ("regression", "multioutput regression")),
    *(Case(estimator, "multioutput regression") for estimator in (
        RidgeCV(), Lasso(), ElasticNet(), Lars(), LassoLars(), OrthogonalMatchingPursuit(n_nonzero_coefs=3),
        MultiTaskElasticNet(), MultiTaskElasticNetCV(alphas=[0.1, 1.0], cv=3), MultiTaskLasso(),
        MultiTaskLassoCV(alphas=[0.1, 1.0], cv=3), RANSACRegressor(random_state=0),
    )),
    *(Case(estimator, "regression") for estimator in (
        ARDRegression(), BayesianRidge(), BayesianRidge(fit_intercept=False), ElasticNet(l1_ratio=0.2),
        ElasticNetCV(alphas=[0.1, 1.0], cv=3), HuberRegressor(), Lars(), LarsCV(cv=3), Lasso(fit_intercept=False),
        LassoCV(alphas=[0.1, 1.0], cv=3), LassoLars(alpha=0.1), LassoLarsCV(cv=3), LassoLarsIC(),
        OrthogonalMatchingPursuit(), OrthogonalMatchingPursuitCV(cv=3), PassiveAggressiveRegressor(random_state=0),
        QuantileRegressor(quantile=0.8, alpha=0.01), RANSACRegressor(random_state=0),
        RANSACRegressor(make_pipeline(StandardScaler(), Ridge()), min_samples=20, random_state=0),
        RidgeCV(), SGDRegressor(random_state=0),
        SGDRegressor(loss="huber", fit_intercept=False, random_state=0), TheilSenRegressor(random_state=0),
        TweedieRegressor(power=0), TweedieRegressor(power=-1, link="identity"),
    )),
    *(Case(estimator, "counts") for estimator in (
        PoissonRegressor(), PoissonRegressor(fit_intercept=False), TweedieRegressor(power=1.5),
        TweedieRegressor(power=1.2, link="log", alpha=0.1), TweedieRegressor(power=0, link="log", alpha=10),
    )),
    *(Case(estimator, "amounts") for estimator in (
        GammaRegressor(), GammaRegressor(alpha=0.1, fit_intercept=False), TweedieRegressor(power=3),
    )),
]  # fmt: skip

CLASSIFIERS = [
    *(Case(LogisticRegression(max_iter=1000), d) for d in LABELS),
    Case(LogisticRegression(fit_intercept=False, max_iter=1000), "multiclass"),
    Case(LogisticRegression(solver="liblinear"), "binary strings"),
    Case(LogisticRegressionCV(Cs=3, cv=2, max_iter=1000), "binary"),
    Case(LogisticRegressionCV(Cs=3, cv=2, max_iter=1000), "multiclass strings"),
    *(Case(RidgeClassifier(), d) for d in (*LABELS, "multilabel")),
    *(Case(RidgeClassifierCV(), d) for d in ("binary booleans", "multiclass gaps", "multilabel")),
    *(Case(Perceptron(random_state=0), d) for d in ("binary", "multiclass strings")),
    *(Case(PassiveAggressiveClassifier(random_state=0), d) for d in ("binary", "multiclass gaps")),
    *(Case(SGDClassifier(loss=loss, random_state=0), d, oracle=NOISE, why=WHY)
      for loss in LOSSES for d in ("binary", "multiclass")),
    *(Case(make_pipeline(StandardScaler(), SGDClassifier(loss=loss, random_state=0)), d, oracle=NOISE, why=WHY)
      for loss in ("log_loss", "modified_huber") for d in ("binary strings", "multiclass gaps")),
]  # fmt: skip

OUTLIERS = [Case(SGDOneClassSVM(nu=nu, random_state=0), "regression") for nu in (0.1, 0.5)]

CASES = [*REGRESSORS, *CLASSIFIERS, *OUTLIERS]
