"""The `landfall` command."""
