import numpy as np
from sklearn.cluster import (
    AffinityPropagation,
    Birch,
    BisectingKMeans,
    FeatureAgglomeration,
    KMeans,
    MeanShift,
    MiniBatchKMeans,
)

from tests.estimators.case import Case

EXPANDED = "scikit-learn expands the squares, which costs it digits in float64; ours are differences"

CASES = [
    *(Case(KMeans(n, n_init=2, random_state=0), "multiclass") for n in (1, 8)),
    *(Case(KMeans(n, n_init=2, random_state=0), "far", oracle=1e-9, why=EXPANDED) for n in (1, 8)),
    Case(MiniBatchKMeans(5, n_init=2, random_state=0), "multiclass"),
    *(Case(BisectingKMeans(n, random_state=0), "multiclass") for n in (1, 9)),
    *(Case(BisectingKMeans(n, random_state=0), "far", oracle=1e-9, why=EXPANDED) for n in (1, 9)),
    Case(BisectingKMeans(6, bisecting_strategy="largest_cluster", init="k-means++", random_state=0), "regression"),
    Case(MeanShift(), "multiclass"),
    Case(MeanShift(bandwidth=2.0, cluster_all=False), "regression"),
    Case(AffinityPropagation(random_state=0), "multiclass"),
    Case(AffinityPropagation(max_iter=1, random_state=0), "multiclass", label="without centers"),
    Case(Birch(n_clusters=3, threshold=0.5), "multiclass"),
    Case(Birch(n_clusters=None, threshold=2.0, branching_factor=5), "regression"),
    Case(FeatureAgglomeration(3), "multiclass"),
    *(Case(FeatureAgglomeration(3, pooling_func=f), "multiclass") for f in (np.max, np.min, np.sum)),
]
