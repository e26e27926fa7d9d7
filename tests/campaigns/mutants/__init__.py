"""Mutation testing of the pure core: small changes to a decision, each of which some unit test must notice."""
