import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skl2tflite.forest.trees import Forest


def rows_at_thresholds(forest, rng, n_rows=400):
    """Rows whose values are thresholds of the forest and their float32 neighbours, or ordinary."""
    X = rng.normal(size=(n_rows, forest.n_features)).astype(np.float32)
    inner = ~forest.is_leaf
    for column in range(forest.n_features):
        cuts = forest.threshold[inner & (forest.feature == column)]
        if cuts.size:
            nearest = rng.choice(cuts, n_rows).astype(np.float32)
            step = rng.integers(-1, 2, n_rows)
            towards = np.where(step < 0, -np.inf, np.inf).astype(np.float32)
            X[:, column] = np.where(step == 0, nearest, np.nextafter(nearest, towards))
    return X


def chain(depth):
    """A tree in which every right child is a leaf, by the definition of the node tables."""
    n_nodes = 2 * depth + 1
    node = np.arange(n_nodes)
    inner = (node % 2 == 0) & (node < 2 * depth)
    return Forest(
        roots=np.array([0]),
        feature=np.where(inner, 0, -1).astype(np.int32),
        threshold=np.where(inner, -node.astype(float), -2.0),
        left=np.where(inner, node + 2, -1),
        right=np.where(inner, node + 1, -1),
        missing_left=np.zeros(n_nodes, dtype=bool),
        value=node[:, None].astype(float),
        n_features=1,
    )


def _data(n_rows=300, n_features=6, missing=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features))
    y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=n_rows) > 0).astype(int) + (X[:, 3] > 1)
    if missing:
        X[rng.random(X.shape) < 0.2] = np.nan
    return X.astype(np.float32), y


def fitted_trees(name):
    if name == "stumps":
        return RandomForestClassifier(7, max_depth=1, random_state=0).fit(*_data()).estimators_
    if name == "shallow":
        return RandomForestClassifier(9, max_depth=4, random_state=0).fit(*_data()).estimators_
    if name == "unlimited":
        return RandomForestClassifier(9, random_state=0).fit(*_data()).estimators_
    if name == "regressor":
        X, y = _data()
        return RandomForestRegressor(5, random_state=0).fit(X, X[:, 0] ** 2 + y).estimators_
    if name == "missing":
        return RandomForestClassifier(9, random_state=0).fit(*_data(missing=True)).estimators_
    if name == "single node":
        X, y = _data()
        return [DecisionTreeClassifier().fit(X, 0 * y), DecisionTreeRegressor(max_depth=2).fit(X, y)]
    raise ValueError(name)
