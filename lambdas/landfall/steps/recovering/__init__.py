"""Finds deployments whose execution is gone, and takes them over."""
