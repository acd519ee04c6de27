"""Fuzzing: what damaged and hostile files do to the package, in processes of their own. See README.md beside this."""
