"""`landfall watch`: follows a deployment to its end."""

from __future__ import annotations

from cli.command import At, DeploymentName, ServiceName, verb
from cli.deployments import arriving, follow
from cli.verbs.release import SummaryFile, finished


@verb
def watch(
    at: At,
    deployment: DeploymentName = "",
    *,
    service: ServiceName = None,
    summary_file: SummaryFile = None,
) -> int:
    """Follow a deployment to its end, or show how it ended. Has the exit codes of `landfall release`.

    If the image was just pushed or the commit is being built, it waits for the deployment to begin.
    """
    record = arriving.record(at, deployment, service)
    over = "outcome" in record  # Step Functions deletes old executions, the ledger keeps its records
    arn, name = str(record["execution_arn"]), str(record["service"])
    return finished(at, follow.told(at, record) if over else follow.to_the_end(at, arn, name), summary_file)
