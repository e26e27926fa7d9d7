"""`landfall watch`: follows a deployment to its end."""

from __future__ import annotations

from cli.deployments import arriving, follow
from cli.verb import At, DeploymentName, ServiceName, verb
from cli.verbs.release import SummaryFile, finished


@verb
def watch(
    at: At,
    deployment: DeploymentName = "",
    *,
    service: ServiceName = None,
    summary_file: SummaryFile = None,
) -> int:
    """Follow a deployment to its end, or tell how it ended. Exits as `landfall release` does.

    One that is about to begin, since its image was just pushed or its commit is being built, is waited for.
    """
    record = arriving.record(at, deployment, service)
    over = "outcome" in record  # Step Functions forgets an execution after a while, the ledger nothing
    arn, name = str(record["execution_arn"]), str(record["service"])
    return finished(at, follow.told(at, record) if over else follow.to_the_end(at, arn, name), summary_file)
