"""Runs a real tool through scenarios, in a process of its own: `launcher.py waiter|ecs-deploy URL`, ids on stdin.

Nothing of the tool is changed but its clock: where it would sleep, the scenario's time moves on instead. Needs
nothing of this repository, so that it runs in the tool's own virtual environment.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

URL = sys.argv[2]
EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLUSTER, SERVICE = "landfall-sample", "sample"
PATIENCE = 900


def replay(**what: Any) -> Any:
    """Tell the endpoint."""
    request = urllib.request.Request(f"{URL}/_replay", json.dumps(what).encode(), method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
        return json.load(reply)


def sleep(seconds: float) -> None:
    """Let the scenario's time pass instead of ours."""
    replay(advance=seconds)


class ReplayedTime(datetime):
    """`datetime`, whose now is the scenario's."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        """Return the scenario's time."""
        at = EPOCH + timedelta(seconds=replay(advance=0)["now"])
        return at.astimezone(tz) if tz else at.replace(tzinfo=None)


def waiter(image: str, sha: str) -> bool:
    """Update the service, then use boto3's own services_stable waiter for 15 minutes (its default is 10)."""
    import boto3  # noqa: PLC0415
    from botocore.exceptions import ClientError, WaiterError  # noqa: PLC0415

    ecs = boto3.client("ecs")
    try:
        runs = ecs.describe_task_definition(taskDefinition="landfall-sample:1")["taskDefinition"]
        container = {
            **runs["containerDefinitions"][0],
            "image": image,
            "environment": [{"name": "GIT_SHA", "value": sha}],
        }
        kept = {k: runs[k] for k in ("family", "networkMode", "requiresCompatibilities", "cpu", "memory")}
        made = ecs.register_task_definition(**kept, containerDefinitions=[container])["taskDefinition"]
        ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=made["taskDefinitionArn"])
        config = {"Delay": 15, "MaxAttempts": PATIENCE // 15}
        ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=[SERVICE], WaiterConfig=config)
    except (WaiterError, ClientError):
        return False
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return False
    return True


def ecs_deploy(image: str, sha: str) -> bool:
    """Run `ecs deploy` as from the shell: 15 minutes' patience (its default is 5), rollback on."""
    from ecs_deploy import cli, ecs  # type: ignore[import-not-found]  # noqa: PLC0415

    cli.sleep, cli.datetime = sleep, ReplayedTime
    if hasattr(ecs, "datetime"):
        ecs.datetime = ReplayedTime
    given = ["--image", "app", image, "--env", "app", "GIT_SHA", sha, "--timeout", str(PATIENCE), "--sleep-time", "5"]
    try:
        cli.deploy.main([CLUSTER, SERVICE, *given, "--rollback", "--no-diff"], standalone_mode=False)
    except SystemExit as end:
        return end.code in (0, None)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return False
    return True


TOOLS: dict[str, Callable[[str, str], bool]] = {"waiter": waiter, "ecs-deploy": ecs_deploy}


def main() -> None:
    """Take ids from stdin; write a line of JSON for each."""
    keys = {"AWS_ACCESS_KEY_ID": "replay", "AWS_SECRET_ACCESS_KEY": "replay", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ.update(keys, AWS_ENDPOINT_URL=URL, AWS_EC2_METADATA_DISABLED="true")
    time.sleep = sleep  # type: ignore[assignment]
    for name in sys.stdin.read().split():  # all of it: `exit()` inside a tool closes stdin
        began = replay(start=name)
        with contextlib.redirect_stdout(io.StringIO()):
            good = TOOLS[sys.argv[1]](began["image"], began["sha"])
        seconds = replay(advance=0)["now"]
        print(json.dumps({"id": name, "verdict": "success" if good else "failure", "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
