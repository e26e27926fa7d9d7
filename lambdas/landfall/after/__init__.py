"""Decides about an after-check: a function of the service's owner that accepts or refuses a proven release.

Pure: the steps call the function and record its answer. A missing answer never counts as a yes or as a no.
"""
