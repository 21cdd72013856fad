"""Servers that keep every line of the page, each in the habits of its own stack, behind slow and bad connections."""
