"""The command line: ``skl2tflite demo | convert | verify | inspect | supported``."""
