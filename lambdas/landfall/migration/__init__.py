"""Decides about a migration: a one-off task of the new revision that runs before the service is updated.

Pure: the steps run the task and read how it ended. A migration is started once. If nobody can know whether it ran, it
is never started again.
"""
