"""Decides about an after-check: a function of the service's owner that has the last word on a proven release.

Pure: the steps call the function and write down what it said. No answer is never taken for a yes or for a no.
"""
