"""Ways to damage a file. Each is a function of a seed and a source of random numbers that gives bytes and what it did."""
