"""What bundles in typed languages share: names, rows as types, the numbers that a test expects."""
