"""Judges a release at the gates of blue/green, canary and linear: its traffic beside the running release's."""
