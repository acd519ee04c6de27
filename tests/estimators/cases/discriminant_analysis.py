from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from tests.estimators.case import Case

PROBABILITIES = ("predict_proba", "predict", "decision_function", "predict_log_proba")

CASES = [
    *(Case(LinearDiscriminantAnalysis(), d) for d in ("binary", "binary strings", "multiclass", "multiclass gaps")),
    Case(LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto"), "multiclass"),
    Case(LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.3, n_components=1), "multiclass strings"),
    Case(LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1), "multiclass"),
    Case(LinearDiscriminantAnalysis(n_components=1, priors=[0.6, 0.3, 0.1]), "multiclass"),
    *(Case(QuadraticDiscriminantAnalysis(reg_param=0.1), d) for d in ("binary", "multiclass", "multiclass strings")),
    Case(QuadraticDiscriminantAnalysis(reg_param=0.1), "far"),
    Case(QuadraticDiscriminantAnalysis(reg_param=0.3, priors=[0.2, 0.7, 0.1]), "multiclass"),
]
