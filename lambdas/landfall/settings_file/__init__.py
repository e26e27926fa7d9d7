"""Reads services.toml into the classes of `landfall.settings`, and reports where it is wrong.

The line, the key, the way out.
"""
