"""A classifier and a network from scikit-learn, trained further with Keras on rows of a sensor that has drifted.

Needs Keras and TensorFlow: ``pip install 'skl2tflite[keras]'``.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

import keras
import skl2tflite


def main() -> None:
    """Print the loss on the new rows, at scikit-learn's optimum and after ten epochs."""
    X, y = load_iris(return_X_y=True)
    drifted = (X + np.array([0.5, -0.5, 1.0, 0.5])).astype(np.float32)
    for estimator in (LogisticRegression(max_iter=500), MLPClassifier((8,), max_iter=1000, random_state=0)):
        estimator.fit(X, y)
        model = skl2tflite.to_keras(estimator, X, methods=["predict_proba"], trainable=True)
        model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy())
        before = model.evaluate({"X": drifted}, {"predict_proba": y}, verbose=0)
        model.fit({"X": drifted}, {"predict_proba": y}, epochs=10, verbose=0)
        after = model.evaluate({"X": drifted}, {"predict_proba": y}, verbose=0)
        print(f"{type(estimator).__name__}: loss {before:.2f}, after training {after:.2f}")


if __name__ == "__main__":
    main()
