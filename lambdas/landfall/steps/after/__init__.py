"""The step of an after-check: its reads, the call, and the record of the answer."""
