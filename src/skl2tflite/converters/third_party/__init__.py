"""Converters of estimators of other packages, one module for each package."""
