"""What nobody looked at: what is found, and what is said of it. Pure; `lambdas/reconcile.py` is the step."""
