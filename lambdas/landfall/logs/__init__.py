"""Judges task logs: which lines are errors, and whether a release logs more errors than its baseline.

It never calls CloudWatch.
"""
