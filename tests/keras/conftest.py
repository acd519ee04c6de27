"""Tests that need Keras and TensorFlow: ``make test-keras`` runs them, in an environment of its own."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
collect_ignore_glob = [] if "TEST_KERAS" in os.environ else ["test_*.py"]
