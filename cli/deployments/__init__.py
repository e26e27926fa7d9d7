"""Starts deployments and follows them, for the verbs."""
