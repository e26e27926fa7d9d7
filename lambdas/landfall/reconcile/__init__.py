"""Finds problems that no deployment reported, such as a lost push. Pure; `lambdas/reconcile.py` is the step."""

from __future__ import annotations

from datetime import timedelta

LOOK_EVERY = timedelta(minutes=15)
"""How often the schedule invokes the reconciler."""
LONGEST = timedelta(minutes=14)
"""The timeout of the function. A run is over before the next one begins, and Lambda allows 15 minutes."""
BUDGET = timedelta(minutes=12)
"""After this time the reconciler begins with no other services. The other two minutes are for those that it has begun
with, and for telling people what was found."""
