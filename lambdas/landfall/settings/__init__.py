"""services.toml, typed once: the same classes are read by the stacks at synth and by the steps at run time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from landfall.images.image_tags import TagForm
from landfall.redaction import Redaction
from landfall.settings.build import PLACEHOLDER as PLACEHOLDER
from landfall.settings.build import Build as Build
from landfall.settings.smoke import LONGEST_PAUSE, ROUND_SECONDS, Smoke

NO_RELEASES = r"(.*[._-])?(build-?)?cache([._-].*)?|pr-\d+|[0-9a-f]{64}"
"""Tags that tools push beside releases: of build caches, of pull requests (docker/metadata-action), Kaniko's layers."""


@dataclass(frozen=True)
class ServiceStack:
    """The sample service's own stack. The numbers of the target group are those of R10."""

    certificate_arn: str | None = None
    health_check_interval_seconds: int = 30
    health_check_timeout_seconds: int = 5
    healthy_threshold: int = 2
    unhealthy_threshold: int = 3
    start_period_seconds: int = 60
    deregistration_delay_seconds: int = 30


@dataclass(frozen=True)
class Limits:
    """How long Landfall waits for a verdict. Travels with the release, so the machine is bounded by it.

    `bake_seconds`: after the first proof Landfall waits this long and proves the release again; 0 leaves that out.
    """

    stability_timeout_seconds: int = 900
    stability_poll_seconds: int = 5
    target_health_attempts: int = 10
    target_health_interval_seconds: int = 30
    smoke_attempts: int = 5
    smoke_interval_seconds: int = 10
    confirm_attempts: int = 3
    bake_seconds: int = 60
    identical_stops: int = 2
    lock_poll_seconds: int = 15
    lock_attempts: int = 480
    recovery_wait_seconds: int = 75
    scan_attempts: int = 31
    scan_interval_seconds: int = 10

    @property
    def stability_attempts(self) -> int:
        """Looks at stability that fit into the timeout, one more for the look at its end."""
        return math.ceil(self.stability_timeout_seconds / self.stability_poll_seconds) + 1

    @property
    def bakes(self) -> int:
        """Return how often the proof is repeated after the first time."""
        return min(1, self.bake_seconds)

    @property
    def lease_seconds(self) -> int:
        """How long a deployment can take, there and back, and then some."""
        return self._there_and_back + 3600

    @property
    def shortest_seconds(self) -> int:
        """Return what no successful deployment is faster than: it looks at its rollout after a first wait."""
        return self.stability_poll_seconds

    @property
    def longest_seconds(self) -> int:
        """Return what no execution takes: twice all it may wait in the queue, in a recovery, there and back."""
        waiting = self.lock_attempts * self.lock_poll_seconds + self.recovery_wait_seconds
        return 2 * (waiting + self._there_and_back)

    @property
    def _there_and_back(self) -> int:
        targets = self.target_health_attempts * self.target_health_interval_seconds
        smoke = self.smoke_attempts * (ROUND_SECONDS + max(self.smoke_interval_seconds, LONGEST_PAUSE))
        baking = self.bake_seconds + self.confirm_attempts * (targets + smoke) if self.bakes else 0
        scan = self.scan_attempts * self.scan_interval_seconds
        return scan + smoke + 2 * self.confirm_attempts * (self.stability_timeout_seconds + targets + smoke) + baking


@dataclass(frozen=True)
class Logs:
    """What is read of a service's logs, and whether a release can fail by them.

    `group` is the log group its tasks write to; the step that reads it is allowed that one alone. It is known where
    Landfall made the service's stack. A line is an error where `error_pattern` is found in it; without one, where its
    logger calls it one (landfall.logs.levels). With `gate` a release fails whose tasks wrote at least `gate_errors` of
    them, and `gate_times` the share that the service's lines had in the `baseline_minutes` before the deployment began.
    """

    group: str | None = None
    error_pattern: str | None = None
    gate: bool = False
    gate_errors: int = 5
    gate_times: float = 3.0
    baseline_minutes: int = 15


@dataclass(frozen=True)
class Service:
    """One service Landfall may deploy to. `name` is its key in services.toml, and what requests call it.

    `tag_pattern`, `commit_label` and `ignored_tags`: which of its repository's tags name releases (image_tags.TagForm).
    `scan`: what ECR's scan of the image has to say about a release (scan.py).
    `keep_image` names containers that a release leaves as they are, though their image is of the released repository.
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

    @property
    def tags(self) -> TagForm:
        """Return which tags name its releases."""
        return TagForm(self.tag_pattern, self.commit_label, self.ignored_tags)


@dataclass(frozen=True)
class Evidence:
    """How long the report bucket keeps what it is given from being deleted, and from whom (S3's Object Lock).

    `former_keys` are the public keys of before, in DER and base64: what they signed counts where the key was replaced.
    """

    mode: Literal["GOVERNANCE", "COMPLIANCE", "NONE"] = "GOVERNANCE"
    days: int = 365
    former_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vpc:
    """From where services are asked: the network of the steps that do. One, since one set of steps asks them all."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True)
class Reconciler:
    """How patient the reconciler is. A push without a deployment is one after `push_grace_seconds`.

    What is wrong is raised where a second look, `settle_seconds` after the first or later, sees it still.
    """

    push_grace_seconds: int = 900
    settle_seconds: int = 300


@dataclass(frozen=True)
class Settings:
    """All of services.toml. `directory` is where it lies: CA bundles are relative to it."""

    services: tuple[Service, ...]
    directory: Path
    evidence: Evidence = field(default_factory=Evidence)
    redaction: Redaction = field(default_factory=Redaction)
    vpc: Vpc | None = None
    reconciler: Reconciler = field(default_factory=Reconciler)

    def for_repository(self, repository: str) -> Service | None:
        """Return the service a repository's images belong to (a repository serves one service)."""
        return next((s for s in self.services if s.repository == repository), None)

    def named(self, name: str) -> Service | None:
        """Return the service of that name."""
        return next((s for s in self.services if s.name == name), None)

    def ca_bundle(self, service: Service) -> Path | None:
        """Return where the service's CA bundle lies, if it has one of its own."""
        return self.directory / service.ca_bundle if service.ca_bundle else None


LIMIT_KEYS = frozenset(f.name for f in fields(Limits))
"""Keys that services.toml holds flat, in [defaults] and in a service's own table."""
