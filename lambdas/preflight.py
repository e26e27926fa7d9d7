"""Preflight: may the service be deployed to, what runs there now, and is the release live already?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from landfall import freeze, logs, preflight, proof, smoke, task_definition, way_back
from landfall.answers import Answers
from landfall.judging import Judged
from landfall.model import UNKNOWN, Baseline, Deployment, Kind, Release, State, Verdict, passed
from landfall.observed import Look, ServiceView, TaskView
from landfall.secret import Known
from landfall.settings import Service
from landfall.step import step
from landfall.world import World


@dataclass(frozen=True)
class Input:
    """The release that is asked for, and which look this is; after the last one there is no WAIT."""

    release: Release
    attempt: int = 1


@dataclass(frozen=True)
class Output:
    """PASS `READY` or `ALREADY_LIVE`, with the baseline; or FAIL, and nothing was touched."""

    verdict: Verdict
    baseline: Baseline | None = None


def run(event: Input, world: World) -> Output:
    """Look at everything, change nothing."""
    settings = world.service(event.release.service)
    refusal = _frozen(event.release, world)
    if refusal:
        return Output(refusal)
    ecs = world.ecs(settings.name)
    service = ecs.service()
    if service is None:
        return Output(preflight.missing(settings))
    refusal = preflight.refusal(service, settings, world.now())
    if refusal:
        return Output(refusal)
    template, _ = ecs.task_definition(service.task_definition)
    refusal = preflight.wrong_container(template, settings)
    if refusal:
        return Output(refusal)
    refusal = _unreadable_logs(template, settings, world)
    if refusal:
        return Output(refusal)
    known = world.secrets(settings)
    refusal = preflight.unreadable_secret(settings, known)
    if refusal:
        return Output(refusal)
    look = _Look(world, settings, service, known)
    baseline = look.baseline(template)
    refusal = preflight.no_way_back(template, look.tasks, baseline.digests, settings)
    if refusal:
        return Output(refusal)
    problems = _way_back_problems(world, settings, service, template, baseline)
    strict = settings.way_back == "refuse"
    # a freeze once more, as late as it can be said that nothing was touched: looking took its time
    refusal = (way_back.refusal(problems, service.task_definition) if strict else None) or _frozen(event.release, world)
    if refusal:
        return Output(refusal)
    baseline = replace(baseline, warnings=tuple(text[:200] for text in problems[:5]))
    pinned = settings.container not in task_definition.unpinned(template)
    as_asked = event.release.revision in ("", service.task_definition)
    if pinned and as_asked and look.proves(event.release, baseline):
        return Output(passed("ALREADY_LIVE", f"{event.release.git_sha} is live already, and proven again"), baseline)
    runs = f"{sum(t.serves for t in look.tasks)} of {service.desired} tasks of {service.task_definition}"
    return Output(passed("READY", f"baseline is {runs}, serving {baseline.git_sha}"), baseline)


def _frozen(release: Release, world: World) -> Verdict | None:
    return freeze.refusal(world.freezes.of(release.service), release, world.now())


def _unreadable_logs(template: Mapping[str, Any], settings: Service, world: World) -> Verdict | None:
    """Refuse a service whose releases are to be judged by logs that are not there."""
    if not settings.logs.gate:
        return None
    place = logs.place(template, settings.container)
    there = place is not None and world.logs.exists(place.group)
    return None if there else preflight.unreadable_logs(settings, place)


def _way_back_problems(
    world: World, settings: Service, service: ServiceView, template: Mapping[str, Any], baseline: Baseline
) -> list[str]:
    """Look at what a rollback would need. A service with no tasks needs nothing: going back is having none again."""
    if service.desired == 0:
        return []
    look = world.surroundings
    problems = [f"role {arn} is gone" for arn in way_back.roles(template) if look.role_exists(arn) is False]
    problems += [f"secret {arn} is gone" for arn in way_back.secrets(template) if look.secret_exists(arn) is False]
    digest = baseline.digests.get(settings.container)
    if task_definition.repository_of(template, settings.container) != settings.repository:
        digest = None  # it came from elsewhere, where this step may not look
    if digest and world.ecr(settings.repository).image({"imageDigest": digest}) is None:
        problems.append(f"image {digest} is no longer in repository {settings.repository!r}")
    problems += way_back.wrong_health_ports(template, world.elb.health_ports(service.target_groups))
    if service.alarms:
        # an alarm that fires already is ignored by ECS for the whole deployment (Developer Guide, deployment alarms)
        problems += [f"alarm {name!r} is firing already" for name in look.firing(service.alarms)]
    return problems


class _Look:
    """One look at what runs now."""

    def __init__(self, world: World, settings: Service, service: ServiceView, known: Known) -> None:
        self._world, self._settings, self._service = world, settings, service
        self.tasks: tuple[TaskView, ...] = world.ecs(settings.name).tasks("RUNNING")
        self._targets = world.elb.targets(service.target_groups)
        self._base_url = world.base_url(settings, service)
        serving = any(t.serves for t in self.tasks)
        self._answers: Answers | None = world.ask(settings, self._base_url, known, service.desired) if serving else None

    def baseline(self, template: Mapping[str, Any]) -> Baseline:
        answers = self._answers
        sha = smoke.served_sha(answers, self._settings.smoke) if answers else UNKNOWN
        results = smoke.checks(answers, sha, self._settings.smoke) if answers else ()
        return Baseline(
            task_definition=self._service.task_definition,
            digests=preflight.running_digests(self.tasks, template),
            git_sha=sha,
            desired_count=self._service.desired,
            healthy_targets=sum(t.state == "healthy" for t in self._targets),
            base_url=self._base_url,
            checks={c.name: c.state for c in results},
            ecs_deployment=self._service.primary.id if self._service.primary else "",
        )

    def proves(self, release: Release, baseline: Baseline) -> bool:
        """Say whether `release` is live now, by the same proof as after an update."""
        primary = self._service.primary
        if primary is None or self._answers is None:
            return False
        now = self._world.now()
        live = Deployment(
            kind=Kind.RELEASE,
            id=primary.id,
            task_definition=primary.task_definition,
            desired_count=self._service.desired,
            digests={self._settings.container: release.accepted_digests},
            git_sha=release.git_sha,
            updated_at=now.isoformat(),
            deadline=now.isoformat(),
        )
        look = Look(self._service, self.tasks, self._targets)
        if proof.assess(look, Judged(release, baseline, live), now).state != State.PASS:
            return False
        results = smoke.checks(self._answers, release.git_sha, self._settings.smoke)
        return smoke.assess(results, {}, release.limits).state == State.PASS


handler = step(Input, run)
