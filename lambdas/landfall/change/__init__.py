"""What changes: the new revision, the update, and the way back.

Computes what to send to ECS; it never sends anything.
"""
