"""A release is held up while a freeze holds, and nothing is touched."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.intake.freeze import Freeze
from landfall.intake.request import moment
from landfall.partitions import EVERY_SERVICE
from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b


def frozen(service: str = "sample", **changes: Any) -> None:
    """Freeze a service."""
    made = Freeze(service, "a migration", "arn:aws:iam::123456789012:user/ann", "2026-01-02T03:00:00Z")
    standin.freezes().put_item(Item=asdict(replace(made, **changes)))


def preflight(**changes: Any) -> Any:
    """Invoke Preflight for a release."""
    return machine.invoke("preflight", {"release": asdict(b.release(**changes))})["verdict"]


@pytest.mark.parametrize("service", ["sample", EVERY_SERVICE])
def test_a_frozen_service_is_not_released_to(live: str, site: Site, service: str) -> None:
    """Nor is anything looked at: neither ECS nor the service is asked."""
    frozen(service)
    asked = list(site.asked)
    verdict = preflight()
    assert (verdict["state"], verdict["code"]) == ("FAIL", "FROZEN")
    assert "user/ann" in verdict["reason"]
    assert site.asked == asked


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "fresh"},
        {"until": "2026-01-02T03:00:01Z"},
        {"lifted_at": "2026-01-02T03:00:01Z"},
    ],
    ids=["another service's", "over", "lifted"],
)
def test_a_freeze_that_is_none(live: str, changes: dict[str, str]) -> None:
    """Another service's, one that ended by itself, one that was lifted."""
    frozen(**changes)
    assert preflight()["code"] == "READY"


def test_an_end_that_is_to_come_holds(live: str) -> None:
    """By the clock of the step."""
    frozen(until=moment(datetime.now(UTC) + timedelta(hours=1)))
    assert preflight()["code"] == "FROZEN"


def test_a_freeze_that_comes_while_preflight_looks(live: str, site: Site) -> None:
    """It is looked for once more when all has been looked at: a slow service is a long time to freeze in."""
    site.when_asked = frozen
    assert preflight()["code"] == "FROZEN"


def test_a_freeze_that_comes_while_a_release_waits(live: str) -> None:
    """What waits for its turn is not past the freeze: it is looked for after the lock is taken."""
    machine.locked(b.release())
    frozen()
    assert preflight()["code"] == "FROZEN"


def test_a_rollback_by_hand_goes_through(live: str) -> None:
    """It goes to what was proven."""
    frozen()
    assert preflight(intent="rollback")["code"] == "READY"


def test_an_item_that_somebody_wrote_by_hand_holds_all_the_same(live: str) -> None:
    """Whatever is missing in it, or no text: in doubt nothing is released, and nothing breaks."""
    standin.freezes().put_item(Item={"service": "sample", "until": 7, "reason": {"why": ["x"]}})
    assert preflight()["code"] == "FROZEN"
