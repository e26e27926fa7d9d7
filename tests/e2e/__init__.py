"""The real state machine on the local AWS: a package, so that its local AWS ends with it."""
