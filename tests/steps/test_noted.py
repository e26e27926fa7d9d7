"""RegisterTaskDefinition notes in the ledger what a recovery goes on from: what a try leaves that could not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend
from moto.ecs.models import EC2ContainerServiceBackend

from landfall.errors import AwsCallFailed
from tests.steps import machine, standin
from tests.support import builders as b

RELEASE = b.release(image=f"registry/{standin.REPOSITORY}@{b.DIGEST}")


def refuse_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse the next write to a table, and take those after it."""
    write, refusals = DynamoDBBackend.update_item, [JsonRESTError("AccessDeniedException", "not allowed yet")]

    def update_item(self: Any, *args: Any, **more: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return write(self, *args, **more)

    monkeypatch.setattr(DynamoDBBackend, "update_item", update_item)


def revisions(status: str = "ACTIVE") -> list[str]:
    """Return the family's revisions of a status."""
    listed = standin.client("ecs").list_task_definitions(familyPrefix="sample", status=status)
    return list(listed["taskDefinitionArns"])


@pytest.mark.parametrize("late", [False, True])
def test_a_retry_deploys_a_revision_that_can_be_deployed(
    live: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try registers a revision and can't note it. The next answers with one that is ACTIVE and noted (law 7).

    ECS's list may still be that of a moment ago. An INACTIVE revision would be refused, and with it a good release.
    """
    machine.locked(RELEASE)
    asked = {"release": asdict(RELEASE), "baseline": asdict(b.baseline(task_definition=live, restore_to=None))}
    with monkeypatch.context() as patched:
        refuse_once(patched)
        with pytest.raises(AwsCallFailed):
            machine.invoke("register_task_definition", asked)
    with monkeypatch.context() as patched:
        if late:
            before = [*revisions("INACTIVE"), *revisions()]
            before.remove(live)
            patched.setattr(EC2ContainerServiceBackend, "list_task_definitions", lambda *_, **__: [*before, live])
        answer = machine.invoke("register_task_definition", asked)["deployment"]["task_definition"]

    told = standin.client("ecs").describe_task_definition(taskDefinition=answer)["taskDefinition"]
    assert (told["status"], answer != live) == ("ACTIVE", True)
    (record,) = standin.records()
    assert answer in record["progress"]
