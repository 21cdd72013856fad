"""What the API promises, read from schemas/ without the mock's help."""
