"""`landfall verify-evidence`: whether anybody changed the records of deployments since they were closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import export, gather
from cli.exits import Refused
from cli.history import services
from cli.verb import At, ServiceName, verb
from landfall.chain_check import Evidence, Finding, Verified, verify

FOUND = 1
"""Exit code where something was found."""


@verb
def verify_evidence(
    at: At,
    directory: Annotated[
        Path | None, typer.Argument(help="An export (landfall history --export). [default: the ledger itself]")
    ] = None,
    *,
    service: ServiceName = None,
) -> int:
    """Verify the chain of closed records. Exits 0 where all is as it was closed, 1 where anything is not.

    With a directory it asks nothing of AWS. docs/evidence.md says what can't be found.
    """
    found, unreadable = _evidence(at, directory, service)
    told = [verify(evidence) for evidence in found]
    for finding in unreadable:
        _say(at, finding)
    for each in told:
        _tell(at, each)
    intact = not unreadable and not any(each.findings for each in told)
    at.out.document(
        {
            "intact": intact,
            "services": [asdict(each) for each in told],
            "unreadable": [asdict(finding) for finding in unreadable],
        }
    )
    return 0 if intact else FOUND


def _evidence(at: At, directory: Path | None, service: str | None) -> tuple[Iterable[Evidence], list[Finding]]:
    if directory is None:
        return [gather.evidence(at.cloud, name) for name in services(at, service)], []
    found, unreadable = export.read(directory)
    if service is None:
        return found, unreadable
    chosen = [evidence for evidence in found if evidence.service == service]
    if not chosen:
        known = ", ".join(evidence.service for evidence in found) or "none"
        raise Refused("UNKNOWN_SERVICE", f"--service {service!r} is not in {directory}; there are {known}")
    return chosen, unreadable


def _tell(at: At, told: Verified) -> None:
    seen = f"{told.chained} records in a chain"
    if told.began:
        seen += f" since {told.began}, {told.anchored} of them anchored"
    if told.before:
        seen += f"; {told.before} were closed before chains began, and nothing can be said of them"
    if told.open:
        seen += f"; {told.open} open"
    at.out.check(told.service, not told.findings, seen)
    for finding in told.findings:
        _say(at, finding)


def _say(at: At, finding: Finding) -> None:
    at.out.check(finding.code, False, f"{finding.deployment_id} {finding.what}".strip())
