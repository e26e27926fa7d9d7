"""The `landfall` command: a file per verb."""
