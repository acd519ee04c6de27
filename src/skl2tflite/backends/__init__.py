"""What writes graphs for a runtime, one package for each file format."""
