"""Takes the answers to a sign-off, and writes them into the record."""
