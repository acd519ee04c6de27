"""Backends, one package for each file format: they write graphs as files, and run these."""
