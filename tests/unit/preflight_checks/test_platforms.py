"""The platform of the tasks, and those of an image: refused only where it is certain that none fits."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.preflight_checks import platforms
from tests.support import builders as b

FARGATE = {"requiresCompatibilities": ["FARGATE"]}
EC2 = {"requiresCompatibilities": ["EC2"]}
ARM = {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}}
WINDOWS = {"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}
AMD, ARM_64, ATTESTATION = "linux/amd64", "linux/arm64", "unknown/unknown"

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...], bool]] = {
    "Fargate's default, there": (FARGATE, (AMD, ARM_64), False),
    "Fargate's default, not there": (FARGATE, (ARM_64,), True),
    # https://github.com/codefactoryhu/manifest/issues/11: arm64 and an attestation, and tasks on amd64
    "beside an attestation": (FARGATE, (ARM_64, ATTESTATION), True),
    "ARM64, there": (FARGATE | ARM, (AMD, ARM_64), False),
    "ARM64, not there": (FARGATE | ARM, (AMD,), True),
    "ARM64 on EC2, not there": (EC2 | ARM, (AMD,), True),
    "Windows, not there": (FARGATE | WINDOWS, (AMD, ARM_64), True),
    "Windows, there": (FARGATE | WINDOWS, (AMD, "windows/amd64"), False),
    "EC2: the instance decides": (EC2, (ARM_64,), False),
    "either: the instance may decide": ({"requiresCompatibilities": ["EC2", "FARGATE"]}, (ARM_64,), False),
    "nothing said": ({}, (ARM_64,), False),
    "no index": (FARGATE | ARM, (), False),
    "a manifest of no platform": (FARGATE | ARM, (AMD, ""), False),
    "attestations alone": (FARGATE, (ATTESTATION,), False),
    "the 32-bit family": (FARGATE | ARM, ("linux/arm",), False),
    "an architecture that is not known yet": ({"runtimePlatform": {"cpuArchitecture": "RISCV"}}, (AMD,), False),
}


@pytest.mark.parametrize(("template", "has", "refused"), REFUSED.values(), ids=REFUSED.keys())
def test_platform(template: dict[str, Any], has: tuple[str, ...], refused: bool) -> None:
    """An index without the tasks' platform is refused, and both are named."""
    verdict = platforms.missing(template, has, b.release())
    assert (verdict is not None) is refused
    if verdict:
        assert verdict.code == "PLATFORM_MISSING"
        assert all(each in verdict.reason for each in has if each != ATTESTATION)
