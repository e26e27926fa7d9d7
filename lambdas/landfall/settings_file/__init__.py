"""Reads services.toml into the classes of `landfall.settings`.

Every error names the line, the key and the way out.
"""
