"""`landfall verify-evidence`: did anybody change the records of deployments after they were closed?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.command import At, ServiceName, verb
from cli.evidence import export, gather, unrecorded
from cli.exits import Refused
from cli.verbs.history import services
from landfall.chain.check import Evidence, Finding, Verified, verify

FOUND = 1
"""The exit code if there is a finding."""
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="For an export: the fingerprint of a signing key that you trust. May be repeated."),
]


@verb
def verify_evidence(
    at: At,
    directory: Annotated[
        Path | None, typer.Argument(help="An export made by `landfall history --export`. [default: the ledger itself]")
    ] = None,
    *,
    service: ServiceName = None,
    key: Keys = None,
) -> int:
    """Check that nobody changed closed records: verify their chain and their signatures.

    Exits 0 if nothing was changed, else 1. With a directory it makes no AWS calls. docs/evidence.md says what it can't
    find.
    """
    found, others = _evidence(at, directory, service, key or [])
    told = [verify(evidence) for evidence in found]
    for finding in others:
        _say(at, finding)
    for each in told:
        _tell(at, each)
    fingerprints = sorted({key.fingerprint for evidence in found for key in evidence.keys})
    for fingerprint in fingerprints:
        at.out.say(f"signatures are verified with the key {fingerprint}")
    intact = not others and not any(each.findings for each in told)
    at.out.document(
        {
            "intact": intact,
            "services": [asdict(each) for each in told],
            "keys": fingerprints,
            "unreadable": [asdict(finding) for finding in others],
        }
    )
    return 0 if intact else FOUND


def _evidence(
    at: At, directory: Path | None, service: str | None, keys: list[str]
) -> tuple[list[Evidence], list[Finding]]:
    """Return the evidence of services, and the findings that belong to no chain."""
    if directory is None and service is not None:
        return [gather.evidence(at.cloud, name) for name in services(at, service)], []
    if directory is None:
        known = [gather.evidence(at.cloud, name) for name in gather.services(at.cloud)]
        deployments = {str(record.get("deployment_id")) for evidence in known for record in evidence.records}
        return known, list(unrecorded.findings(at.cloud, deployments))
    found, unreadable = export.read(directory, keys)
    if service is None:
        return found, unreadable
    chosen = [evidence for evidence in found if evidence.service == service]
    if not chosen:
        there = ", ".join(evidence.service for evidence in found) or "none"
        raise Refused("UNKNOWN_SERVICE", f"--service {service!r} is not in {directory}; it has {there}")
    return chosen, unreadable


def _tell(at: At, told: Verified) -> None:
    at.out.check(told.service, not told.findings, _seen(told))
    for finding in told.findings:
        _say(at, finding)
    for note in told.notes:
        at.out.say(f"     {note.code}: {note.what}")


def _seen(told: Verified) -> str:
    seen = f"{told.chained} records in a chain"
    if told.began:
        seen += f" since {told.began}, {told.anchored} of them anchored, {told.signed} signed"
    if told.covered:
        seen += f"; {told.covered} are older than signing, and the first signed record covers them"
    if told.began and not told.signed:
        seen += "; none is signed: everybody with write access to the ledger could have written them"
    if told.before:
        seen += f"; {told.before} were closed before the chain began, and can't be verified"
    return f"{seen}; {told.open} open" if told.open else seen


def _say(at: At, finding: Finding) -> None:
    at.out.check(finding.code, False, f"{finding.deployment_id} {finding.what}".strip())
