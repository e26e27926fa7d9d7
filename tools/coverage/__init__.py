"""Branch coverage of the pure core by the unit tests, where each gap has a test to come or a reason."""
