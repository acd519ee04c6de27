from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import laplacian_kernel
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelPropagation, LabelSpreading, SelfTrainingClassifier

from tests.estimators.case import Case

CASES = [
    *(Case(SelfTrainingClassifier(e), "partly labelled") for e in (
        GaussianNB(), make_pipeline(StandardScaler(), LogisticRegression()))),
    *(Case(kind(gamma=g), d, oracle=1e-9, why="scikit-learn expands squared distances")
      for kind in (LabelPropagation, LabelSpreading) for g in (0.05, 20)
      for d in ("partly labelled", "partly labelled, standardized")),
    *(Case(kind(kernel=laplacian_kernel), "partly labelled, standardized")
      for kind in (LabelPropagation, LabelSpreading)),
    *(Case(kind(kernel="knn", n_neighbors=5), "partly labelled") for kind in (LabelPropagation, LabelSpreading)),
]  # fmt: skip
