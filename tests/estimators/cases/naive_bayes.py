from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB

from tests.estimators.case import Case

LABELS = ("binary strings", "multiclass", "multiclass gaps")

CASES = [
    *(Case(GaussianNB(), d) for d in (*LABELS, "binary booleans", "far")),
    Case(GaussianNB(priors=[0.2, 0.5, 0.3], var_smoothing=1e-3), "multiclass strings"),
    *(Case(BernoulliNB(), d) for d in LABELS),
    Case(BernoulliNB(alpha=0.1, binarize=0.3, fit_prior=False), "multiclass"),
    Case(BernoulliNB(binarize=None), "flags"),
    *(Case(estimator, d) for estimator in (MultinomialNB(), ComplementNB(), ComplementNB(norm=True))
      for d in ("positive", "categories")),
    Case(MultinomialNB(alpha=0.01, class_prior=[0.1, 0.2, 0.7]), "positive"),
    Case(CategoricalNB(), "categories"),
    Case(CategoricalNB(alpha=0.01, fit_prior=False, min_categories=5), "categories"),
]  # fmt: skip
