"""Features of texts, dicts and images (:mod:`sklearn.feature_extraction`)."""
