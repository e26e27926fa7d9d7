"""The step of an after-check: what is read for it, the call, and what is written down."""
