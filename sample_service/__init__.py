"""The sample service: a small real API that Landfall deploys in its demo and its tests.

It behaves like a good service behind a load balancer: it reports its commit, liveness and readiness. In an image with a
fault it misbehaves in one chosen way (see faults.py).
"""

__version__ = "1.0.0"
