"""Text that Landfall did not write, and patterns to search it with. Decides nothing about a release."""
