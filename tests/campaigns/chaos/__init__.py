"""Seeded random deployments on the local AWS, with faults in them, and the laws after each."""
