"""What is on record: the record of a deployment, what it says about its service, and what a recovery makes of it.

Never reads the table.
"""

YES = "yes"
"""The value of a record's `unfinished`, by which the sweep finds it."""
