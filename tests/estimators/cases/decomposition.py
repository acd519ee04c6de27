from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.estimators.case import Case

CASES = [
    *(Case(PCA(n, whiten=w, random_state=0), data)
      for n, data in ((None, "regression"), (3, "regression"), (3, "multiclass"))
      for w in (True, False)),
    Case(PCA(6), "multiclass", methods=("transform", "inverse_transform"), label="a redundant feature"),
    Case(PCA(0.9), "regression"),
    *(Case(make_pipeline(StandardScaler(), PCA(3, whiten=w)), "multiclass") for w in (True, False)),
    *(Case(IncrementalPCA(3, whiten=w, batch_size=20), "multiclass") for w in (True, False)),
    *(Case(TruncatedSVD(n, random_state=0), data) for data in ("multiclass", "regression") for n in (1, 3)),
]  # fmt: skip
