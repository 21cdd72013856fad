"""The version of this mock."""

__version__ = "0.1.0"
