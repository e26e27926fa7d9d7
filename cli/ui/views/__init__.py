"""Decides what a page says: pure functions of the data and the time."""
