"""What clients did."""

REQUESTS = "trackflow.requests"
"""The logger of requests, one line each, where they are asked for."""
