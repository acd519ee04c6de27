from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from tests.estimators.case import Case

TYPES = ("full", "tied", "diag", "spherical")

EXPANDED = "scikit-learn expands the squares, which costs it digits in float64; ours are differences"

CASES = [
    *(Case(GaussianMixture(3, covariance_type=t, reg_covar=1e-2, random_state=0), "multiclass") for t in TYPES),
    *(Case(GaussianMixture(2, covariance_type=t, reg_covar=1e-2, random_state=0), "regression") for t in TYPES),
    *(Case(BayesianGaussianMixture(n_components=3, covariance_type=t, reg_covar=1e-2, max_iter=500, random_state=0),
           "multiclass") for t in TYPES),
    Case(BayesianGaussianMixture(n_components=2, weight_concentration_prior_type="dirichlet_distribution",
                                 random_state=0), "regression"),
    Case(GaussianMixture(1, random_state=0), "regression"),
    Case(GaussianMixture(2, covariance_type="diag", random_state=0), "far", oracle=1e-9, why=EXPANDED),
]  # fmt: skip
