"""The composition root of a step: what it is given, the AWS adapters, and what takes several of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landfall import secret
from landfall.runtime.adapters import Adapters

if TYPE_CHECKING:
    from landfall.model import Release
    from landfall.proof.balanced import GroupView
    from landfall.secret import Known
    from landfall.settings import Service
    from landfall.smoke.extra_headers import Headers
    from landfall.smoke.http_answers import Answers, Round


class World(Adapters):
    """What a step may reach. There is one for the life of a Lambda, so that warm invocations reuse connections."""

    def beside(self) -> World:
        """Return a world for another thread. Call it before that thread begins.

        Clients are safe in many threads once they are made, and are the same; resources such as tables are not, and are
        its own (boto3 guide, Clients and Resources: multithreading).
        """
        from landfall.runtime import thread_worlds

        return thread_worlds.beside(self)

    def base_url(self, settings: Service, groups: tuple[GroupView, ...]) -> str:
        """Return where the service answers: as configured, else at its load balancer's own DNS name.

        A worker answers nowhere. Raises LookupError if nothing says where another service does.
        """
        if settings.worker:
            return ""
        if settings.base_url:
            return settings.base_url
        from landfall.preflight_checks import address

        fronts = self.elb.fronts(groups)
        return address.of(fronts, settings.name, in_vpc=self.settings.vpc is not None)

    def secrets(self, settings: Service) -> Known:
        """Return what the secrets of a service's own checks are now. Without any, Secrets Manager is not asked."""
        wanted = settings.smoke.secrets
        if not wanted:
            return secret.NONE
        from landfall.aws.secrets import Secrets

        return Secrets(self._client("secretsmanager")).known(wanted)

    def ask(self, settings: Service, base_url: str, known: Known, tasks: int = 1, headers: Headers = ()) -> Answers:
        """Make a round of smoke requests to a service of so many tasks. `known` is what `secrets` returned.

        `headers` are sent with each request; the answers are those to the requests without them.
        """
        from landfall import smoke

        wanted = smoke.round_of(settings.smoke, base_url, tasks, settings.limits.smoke_attempts)
        return self.ask_for(settings, base_url, wanted, known, headers)

    def ask_for(
        self, settings: Service, base_url: str, wanted: Round, known: Known = secret.NONE, headers: Headers = ()
    ) -> Answers:
        """Make any round of requests."""
        from landfall.runtime import http_probe
        from landfall.smoke import extra_headers

        bundle = self.settings.ca_bundle(settings)
        given = http_probe.ask(base_url, extra_headers.with_headers(wanted, headers), bundle, known)
        return extra_headers.without(given, headers)

    def holds_lock(self, release: Release) -> bool:
        """Say whether the release still has the lock it was given. Asked right before every change of the service.

        ECS itself checks no fence: a change sent just before the lock is lost still takes effect
        (docs/decisions/0024-one-deployment-at-a-time.md).
        """
        from landfall.intake import lock

        return lock.is_under(self.locks.read(release.service), release)
