from sklearn.manifold import Isomap, LocallyLinearEmbedding

from tests.estimators.case import Case

CASES = [
    *(Case(Isomap(n_neighbors=k, n_components=c, **p), data)
      for k, c, p, data in ((5, 2, {}, "regression"), (8, 3, {"metric": "manhattan"}, "multiclass"))),
    *(Case(LocallyLinearEmbedding(n_neighbors=k, n_components=2, random_state=0, reg=reg), "regression")
      for k, reg in ((4, 1e-3), (6, 1e-1))),
]  # fmt: skip
