"""Builds images without Docker, and pushes them to the local registry."""
