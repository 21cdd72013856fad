"""Legitimate differences."""
