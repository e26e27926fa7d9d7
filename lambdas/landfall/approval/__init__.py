"""Decides about a sign-off: who a caller is, whether an answer counts, and whether the deployment may go on.

Pure: the function behind the URL and the machine's looks read the record, call this package and write what it returns.
"""
