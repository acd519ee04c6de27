"""What is computed between the rows of an input and fitted points: kernels and neighbours, users' own included."""
