"""Reads a signed request to one of Landfall's function URLs: who AWS says the caller is, and what they ask.

Pure. It decides nothing about sign-offs or aborts: their packages do.
"""
