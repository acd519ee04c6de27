"""Reading saved estimators: what is trusted, and what is found out about damaged files."""

from __future__ import annotations

import io
import json
import pickle
import zipfile

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skl2tflite.cli.estimators import read_estimator
from skl2tflite.cli.integrity import check_sound
from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError

X, Y = make_classification(200, 5, random_state=0)


class Bomb:
    """Pickled, it says where it went off."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def unknown_function(X):
    return X


class TestPickles:
    @pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".joblib", ".PKL"])
    def test_nothing_is_loaded_without_consent(self, run, tmp_path, suffix):
        path = tmp_path / f"model{suffix}"
        path.write_bytes(pickle.dumps(Bomb(tmp_path / "boom")))
        run("convert", path).fails("--trust-pickle", "any code")
        assert not (tmp_path / "boom").exists()

    @pytest.mark.parametrize("dump", [joblib.dump, lambda e, path: path.write_bytes(pickle.dumps(e))])
    def test_consent(self, tmp_path, dump):
        dump(LogisticRegression().fit(X, Y), tmp_path / "model.pkl")
        assert isinstance(read_estimator(tmp_path / "model.pkl", trust_pickle=True), LogisticRegression)

    @pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps(LogisticRegression())[:-20]])
    def test_damaged(self, run, tmp_path, content):
        (tmp_path / "model.pkl").write_bytes(content)
        run("convert", tmp_path / "model.pkl", "--trust-pickle").fails("model.pkl cannot be loaded")

    @pytest.mark.parametrize("value", [{"a": 1}, LogisticRegression, [LogisticRegression()], None])
    def test_something_else(self, run, tmp_path, value):
        joblib.dump(value, tmp_path / "model.pkl")
        run("convert", tmp_path / "model.pkl", "--trust-pickle").fails("not a scikit-learn estimator")

    def test_another_version_of_scikit_learn(self, run, tmp_path, monkeypatch):
        estimator = LogisticRegression().fit(X, Y)
        monkeypatch.setattr("sklearn.base.__version__", "1.2.3")
        joblib.dump(estimator, tmp_path / "old.joblib")
        monkeypatch.undo()
        done = run("convert", tmp_path / "old.joblib", "--trust-pickle")
        done.succeeds("Wrote")
        (line,) = done.stderr.splitlines()
        assert line.startswith("warning: ")
        assert "it was saved by scikit-learn 1.2.3, and" in line
        assert "convert it where 1.2.3 is, or fit it again" in line

    def test_what_another_version_cannot_load(self, run, tmp_path, monkeypatch):
        """Parts fail before scikit-learn warns: the version is found in the bytes."""
        monkeypatch.setattr("sklearn.base.__version__", "1.2.3")
        content = pickle.dumps(DecisionTreeClassifier().fit(X, Y))
        skops.io.dump(DecisionTreeClassifier().fit(X, Y), tmp_path / "old.skops")
        monkeypatch.undo()
        (tmp_path / "old.pkl").write_bytes(content.replace(b"sklearn.tree._tree", b"sklearn.tree._gone"))

        def damage(schema):
            del schema["content"]["content"]["max_depth"]["content"]

        path = _rewritten(tmp_path / "old.skops", tmp_path / "older.skops", damage)
        hint = "it was saved by scikit-learn 1.2.3, and"
        run("convert", tmp_path / "old.pkl", "--trust-pickle").fails("old.pkl cannot be loaded", "_gone", hint)
        run("convert", path).fails("older.skops cannot be loaded", hint)

    def test_what_another_version_lacks(self, run, saved, tmp_path, monkeypatch):
        """The estimator's own exception is quoted, with the version that saved it."""
        estimator = make_pipeline(SimpleImputer(), LogisticRegression()).fit(X, Y)
        del vars(estimator[0])["statistics_"]
        monkeypatch.setattr("sklearn.base.__version__", "1.2.3")
        joblib.dump(estimator, tmp_path / "old.joblib")
        monkeypatch.undo()
        np.savetxt(tmp_path / "rows.csv", X, delimiter=",")
        done = run("convert", tmp_path / "old.joblib", "--trust-pickle", "--data", tmp_path / "rows.csv")
        assert done.status == 2
        for part in ("fails by itself (in its SimpleImputer)", "statistics_", "it was saved by scikit-learn 1.2.3"):
            assert part in done.stderr

    def test_trees_that_another_version_fitted(self, run, tmp_path, monkeypatch):
        tree = DecisionTreeClassifier(max_depth=3).fit(X, Y)
        tree.tree_.value[:] *= tree.tree_.n_node_samples[:, np.newaxis, np.newaxis]
        monkeypatch.setattr("sklearn.base.__version__", "1.3.2")
        joblib.dump(tree, tmp_path / "old.joblib")
        monkeypatch.undo()
        done = run("convert", tmp_path / "old.joblib", "--trust-pickle")
        assert done.status == 2
        assert "was fitted by scikit-learn 1.3.2 and gives other answers" in done.stderr


