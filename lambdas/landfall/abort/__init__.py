"""Decides whether a caller may abort a deployment, and keeps who did in the record.

Pure: the function behind the URL reads the record, calls this package, writes what it returns and stops the execution.
Going back is the recovery's business.
"""
