"""`landfall watch`: follows a deployment to its end."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import follow, records
from cli.exits import Refused
from cli.release import SummaryFile, finished
from cli.verb import At, ServiceName, verb
from landfall.aws.ledger import Record


@verb
def watch(
    at: At,
    deployment: Annotated[
        str, typer.Argument(help="A deployment id, an execution's name or ARN, or a commit. [default: the newest]")
    ] = "",
    *,
    service: ServiceName = None,
    summary_file: SummaryFile = None,
) -> int:
    """Follow a deployment to its end, or tell how it ended. Exits as `landfall release` does."""
    record = _record(at, deployment, service)
    over = "outcome" in record  # Step Functions forgets an execution after a while, the ledger nothing
    arn, name = str(record["execution_arn"]), str(record["service"])
    return finished(at, follow.told(at, record) if over else follow.to_the_end(at, arn, name), summary_file)


def _record(at: At, wanted: str, service: str | None) -> Record:
    names = [service] if service or not wanted else [s.name for s in at.cloud.settings.services]
    for name in names:
        for record in records.newest(at.cloud, at.cloud.service(name)):
            if not wanted or records.is_named(record, wanted):
                return record
    what = repr(wanted) if wanted else f"of {at.cloud.service(service).name}"
    raise Refused("NO_DEPLOYMENT", f"the ledger knows no deployment {what}; see `landfall status`")
