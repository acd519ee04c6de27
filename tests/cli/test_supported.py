"""The list of what converts."""

from __future__ import annotations

import json

import pytest
from sklearn.utils import all_estimators


def test_every_estimator_of_scikit_learn_is_named_once(run):
    found = json.loads(run("supported", "--json").stdout)
    names = [entry["estimator"] for entry in found if entry["module"].startswith("sklearn.")]
    assert {name for name, _ in all_estimators()} <= set(names)
    assert len(names) == len(set(names))


def test_table(run):
    run("supported").succeeds("sklearn.linear_model", "LogisticRegression", "decision_function", "do not:", "DBSCAN")


def test_every_entry_has_methods_or_a_reason(run):
    for entry in json.loads(run("supported", "--json").stdout):
        assert bool(entry["exact"] or entry["close"] or entry["delegates"]) != bool(entry["reason"]), entry


def test_one_estimator_in_any_spelling(run):
    run("supported", "standardscaler").succeeds("sklearn.preprocessing.StandardScaler", "transform")
    run("supported", "sklearn.preprocessing.StandardScaler").succeeds("inverse_transform")
    assert json.loads(run("supported", "StandardScaler", "--json").stdout)["exact"][0] == "transform"


def test_of_two_packages_of_the_same_name(run):
    run("supported", "targetencoder").succeeds("sklearn.preprocessing.TargetEncoder")
    run("supported", "category_encoders.TargetEncoder").succeeds("category_encoders.TargetEncoder")


def test_unknown_name(run):
    run("supported", "LogisticRegresion").fails("'LogisticRegresion'", "is it LogisticRegression")
    run("supported", "qqqqqqqqqq").fails("there is no estimator 'qqqqqqqqqq'")


def test_estimator_without_converter(run):
    run("supported", "DBSCAN").fails("DBSCAN does not convert", "no predict for new ones")


def test_methods_that_do_not_convert_say_why(run):
    run("supported", "AdaBoostClassifier").succeeds("staged_predict", "each stage of the ensemble")


@pytest.mark.parametrize(
    ("package", "name"),
    [("sklego", "Thresholder"), ("sklego", "ZeroInflatedRegressor"), ("mlxtend", "EnsembleVoteClassifier")],
)
def test_meta_estimators_of_packages_say_that_they_do_not_convert(run, package, name):
    pytest.importorskip(package)
    run("supported", name).fails(f"{name} does not convert")
