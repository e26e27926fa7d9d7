"""Does the image have a manifest for the tasks' platform? ECS would notice only when it pulls the image.

Sources: ECS API reference, RuntimePlatform; Fargate developer guide, "Task definition differences" (X86_64 and LINUX
are Fargate's defaults); OCI image index specification (`platform`); containerd's platforms.Only (a 64-bit processor
also takes images for its 32-bit family).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from landfall.model import Release, Verdict, failed

_TAKES = {"X86_64": ("amd64", "386"), "ARM64": ("arm64", "arm")}


def missing(template: Mapping[str, Any], platforms: Collection[str], release: Release) -> Verdict | None:
    """Return a refusal if an index has no manifest for the revision's platform.

    `platforms` are those of the index, `os/architecture`; "" for a manifest that names none. An image without an index
    has its platform in its configuration, which is not read, so it is never refused here.
    """
    would_do, known = wanted(template), {p for p in platforms if p != "unknown/unknown"}
    if not would_do or not known or "" in known or known & set(would_do):
        return None
    has = ", ".join(sorted(known))
    return failed(
        "PLATFORM_MISSING",
        f"image {release.image_digest} has manifests for {has}, but the tasks run on {would_do[0]} (runtimePlatform of"
        " the task definition); build the image for that platform too, or change the runtimePlatform",
    )


def wanted(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the platforms that fit, the tasks' own first. Empty if the instance decides (EC2, ECS Anywhere)."""
    said = template.get("runtimePlatform") or {}
    on_fargate = template.get("requiresCompatibilities") == ["FARGATE"]
    architecture = said.get("cpuArchitecture") or ("X86_64" if on_fargate else "")
    system = "windows" if str(said.get("operatingSystemFamily")).startswith("WINDOWS") else "linux"
    return tuple(f"{system}/{each}" for each in _TAKES.get(architecture, ()))
