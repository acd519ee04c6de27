from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression

from tests.estimators.case import Case

TARGETS = "multioutput regression"

CASES = [
    *(Case(PLSRegression(n_components=n), d) for n in (1, 3) for d in ("regression", TARGETS)),
    Case(PLSRegression(scale=False), TARGETS),
    Case(PLSRegression(), "far"),
    *(Case(kind(n_components=n), TARGETS) for kind in (CCA, PLSCanonical, PLSSVD) for n in (1, 2)),
    Case(PLSCanonical(scale=False, algorithm="svd"), TARGETS),
    Case(PLSSVD(scale=False), TARGETS),
]
