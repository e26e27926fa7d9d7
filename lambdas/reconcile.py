"""Reconcile: on a schedule, compares what was pushed, what runs and what the ledger says, and raises what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache

from landfall.aws.events import DetailType
from landfall.errors import StepError
from landfall.model import UNKNOWN_SERVICE
from landfall.reconcile import findings
from landfall.reconcile.findings import Finding, Kind, Looked, Seen, Start, State
from landfall.runtime.step import gauge, logger, step
from landfall.runtime.world import World
from landfall.settings import Limits
from landfall.steps import reconcile_looks
from landfall.steps.reconcile_looks import Look
from landfall.telling import finding_notice

BUDGET = timedelta(seconds=40)
"""After that no other service is begun with: a step has 60 s, and what was found must still be told."""
REMOVED = "the service was taken out of services.toml"


def no_time() -> Seen:
    """Return what is seen of a look that could not look at everything."""
    waiting = "one look has no time for all services: some wait for the next"
    return Seen(Kind.COULD_NOT_LOOK, "every service in time", waiting)


@dataclass(frozen=True)
class Input:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """How many findings are open now, and how many were told at this look."""

    open: int
    raised: int
    cleared: int


def run(_: Input, world: World) -> Output:
    """Look at everything, keep what changed, tell people. Safe to repeat, and to run twice at once."""
    known, told, untold = world.findings.all(), Counter[State](), 0
    settle = timedelta(seconds=world.settings.reconciler.settle_seconds)
    until = world.now() + BUDGET
    for service, looked in _looked(world, known, lambda: world.now() > until):
        for after, start in findings.changes(service, looked, _of(service, known), world.now(), settle):
            try:
                told.update(_kept(after, start, world))
            except Exception:  # one that can't be told must not keep the others from being told
                logger.exception("a finding was not told", extra={"finding": after.key})
                untold += 1
    open_now = Counter(finding.kind.value for finding in world.findings.all() if finding.open)
    gauge("OpenFindings", open_now, "kind")
    if untold:
        raise StepError(f"{untold} findings were not told; the next look tells them")
    return Output(open_now.total(), told[State.RAISED], told[State.CLEARED])


def _looked(world: World, known: list[Finding], late: Callable[[], bool]) -> Iterator[tuple[str, list[Looked]]]:
    """Yield the looks at every service, at requests for unknown ones, and at services that are no longer configured."""
    unfinished = cache(world.ledger.unfinished)
    for service in reconcile_looks.in_turn(world.settings.services, world.now()):
        looks = reconcile_looks.of_service(service, world, _of(service.name, known), unfinished)
        yield service.name, _tried(looks, late)
    of_unknown = _of(UNKNOWN_SERVICE, known)
    looks = reconcile_looks.of_records(UNKNOWN_SERVICE, Limits(), world, of_unknown, unfinished)
    # one finding for them all: which services are left out is another at each look
    yield UNKNOWN_SERVICE, _tried(looks, lambda: False, (no_time(),) if late() else ())
    configured = [service.name for service in world.settings.services]
    for removed in {finding.service for finding in known} - {*configured, UNKNOWN_SERVICE}:
        subjects = {finding.subject: REMOVED for finding in _of(removed, known)}
        yield removed, [Looked(frozenset(Kind), (), subjects)]


def _of(service: str, known: list[Finding]) -> list[Finding]:
    return [finding for finding in known if finding.service == service]


def _tried(looks: Mapping[str, Look], late: Callable[[], bool], also: tuple[Seen, ...] = ()) -> list[Looked]:
    """Take the looks. One that fails decides nothing, and is itself something that is wrong."""
    looked: list[Looked] = []
    failed = list(also)
    for name, look in looks.items():
        if late():
            return looked
        try:
            looked.append(look())
        except Exception as error:  # whatever it is, it must not hide what the others find
            logger.exception("a look failed", extra={"look": name})
            failed.append(Seen(Kind.COULD_NOT_LOOK, name, f"looking at {name}: {error}"[: findings.WHAT_LIMIT]))
    return [*looked, Looked(frozenset({Kind.COULD_NOT_LOOK}), tuple(failed))]


def _kept(after: Finding, start: Start | None, world: World) -> list[State]:
    """Write a change and tell of it, unless another reconciler did. Marked as told only after that."""
    written = world.findings.write(after)
    if written is None or not written.untold:
        return []
    done = _started(start, world) if start and written.open else ""
    text, attributes = finding_notice.message(written, done), finding_notice.attributes(written)
    message_id = world.topic.publish(finding_notice.subject(written), text, attributes)
    world.findings.write(findings.told(written, message_id))
    try:
        world.events.put(DetailType.FINDING, asdict(finding_notice.event(written, done)))
    except StepError:  # programs can read the ledger; telling people again for their sake would be a false alarm
        logger.exception("an event was not taken", extra={"finding": written.key})
    logger.warning("told", extra={"finding": written.key, "state": written.state})
    return [written.state]


def _started(start: Start, world: World) -> str:
    if world.executions.start(world.machine_arn, start.name, start.document):
        return f"execution {start.name} was started"
    return f"execution {start.name} was started before; if it left no record, its history says why"


handler = step(Input, run)
