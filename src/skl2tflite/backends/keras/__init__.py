"""Keras models, made of stock layers and operations alone, so that Keras loads them without this package.

Only :mod:`skl2tflite.keras_road` imports this, and only when it is called: importing Keras takes seconds.
"""
