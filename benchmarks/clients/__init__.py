"""Clients that generators make from the mock's own document, compiled and run against the mock: `make clients`."""
