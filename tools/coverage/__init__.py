"""Branch coverage of the pure core by the unit tests. Each gap needs a test or a reason."""
