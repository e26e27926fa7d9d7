"""What people do by hand for a migration is an item of the sign-off, from the question to the record."""

from __future__ import annotations

from dataclasses import asdict

from landfall.approval import approval, approval_words
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.support import builders as b
from tests.support import sign_off

SERVICE, BY_HAND = "by-hand", "index built"
RELEASE = b.release(service=SERVICE, approval="before", approval_attempts=60)


def known() -> approval.Approval:
    """Return what the record says of the sign-off."""
    found = approval.read(standin.ledger().record(SERVICE, RELEASE.deployment_id))
    assert found
    return found


def test_nobody_can_say_yes_without_it(aws: int) -> None:
    """People are told of it, `status` says that it is left, and the record says who confirmed it."""
    asking = machine.locked(RELEASE)
    machine.invoke("check_approval", {"release": asdict(asking), "attempt": 1})
    ((_, message, *_),) = [each for each in sent() if "waits for your approval" in each[2]]
    assert f"--check backup --check '{BY_HAND}'" in message
    assert f'items to confirm: "backup", "{BY_HAND}"' in approval_words.waits(known())

    refused = machine.invoke("approve", sign_off.event("A", service=SERVICE))
    assert (refused["statusCode"], BY_HAND in refused["body"]) == (400, True)
    accepted = machine.invoke("approve", sign_off.event("A", service=SERVICE, items=["backup", BY_HAND]))

    assert accepted["statusCode"] == 200
    assert f'confirmed: "backup", "{BY_HAND}"' in dict(approval_words.full(known()))["sign-off answer"]
