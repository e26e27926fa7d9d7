"""The partitions of Landfall's tables that belong to no service. A service's name begins with a letter."""

from __future__ import annotations

UNKNOWN_SERVICE = "_unknown"
"""The ledger's records of requests for a service that is not configured."""
CHAINS = "_chain"
"""The ledger's HEADs, one for each service; in the report bucket a folder of each service's anchors."""
FINDINGS = "_finding"
"""The reconciler's findings, in the ledger's table."""
TURNS = "_turn"
"""Where the reconciler's next run begins, in the ledger's table."""
WAKES = "_wake"
"""The task tokens that wake deployments which wait for a sign-off, one for each service, in the ledger's table."""
REQUESTS = "_asked:"
"""The requests that were recorded before their builds, in the ledger's table: this, and a service's name."""
EVERY_SERVICE = "_all"
"""The freeze of all services, in the freeze table."""
