"""Gathers, exports and checks evidence, for the verbs."""
