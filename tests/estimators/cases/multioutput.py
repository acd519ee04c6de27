from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from tests.estimators.case import Case

logistic = make_pipeline(StandardScaler(), LogisticRegression())
forest = RandomForestClassifier(7, max_depth=4, random_state=0)

CASES = [
    *(Case(MultiOutputClassifier(e), d) for e in (logistic, forest)
      for d in ("multilabel", "multioutput integers")),
    *(Case(MultiOutputRegressor(e), "multioutput regression") for e in (
        Ridge(), RandomForestRegressor(5, max_depth=4, random_state=0))),
    Case(ClassifierChain(logistic), "multilabel"),
    Case(ClassifierChain(logistic, order=[2, 0, 1], chain_method="predict_proba"), "multilabel"),
    Case(ClassifierChain(logistic, order="random", chain_method="decision_function", random_state=1), "multilabel"),
    Case(ClassifierChain(GaussianNB(), order=[1, 2, 0], chain_method="predict_log_proba"), "multilabel"),
    Case(ClassifierChain(LinearSVC(random_state=0), order=[1, 2, 0]), "multilabel"),
    Case(ClassifierChain(forest), "multioutput integers", methods=("predict",)),
    Case(RegressorChain(LinearRegression()), "multioutput regression"),
    Case(RegressorChain(Ridge(), order=[2, 0, 1]), "multioutput regression"),
    Case(RegressorChain(RandomForestRegressor(5, max_depth=4, random_state=0), order=[1, 2, 0]),
         "multioutput regression"),
]  # fmt: skip
