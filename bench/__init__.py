"""Benchmarks: what Landfall costs AWS and takes, counted; `make bench` runs them."""
