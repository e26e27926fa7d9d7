"""The composition root of a step: its settings and clients, the AWS adapters, and functions that combine several."""

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
    """Everything that a step may use. It lives as long as its Lambda, so that warm invocations reuse connections."""

    def beside(self) -> World:
        """Return a world for another thread. Call it before that thread begins.

        Clients are safe in many threads once they are made, so they are shared. Resources such as tables are not, so
        each world has its own (boto3 guide, Clients and Resources: multithreading).
        """
        from landfall.runtime import thread_worlds

        return thread_worlds.beside(self)

    def base_url(self, settings: Service, groups: tuple[GroupView, ...]) -> str:
        """Return the service's base URL: the configured one, else its load balancer's own DNS name.

        A worker has none. Raises LookupError if it can't be found for another service.
        """
        if settings.worker:
            return ""
        if settings.base_url:
            return settings.base_url
        from landfall.preflight_checks import address

        fronts = self.elb.fronts(groups)
        return address.of(fronts, settings.name, in_vpc=self.settings.vpc is not None)

    def secrets(self, settings: Service) -> Known:
        """Return the present values of the secrets in a service's own checks. Without any, it makes no call."""
        wanted = settings.smoke.secrets
        if not wanted:
            return secret.NONE
        from landfall.aws.secrets import Secrets

        return Secrets(self._client("secretsmanager")).known(wanted)

    def ask(self, settings: Service, base_url: str, known: Known, tasks: int = 1, headers: Headers = ()) -> Answers:
        """Make a round of smoke requests to a service with this many tasks. `known` is the result of `secrets`.

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
        """Say whether the release still has its lock. Called right before every change of the service.

        ECS itself checks no fence: a change sent just before the lock is lost still takes effect
        (docs/decisions/0024-one-deployment-at-a-time.md).
        """
        from landfall.intake import lock

        return lock.is_under(self.locks.read(release.service), release)
