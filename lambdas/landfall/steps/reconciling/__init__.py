"""One run of the reconciler: what it reads of each service, and what it does with what it finds."""
