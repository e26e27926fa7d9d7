"""Finds the release that is asked for, and opens the record of its deployment."""
