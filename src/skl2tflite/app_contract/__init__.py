"""What an app has to know of a file to use it, in no language's own words: inputs, vocabularies, outputs, labels."""

from skl2tflite.app_contract.describe import describe
from skl2tflite.app_contract.json_schema import json_schema
from skl2tflite.app_contract.schema import AppContract, Feature, Golden, Input, Method, NoAnswer, Output

__all__ = ["AppContract", "Feature", "Golden", "Input", "Method", "NoAnswer", "Output", "describe", "json_schema"]
