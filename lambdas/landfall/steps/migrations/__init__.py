"""Starts a migration, and looks at what becomes of it."""
