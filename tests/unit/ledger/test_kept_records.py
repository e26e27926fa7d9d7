"""Records of the ledger are read for ever: those that each version of Landfall wrote are kept here, as it wrote them.

A change after which one of these tests fails would leave deployments that nobody can recover, prove or look up. A
record is never rewritten: what reads it learns the new shape, and goes on with the old one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.verbs.history import row
from cli.verbs.show import _whole
from landfall import chain
from landfall.ledger import deployment_record, recovery, service_standing
from landfall.model import Kind, Outcome
from landfall.reconcile import record_checks as reconcile
from landfall.settings import Limits
from tests.support import builders as b

KEPT = sorted((Path(__file__).parent / "kept").glob("*.json"))
EACH = pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)


def kept(path: Path, which: str) -> dict[str, Any]:
    """Return a record: `open`, `changing` (after the first change began) or `closed` (rolled back)."""
    return dict(json.loads(path.read_text(encoding="utf-8"))[which])


def test_the_shape_of_today_is_kept() -> None:
    """A field that is new, gone or otherwise: keep today's records under a new name, and leave the older ones alone."""
    newest = kept(KEPT[-1], "open")
    now = json.loads(json.dumps(deployment_record.opened(b.release())))
    assert newest.keys() == now.keys()
    assert json.loads(newest["release"]).keys() == json.loads(now["release"]).keys()
    closed = json.loads(json.dumps(deployment_record.closed(b.crashed(Outcome.ROLLED_BACK), b.NOW)))
    assert closed.keys() <= {*kept(KEPT[-1], "closed"), "unfinished"}
    assert json.loads(kept(KEPT[-1], "closed")["ended"]).keys() == json.loads(closed["ended"]).keys()


@EACH
def test_a_deployment_that_an_older_version_began_is_recovered(path: Path) -> None:
    """Stopped before it changed anything, or in the middle: with what it was to go back to."""
    nothing = recovery.plan(kept(path, "open"), "ABORTED", None, None)
    assert (nothing.verdict.code, nothing.ended and nothing.ended.outcome) == ("STOPPED", Outcome.REJECTED)
    begun = recovery.plan(kept(path, "changing"), "ABORTED", None, None)
    assert begun.verdict.code == "RECOVER"
    carried = recovery.carried(begun)
    assert carried.baseline
    assert carried.deployment
    assert carried.baseline.task_definition == b.baseline().task_definition
    assert carried.deployment.kind == Kind.RELEASE
    whole = recovery.completed(carried, kept(path, "changing"))
    assert whole.release.git_sha == b.SHA


@EACH
def test_what_an_older_version_closed_but_did_not_finish_is_finished(path: Path) -> None:
    """Its report, its message and its lock: by what the record says of how it ended."""
    plan = recovery.plan({**kept(path, "closed"), "unfinished": "yes"}, "FAILED", None, None)
    assert (plan.verdict.code, plan.ended and plan.ended.outcome) == ("FINISH", Outcome.ROLLED_BACK)


@EACH
def test_the_chain_of_an_older_version_holds(path: Path) -> None:
    """The hash that it was sealed by is still that of its content."""
    closed = kept(path, "closed")
    assert chain.is_placed(closed) == (chain.HASH in closed)
    assert chain.is_unchained(closed) == (chain.HASH not in closed)


@EACH
def test_people_and_the_reconciler_read_it(path: Path) -> None:
    """`landfall history` and `landfall show`, the release that is gone back to, and what is overdue."""
    for which in ("open", "changing", "closed"):
        record = kept(path, which)
        assert row(record)["deployment_id"] == record["deployment_id"]
        assert json.loads(json.dumps(_whole(record), default=str))["service"] == "sample"
        assert reconcile.overdue(record, [None], Limits(), b.NOW) is None or which != "closed"
        assert service_standing.newest_first([record]) == [record]
    assert not service_standing.proven(kept(path, "closed"))
    assert service_standing.changed(kept(path, "closed"))
