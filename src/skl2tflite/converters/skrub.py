"""skrub."""
