"""Checks that every response goes through, whichever probe asked for it."""
