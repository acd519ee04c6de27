"""The command line: ``skl2tflite convert | verify | inspect | bundle | supported | demo``."""
