"""Legitimate differences: everything the page says holds, what we assume may not."""
