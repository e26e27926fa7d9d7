"""Decides whether a caller may abort a deployment, and how the record names the caller.

Pure: the function behind the URL reads the record, calls this package, writes what it returns and stops the execution.
The recovery then rolls back.
"""
