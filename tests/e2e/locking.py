"""A service's lock, held by a test: what is deployed to the service meanwhile waits for its turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cli.clients import session
from landfall.aws.dynamodb.locks import Locks
from landfall.intake.lock import Lock
from local.stage.landfall_stage import Stage

LEASE_SECONDS = 3600


@contextmanager
def locked(stage: Stage, service: str) -> Iterator[None]:
    """Hold a free lock as an execution that Step Functions has forgotten, and whose lease is long."""
    tables = session().resource("dynamodb", endpoint_url=stage.aws.endpoint)
    locks = Locks(tables.Table(stage.pipeline["LockTableName"]))
    owner = stage.pipeline["StateMachineArn"].replace(":stateMachine:", ":execution:") + ":forgotten"
    wanted = Lock(service, owner, "held-by-a-test", 0, int(time.time()) + LEASE_SECONDS)
    held = locks.acquire(wanted, locks.read(service))
    assert held, f"somebody else has the lock of {service}"
    try:
        yield
    finally:
        locks.release(service, held.deployment_id, held.fence)
