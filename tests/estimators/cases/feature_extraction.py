from sklearn.feature_extraction.text import TfidfTransformer

from tests.estimators.case import Case

CASES = [
    *(Case(TfidfTransformer(norm=n, use_idf=i, sublinear_tf=s), "term counts")
      for n in ("l1", "l2", None) for i, s in ((True, False), (True, True), (False, True))),
    Case(TfidfTransformer(smooth_idf=False), "term counts"),
]  # fmt: skip
