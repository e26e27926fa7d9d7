"""The pages of `landfall ui`, asked without a network."""
