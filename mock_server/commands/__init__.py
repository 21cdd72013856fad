"""Somebody's command run against a mock, not one character edited: its environment, its process, how it ended.

Knows neither Flask nor a server: a mock is a base URL, a TLS address, a proxy and a key.
"""
