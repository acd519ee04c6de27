"""Stand-ins for pandas: DataFrames, Series and what they offer, made of tensors."""
