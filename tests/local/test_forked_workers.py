"""Forked workers: processes of their own, as the emulator's are."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time

import pytest

from local.emulator.local_aws import LocalAws
from tests.local.archives import archive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep the emulator's way")
CODE = """
import os
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if event.get("die"):
        os.kill(os.getpid(), 9)
    return {"pid": os.getpid(), "name": os.environ["WHO"], "calls": calls}
"""


def _made(aws: LocalAws, name: str) -> None:
    functions = aws.client("lambda")
    layer = functions.publish_layer_version(
        LayerName=f"of-{name}", Content={"ZipFile": archive("python/nothing.py", "")}
    )["LayerVersionArn"]
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="main_code.handler",
        Code={"ZipFile": archive("main_code.py", CODE)},
        Layers=[layer],
        Environment={"Variables": {"WHO": name}},
    )


def _asked(aws: LocalAws, name: str, **event: bool) -> dict[str, object]:
    reply = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    answer: dict[str, object] = json.loads(reply["Payload"].read())
    return answer


def test_each_function_has_its_own_process_and_environment(aws: LocalAws) -> None:
    """Nothing of one function is seen by another, and a warm worker keeps what its module had."""
    for name in ("left", "right"):
        _made(aws, name)

    left, right, again = _asked(aws, "left"), _asked(aws, "right"), _asked(aws, "left")

    assert (left["name"], right["name"]) == ("left", "right")
    assert left["pid"] != right["pid"]
    assert (again["pid"], again["calls"]) == (left["pid"], 2)


def test_a_worker_that_is_killed_is_replaced(aws: LocalAws) -> None:
    """As after the loss of an execution environment: the call fails, and the next one gets a new process."""
    _made(aws, "mortal")
    first = _asked(aws, "mortal")

    assert "died" in str(_asked(aws, "mortal", die=True))

    second = _asked(aws, "mortal")
    assert second["pid"] != first["pid"]
    assert second["calls"] == 1


def test_the_workers_end_with_the_emulator(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No process is left where an emulator was stopped."""
    with LocalAws(tmp_path_factory.mktemp("ended")) as aws:
        _made(aws, "left-over")
        pid = int(str(_asked(aws, "left-over")["pid"]))

    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            time.sleep(0.1)
            continue
        return
    pytest.fail(f"worker {pid} still runs")
