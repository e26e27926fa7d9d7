"""The limits of services."""

from __future__ import annotations

from landfall.settings import Limits
from local.settings import QUICK

AS_DOCUMENTED = {name: getattr(Limits(), name) for name in QUICK}
"""The limits that services have unless they say otherwise: nothing is shortened."""
