"""What nobody looked at: what is found, and what is said of it. Pure; `lambdas/reconcile.py` is the step."""

from __future__ import annotations

from datetime import timedelta

LOOK_EVERY = timedelta(minutes=15)
"""How often the schedule invokes the reconciler."""
