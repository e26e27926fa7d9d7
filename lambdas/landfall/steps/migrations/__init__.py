"""Starts a migration, and looks at its task."""
