"""Verifies a service's chain: `verification.verify` is the whole check, and the other modules are its parts."""
