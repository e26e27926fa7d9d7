"""`landfall smoke`: runs the smoke suite against any HTTP API. It needs neither AWS nor services.toml."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli import junit_xml
from cli.command import At, verb
from cli.exits import Exit, Refused
from landfall import smoke as suite
from landfall.addresses import forbidden_host, keeps_secrets
from landfall.aws.secrets import Secrets
from landfall.images.image_tags import is_full
from landfall.model import UNKNOWN, State
from landfall.runtime import http_probe
from landfall.secret import NONE, Known, Unreadable
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.settings_file.http_values import is_url
from landfall.smoke.case import FAIL, PASS, RETRY, SKIP, Check

MARKS = {PASS: True, FAIL: False, RETRY: False, SKIP: None}
WAIT_SECONDS = 2
"""Seconds between two rounds. Short, since a person waits."""
REQUESTS = (
    "How many requests to send to version, liveness and readiness each, per round. [default: the service's settings;"
    " without settings, as many as are needed to find an error rate of 5 %]"
)


@dataclass(frozen=True)
class Target:
    """The API to check, and how."""

    base_url: str
    suite: Smoke = field(default_factory=Smoke)
    ca_bundle: Path | None = None


@verb
def smoke(
    at: At,
    *,
    base_url: Annotated[str | None, typer.Option(help="The API's URL. [default: the service's base_url]")] = None,
    expect_sha: Annotated[str | None, typer.Option(help="The commit it must serve: 40 hex digits.")] = None,
    service: Annotated[
        str | None, typer.Option("--service", "-s", help="Use this service's smoke settings in services.toml.")
    ] = None,
    ca_bundle: Annotated[
        Path | None, typer.Option(help="A PEM file with the certificate authorities to trust.")
    ] = None,
    attempts: Annotated[
        int, typer.Option(min=1, max=60, help="How many rounds to try if answers are lost on the way.")
    ] = 3,
    requests: Annotated[int | None, typer.Option(min=1, max=500, help=REQUESTS)] = None,
    junit: Annotated[Path | None, typer.Option(help="Also write the results to this file, as JUnit XML.")] = None,
) -> int:
    """Run the smoke tests of a release against a running API.

    Makes no AWS calls, except to read secrets that checks in services.toml send. Exits 0 if no check failed, 1 if a
    check failed or got no answer.
    """
    if expect_sha is not None and not is_full(expect_sha):
        raise Refused("WRONG_SHA", f"--expect-sha {expect_sha!r} is not a commit; give 40 hex digits in lower case")
    target = _target(at, base_url, service, ca_bundle)
    if requests is not None:
        target = replace(target, suite=replace(target.suite, identity_requests=requests))
    results = _rounds(at, target, expect_sha or UNKNOWN, attempts)
    for check in results:
        expected = "" if check.state in (PASS, SKIP) else f" (expected {check.expected})"
        at.out.check(f"{check.state:<5} {check.name:<16}", MARKS[check.state], check.seen + expected)
    if junit is not None:
        _write(junit, junit_xml.document(target.base_url, results))
    good = all(MARKS[check.state] is not False for check in results)
    told = {"ok": good, "base_url": target.base_url, "expected_sha": expect_sha or UNKNOWN}
    at.out.document({**told, "checks": [asdict(check) for check in results]})
    return Exit.LIVE if good else Exit.FAILED


def _target(at: At, base_url: str | None, service: str | None, ca_bundle: Path | None) -> Target:
    """Return the API to check. Reads services.toml if a service is named or no URL is given."""
    if base_url is not None and not is_url(base_url):
        raise Refused("WRONG_URL", f"--base-url {base_url!r} is not an http(s)://host[:port][/path] URL")
    if base_url is not None and forbidden_host(urlsplit(base_url).hostname or ""):
        raise Refused("WRONG_URL", f"--base-url {base_url!r} is a link-local or metadata address, which no service has")
    if base_url is not None and service is None:
        return Target(base_url, ca_bundle=ca_bundle)
    chosen = at.cloud.service(service)
    if base_url is None and chosen.worker is not None:
        way_out = "docs/workers.md says what Landfall proves instead; give --base-url if it has an address after all"
        raise Refused("NO_URL", f"services.{chosen.name}.worker says that the service has no address: {way_out}")
    url = base_url or chosen.base_url
    if url is None:
        raise Refused("NO_URL", f"service {chosen.name!r} has no base_url in services.toml; give --base-url")
    return Target(url, chosen.smoke, ca_bundle or at.cloud.settings.ca_bundle(chosen))


def _rounds(at: At, target: Target, sha: str, attempts: int) -> tuple[Check, ...]:
    """Run rounds until every check has an answer or the attempts are used up. A failed check is final."""
    wanted, known = suite.round_of(target.suite, target.base_url, rounds=attempts), _secrets(at, target)
    for attempt in range(1, attempts + 1):
        try:
            answers = http_probe.ask(target.base_url, wanted, target.ca_bundle, known)
        except OSError as error:  # ssl.SSLError is one
            raise Refused("WRONG_CA_BUNDLE", f"--ca-bundle {target.ca_bundle}: {error}; give a PEM file") from error
        results = suite.checks(answers, sha, target.suite)
        if attempt == attempts or suite.assess(results, {}, Limits()).state != State.WAIT:
            break
        at.out.say("some answers are missing; asking again", "dim")
        time.sleep(WAIT_SECONDS)
    return results


def _secrets(at: At, target: Target) -> Known:
    """Read the secrets that checks of services.toml send, with the caller's credentials."""
    wanted = target.suite.secrets
    if not wanted:
        return NONE
    if not keeps_secrets(target.base_url):
        raise Refused("WRONG_URL", f"--base-url {target.base_url!r}: a check sends the secret {wanted[0]}; use https")
    known = Secrets(at.cloud.client("secretsmanager")).known(wanted)
    for each, found in known.items():
        if isinstance(found, Unreadable):
            raise Refused("SECRET_UNREADABLE", f"a check sends {each}, which {found.why}")
    return known


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused("NO_JUNIT", f"--junit {path}: {error.strerror}; give a file that can be written") from error
