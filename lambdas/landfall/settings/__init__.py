"""The classes of services.toml. The stacks use them at synth, the steps at run time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from landfall.images.image_tags import TagForm
from landfall.redaction import Redaction
from landfall.settings.after import AfterCheck
from landfall.settings.approval import ApprovalSettings
from landfall.settings.build import PLACEHOLDER as PLACEHOLDER
from landfall.settings.build import Build as Build
from landfall.settings.drill import DrillSettings
from landfall.settings.migration import MigrationSettings
from landfall.settings.smoke import Smoke
from landfall.settings.strategy import BAKE, Strategy
from landfall.settings.timing import LIMIT_KEYS as LIMIT_KEYS
from landfall.settings.timing import Limits as Limits
from landfall.settings.worker import Worker

NO_RELEASES = r"(.*[._-])?(build-?)?cache([._-].*)?|pr-\d+|[0-9a-f]{64}"
"""Tags of tools that are not releases: build caches, pull requests (docker/metadata-action), Kaniko's layers."""


@dataclass(frozen=True)
class ServiceStack:
    """The sample service's own stack. The numbers of the target group are those of R10.

    `strategy` is how ECS brings a release to its users, with its own percentages and waits (ECS API reference,
    CanaryConfiguration and LinearConfiguration). The waits are 0, since Landfall's gates hold the traffic for as long
    as they need. `pause_minutes`: how long ECS waits at a gate for Landfall before it goes back by itself.
    """

    load_balancer: Literal["application", "network"] = "application"
    strategy: Literal["rolling", "blue_green", "canary", "linear"] = "rolling"
    canary_percent: float = 5.0
    canary_bake_minutes: int = 0
    step_percent: float = 10.0
    step_bake_minutes: int = 0
    pause_minutes: int = 60
    certificate_arn: str | None = None
    health_check_interval_seconds: int = 30
    health_check_timeout_seconds: int = 5
    healthy_threshold: int = 2
    unhealthy_threshold: int = 3
    start_period_seconds: int = 60
    deregistration_delay_seconds: int = 30


@dataclass(frozen=True)
class Logs:
    """What is read from a service's logs, and whether they can fail a release.

    `group` is the log group of its tasks; the step that reads it may read only that group. It has a default if Landfall
    made the service's stack. A line is an error if it matches `error_pattern`; without a pattern, if its level says so
    (landfall.logs.levels). With `gate`, a release fails if its tasks log at least `gate_errors` errors, and the share
    of errors is `gate_times` the share in the `baseline_minutes` before the deployment began.
    """

    group: str | None = None
    error_pattern: str | None = None
    gate: bool = False
    gate_errors: int = 5
    gate_times: float = 3.0
    baseline_minutes: int = 15


@dataclass(frozen=True)
class Service:
    """One service that Landfall may deploy to. `name` is its key in services.toml and its name in requests.

    `tag_pattern`, `commit_label` and `ignored_tags`: which of its repository's tags name releases (image_tags.TagForm).
    `scan`: which findings of ECR's image scan refuse a release (scan.py).
    `keep_image` names containers that keep their image, although it is from the released repository.
    `worker`: it has no load balancer, and how it is proven then. `strategy`: what Landfall does at the pauses of a
    blue/green, canary or linear deployment.
    `migration`: what runs once before the service is updated.
    `approval`: who must sign a release off, and when they are asked.
    `aborters`: roles and users that may abort a deployment, as in `approvers`; empty: whoever may call the function.
    `drill`: when the way back is practised.
    `after`: the function of its owner that accepts or refuses a proven release.
    `keep_releases`: how many proven releases keep their images and revisions (`landfall images clean`).
    """

    name: str
    cluster: str
    service: str
    container: str
    repository: str
    task_role: str
    execution_role: str
    base_url: str | None = None
    ca_bundle: str | None = None
    desired_count: int | None = None
    keep_image: tuple[str, ...] = ()
    way_back: Literal["refuse", "warn"] = "refuse"
    scan: Literal["off", "warn", "refuse CRITICAL", "refuse HIGH", "refuse MEDIUM", "refuse LOW"] = "off"
    tag_pattern: str | None = None
    commit_label: str | None = None
    ignored_tags: str = NO_RELEASES
    limits: Limits = field(default_factory=Limits)
    smoke: Smoke = field(default_factory=Smoke)
    logs: Logs = field(default_factory=Logs)
    stack: ServiceStack | None = None
    build: Build | None = None
    worker: Worker | None = None
    strategy: Strategy | None = None
    migration: MigrationSettings | None = None
    approval: ApprovalSettings | None = None
    keep_releases: int = 10
    drill: DrillSettings | None = None
    after: AfterCheck | None = None
    aborters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make the times of proofs, migrations, gates, after-checks and sign-offs part of each release's limits.

        The gate `bake` replaces the bake after the proof.
        """
        made = replace(
            self.limits,
            worker_seconds=self.worker.longest_seconds if self.worker else 0,
            migration_seconds=self.migration.longest_seconds if self.migration else 0,
            strategy_seconds=self.strategy.deployment_seconds if self.strategy else 0,
            after_seconds=self.after.longest_seconds if self.after else 0,
            approval_seconds=self.approval.holds_seconds if self.approval else 0,
            asked_before_seconds=self.approval.asks_before_seconds if self.approval else 0,
            bake_seconds=0 if self.strategy and BAKE in self.strategy.gates else self.limits.bake_seconds,
        )
        object.__setattr__(self, "limits", made)

    @property
    def schema_path(self) -> str:
        """Return the JMESPath to the schema version in readiness' body; empty if it is not compared."""
        wanted = self.migration.schema_version if self.migration else None
        return wanted.value if wanted else ""

    @property
    def tags(self) -> TagForm:
        """Return the form of the tags that name its releases."""
        return TagForm(self.tag_pattern, self.commit_label, self.ignored_tags)


@dataclass(frozen=True)
class Evidence:
    """How long S3's Object Lock protects objects in the report bucket from deletion, and in which mode.

    `former_keys` are earlier public keys, in DER and base64. If the key was replaced, their signatures still count.
    """

    mode: Literal["GOVERNANCE", "COMPLIANCE", "NONE"] = "GOVERNANCE"
    days: int = 365
    former_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vpc:
    """The network of the steps that send requests to services. There is one for all services."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True)
class Reconciler:
    """How long the reconciler waits. It reports a push without a deployment after `push_grace_seconds`.

    It raises a problem if a second look, at least `settle_seconds` after the first, still sees it.
    """

    push_grace_seconds: int = 900
    settle_seconds: int = 300


@dataclass(frozen=True)
class Settings:
    """All of services.toml. `directory` is the directory of the file; CA bundles are relative to it."""

    services: tuple[Service, ...]
    directory: Path
    evidence: Evidence = field(default_factory=Evidence)
    redaction: Redaction = field(default_factory=Redaction)
    vpc: Vpc | None = None
    reconciler: Reconciler = field(default_factory=Reconciler)

    def for_repository(self, repository: str) -> Service | None:
        """Return the service of a repository (a repository serves one service)."""
        return next((s for s in self.services if s.repository == repository), None)

    def named(self, name: str) -> Service | None:
        """Return the service of that name."""
        return next((s for s in self.services if s.name == name), None)

    def ca_bundle(self, service: Service) -> Path | None:
        """Return the path of the service's CA bundle, if it has its own."""
        return self.directory / service.ca_bundle if service.ca_bundle else None
