"""A chain of records, tampered with in a thousand ways: every one must be found."""
