from sklearn.manifold import Isomap, LocallyLinearEmbedding

from tests.estimators.case import Case

CASES = [
    *(Case(Isomap(n_neighbors=k, n_components=c, **p), data)
      for k, c, p, data in ((5, 2, {}, "regression"), (8, 3, {"metric": "manhattan"}, "multiclass"))),
    Case(Isomap(n_neighbors=None, radius=3.5), "regression"),
    *(Case(LocallyLinearEmbedding(n_neighbors=k, n_components=2, random_state=0, reg=reg), "regression")
      for k, reg in ((4, 1e-3), (6, 1e-1))),
    *(Case(LocallyLinearEmbedding(n_neighbors=k, method=m, eigen_solver="dense"), "regression")
      for k, m in ((12, "standard"), (12, "modified"), (8, "ltsa"))),
]  # fmt: skip
