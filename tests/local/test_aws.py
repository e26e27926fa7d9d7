"""Starting and ending the local AWS, and never leaving this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.loopback import NotLoopbackError, free_port, require_loopback
from local.emulator.local_aws import ACCOUNT, LocalAws
from local.processes import session
from local.stage.inbox import Inbox
from tests.local.world import wait_for


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://localhost:1", "http://[::1]:80"])
def test_loopback_is_let_through(endpoint: str) -> None:
    """Every way of naming this machine must work."""
    assert require_loopback(endpoint) == endpoint


@pytest.mark.parametrize(
    "endpoint", ["https://ecs.us-east-1.amazonaws.com", "http://10.0.0.1", "", "http://localhost.evil.org"]
)
def test_anything_else_is_refused(endpoint: str) -> None:
    """No mistake in a setting may let the local tools reach a real AWS account."""
    with pytest.raises(NotLoopbackError):
        require_loopback(endpoint)


def test_environment_names_this_aws_only(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile or session of the caller's must not reach a process that is meant for the local AWS."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    env = aws.env()
    assert env["AWS_ENDPOINT_URL"] == aws.endpoint
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & env.keys()
    assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_no_port_is_given_twice() -> None:
    """A stage asks for dozens before it listens on any: the same one twice, and the local AWS would not start."""
    ports = [free_port() for _ in range(300)]
    assert len(set(ports)) == len(ports)


def test_nothing_listens_beyond_loopback(aws: LocalAws) -> None:
    """The emulator has no authentication, so it must not be reachable from outside."""
    if not Path("/proc/net/tcp").exists():
        pytest.skip("reads /proc")
    assert _listeners(_emulator(aws))
    assert all(address.startswith("127.") for address in _listeners(_emulator(aws)))


def test_inbox_reads_what_is_published(aws: LocalAws) -> None:
    """What is told over SNS must be readable with its subject and attributes."""
    sns = aws.client("sns")
    topic = sns.create_topic(Name="told")["TopicArn"]
    inbox = Inbox(aws, topic)
    attributes = {"outcome": {"DataType": "String", "StringValue": "ROLLED_BACK"}}
    sns.publish(TopicArn=topic, Subject="S", Message="M", MessageAttributes=attributes)
    message = inbox.messages(at_least=1)[0]
    assert (message.subject, message.body, message.attributes) == ("S", "M", {"outcome": "ROLLED_BACK"})


def test_everything_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A killed test run must leave neither emulator nor containers behind."""
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER.format(state=str(tmp_path))],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert starter.stdout
    leader = int(starter.stdout.readline())
    assert len(session(leader)) >= 3  # the emulator and two containers
    starter.kill()
    starter.wait()
    starter.stdout.close()
    wait_for("the end of everything", lambda: not session(leader), seconds=10)


_STARTER = """
import time
from pathlib import Path
from local.emulator.local_aws import LocalAws
from tests.local.world import World
aws = LocalAws(Path({state!r}))
aws.start()
world = World(aws)
revision = world.revision(world.image(VERSION="A"))
world.create(revision)
world.settled(revision)
print(aws.pid, flush=True)
time.sleep(60)
"""


def _emulator(aws: LocalAws) -> set[str]:
    """The inodes of the emulator's own sockets."""
    links = [str(fd.readlink()) for fd in Path(f"/proc/{aws.pid}/fd").iterdir() if fd.is_symlink()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _listeners(inodes: set[str]) -> list[str]:
    """The addresses on which one of these sockets listens; IPv6 is listed as it stands, which is never 127."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                packed = fields[1].partition(":")[0]
                octets = [str(int(packed[i : i + 2], 16)) for i in (6, 4, 2, 0)] if len(packed) == 8 else [packed]
                found.append(".".join(octets))
    return found
