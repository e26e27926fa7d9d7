"""The `landfall` command: one file per verb."""
