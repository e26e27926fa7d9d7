"""A write whose answer was lost may take effect after the client tried again, and after what came next (law 7).

The client can't call a request back. Each write to the record is so made again, late: it must undo nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from landfall.after.inquiry import InquiryStage
from landfall.approval.approval import ApprovalStage
from landfall.migration.migration import Stage
from tests.steps import standin
from tests.steps.after import checked_release as after
from tests.steps.approvals import asked_release as approvals
from tests.steps.migrations import migrated_release as migrations

Again = Callable[[], None]


@contextmanager
def lost_answers() -> Iterator[Again]:
    """Yield what makes each update of an item that was made here once more, the first one last."""
    made: list[tuple[Any, str, Any]] = []
    make = botocore.client.BaseClient._make_api_call

    def noted(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "UpdateItem":
            made.append((client, operation, parameters))
        return make(client, operation, parameters)

    def again() -> None:
        for call in reversed(made):
            with suppress(ClientError):  # refused on its condition, and nobody hears of it
                make(*call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", noted)
        yield again


def test_a_yes_is_not_undone(aws: int) -> None:
    """The request for a sign-off is written late, after somebody was told that the yes counts."""
    asking = approvals.release()
    with lost_answers() as again:
        approvals.check(asking)
    assert approvals.answer("A")["statusCode"] == 200
    again()
    assert approvals.kept().stage == ApprovalStage.APPROVED
    assert approvals.check(asking, 2)["code"] == "APPROVED"


@pytest.mark.parametrize("ended", [False, True])
def test_what_became_of_a_migration_is_not_undone(aws: None, ended: bool) -> None:
    """Its intent is written late, when its task is known; and both, when it has ended."""
    event = migrations.asked()
    with lost_answers() as again:
        migrations.run(event)
        if ended:
            migrations.check(event)
    if ended:
        migrations.stopped(0)
        migrations.check(event, 2)
    again()
    found = migrations.known()
    assert (found.stage, bool(found.task)) == (Stage.RAN if ended else Stage.STARTED, True)


@pytest.mark.usefixtures("function")
def test_the_word_of_an_owner_is_not_undone(aws: None) -> None:
    """The intent to call the function is written late, after its answer: then it would be called again."""
    event = after.asked()
    with lost_answers() as again:
        after.check(event)
    again()
    assert (after.known().stage, after.known().calls) == (InquiryStage.ACCEPTED, 1)
    assert standin.records()
