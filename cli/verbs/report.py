"""`landfall report`: reads a deployment's report from the report bucket, checks it, saves it and opens it."""

from __future__ import annotations

import hashlib
import re
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from cli import records, reports
from cli.command import At, DeploymentName, ServiceName, verb
from cli.exits import Refused
from cli.timeline import colour
from landfall.chain import Record
from landfall.text.lazy_pattern import Later

_HASHED = Later(r"report-([0-9a-f]{64})\.html")
PAGE, MARKDOWN = ".html", ".md"
WAY_OUT = "these are other bytes than its name says: see docs/evidence.md"
CHANGED = 1
"""The exit code if the report's bytes do not have the hash in the report's name."""


@verb
def report(
    at: At,
    deployment: DeploymentName = "",
    *,
    service: ServiceName = None,
    to: Annotated[Path | None, typer.Option("--to", help="Save the report to this file.", dir_okay=False)] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the report in the web browser.")] = False,
) -> int:
    """Show where a deployment's report is; save it with --to, open it with --open. If several match, the newest.

    Exits 1 if its bytes do not have the hash in its name: then it is neither saved nor opened.
    """
    record = records.named(at.cloud, deployment, service)
    uri = _uri(record)
    body = reports.fetched(at.cloud, uri)
    if body is None:
        what = f"{uri} is not there, or you may not read it"
        raise Refused("NO_REPORT", f"{what}; `landfall findings` says whether reports are missing")
    hash_, expected = hashlib.sha256(body).hexdigest(), named_hash(uri)
    whole = expected is None or hash_ == expected
    at.out.say(f"{record['service']} {record['deployment_id']}", "bold")
    at.out.say(f"  {record.get('outcome', 'OPEN')}", colour(str(record.get("outcome"))))
    at.out.say(f"  {uri}")
    told = f"sha256 {hash_}{'' if expected else ', not in its name'}"
    at.out.check(
        "hash", whole if expected else None, told, "these are other bytes than its name says: see docs/evidence.md"
    )
    saved = _saved(body, uri, to) if whole and (to or open_it) else None
    opened = saved is not None and open_it and webbrowser.open(saved.as_uri())
    if saved:
        at.out.say(f"  saved as {saved}")
    if saved and open_it and not opened:
        at.out.say("  no web browser could be opened here; open the file yourself", "yellow")
    at.out.document(
        {
            "service": record["service"],
            "deployment_id": record["deployment_id"],
            "outcome": record.get("outcome", "OPEN"),
            "report": uri,
            "sha256": hash_,
            "as_named": None if expected is None else whole,
            "saved": str(saved) if saved else None,
            "opened": opened,
        }
    )
    return 0 if whole else CHANGED


def named_hash(uri: str) -> str | None:
    """Return the hash that a report's name holds; None for a report without a page."""
    found = _HASHED.fullmatch(uri.rpartition("/")[2])
    return found[1] if found else None


def _uri(record: Record) -> str:
    """Return where the report is. Raises Refused if the record does not say."""
    uri = str(record.get("reported") or "")
    if not re.match(r"s3://[^/]+/.+", uri):
        what = f"deployment {record['deployment_id']} has no report yet"
        raise Refused("NO_REPORT", f"{what}; `landfall watch {record['deployment_id']}` waits for its end")
    return uri


def _saved(body: bytes, uri: str, to: Path | None) -> Path:
    """Write the report to a file, without a name to a temporary one. Returns its absolute path. Raises OSError.

    Only the file's owner may read it, since a report describes a service's internals (Python library, tempfile).
    """
    if to is None:
        suffix = PAGE if uri.endswith(PAGE) else MARKDOWN
        with tempfile.NamedTemporaryFile(prefix="landfall-report-", suffix=suffix, delete=False) as file:
            file.write(body)
            return Path(file.name)
    path = to.absolute()
    path.touch(mode=0o600)
    path.write_bytes(body)
    return path
