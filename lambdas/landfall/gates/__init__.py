"""Judges a release at the gates of blue/green, canary and linear, by its traffic and the running release's."""
