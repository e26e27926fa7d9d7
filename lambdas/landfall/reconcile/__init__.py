"""Finds problems that no deployment reported, such as a lost push. Pure; `lambdas/reconcile.py` is the step."""

from __future__ import annotations

from datetime import timedelta

LOOK_EVERY = timedelta(minutes=15)
"""How often the schedule invokes the reconciler."""
