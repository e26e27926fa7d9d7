"""The pipeline stack, and the stack that watches it."""
