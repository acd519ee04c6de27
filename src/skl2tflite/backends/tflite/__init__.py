"""TensorFlow Lite files: what runtimes can execute, lowering, writing, reading and checking."""
