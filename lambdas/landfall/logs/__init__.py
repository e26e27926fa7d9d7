"""What a service's tasks wrote: which lines are errors, and whether a release writes more of them than its baseline.

It never reads CloudWatch.
"""
