"""schemas/ as Python values: the one floor that reads it."""
