"""Writes parts of the docs from the code."""
