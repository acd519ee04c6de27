#!/usr/bin/env bash
# The guess: keras.ops.add(a, b) broadcasts as NumPy does on every backend, and so does a + b of Keras tensors.
# What happens: on the TensorFlow backend a second operand with one axis longer than 1, whose length is that of the first
# operand's second or last axis, becomes the operand of tf.nn.bias_add, wherever that axis stands. A column of shape
# (3, 1) added to (n, 3, 3) is added along the last axis: other numbers, no error. A batch of no rows raises an error.
# subtract, and add with its operands exchanged, are right.
# Versions: Keras 3.15.1 on TensorFlow 2.21.0 (keras/src/backend/tensorflow/numpy.py, "Special case of `tf.add`").
# What a converter must do: give add operands of the same number of axes in an order, or a spelling (x - (-b)), that this
# case does not match, and test sums of three axes on this backend.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

print("Keras", keras.__version__, "on", keras.backend.backend())
a = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
column = np.array([[100], [200], [300]], dtype=np.float32)
added = np.asarray(keras.ops.add(a, column))
print("NumPy:", (a + column)[0].tolist())
print("Keras:", added[0].tolist())
assert not np.array_equal(added, a + column)
assert np.array_equal(added, a + column[:, 0])  # along the last axis
assert np.array_equal(np.asarray(keras.ops.add(column, a)), a + column)
assert np.array_equal(np.asarray(keras.ops.subtract(a, -column)), a + column)
PYTHON
