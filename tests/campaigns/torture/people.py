"""The people of a scenario, who answer a sign-off at its door, and a newer push that comes while they think."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import approve
from landfall.approval import approval
from landfall.ledger import deployment_record
from landfall.model import Release
from landfall.settings.approval import ApprovalSettings
from landfall.wire import parse
from tests.campaigns.torture import replies
from tests.campaigns.torture.facts import ApprovalFact, PersonFact

if TYPE_CHECKING:
    from tests.campaigns.torture.replay_world import ReplayWorld

APPROVERS = ("role/A", "role/B", "role/C")


def of_settings(fact: ApprovalFact) -> ApprovalSettings:
    """Return the approval table of a scenario's service."""
    when: Any = fact.when
    return ApprovalSettings(when, APPROVERS, fact.checklist, four_eyes=fact.four_eyes, expires_seconds=fact.expires)


class MemoryWakes:
    """The task tokens, and which of them were used."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self.used: set[str] = set()

    def note(self, _service: str, deployment_id: str, token: str) -> None:
        """Keep a token."""
        self._tokens[deployment_id] = token

    def token(self, _service: str, deployment_id: str) -> str | None:
        """Return a token."""
        return self._tokens.get(deployment_id)

    def wake(self, token: str) -> bool:
        """Use a token once."""
        first = token not in self.used
        self.used.add(token)
        return first


class People:
    """Those of one scenario, in the order in which they answer."""

    def __init__(self, fact: ApprovalFact | None, world: ReplayWorld) -> None:
        self._fact, self._world = fact or ApprovalFact(), world
        self._left = sorted(self._fact.people, key=lambda person: person.at)
        self._came = False

    def until(self, now: float, end: float, token: str) -> tuple[float, bool]:
        """Return when a wait that has begun is over, and whether its token was used."""
        (record,) = [r for r in self._world.ledger.since(replies.SERVICE, "2") if approval.FIELD in r][:1]
        known = approval.read(record)
        assert known
        asked = (datetime.fromisoformat(known.asked_at) - replies.EPOCH).total_seconds()
        if not self._came and asked + self._fact.newer <= end:
            self._came = True
            self._push(record)
        while self._left and (at := max(now, asked + self._left[0].at)) < end:
            person = self._left.pop(0)
            self._world.people_clock(at)
            self._answer(person, record)
            if token in self._world.wakes.used and not person.unwoken:
                return at, True
        return end, False

    def _answer(self, person: PersonFact, record: dict[str, Any]) -> None:
        arn = f"arn:aws:sts::123456789012:assumed-role/{person.role}/{person.session}"
        items = self._fact.checklist if person.items is None else person.items
        body = {"service": record["service"], "deployment": record["deployment_id"], "answer": person.say}
        context = {
            "http": {"method": person.method},
            "authorizer": {"iam": {"userArn": arn if person.arn is None else person.arn}},
        }
        told = json.dumps(body | {"items": list(items), "reason": person.reason})
        reply = approve.run({"requestContext": context, "body": told}, self._world)
        assert reply.status == person.status, f"{person.role} at {person.at} s: {reply.status} {reply.message}"

    def _push(self, record: dict[str, Any]) -> None:
        """Record a newer push, as its Resolve does. It is played no further."""
        older = parse(Release, json.loads(record["release"]))
        at = self._world.now().isoformat()
        newer = replace(older, deployment_id="20260102T040000Z-newer", requested_at=at, started_at=at, by_push=True)
        self._world.ledger.open(deployment_record.opened(replace(newer, execution_arn=f"{older.execution_arn}-newer")))
