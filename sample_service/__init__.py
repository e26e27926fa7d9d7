"""The sample service: a small real API that Landfall deploys in its demo and its tests.

It behaves as any honest service behind a load balancer should (it says which commit it is, whether it lives,
whether it is ready) and, in an image built with a fault, it misbehaves in one chosen way (see faults.py).
"""

__version__ = "1.0.0"
