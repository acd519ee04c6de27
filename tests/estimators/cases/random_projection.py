from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from tests.estimators.case import Case

CASES = [
    Case(kind(n_components=n, compute_inverse_components=inverse, random_state=0), "multiclass")
    for kind in (GaussianRandomProjection, SparseRandomProjection)
    for n, inverse in ((3, False), (5, True))
]
