"""Reads a signed request to one of Landfall's function URLs: the caller as AWS identifies them, and what they ask.

Pure. It decides nothing about sign-offs or aborts: their packages do.
"""
