"""`landfall verify-evidence`: did anybody change the records of deployments after they were closed?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.command import At, ServiceName, verb
from cli.evidence import checkpoint as checkpoint_file
from cli.evidence import export, gather, progress, room
from cli.evidence.checking import Checked, Checking
from cli.evidence.unrecorded import Recent
from cli.exits import Exit, Refused
from cli.verbs.history import services
from landfall.chain.check.chain_evidence import Finding
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.verification import Verified, judge

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="For an export: the fingerprint of a signing key that you trust. May be repeated."),
]
CheckpointFile = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint", help="Start where the run that wrote this file ended; write there where this run ends."
    ),
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
    checkpoint: CheckpointFile = None,
    full: Annotated[
        bool, typer.Option("--full", help="With --checkpoint: read everything, and renew the file.")
    ] = False,
) -> int:
    """Check that nobody changed closed records: verify their chain and their signatures.

    Exits 0 if nothing was changed, else 1. With a directory it makes no AWS calls. With --checkpoint it does not look
    again at what an earlier run verified. docs/evidence.md says what it can't find.
    """
    if directory is None:
        return _ledger(at, service, checkpoint, full)
    if checkpoint is not None:
        raise Refused("NO_CHECKPOINT", f"--checkpoint is for the ledger, and {directory} is an export: leave one off")
    with room.needed(), export.opened(directory, key or []) as (found, unreadable):
        for finding in unreadable:
            _say(at, finding)
        told = [judge(kept) for kept in _chosen(found, service, directory)]
        for each in told:
            _tell(at, each)
        keys = {key.fingerprint for kept in found for key in kept.keys if service in (None, kept.service)}
    return _end(at, told, unreadable, keys)


def _ledger(at: At, service: str | None, path: Path | None, full: bool) -> int:
    known = checkpoint_file.of(at.cloud, path) if path else None
    recent = Recent(at.cloud, known.executions_since if known and not full else None) if service is None else None
    names = gather.services(at.cloud) if service is None else services(at, service)
    with room.needed(), progress.shown(at) as step:
        checking = Checking(at.cloud, step, path, known, recent, at.out.say, full)
        try:
            checked = list(checking.services(names))
            others = checking.executions()
        except KeyboardInterrupt:
            if path and path.exists():
                at.out.say(f"{path} holds what was verified so far: run the same command again to go on from there")
            raise
    for finding in others:
        _say(at, finding)
    for each in checked:
        _tell(at, each.told, each)
    return _end(at, [each.told for each in checked], others, {key.fingerprint for key in at.cloud.signing.keys})


def _chosen(found: list[Kept], service: str | None, directory: Path) -> list[Kept]:
    if service is None:
        return found
    chosen = [kept for kept in found if kept.service == service]
    if not chosen:
        there = ", ".join(kept.service for kept in found) or "none"
        raise Refused("UNKNOWN_SERVICE", f"--service {service!r} is not in {directory}; it has {there}")
    return chosen


def _end(at: At, told: list[Verified], others: list[Finding], keys: set[str]) -> int:
    """Print the keys, and the result for programs. Only a check of all records calls the evidence intact."""
    for fingerprint in sorted(keys):
        at.out.say(f"signatures are verified with the key {fingerprint}")
    clean = not others and not any(each.findings for each in told)
    complete = not any(each.since for each in told)
    document: dict[str, Any] = {
        "intact": clean if complete or not clean else None,
        "complete": complete,
        "services": [asdict(each) for each in told],
        "keys": sorted(keys),
        "unreadable": [asdict(finding) for finding in others],
    }
    at.out.document(document)
    return Exit.LIVE if clean else Exit.FAILED


def _tell(at: At, told: Verified, checked: Checked | None = None) -> None:
    at.out.check(told.service, not told.findings, _seen(told))
    if checked and told.since:
        earlier = (
            f"the checkpoint says that earlier records were last read on {checked.whole}; they were not read again"
        )
        at.out.say(f"     this run began at record {told.since}: {earlier}")
    if checked and checked.reread:
        at.out.say(f"     the checkpoint can't be used, so everything was read: {checked.reread}")
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
