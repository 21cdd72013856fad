"""Whole servers side by side: the mock and its peers on one machine, under one load, in one run."""
