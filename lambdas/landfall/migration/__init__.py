"""Decides about a migration: a one-off task of the new revision that runs before the service is updated.

Pure: the steps run the task and read what became of it. A migration is started once. Where nobody can know whether it
ran, it is never started again.
"""