class TestSkops:
    def test_unknown_types_are_named(self, run, tmp_path):
        name = f"{__name__}.unknown_function"
        skops.io.dump(FunctionTransformer(unknown_function).fit(X), tmp_path / "model.skops")
        run("inspect", tmp_path / "model.skops").fails(name, f"--trust-type {name}")
        estimator = read_estimator(tmp_path / "model.skops", trusted_types=[name])
        assert estimator.func is unknown_function

    def test_truncated(self, run, saved, tmp_path):
        content = (saved / "model.skops").read_bytes()
        for cut in (0, 10, len(content) // 2, len(content) - 5):
            (tmp_path / "cut.skops").write_bytes(content[:cut])
            run("convert", tmp_path / "cut.skops").fails("cut.skops")

    def test_a_zip_archive_of_something_else(self, run, tmp_path):
        with zipfile.ZipFile(tmp_path / "other.skops", "w") as archive:
            archive.writestr("readme.txt", "hello")
        run("convert", tmp_path / "other.skops").fails("other.skops")

    def test_nonsense_within(self, run, saved, tmp_path):
        def mutate(schema):
            schema["content"]["content"].pop("steps")
            schema["protocol"] = 99

        path = _rewritten(saved / "model.skops", tmp_path / "bad.skops", mutate)
        run("convert", path).fails("bad.skops cannot be loaded")

    def test_skops_is_missing(self, saved, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "skops", None)
        with pytest.raises(MissingDependencyError, match=r"pip install 'skl2tflite\[skops\]'"):
            read_estimator(saved / "model.skops")


def test_unknown_suffix(run, saved):
    run("convert", saved / "rows.csv").fails("rows.csv", ".skops")
    with pytest.raises(InvalidInputError, match=r"\.skops"):
        read_estimator(saved / "model.tflite")


class TestSoundness:
    """Files of trusted types whose numbers would lead compiled code astray."""

    @staticmethod
    def damaged_tree(**changes):
        tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y)
        state = tree.tree_.__getstate__()
        for field, (node, value) in changes.items():
            if field == "node_count":
                state[field] = value
            else:
                state["nodes"][field][node] = value
        tree.tree_.__setstate__(state)
        return tree

    @pytest.mark.parametrize(
        "change",
        [
            {"left_child": (0, 10**6)},
            {"right_child": (0, -7)},
            {"left_child": (1, 0)},
            {"feature": (0, 5)},
            {"feature": (0, -5)},
            {"node_count": (0, 10**6)},
            {"node_count": (0, 0)},
        ],
    )
    def test_trees(self, change):
        with pytest.raises(InvalidFileError, match=r"sklearn\.tree\._tree\.Tree"):
            check_sound(self.damaged_tree(**change))

    def test_trees_within_a_forest(self):
        forest = RandomForestClassifier(3, random_state=0).fit(X, Y)
        check_sound(forest)
        forest.estimators_[1] = self.damaged_tree(left_child=(0, 10**6))
        with pytest.raises(InvalidFileError):
            check_sound({"a": [forest]})

    def test_trees_for_more_features(self):
        tree = DecisionTreeClassifier().fit(X, Y)
        tree.n_features_in_ = 2
        with pytest.raises(InvalidFileError, match="features"):
            check_sound(tree)
        boosted = GradientBoostingClassifier(n_estimators=2).fit(X, Y)
        check_sound(boosted)
        boosted.n_features_in_ = 2
        with pytest.raises(InvalidFileError, match="features"):
            check_sound(boosted)

    @pytest.mark.parametrize("field", ["left", "right", "feature_idx"])
    def test_histogram_boosting(self, field):
        boosted = HistGradientBoostingClassifier(max_iter=2).fit(X, Y)
        check_sound(boosted)
        boosted._predictors[1][0].nodes[field][0] = 10**6
        with pytest.raises(InvalidFileError, match="TreePredictor"):
            check_sound(boosted)

    @pytest.mark.parametrize("algorithm", ["kd_tree", "ball_tree"])
    @pytest.mark.parametrize("place", [1, 6])
    def test_neighbours(self, algorithm, place):
        neighbours = KNeighborsClassifier(algorithm=algorithm).fit(X, Y)
        check_sound(neighbours)
        state = list(neighbours._tree.__getstate__())
        if place == 1:
            state[1] = state[1] + 10**6
        else:
            state[6] = 10**6
        neighbours._tree.__setstate__(tuple(state))
        with pytest.raises(InvalidFileError):
            check_sound(neighbours)

    def test_sparse_matrices(self):
        from scipy.sparse import csr_matrix

        matrix = csr_matrix(np.eye(3))
        check_sound([matrix])
        matrix.indices[0] = 10**6
        with pytest.raises(InvalidFileError, match="csr_matrix"):
            check_sound([matrix])

    def test_whole_way(self, run, tmp_path):
        skops.io.dump(self.damaged_tree(left_child=(0, 10**6)), tmp_path / "tree.skops")
        run("convert", tmp_path / "tree.skops").fails("tree.skops", "damaged")


def _rewritten(source, target, mutate):
    """Copy a .skops file with its schema changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "schema.json":
                schema = json.loads(data)
                mutate(schema)
                data = json.dumps(schema).encode()
            new.writestr(name, data)
    target.write_bytes(content.getvalue())
    return target
