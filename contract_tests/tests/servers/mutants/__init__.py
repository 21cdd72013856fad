"""Deliberate defects, one module for each kind."""
