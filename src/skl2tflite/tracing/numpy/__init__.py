"""NumPy's functions and ufuncs, recorded on tensors."""
