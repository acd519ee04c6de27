"""Converters of estimators of other packages; the module of a package is imported once the package is."""
