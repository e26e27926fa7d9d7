"""Reasons: what AWS's own words say, and that names say nothing.

The texts are of the Amazon ECS Developer Guide and of public reports; each row names its source.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.proof import stop_reasons

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{}@sha256:" + "a" * 64
NOT_FOUND = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref {}: not found"
)
CUT = "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: failed open: unexpected EOF: {}"
PULLS = {
    # aws/aws-cdk-cli#1505
    "no such tag": (
        "CannotPullContainerError: failed to resolve ref r/x:t: unexpected status from HEAD request to https://r/v2/x: "
        "403 Forbidden",
        True,
    ),
    # zenn.dev/teba_eleven/articles/e54f67b897ebea
    "platform not in the index": (
        "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain "
        "descriptor matching platform 'linux/amd64'",
        True,
    ),
    # aws/containers-roadmap#1120, awslabs/LISA#43
    "platform not in the index, as of old": (
        "CannotPullContainerError: failed to find a descriptor for platform {linux/amd64}",
        True,
    ),
    "platform not in the index, as Docker has it": (
        "CannotPullContainerError: image with reference r/x@sha256:1 was found but does not match the specified "
        "platform: wanted linux/amd64, actual: linux/arm64",
        True,
    ),
    "a repository called platform": ("CannotPullContainerError: unexpected EOF: 1.dkr.ecr.x/platform@sha256:1", False),
    # vrnithinkumar.github.io/2025/02/17/aws-ecs-docker-pull-error
    "layers of two compressions": (
        "CannotPullContainerError: ref pull has been retried 1 time(s): layers and diffIDs don't match: 3 != 15",
        True,
    ),
    # the four below: ECS Developer Guide, "CannotPullContainer task errors"
    "no leave to pull": (
        "CannotPullContainerError: The task can\u2019t pull the image. Check that the role has the permissions to pull "
        "images from the registry.",
        True,
    ),
    "no way to the registry": (
        "CannotPullContainerError: The task cannot pull \u2018not-found\u2019 from the Amazon ECR repository "
        "\u2018denied\u2019. There is a connection issue between the task and Amazon ECR. Check your "
        "task network configuration.",
        False,
    ),
    "no leave to pull, as it is said today": (
        "CannotPullContainerError: The task can\u2019t pull the image \u2018r/x\u2019 from Amazon ECR. To fix this, "
        "verify that the image URI is correct. Also check that the role has the additional permissions.",
        True,
    ),
    "canceled": ("CannotPullContainerError: context canceled: pull access denied", False),
    "no answer": ("CannotPullContainerError: API error (500): Get r: net/http: request canceled: not found", False),
    "a registry that is down": (
        "CannotPullContainerError: unexpected status: 503 Service Unavailable: not found",
        False,
    ),
}


@pytest.mark.parametrize(("text", "hopeless"), PULLS.values(), ids=PULLS.keys())
def test_what_waiting_can_not_mend(text: str, hopeless: bool) -> None:
    """Missing or forbidden things are distinguished from network faults, which may pass."""
    assert stop_reasons.hopeless(text) is hopeless
    assert stop_reasons.kind(text, ran=False, started=False) == stop_reasons.PULL


WORDS = ("denied", "not-found", "timeout", "internal", "throttling", "unavailable", "forbidden", "eof", "mount", "429")
NAMED = ("{}", "team/{}", "{}-transactions", "my_{}", "{}.example.com", "{}:v1", "x:{}", "{}-{}")


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("word", WORDS)
def test_a_name_says_nothing(word: str, name: str) -> None:
    """Whatever an image is called, it is not found where AWS says so, and not hopeless where a pull was cut off."""
    image = IMAGE.format(name.replace("{}", word))
    assert stop_reasons.hopeless(NOT_FOUND.format(image))
    assert not stop_reasons.hopeless(CUT.format(image))
    assert stop_reasons.kind(NOT_FOUND.format(image), ran=False, started=False) == stop_reasons.PULL


@pytest.mark.parametrize("word", WORDS)
def test_a_bare_or_quoted_name_says_nothing(word: str) -> None:
    """Nor does a name that stands alone, where AWS puts one."""
    denied = f"CannotPullContainerError: pull access denied for {word}, repository does not exist"
    ssm = "ResourceInitializationError: unable to retrieve secrets from ssm: invalid"
    invalid, of_ssm = f"{ssm} parameters: {word}", f"{ssm} ssm parameters: {word}"  # HHS/simpler-grants-gov#4330
    gone = f"CannotPullContainerError: The repository with name '{word}' does not exist in the registry"
    assert all(stop_reasons.hopeless(text) for text in (denied, invalid, of_ssm, gone))


AROUND = {
    # aws/amazon-ecs-agent#4825; apache/airflow#15000 (about one of a hundred Fargate tasks)
    "Timeout waiting for network interface provisioning to complete.": stop_reasons.INTERFACE,
    "network interface provision complete error timeout wait for network interface provision.": stop_reasons.INTERFACE,
    "Rate limit exceeded while preparing network interface to be attached to instance": stop_reasons.THROTTLING,
    # ECS Developer Guide, "TaskFailedToStart errors"
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet "
    "'subnet-1': InsufficientFreeAddressesInSubnet": stop_reasons.INTERFACE,
    "InternalError: failed to attach": stop_reasons.AWS,
    "Unable to attach network interface to unused device index": stop_reasons.INTERFACE,
    "AGENT": stop_reasons.CAPACITY,
    # ECS Developer Guide, "Service event messages" and "API failure reasons"
    "RESOURCE:ENI": stop_reasons.CAPACITY,
    "RESOURCE:MEMORY": stop_reasons.CAPACITY,
    "TaskFailedToStart: ATTRIBUTE": stop_reasons.CAPACITY,
    "TaskFailedToStart: MemberOf placement constraint unsatisfied.": stop_reasons.CAPACITY,
    "TaskFailedToStart: EMPTY CAPACITY PROVIDER": stop_reasons.CAPACITY,
    "Capacity is unavailable at this time. Please try again later or in a different availability zone": (
        stop_reasons.CAPACITY
    ),
    "You've reached the limit on the number of vCPUs you can run concurrently": stop_reasons.CAPACITY,
    # aws/amazon-ecs-agent#336 (a slow disk), #1440; ECS Developer Guide, "Stopped tasks error codes"
    "CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s": stop_reasons.AWS,
    "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s": stop_reasons.AWS,
    "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 3m0s": stop_reasons.AWS,
    "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task": (
        stop_reasons.START
    ),
    # dagster-aws, ecs/launcher.py
    "Timeout waiting for EphemeralStorage provisioning to complete.": stop_reasons.STORAGE,
    # ECS Developer Guide, "Status reasons for Amazon EBS volume attachment"
    "ECS timed out while configuring the EBS volume attachment to your Task": stop_reasons.STORAGE,
    # docker-archive/compose-cli#1490; rileydakota/valheim-ecs-fargate-cdk#28
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: "
    "Connection reset by peer : unsuccessful EFS utils command execution; code: 32": stop_reasons.STORAGE,
    'ResourceInitializationError: failed to invoke EFS utils commands: Failed to resolve "fs-1.efs.amazonaws.com"'
    " - check that your file system ID is correct": stop_reasons.STORAGE,
    # ECS Developer Guide, "CannotPullContainer task errors"
    "CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob1: no space left on device": stop_reasons.STORAGE,
    "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit: denied": stop_reasons.THROTTLING,
    "CannotPullContainerError: unexpected status code: 429 Too Many Requests": stop_reasons.THROTTLING,
    "ResourceInitializationError: unable to retrieve secret from asm: ThrottlingException": stop_reasons.THROTTLING,
    # aws/amazon-ecs-agent#843, #536, and what else a host says that can take no more
    "CannotStartContainerError: API error (500): driver failed programming external connectivity on endpoint x: Bind "
    "for 0.0.0.0:80 failed: port is already allocated": stop_reasons.AWS,
    "CannotStartContainerError: failed to create endpoint x on network bridge: failed to add the host (veth1) <=> "
    "sandbox (veth2) pair interfaces: operation not supported": stop_reasons.AWS,
    "CannotStartContainerError: OCI runtime create failed: unable to apply cgroup configuration: no memory": (
        stop_reasons.AWS
    ),
    "CannotCreateContainerError: No such image: 1.dkr.ecr.x/orders@sha256:1": stop_reasons.AWS,
    "CannotCreateContainerError: devmapper: Thin Pool has 4350 free data blocks": stop_reasons.STORAGE,
    # what is there for the release to have caused
    "CannotStartContainerError: OCI runtime create failed: container init was OOM-killed (memory limit too low?)": (
        stop_reasons.START
    ),
    # an older agent of a container instance
    "Fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /orders/db": stop_reasons.SECRET,
    "ResourceInitializationError: failed to invoke EFS utils commands: mount.nfs4: mounting x failed, reason given by "
    "server: No such file or directory": stop_reasons.START,
    "ResourceInitializationError: failed to mount: fs-1 does not exist": stop_reasons.START,
    "ResourceInitializationError: failed to validate logger args: The specified log group does not exist": (
        stop_reasons.START
    ),
    "CannotStartContainerError: error mounting /efs: failed to mount: not a directory": stop_reasons.START,
    "CannotStartContainerError: exec: executable file not found in $PATH": stop_reasons.START,
    'InternalError: failed to normalize image reference "Dockerfile"': stop_reasons.START,  # aws/copilot-cli#2584
    "Task failed to start": stop_reasons.START,
}


@pytest.mark.parametrize(("text", "kind"), AROUND.items())
def test_what_is_around_a_task(text: str, kind: str) -> None:
    """Interfaces, storage, capacity and throttling are no release's doing; what is not there or not allowed may be."""
    assert stop_reasons.kind(text, ran=False, started=False) == kind


@pytest.mark.parametrize("text", AROUND)
def test_a_container_that_ran_speaks_for_itself(text: str) -> None:
    """A container that came up and died is never put down to what was around it."""
    assert stop_reasons.kind(text, ran=True, started=True) not in stop_reasons.ENVIRONMENT


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """No text makes the reader fail, and without one of AWS's words none is hopeless."""
    assert stop_reasons.kind(text, ran=False, started=False)
    assert stop_reasons.words(text) == stop_reasons.words(text).lower()
