"""Converters of scikit-learn's estimators, each in the module in which scikit-learn documents the estimator."""
