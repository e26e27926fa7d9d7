"""Decides what a page says: pure functions of what was read and of the time."""
