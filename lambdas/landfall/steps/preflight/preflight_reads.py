"""Preflight's reads, each made at its first use. They change nothing and decide nothing."""

from __future__ import annotations

from functools import cached_property

from landfall import smoke, worker
from landfall.change import task_definition
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.intake import freeze
from landfall.judging import Judged
from landfall.logs import task_logs
from landfall.model import UNKNOWN, Baseline, Deployment, Kind, Release, State, Verdict, wait
from landfall.preflight_checks import (
    after_function,
    paused,
    platforms,
    provable,
    scan,
    schema_label,
    strategy,
    supported_service,
    way_back,
)
from landfall.preflight_checks.scan import Judged as Scanned
from landfall.proof import law1
from landfall.proof.observed import UNHEALTHY
from landfall.proof.service_deployment import ONGOING
from landfall.runtime.world import World
from landfall.smoke import lingering
from landfall.smoke.case import Check
from landfall.smoke.http_answers import Answers
from landfall.steps.drills import drilling
from landfall.steps.preflight.service_now import ServiceNow
from landfall.steps.shifting import live_before
from landfall.steps.workers import worker_before


class Beforehand(ServiceNow):
    """A service right before a release: the data for the checks, and the baseline."""

    def __init__(self, release: Release, world: World, scans: int = 1) -> None:
        """Read nothing yet. `scans` counts the looks at the image scan."""
        super().__init__(release, world)
        self._scans = scans
        self.unproven = ""

    def frozen(self) -> Verdict | None:
        """Return the refusal of a freeze."""
        return freeze.refusal(self._world.freezes.of(self.release.service), self.release, self._world.now())

    def drill_refusal(self) -> Verdict | None:
        """Return why a drill does not begin after all: a freeze, its window, or a deployment in between."""
        way, settings = self.release.drill, self.settings
        return drilling.refused(self.release, settings, self._world) if way else None

    def drill_by_hand(self) -> Verdict | None:
        """Return why a drill does not begin after all: somebody deployed by hand."""
        live = self.service.task_definition
        return drilling.by_hand(self.release, live, self._world) if self.release.drill else None

    def paused(self) -> Verdict | None:
        """Return the refusal if the service's owner paused the deployment under way, or if traffic is being shifted."""
        if not paused.may_be(self.service):
            return None
        reader = self._world.service_deployments(self.settings.name)
        ongoing = [each.arn for each in reader.of_status(ONGOING)]
        found = reader.described(ongoing)
        return paused.refusal(found, self.settings) or paused.under_way(found, self.service, self.settings)

    def unreadable_logs(self) -> Verdict | None:
        """Return the refusal if the settings ask for a gate on logs that do not exist."""
        if not (self.settings.logs.gate or self.settings.worker):
            return None
        place = task_logs.place(self.template, self.settings.container)
        there = place is not None and self._world.logs.exists(place.group)
        return None if there else supported_service.unreadable_logs(self.settings, place)

    def missing_platform(self) -> Verdict | None:
        """Return the refusal if an index lacks the tasks' platform. A release that was proven before has it."""
        if self.release.revision or len(self.release.accepted_digests) < 2:  # noqa: PLR2004  itself, and its platforms
            return None
        named = self._world.ecr(self.settings.repository).platforms(self.release.image_digest)
        return platforms.missing(self.template, named, self.release)

    def unusable_after_check(self) -> Verdict | None:
        """Return the refusal if the after-check's function is missing, or if Landfall may not call it."""
        if not (self.settings.after and self.release.after_attempts):
            return None
        function = self._world.after_function(self.settings.after.function)
        try:
            function.time_limit()
            function.may_be_called()
        except AwsBusy:
            raise
        except AwsCallFailed as error:
            return after_function.refusal(error.code, str(error), self.settings, self.release)
        return None

    def missing_schema_label(self) -> Verdict | None:
        """Return the refusal if the image does not say which schema version it needs."""
        return schema_label.missing(self.settings, self.release)

    @cached_property
    def scanned(self) -> Scanned:
        """Return the result of the image scan. A rollback is never refused by a scan."""
        if self.settings.scan == scan.OFF or self.release.revision:
            return Scanned()
        ecr = self._world.ecr(self.settings.repository)
        return scan.judge([ecr.scan(digest) for digest in self._run], self.settings, self._scans)

    @property
    def _run(self) -> tuple[str, ...]:
        """Return the digests that tasks would run: the image's; for an index, their platform's, or all of them."""
        whole, *parts = self.release.accepted_digests or ("",)
        if not parts:
            return self.release.accepted_digests
        named = self._world.ecr(self.settings.repository).platforms(whole)
        wanted = platforms.wanted(self.template)
        fit = tuple(digest for digest, platform in zip(parts, named, strict=False) if platform in wanted)
        return fit or tuple(parts)

    @cached_property
    def way_back_problems(self) -> list[str]:
        """Return what is missing for a rollback. A service without tasks needs nothing: it goes back to no tasks."""
        service, template, container = self.service, self.template, self.settings.container
        if service.desired == 0:
            return []
        there = self._world.surroundings
        problems = [f"role {arn} is gone" for arn in way_back.roles(template) if there.role_exists(arn) is False]
        ours = (name for name in way_back.secrets(template) if way_back.is_here(name, service.arn))
        problems += [f"secret {name} is gone" for name in ours if there.secret_exists(name) is False]
        digest, repository = self.digests.get(container), self.settings.repository
        if not task_definition.is_of_repository(template, container, repository, self.release.image):
            digest = None  # it is of another account or region, which this step may not read
        if digest and self._world.ecr(repository).image({"imageDigest": digest}) is None:
            problems.append(f"image {digest} is no longer in repository {repository!r}")
        problems += way_back.wrong_health_ports(template, {g.arn: g.health_port for g in self.groups})
        if service.alarms:
            # ECS ignores an alarm that already fires for the whole deployment (Developer Guide, alarms)
            problems += [f"alarm {name!r} is firing already" for name in there.firing(service.alarms)]
        return problems

    @cached_property
    def _answers(self) -> Answers | None:
        """Run the smoke test's requests, if the service has tasks."""
        if not any(t.serves for t in self.look.tasks) or not self.base_url or isinstance(self.base_url, Verdict):
            return None
        return self._world.ask(self.settings, self.base_url, self.known, self.service.desired)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Return the smoke result of the running release. The version check expects the commit that it serves, if any.

        For a worker, the check is whether its tasks log their commit.
        """
        if self.settings.worker:
            return worker_before.checks(self, self._world)
        return smoke.checks(self._answers, self._sha, self.settings.smoke) if self._answers else ()

    @property
    def asked_of(self) -> tuple[Check, ...]:
        """Return every check, the version check even without a commit: all its answers may have been lost."""
        if not self._answers or self._sha != UNKNOWN:
            return self.checks
        return smoke.checks(self._answers, self.release.git_sha, self.settings.smoke)

    @property
    def _sha(self) -> str:
        if self.settings.worker:
            return worker_before.commit_of(self, self._world)
        return smoke.served_sha(self._answers, self.settings.smoke) if self._answers else UNKNOWN

    @cached_property
    def baseline(self) -> Baseline:
        """Return the baseline: what runs now, for comparisons and for a rollback."""
        service = self.service
        return Baseline(
            task_definition=service.task_definition,
            digests=self.digests,
            git_sha=self._sha,
            desired_count=service.desired,
            healthy_targets=sum(t.state == "healthy" for t in self.look.targets),
            base_url=str(self.base_url),
            checks={c.name: c.state for c in self.checks},
            ecs_deployment=service.primary.id if service.primary else "",
            warnings=tuple(self._warnings[:5]),
            dead_targets=provable.dead_targets(self.look),
            lingers=any(group.is_network for group in self.groups),
            unhealthy_tasks=sum(t.serves and t.health == UNHEALTHY for t in self.look.tasks),
        )

    def unsettled(self, attempt: int) -> Verdict | None:
        """Return a WAIT while several commits answer behind a Network Load Balancer, until the last look.

        Otherwise the baseline would count as serving no commit, and the way back would not check its commit.
        """
        limits = self.release.limits
        if not (self.baseline.lingers and self._answers) or attempt >= limits.smoke_attempts:
            return None
        if not lingering.mixed(self._answers, self.settings.smoke):
            return None
        why = "several commits answer, since a Network Load Balancer may lead to older tasks for minutes"
        return wait("BASELINE_UNSETTLED", why, lingering.pause(limits))

    def no_http(self) -> Verdict | None:
        """Return the refusal if the only address is a Network Load Balancer's own, and nothing answers over HTTP there.

        A service that doesn't answer is not refused if its owner set the address, or if its targets are unhealthy: a
        new release is how to fix it.
        """
        healthy = any(t.state == "healthy" for t in self.look.targets)
        guessed = self.settings.base_url is None and any(group.is_network for group in self.groups)
        if not (healthy and guessed and self._answers):
            return None
        silent = all(answer.error for several in self._answers.given.values() for answer in several)
        return supported_service.no_http(self.settings, self._answers.base_url) if silent else None

    @property
    def _warnings(self) -> list[str]:
        ungated = strategy.warning(self.service, self.settings)
        return [text for text in (ungated, self.scanned.warning, *self.way_back_problems) if text]

    def is_live(self) -> bool:
        """Say whether the release is live now, by the same proof as after an update, and would stay so.

        `unproven` then says what the proof left out.
        """
        primary, release = self.service.primary, self.release
        answered = self._answers is not None or self.settings.worker is not None
        pinned = not set(self.released) & set(task_definition.unpinned(self.template))
        as_asked = release.revision in ("", self.service.task_definition)
        if primary is None or not (answered and pinned and as_asked):
            return False
        now = self._world.now()
        live = Deployment(
            kind=Kind.RELEASE,
            id=primary.id,
            task_definition=primary.task_definition,
            desired_count=self.service.desired,
            digests=dict.fromkeys(self.released, release.accepted_digests),
            git_sha=release.git_sha,
            health_checked=task_definition.health_checked(self.template, self.released),
            updated_at=now.isoformat(),
            deadline=now.isoformat(),
        )
        if not self._law1_holds(Judged(release, self.baseline, live)):
            return False
        if self.settings.worker or self._answers is None:
            proven = worker_before.verdict(self, live, self._world)
            self.unproven = worker.left_out(proven.code)
            return proven.state == State.PASS
        results = smoke.checks(self._answers, release.git_sha, self.settings.smoke)
        return smoke.assess(results, {}, release.limits).state == State.PASS

    def _law1_holds(self, event: Judged) -> bool:
        """Say whether law 1 holds for the running revision, as far as ECS and the load balancer tell."""
        if self.service.shifting.is_rolling:
            return law1.assess(self.look, event, self._world.now()).state == State.PASS
        live = {rule: self.rules.get(rule) or {} for rule in self.service.shifting.production_rules}
        return live_before.proves(event, self.service, self.look.tasks, live, self._world)
