"""`landfall smoke`: the smoke suite on its own, against any HTTP API. It needs no AWS, and no services.toml."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli import junit_xml
from cli.exits import Exit, Refused
from cli.verb import At, verb
from landfall import smoke as suite
from landfall.addresses import forbidden_host, keeps_secrets
from landfall.aws.secrets import Secrets
from landfall.images.image_tags import is_full
from landfall.model import UNKNOWN, State
from landfall.runtime import http_probe
from landfall.secret import NONE, Known, Unreadable
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.settings_file.checks import is_url
from landfall.smoke.case import FAIL, PASS, RETRY, SKIP, Check

MARKS = {PASS: True, FAIL: False, RETRY: False, SKIP: None}
WAIT_SECONDS = 2
"""Between two rounds: a person watches."""
REQUESTS = (
    "How often version, liveness and readiness are asked in a round each. [default: as the settings say; without any,"
    " as often as it takes to find an error rate of 5 %]"
)


@dataclass(frozen=True)
class Target:
    """What is asked, and how."""

    base_url: str
    suite: Smoke = field(default_factory=Smoke)
    ca_bundle: Path | None = None


@verb
def smoke(
    at: At,
    *,
    base_url: Annotated[str | None, typer.Option(help="Where it answers. [default: the service's base_url]")] = None,
    expect_sha: Annotated[str | None, typer.Option(help="The commit it must serve: 40 hex digits.")] = None,
    service: Annotated[str | None, typer.Option("--service", "-s", help="Whose smoke table in services.toml.")] = None,
    ca_bundle: Annotated[Path | None, typer.Option(help="A PEM file of certificate authorities to trust.")] = None,
    attempts: Annotated[int, typer.Option(min=1, max=60, help="Rounds while answers are lost on the way.")] = 3,
    requests: Annotated[int | None, typer.Option(min=1, max=500, help=REQUESTS)] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the results there too, as JUnit XML.")] = None,
) -> int:
    """Ask a running API what a release of it would be asked, and judge the answers. Asks AWS nothing, but for
    the secrets that checks in services.toml send.

    Exits 0 where no check failed, 1 where one did or was not answered.
    """
    if expect_sha is not None and not is_full(expect_sha):
        raise Refused("WRONG_SHA", f"--expect-sha {expect_sha!r} is no commit: 40 hex digits in lower case")
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
    return Exit.LIVE if good else 1


def _target(at: At, base_url: str | None, service: str | None, ca_bundle: Path | None) -> Target:
    """Say what is meant. services.toml is read where a service is named, or no URL given."""
    if base_url is not None and not is_url(base_url):
        raise Refused("WRONG_URL", f"--base-url {base_url!r} is not an http(s)://host[:port][/path] URL")
    if base_url is not None and forbidden_host(urlsplit(base_url).hostname or ""):
        raise Refused("WRONG_URL", f"--base-url {base_url!r} is a link-local or metadata address; no service has one")
    if base_url is not None and service is None:
        return Target(base_url, ca_bundle=ca_bundle)
    chosen = at.cloud.service(service)
    url = base_url or chosen.base_url
    if url is None:
        raise Refused("NO_URL", f"service {chosen.name!r} has no base_url in services.toml; give --base-url")
    return Target(url, chosen.smoke, ca_bundle or at.cloud.settings.ca_bundle(chosen))


def _rounds(at: At, target: Target, sha: str, attempts: int) -> tuple[Check, ...]:
    """Ask until all is answered or the attempts are used up. A check that failed is final."""
    wanted, known = suite.round_of(target.suite, target.base_url, rounds=attempts), _secrets(at, target)
    for attempt in range(1, attempts + 1):
        try:
            answers = http_probe.ask(target.base_url, wanted, target.ca_bundle, known)
        except OSError as error:  # ssl.SSLError is one
            raise Refused("WRONG_CA_BUNDLE", f"--ca-bundle {target.ca_bundle}: {error}; it takes a PEM file") from error
        results = suite.checks(answers, sha, target.suite)
        if attempt == attempts or suite.assess(results, {}, Limits()).state != State.WAIT:
            break
        at.out.say("not all was answered; asking again", "dim")
        time.sleep(WAIT_SECONDS)
    return results


def _secrets(at: At, target: Target) -> Known:
    """Read what checks of services.toml send, with the credentials at hand."""
    wanted = target.suite.secrets
    if not wanted:
        return NONE
    if not keeps_secrets(target.base_url):
        raise Refused("WRONG_URL", f"--base-url {target.base_url!r}: a check sends {wanted[0]}, which takes https")
    known = Secrets(at.cloud.client("secretsmanager")).known(wanted)
    for each, found in known.items():
        if isinstance(found, Unreadable):
            raise Refused("SECRET_UNREADABLE", f"a check sends {each}, which {found.why}")
    return known


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused("NO_JUNIT", f"--junit {path}: {error.strerror}; name a file that can be written") from error
