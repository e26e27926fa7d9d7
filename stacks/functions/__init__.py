"""The Lambdas and state machines, and the rights of each."""
