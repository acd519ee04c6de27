"""Stand-ins for NumPy: its functions and ufuncs, recorded on tensors."""
