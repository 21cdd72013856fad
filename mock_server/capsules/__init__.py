"""Capsules: one file that reproduces a session, without its secrets."""
