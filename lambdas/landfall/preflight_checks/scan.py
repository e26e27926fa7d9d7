"""Decides whether an image may be released, by ECR's scan findings, before anything is touched.

Basic and enhanced scanning (Amazon Inspector) answer differently. Basic scanning ends with COMPLETE. Enhanced scanning
ends with COMPLETE if it scans on push, and with ACTIVE if it scans continuously. ECR may report either before the
findings exist, and then without a time (https://github.com/aws/aws-sdk/issues/289): such an answer is not a scan yet.
An index is never scanned, only its images (https://github.com/aws/containers-roadmap/issues/1683). Sources: ECR API
reference, DescribeImageScanFindings, ImageScanStatus and ImageScanFindings; ECR user guide, "Troubleshooting image
scanning".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from landfall.model import Verdict, failed, wait
from landfall.settings import Service

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
"""The severities that a setting can refuse, worst first. INFORMATIONAL, UNDEFINED and UNTRIAGED are not evidence
(law 8)."""
OFF, WARN, REFUSE = "off", "warn", "refuse "
DONE = ("COMPLETE", "ACTIVE")
NEVER = ("FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "LIMIT_EXCEEDED", "IMAGE_ARCHIVED")
"""Final states of a scan. In every other state, or without a state, more may come."""
PENDING = "SCAN_PENDING"


@dataclass(frozen=True)
class Scan:
    """ECR's answer about the scan of one image. `status` is empty if there is no scan; `counts` are by severity.

    `told`: the answer has something that only a finished scan gives, such as the time of its end.
    """

    digest: str
    status: str = ""
    description: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    told: bool = False

    @property
    def over(self) -> bool:
        """Say whether the findings are known."""
        return self.status in DONE and self.told


@dataclass(frozen=True)
class Judged:
    """A verdict that stops the release, or None; and a warning for people."""

    verdict: Verdict | None = None
    warning: str = ""


def judge(scans: Sequence[Scan], settings: Service, look: int) -> Judged:
    """Judge the scans of the images that tasks would run.

    Look number `scan_attempts` decides with what is known then.
    """
    limits, refused = settings.limits, _refused(settings.scan)
    bad = next(filter(None, (_counted(scan, refused) for scan in scans)), "")
    if bad:
        return Judged(failed("SCAN_FINDINGS", f"{bad}; {_way_out(settings)}"))
    open_ = [scan for scan in scans if not scan.over]
    if any(scan.status not in NEVER for scan in open_) and look < limits.scan_attempts:
        reason = f"ECR has not scanned the image yet: {_states(open_)}"
        return Judged(wait(PENDING, reason, limits.scan_interval_seconds))
    unknown = [scan for scan in open_ if scan.status not in DONE]
    if unknown and refused:
        return Judged(failed("SCAN_UNKNOWN", f"ECR did not scan the image: {_states(unknown)}; {_mend(settings)}"))
    told = [f"not scanned: {_states(unknown)}"] if unknown else []
    told += [f"no findings, and no time of the scan: {_states([s])}" for s in open_ if s.status in DONE]
    told += [worse for scan in scans if settings.scan == WARN and (worse := _counted(scan, SEVERITIES[:2]))]
    return Judged(None, f"image scan: {'; '.join(told)}" if told else "")


def _refused(setting: str) -> tuple[str, ...]:
    """Return the severities that refuse a release: the configured one and all worse ones."""
    named = setting.removeprefix(REFUSE)
    return SEVERITIES[: SEVERITIES.index(named) + 1] if named in SEVERITIES else ()


def _counted(scan: Scan, severities: Sequence[str]) -> str:
    found = [f"{scan.counts[each]} {each}" for each in severities if scan.counts.get(each, 0) > 0]
    return f"the scan of {scan.digest} found {' and '.join(found)}" if found else ""


def _states(scans: Sequence[Scan]) -> str:
    said = (f"{s.status or 'no scan'}{f' ({s.description})' if s.description else ''}" for s in scans)
    return "; ".join(f"{scan.digest} has {text}" for scan, text in zip(scans, said, strict=True))


def _way_out(settings: Service) -> str:
    return f"see them in ECR, fix the image and push again, or change services.{settings.name}.scan"


def _mend(settings: Service) -> str:
    return (
        f"switch on scan on push for repository {settings.repository!r}, or set services.{settings.name}.scan to"
        " 'warn' if it can't be scanned"
    )
