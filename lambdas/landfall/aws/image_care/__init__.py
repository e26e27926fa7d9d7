"""Reads who uses images, and deletes those that nobody needs."""
