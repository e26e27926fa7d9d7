"""The pages of `landfall ui` in a browser."""
