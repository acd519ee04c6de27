"""Formulas that scikit-learn's estimators share, written so that float32 keeps their digits."""
