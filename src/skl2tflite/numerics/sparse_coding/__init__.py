"""Codes of rows in a dictionary of atoms, one module for each algorithm that finds them."""
