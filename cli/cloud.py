"""Where the command finds Landfall: the AWS of the caller's credentials, or the local one."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from cli.exits import Refused
from landfall.aws.dynamodb.findings import Findings
from landfall.aws.dynamodb.freezes import Freezes
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.ecr import Ecr
from landfall.aws.ecs import Ecs
from landfall.aws.elb import Elb
from landfall.aws.reports import Reports
from landfall.aws.signing import Signing
from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.naming import PIPELINE_STACK
from landfall.settings import Service, Settings
from landfall.settings_file import read as settings_file

LOCAL = "LANDFALL_LOCAL"
"""The file in which the running local AWS says where it is. `make local` writes it."""
HERE = Path(__file__).parents[1] / "build" / "local" / "running.json"
LOCAL_PAUSE = 0.3
LATE_SECONDS = 30
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 8})


@dataclass(frozen=True)
class Cloud:
    """One AWS that has Landfall, and the settings that Landfall was deployed with.

    `late_seconds` says how many seconds longer than the build watch the command waits for a deployment to begin, before
    it starts one itself.
    """

    session: boto3.Session
    settings: Settings
    endpoint: str | None = None
    late_seconds: float = LATE_SECONDS

    @property
    def local(self) -> bool:
        """Say whether this is the local AWS."""
        return self.endpoint is not None

    @property
    def region(self) -> str:
        """Return the region's name."""
        return str(self.session.region_name)

    def client(self, name: str) -> Any:
        """Return the one client of this name: threads may share it, and making a client takes longer than a call.

        The local AWS is reached over loopback only.
        """
        if name not in self._clients:
            self._clients[name] = self.session.client(name, endpoint_url=self.endpoint, config=_CONFIG)
        return self._clients[name]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def pause(self, seconds: float) -> float:
        """Return how many seconds to wait between two requests. The local AWS may be asked more often."""
        return LOCAL_PAUSE if self.local else seconds

    def ecs(self, service: Service) -> Ecs:
        """Return ECS, narrowed to one service."""
        return Ecs(self.client("ecs"), service.cluster, service.service)

    @property
    def elb(self) -> Elb:
        """Return Elastic Load Balancing."""
        return Elb(self.client("elbv2"))

    @cached_property
    def identity(self) -> str:
        """Return the caller's identity, as AWS sees it."""
        with trying("asking AWS who you are"):
            return str(self.client("sts").get_caller_identity()["Arn"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of the pipeline's stack. Raises Refused if it is not deployed."""
        try:
            with trying(f"looking for the stack {PIPELINE_STACK}"):
                stack = self.client("cloudformation").describe_stacks(StackName=PIPELINE_STACK)["Stacks"][0]
        except AwsCallFailed as error:
            if error.code != "ValidationError":
                raise
            way_out = "deploy it first (docs/deploying.md), or choose another --region or --profile"
            raise Refused("NOT_DEPLOYED", f"there is no stack {PIPELINE_STACK} in {self.region}: {way_out}") from error
        return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}

    def ecr(self, service: Service) -> Ecr:
        """Return ECR, narrowed to a service's repository."""
        return Ecr(self.client("ecr"), service.repository)

    @property
    def machine(self) -> str:
        """Return the state machine's ARN."""
        return self.outputs["StateMachineArn"]

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger."""
        return self.another_ledger()

    def another_ledger(self) -> Ledger:
        """Return the ledger, for another thread: boto3's tables are not safe to share."""
        return Ledger(self._table("LedgerTableName"), lambda: self.signing)

    @cached_property
    def signing(self) -> Signing:
        """Return the public key that verifies the records."""
        reports = Reports(self.client("s3"), self._output("ReportBucketName"))
        former = self.settings.evidence.former_keys
        return Signing(self.client("kms"), self._output("SigningKeyArn"), reports, former)

    @cached_property
    def findings(self) -> Findings:
        """Return the reconciler's findings."""
        return Findings(self._table("LedgerTableName"))

    @cached_property
    def freezes(self) -> Freezes:
        """Return the freezes."""
        return Freezes(self._table("FreezeTableName"))

    def _output(self, name: str) -> str:
        """Return an output of the pipeline's stack. Raises Refused if the stack is too old to have it."""
        if name not in self.outputs:
            raise Refused(
                "OLD_PIPELINE", f"stack {PIPELINE_STACK} has no output {name}: it is too old; deploy it again"
            )
        return self.outputs[name]

    def _table(self, output: str) -> Any:
        resource = self.session.resource("dynamodb", endpoint_url=self.endpoint, config=_CONFIG)
        return resource.Table(self._output(output))

    def service(self, name: str | None) -> Service:
        """Return a service by name, or the only one there is. Raises Refused."""
        known = [s.name for s in self.settings.services]
        if name is None and len(known) == 1:
            name = known[0]
        if name is None:
            raise Refused("MISSING_SERVICE", f"which service? Name one of {', '.join(known)}")
        service = self.settings.named(name)
        if service is None:
            raise Refused("UNKNOWN_SERVICE", f"service {name!r} is not in services.toml; known are {', '.join(known)}")
        return service


def on_aws(settings: Path | None, profile: str | None, region: str | None) -> Cloud:
    """Return the AWS that the caller's credentials are for. Raises Refused or SettingsError."""
    try:
        # most AWS tools read AWS_REGION, but boto3 does not; boto3 reads AWS_DEFAULT_REGION itself
        session = boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_REGION") or None)
    except ProfileNotFound as error:
        raise Refused("UNKNOWN_PROFILE", f"--profile {profile!r} is not configured: {error}") from error
    return Cloud(session, settings_file.load(settings or Path("services.toml")))


def on_this_machine() -> Cloud:
    """Return the running local AWS. Its endpoint must be on loopback. Raises Refused.

    Its settings are the ones that it was started with, not the user's own services.toml.
    """
    from cli.clients import session
    from cli.loopback import NotLoopbackError, require_loopback

    where = Path(os.environ.get(LOCAL, HERE))
    try:
        told = json.loads(where.read_text(encoding="utf-8"))
        endpoint = require_loopback(told["endpoint"])
    except OSError as error:
        raise Refused(
            "NO_LOCAL_AWS", f"no local AWS runs here ({where}: {error.strerror}); start it with `make local`"
        ) from error
    except NotLoopbackError as error:
        raise Refused("NOT_LOOPBACK", f"{where}: {error}") from error
    return Cloud(session(), settings_file.load(Path(told["settings"])), endpoint)
