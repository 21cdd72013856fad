"""Attacks on the mock, with figures of what came of them: `make attack`."""
